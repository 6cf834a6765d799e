"""Storage profiles and callback endpoints, on the page of their application."""

from typing import Any

from django import forms
from django.contrib import admin
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import StackedInline
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget, UnfoldBooleanSwitchWidget

from applications.admin.secrets import HidesSecrets, WriteOnlySecretsForm
from applications.models import CallbackEndpoint, StorageProfile


class KeepsUsedProfiles(BaseInlineFormSet):  # type: ignore[type-arg]  # generic in its stubs alone
    """A profile that recordings went into cannot be deleted: their history names it."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        profile = form.instance
        if "DELETE" in form.fields and profile.pk and profile.recording_set.exists():
            form.fields["DELETE"].disabled = True
            form.fields["DELETE"].help_text = _("Recordings are in it.")


class StorageProfileForm(WriteOnlySecretsForm):
    class Meta:
        model = StorageProfile
        fields = ["name", "kind", "region", "bucket", "access_key", "secret_key", "file_name_prefix", "tencent_vod"]
        # Help texts are HTML here: angle brackets would vanish.
        help_texts = {"file_name_prefix": _("Comma separated: a,b puts files under a/b/ and a folder of the task.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "kind" in self.fields:
            # Recordings were checked against the kind, and their files are judged by it.
            self.fields["kind"].disabled = True


class StorageProfileInline(HidesSecrets, StackedInline):  # type: ignore[misc]  # untyped library
    model = StorageProfile
    form = StorageProfileForm
    formset = KeepsUsedProfiles
    extra = 0
    fields = [
        ("name", "kind"),
        ("region", "bucket"),
        "access_key",
        "secret_key",
        "file_name_prefix",
        "tencent_vod",
    ]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "file_name_prefix":
            kwargs["widget"] = UnfoldAdminTextInputWidget
        if db_field.name == "tencent_vod":
            kwargs["widget"] = UnfoldAdminTextareaWidget(attrs={"rows": 3})
        return super().formfield_for_dbfield(db_field, request, **kwargs)


class CallbackEndpointForm(WriteOnlySecretsForm):
    """A new key moves the stored one behind it, so that callbacks under way during a rotation still verify."""

    forget_previous_key = forms.BooleanField(
        label=_("Forget the previous key"),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text=_("After a rotation: callbacks that are signed with it are refused from then on."),
    )

    class Meta:
        model = CallbackEndpoint
        fields = ["family", "current_key"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["forget_previous_key"].disabled = not self.instance.previous_key

    def save(self, commit: bool = True) -> Any:
        endpoint = self.instance
        old_key = self.stored.get("current_key", "")
        if "current_key" in self.changed_data and old_key:
            endpoint.previous_key = old_key
        if self.cleaned_data.get("forget_previous_key"):
            endpoint.previous_key = ""
        return super().save(commit)


class CallbackEndpointInline(HidesSecrets, StackedInline):  # type: ignore[misc]  # untyped library
    model = CallbackEndpoint
    form = CallbackEndpointForm
    extra = 0
    fields = ["family", "address", "current_key", "keys_accepted", "forget_previous_key"]
    readonly_fields = ["address", "keys_accepted"]

    @admin.display(description=_("callback URL"))
    def address(self, endpoint: CallbackEndpoint) -> str | SafeString:
        if not endpoint.pk:
            return str(_("Made when you save."))
        return format_html(
            '<input readonly class="cp-copy" value="{}" aria-label="{}" onclick="this.select()">'
            '<p class="cp-hint">{}</p>',
            endpoint.url,
            _("callback URL"),
            _(
                "Paste it in the TRTC console: Application management > Callback configuration > recording callback, "
                "and set the same callback key there."
            ),
        )

    @admin.display(description=_("keys that are accepted"))
    def keys_accepted(self, endpoint: CallbackEndpoint) -> str:
        if not endpoint.current_key and not endpoint.previous_key:
            return str(_("None: every callback is refused."))
        if endpoint.previous_key:
            return str(_("The callback key, and the previous one while it is being rotated."))
        return str(_("The callback key."))
