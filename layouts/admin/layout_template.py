"""The list of layout templates and the page of one, with a live picture."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import ForeignKey, Model, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from applications.admin.secrets import secret_names
from applications.admin.unchanged import SavesInTurn
from applications.models import Application
from layouts.admin.editing import EditingForm
from layouts.admin.fields import LAYOUT_FIELDS
from layouts.admin.filters import OwnerFilter
from layouts.admin.form import LayoutTemplateForm
from layouts.admin.history import tell_versions
from layouts.admin.pictures import make_thumbnail
from layouts.admin.preview import make_preview
from layouts.models import LayoutTemplate, LayoutTemplateVersion
from layouts.services import change_layout_template, create_layout_template

SHARED = _("shared by all")
ARRANGEMENT = [
    "mix_layout_mode", "max_resolution_user_id", "media_id", "max_resolution_user_align", "render_mode",
    "pure_audio_disable_layout", "mix_layout_list",
]  # fmt: skip
BACKGROUND = [
    "back_ground_color", "background_image_url", "background_image_render_mode", "place_holder_mode",
    "default_sub_background_image",
]  # fmt: skip


@admin.register(LayoutTemplate)
class LayoutTemplateAdmin(SavesInTurn, ModelAdmin):  # type: ignore[misc]  # untyped library
    form = LayoutTemplateForm
    change_form_template = "admin/layouts/layouttemplate/editor.html"
    delete_confirmation_template = "admin/layouts/layouttemplate/deletion.html"
    list_display = ["name", "owner", "mode", "version", "changed", "picture"]
    list_filter = [OwnerFilter]
    list_per_page = 50
    search_fields = ["name"]
    search_help_text = _("Name")
    ordering = ["name", "pk"]
    actions = None  # deleting is for one at a time
    warn_unsaved_form = True

    class Media:
        css = {"all": ["admin/control_plane.css", "admin/layout_templates.css"]}
        js = ["admin/layout_preview.js"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[LayoutTemplate]:
        templates: QuerySet[LayoutTemplate] = super().get_queryset(request)
        secrets = [f"application__{name}" for name in secret_names(Application)]
        newest = LayoutTemplateVersion.objects.filter(template=OuterRef("pk")).order_by("-number")
        return (
            templates.select_related("application")
            .defer(*secrets)
            .annotate(
                newest_number=Subquery(newest.values("number")[:1]),
                newest_at=Subquery(newest.values("created_at")[:1]),
                newest_layout=Subquery(newest.values("mix_layout_params")[:1]),
            )
        )

    # --- the page

    def get_fieldsets(self, request: HttpRequest, obj: LayoutTemplate | None = None) -> Any:
        named = ["name", "application"] if obj is None else ["name", "owner"]
        template = (None, {"fields": [*named, "description"]})
        if not self._may_edit(request, obj):
            return [template]
        return [
            template,
            (_("Arrangement"), {"fields": ARRANGEMENT}),
            (_("Background"), {"fields": BACKGROUND}),
            (_("Watermarks"), {"fields": [("water_mark_list", "seen")]}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: LayoutTemplate | None = None) -> list[str]:
        return [] if obj is None else ["name", "owner"]

    def formfield_for_foreignkey(self, db_field: ForeignKey[Any], request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "application":
            kwargs["queryset"] = Application.objects.defer(*secret_names(Application))
        field: Any = super().formfield_for_foreignkey(db_field, request, **kwargs)
        field.empty_label = SHARED
        return field

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        *args: Any,
        obj: LayoutTemplate | None = None,
        **kwargs: Any,
    ) -> HttpResponse:
        form = context["adminform"].form
        context["preview_address"] = reverse("admin:layouts_layouttemplate_preview")
        # Who may only look gets the fields unseen, so that the picture is drawn of something.
        context["unseen"] = [] if self._may_edit(request, obj) else [form[name] for name in LAYOUT_FIELDS]
        context |= tell_versions(obj) if obj is not None else {}
        answer: HttpResponse = super().render_change_form(request, context, *args, obj=obj, **kwargs)
        return answer

    def get_urls(self) -> list[URLPattern]:
        preview = path("preview/", self.admin_site.admin_view(self.preview_view), name="layouts_layouttemplate_preview")
        return [preview, *super().get_urls()]

    def preview_view(self, request: HttpRequest) -> HttpResponse:
        """Answer with the picture of the posted fields; nothing is stored."""
        if not (self.has_view_permission(request) or self.has_add_permission(request)):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        return JsonResponse(make_preview(EditingForm(request.POST)))

    def _may_edit(self, request: HttpRequest, obj: LayoutTemplate | None) -> bool:
        return bool(self.has_add_permission(request) if obj is None else self.has_change_permission(request, obj))

    # --- storing

    def save_model(self, request: HttpRequest, obj: LayoutTemplate, form: LayoutTemplateForm, change: bool) -> None:
        what: dict[str, Any] = {
            "layout": form.layout,
            "description": form.cleaned_data["description"],
            "by": request.user.get_username(),
        }
        if change:
            change_layout_template(template_id=obj.pk, **what)
        else:
            made = create_layout_template(application=obj.application, name=obj.name, **what)
            obj.pk, obj.created_at, obj._state.adding = made.pk, made.created_at, False

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> str:
        return _now("Version %(number)d.") % {"number": form.instance.current.number}

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        found: Model | None = super().get_object(request, object_id, from_field)
        return found

    # --- columns

    @admin.display(description=_("application"), ordering="application__name")
    def owner(self, template: LayoutTemplate) -> str:
        return str(SHARED if template.application is None else template.application.name)

    @admin.display(description=_("mode"))
    def mode(self, template: Any) -> str:
        return str((template.newest_layout or {}).get("mix_layout_mode", "-"))

    @admin.display(description=_("version"), ordering="newest_number")
    def version(self, template: Any) -> str:
        return str(template.newest_number or "-")

    @admin.display(description=_("changed"), ordering="newest_at")
    def changed(self, template: Any) -> str:
        return f"{template.newest_at:%Y-%m-%d %H:%M}" if template.newest_at else "-"

    @admin.display(description=_("four people"))
    def picture(self, template: Any) -> SafeString | str:
        return make_thumbnail(template.newest_layout)
