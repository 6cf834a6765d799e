"""Storage profiles, on the page of their application."""

from typing import Any

from django.contrib import admin
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import StackedInline
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from applications.admin.preflight import tell_preflight
from applications.admin.secrets import HidesSecrets, OnApplicationsPage
from applications.models import StorageKind, StorageProfile


class KeepsUsedProfiles(BaseInlineFormSet):  # type: ignore[type-arg]  # generic in its stubs alone
    """A profile that recordings went into cannot be deleted: their history names it."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        profile = form.instance
        if "DELETE" in form.fields and profile.pk and profile.recording_set.exists():
            form.fields["DELETE"].disabled = True
            form.fields["DELETE"].help_text = _("Recordings are in it.")


class StorageProfileForm(OnApplicationsPage):
    class Meta:
        model = StorageProfile
        fields = [
            *("name", "kind", "region", "bucket", "access_key", "secret_key", "file_name_prefix", "tencent_vod"),
            *("endpoint_url", "check_files", "keep_days"),
        ]
        # Help texts are HTML here: angle brackets would vanish.
        help_texts = {"file_name_prefix": _("Comma separated: a,b puts files under a/b/ and a folder of the task.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "kind" in self.fields:
            # Recordings were checked against the kind, and their files are judged by it.
            self.fields["kind"].disabled = True
        if not self.instance.pk and "check_files" in self.fields:
            self.fields["check_files"].initial = True

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.instance.pk and cleaned.get("kind") == StorageKind.VOD:
            cleaned["check_files"] = False  # ticked before anybody chose the kind; it can be ticked again once saved
        return cleaned


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
        ("check_files", "keep_days"),
        ("endpoint_url", "seen"),
        "last_check",
    ]
    readonly_fields = ["last_check"]

    @admin.display(description=_("last check"))
    def last_check(self, profile: StorageProfile) -> str | SafeString:
        return tell_preflight(profile)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "file_name_prefix":
            kwargs["widget"] = UnfoldAdminTextInputWidget
        if db_field.name == "tencent_vod":
            kwargs["widget"] = UnfoldAdminTextareaWidget(attrs={"rows": 3})
        return super().formfield_for_dbfield(db_field, request, **kwargs)
