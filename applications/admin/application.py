"""Applications: the tenancy boundary, with credentials that only go in."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Model, OuterRef, ProtectedError, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin
from unfold.decorators import action

from applications.admin.callback_endpoint import CallbackEndpointInline
from applications.admin.inlines import StorageProfileInline
from applications.admin.preflight import check_and_tell
from applications.admin.secrets import HidesSecrets, WriteOnlySecretsForm, secret_names
from applications.admin.unchanged import SavesInTurn
from applications.models import Application, StorageProfile
from applications.services import ask_for_check


def _recordings() -> Any:
    """Return the manager of recordings, by the way back: this app knows nothing of theirs."""
    related: Any = Application._meta.get_field("recordings").related_model
    return related.objects


@admin.register(Application)
class ApplicationAdmin(SavesInTurn, HidesSecrets, ModelAdmin):  # type: ignore[misc]  # untyped library
    form = WriteOnlySecretsForm
    inlines = [CallbackEndpointInline, StorageProfileInline]
    list_display = ["name", "sdk_app_id", "region", "live_recordings", "endpoint"]
    search_fields = ["name", "=sdk_app_id"]
    search_help_text = _("Name or SdkAppId")
    fields = [
        ("name", "sdk_app_id"),
        ("region", "endpoint"),
        ("secret_id", "secret_key"),
        "sdk_secret_key",
        "private_map_key",
        ("task_limit", "requests_per_second", "seen"),
    ]
    actions = None  # deleting is for one at a time, with its reasons
    actions_detail = ["check_storage"]
    warn_unsaved_form = True

    class Media:
        css = {"all": ["admin/control_plane.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Application]:
        live = _recordings().live().filter(application=OuterRef("pk")).order_by().values("application")
        applications: QuerySet[Application] = super().get_queryset(request)
        match = request.resolver_match
        if match is not None and (match.url_name or "").endswith("_changelist"):
            counted = Subquery(live.annotate(number=Count("pk")).values("number"))
            return applications.defer(*secret_names(Application)).annotate(live=Coalesce(counted, 0))
        return applications

    @admin.display(description=_("live recordings"), ordering="live")
    def live_recordings(self, application: Any) -> str | SafeString:
        if not application.live:
            return "0"
        address = reverse("admin:recordings_recording_changelist")
        return format_html(
            '<a class="cp-link" href="{}?application={}&amp;live=live">{}</a>',
            address,
            application.pk,
            application.live,
        )

    # --- storage

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Save, and let a worker try the storage profiles that changed."""
        super().save_formset(request, form, formset, change)
        for saved in [*formset.new_objects, *(changed for changed, _fields in formset.changed_objects)]:
            if isinstance(saved, StorageProfile):
                ask_for_check(saved)

    def has_check_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return bool(request.user.has_perm("applications.change_storageprofile"))

    @action(  # type: ignore[untyped-decorator]  # untyped library
        description=_("Check storage"), permissions=["check"], icon="cloud_sync"
    )
    def check_storage(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Write, read, list and delete one small object in each bucket."""
        page = reverse("admin:applications_application_change", args=[object_id])
        application = self.get_object(request, object_id)
        if application is None:
            return HttpResponseRedirect(reverse("admin:applications_application_changelist"))
        if request.method == "POST":
            check_and_tell(request, application)
            return HttpResponseRedirect(page)
        context = {
            **self.admin_site.each_context(request),
            "title": _now("Check storage"),
            "opts": self.opts,
            "question": _now("Write, read, list and delete one small object in each bucket of this application?"),
            "button": _now("Check storage"),
            "items": [str(application)],
            "selected": [],
            "action": "",
            "back": page,
        }
        return TemplateResponse(request, "admin/confirm.html", context)

    # --- deleting

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Say what goes with an application in numbers: one has too many events to list, and a key's id is its hash."""
        counts: dict[str, int] = {}
        for application in objs:
            for relation in application._meta.related_objects:
                related: Any = relation.related_model
                number = related._default_manager.filter(**{relation.field.name: application}).count()
                if number:
                    counts[str(relation.related_model._meta.verbose_name_plural)] = number
        names = [f"{number} {name}" for name, number in counts.items()]
        return [str(objs[0]), names] if names else [str(objs[0])], counts, set(), []

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        application = self.get_object(request, object_id)
        if application is None or not self.has_delete_permission(request, application):
            refused: HttpResponse = super().delete_view(request, object_id, extra_context)
            return refused
        try:
            if not _recordings().filter(application=application).exists():
                answer: HttpResponse = super().delete_view(request, object_id, extra_context)
                return answer
        except ProtectedError:
            pass  # a recording was started while the page was open
        return self._refuse_deletion(request, application)

    def _refuse_deletion(self, request: HttpRequest, application: Application) -> HttpResponse:
        live = _recordings().live().filter(application=application).count()
        if live:
            text = ngettext(
                "%(name)s is not deleted: it has %(number)d live recording. Stop it first.",
                "%(name)s is not deleted: it has %(number)d live recordings. Stop them first.",
                live,
            )
        else:
            text = _now(
                "%(name)s is not deleted: it has recordings, and their history is kept. "
                "Revoke its API keys to put it out of use."
            )
        messages.error(request, text % {"name": application.name, "number": live})
        return HttpResponseRedirect(reverse("admin:applications_application_change", args=[application.pk]))

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        found: Model | None = super().get_object(request, object_id, from_field)
        return found
