"""Callback endpoints, on the page of their application: one for each vendor family that calls it."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import StackedInline
from unfold.widgets import UnfoldBooleanSwitchWidget

from applications.admin.secrets import HidesSecrets, OnApplicationsPage
from applications.families import Assurance, Family, family_choices, find_family
from applications.models import CallbackEndpoint
from applications.services import rotate_callback_key


class OfferFreeFamilies(BaseInlineFormSet):  # type: ignore[type-arg]  # generic in its stubs alone
    """A family has one endpoint, so a new one is offered those that have none yet."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if form.instance.pk or "family" not in form.fields:
            return
        taken = {endpoint.family for endpoint in self.get_queryset()}
        free = [choice for choice in family_choices() if choice[0] not in taken]
        form.fields["family"].choices = free
        form.fields["family"].initial = free[0][0] if free else None


class CallbackEndpointForm(OnApplicationsPage):
    """A new key moves the stored one behind it, so that callbacks under way during a rotation still verify."""

    forget_previous_key = forms.BooleanField(
        label=_("Revoke previous keys now"), required=False, widget=UnfoldBooleanSwitchWidget
    )

    class Meta:
        model = CallbackEndpoint
        fields = ["family", "vendor_app_id", "current_key", "signature_variant", "is_trusted", "quiet_seconds"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        endpoint: CallbackEndpoint = self.instance
        revoke = self.fields["forget_previous_key"]
        revoke.disabled = not (endpoint.previous_key or endpoint.current_key)
        revoke.help_text = _tell_revoking(endpoint)
        family = find_family(endpoint.family) if endpoint.pk else None
        if endpoint.pk and "family" in self.fields:
            self.fields["family"].disabled = True  # its address names it
        if family is not None:
            self._fit(family)

    def _fit(self, family: Family) -> None:
        """Leave open what can be decided about this family."""
        if "vendor_app_id" in self.fields:
            self.fields["vendor_app_id"].label = family.app_id_name
        self._close("is_trusted", family.assurance == Assurance.STRONG, _("Its signature covers what it says."))
        self._close("quiet_seconds", family.quiet_seconds is None, _("This product tells how a recording ends."))
        if "quiet_seconds" in self.fields and family.quiet_seconds is not None:
            self.fields["quiet_seconds"].widget.attrs["placeholder"] = family.quiet_seconds
        self._close("signature_variant", not family.signature_variants, _("This product signs in one way."))
        if "signature_variant" in self.fields:
            choices: Any = self.fields["signature_variant"]
            choices.choices = [("", _("as documented")), *family.signature_variants.items()]

    def _close(self, name: str, is_closed: bool, why: Any) -> None:
        if is_closed and name in self.fields:
            self.fields[name].disabled = True
            self.fields[name].help_text = why

    def save(self, commit: bool = True) -> Any:
        endpoint: CallbackEndpoint = self.instance
        new_key, endpoint.current_key = endpoint.current_key, self.stored.get("current_key", "")
        if new_key != endpoint.current_key:
            rotate_callback_key(endpoint=endpoint, new_key=new_key)
        if self.cleaned_data.get("forget_previous_key"):
            endpoint.previous_key, endpoint.previous_key_until = "", None
        return super().save(commit)


class CallbackEndpointInline(HidesSecrets, StackedInline):  # type: ignore[misc]  # untyped library
    model = CallbackEndpoint
    form = CallbackEndpointForm
    formset = OfferFreeFamilies
    extra = 0
    fields = [
        ("family", "vendor_app_id"),
        "address",
        "current_key",
        "keys_accepted",
        "forget_previous_key",
        ("is_trusted", "quiet_seconds"),
        ("signature_variant", "seen"),
    ]
    readonly_fields = ["address", "keys_accepted"]

    def get_max_num(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        return len(family_choices())

    @admin.display(description=_("callback URL"))
    def address(self, endpoint: CallbackEndpoint) -> str | SafeString:
        if not endpoint.pk:
            return str(_("Made when you save."))
        family = find_family(endpoint.family)
        hint = _now("Where it goes: %(console)s. The callback key must be the same there and here.")
        return format_html(
            '<input readonly class="cp-copy" value="{}" aria-label="{}" onclick="this.select()">'
            '<p class="cp-hint">{}</p>',
            endpoint.url,
            _("callback URL"),
            hint % {"console": family.console if family else endpoint.family},
        )

    @admin.display(description=_("keys that are accepted"))
    def keys_accepted(self, endpoint: CallbackEndpoint) -> SafeString:
        return format_html_join("", "<p>{}</p>", ((line,) for line in _tell_keys(endpoint, timezone.now())))


def _tell_keys(endpoint: CallbackEndpoint, now: datetime) -> list[str]:
    since, until = endpoint.current_key_since, endpoint.previous_key_until
    told = []
    if endpoint.current_key:
        text = _now("The callback key, since %(when)s.")
        told.append(text % {"when": _minute(since) if since else _now("an unknown time")})
    if endpoint.previous_key and (until is None or now < until):
        number = len(endpoint.previous_key.splitlines())
        text = ngettext("The previous key, until %(when)s.", "%(number)d previous keys, until %(when)s.", number)
        told.append(text % {"number": number, "when": _minute(until) if until else _now("it is revoked")})
    elif endpoint.previous_key and until is not None:
        told.append(_now("No longer the previous key: its time was over at %(when)s.") % {"when": _minute(until)})
    return told or [_now("None: every callback is refused.")]


def _tell_revoking(endpoint: CallbackEndpoint) -> str:
    if not endpoint.previous_key:
        return _now("There is none. Switched on together with a new key, it revokes the key that is replaced.")
    if endpoint.previous_key_until is None:
        return _now("It is accepted until then. Revoked, it is refused within two seconds after you save.")
    text = _now("It is accepted until %(when)s. Revoked, it is refused within two seconds after you save.")
    return text % {"when": _minute(endpoint.previous_key_until)}


def _minute(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
