"""API keys: the plain key is shown once. A key's row id holds its hash, so pages and logs name it by its prefix."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from rest_framework_api_key.models import APIKey
from unfold.admin import ModelAdmin
from unfold.decorators import action
from unfold.enums import ActionVariant
from unfold.views import ChangeList
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from applications.admin.secrets import secret_names
from applications.models import ApiKey, Application, Scope

# The library's own keys open nothing here. Its app stands before this one in INSTALLED_APPS.
admin.site.unregister(APIKey)


class ApiKeyForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in its stubs alone
    scopes = forms.MultipleChoiceField(
        label=_("Scopes"), choices=Scope.choices, initial=Scope.values, widget=UnfoldAdminCheckboxSelectMultipleWidget
    )


class Named:
    """A key as breadcrumbs and links may know it."""

    def __init__(self, key: ApiKey) -> None:
        self.pk = key.prefix
        self.name = key.name
        self._meta = key._meta

    def __str__(self) -> str:
        return self.name


class ByPrefix(ChangeList):  # type: ignore[misc]  # untyped library
    def url_for_result(self, result: ApiKey) -> str:
        return reverse("admin:applications_apikey_change", args=[result.prefix])


@admin.register(ApiKey)
class ApiKeyAdmin(ModelAdmin):  # type: ignore[misc]  # untyped library
    form = ApiKeyForm
    fields = ["application", "name", "scopes", "expiry_date"]
    list_display = ["name", "application", "prefix", "scope_names", "created", "expiry_date", "usable"]
    list_filter = ["revoked"]
    search_fields = ["name", "prefix"]
    ordering = ["-created"]
    actions = None
    actions_detail = ["revoke"]

    class Media:
        css = {"all": ["admin/control_plane.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiKey]:
        keys: QuerySet[ApiKey] = super().get_queryset(request)
        secrets = [f"application__{name}" for name in secret_names(Application)]
        return keys.select_related("application").defer(*secrets)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ByPrefix]:
        return ByPrefix

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> ApiKey | None:
        return self.get_queryset(request).filter(prefix=object_id).first()

    def get_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> list[str]:
        if obj is None:
            return list(self.fields)
        return ["application", "name", "prefix", "scope_names", "created", "expiry_date", "usable"]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, obj: ApiKey | None = None, **kwargs: Any
    ) -> HttpResponse:
        if obj is not None:
            context["original"] = Named(obj)
        answer: HttpResponse = super().render_change_form(request, context, *args, obj=obj, **kwargs)
        return answer

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        key = self.get_object(request, object_id)
        named = {"object": Named(key)} if key is not None else {}
        answer: HttpResponse = super().history_view(request, object_id, named | (extra_context or {}))
        return answer

    # A key is what it was made as: another scope is another key.
    def has_change_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        return False

    def has_revoke_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return bool(request.user.has_perm("applications.change_apikey"))

    @admin.display(description=_("scopes"))
    def scope_names(self, key: ApiKey) -> str:
        return ", ".join(str(Scope(scope).label) if scope in Scope.values else scope for scope in key.scopes)

    @admin.display(description=_("usable"), ordering="revoked")
    def usable(self, key: ApiKey) -> SafeString:
        expired = key.expiry_date is not None and key.expiry_date < timezone.now()
        text, tone = (
            (_("revoked"), "danger") if key.revoked else (_("expired"), "warning") if expired else (_("yes"), "success")
        )
        return format_html('<span class="cp-badge cp-{}">{}</span>', tone, text)

    # --- making one

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        plain = ApiKey.objects.assign_key(obj)
        obj.save()
        text = _now("The API key of %(name)s, shown this once and stored nowhere: %(key)s")
        messages.warning(request, text % {"name": obj.name, "key": plain})

    def response_add(self, request: HttpRequest, obj: ApiKey, post_url_continue: str | None = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:applications_apikey_changelist"))

    def log_addition(self, request: HttpRequest, obj: ApiKey, message: Any) -> LogEntry:
        return _log(request, obj, ADDITION, "")

    # --- ending one

    @action(  # type: ignore[untyped-decorator]  # untyped library
        description=_("Revoke"), permissions=["revoke"], icon="block", variant=ActionVariant.DANGER
    )
    def revoke(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Refuse the key from now on; asks first."""
        key = get_object_or_404(self.get_queryset(request), prefix=object_id)
        page = HttpResponseRedirect(reverse("admin:applications_apikey_change", args=[key.prefix]))
        if key.revoked:
            messages.info(request, _("The key is revoked already."))
            return page
        if request.method != "POST":
            context = {
                **self.admin_site.each_context(request),
                "title": _("Revoke an API key"),
                "opts": self.opts,
                "question": _now("Refuse the key “%(name)s” of %(application)s from now on? This cannot be undone.")
                % {"name": key.name, "application": key.application},
                "button": _("Revoke"),
                "back": page.url,
            }
            return TemplateResponse(request, "admin/confirm.html", context)
        key.revoked = True
        key.save(update_fields=["revoked"])
        _log(request, key, CHANGE, _now("Revoked."))
        messages.success(request, _now("The key “%(name)s” is refused from now on.") % {"name": key.name})
        return page


def _log(request: HttpRequest, key: ApiKey, flag: int, message: str) -> LogEntry:
    return LogEntry.objects.create(
        user_id=int(str(request.user.pk)),
        content_type=ContentType.objects.get_for_model(ApiKey),
        object_id=key.prefix,
        object_repr=str(key),
        action_flag=flag,
        change_message=message,
    )
