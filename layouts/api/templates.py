"""Views of layout templates: validate in, call one service, serialize out."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.exceptions import ErrorDetail, PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from applications.api.pagination import ByName
from applications.models import ApiKey
from layouts.api.serializers import LayoutTemplateSerializer, LayoutVersionSerializer
from layouts.models import LayoutTemplate
from layouts.services import change_layout_template, create_layout_template


class LayoutTemplates(generics.GenericAPIView[LayoutTemplate]):
    """What the views share: the caller's templates and the shared ones that they do not hide."""

    serializer_class = LayoutTemplateSerializer
    pagination_class = ByName
    lookup_field = "name"

    def get_queryset(self) -> QuerySet[LayoutTemplate]:
        if hasattr(self, "swagger_fake_view"):  # the schema is drawn without a caller
            return LayoutTemplate.objects.none()
        own = LayoutTemplate.objects.filter(application=self.get_key().application)
        shared = Q(application__isnull=True) & ~Exists(own.filter(name=OuterRef("name")))
        return LayoutTemplate.objects.filter(Q(application=self.get_key().application) | shared)

    def get_key(self) -> ApiKey:
        """Return the caller's key."""
        assert isinstance(self.request.auth, ApiKey)  # noqa: S101 - no view runs without one
        return self.request.auth

    def get_own(self) -> LayoutTemplate:
        """Return the caller's template.

        Raises:
            Http404: There is none.
            PermissionDenied: It is shared.
        """
        template = self.get_object()
        if template.application_id is None:
            raise PermissionDenied(_("A shared template is changed by operators alone. Make one of your own."))
        return template

    def read(self, *, partial: bool) -> dict[str, Any]:
        """Return the checked body, flat."""
        serializer = self.get_serializer(data=self.request.data, partial=partial)
        serializer.is_valid(raise_exception=True)
        checked = dict(serializer.validated_data)
        layout = checked.pop("current", {}).get("mix_layout_params")
        return checked if layout is None else checked | {"layout": layout}


class LayoutTemplateListView(LayoutTemplates):
    @extend_schema(operation_id="layout_templates_list", responses=LayoutTemplateSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List the layout templates by name."""
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(operation_id="layout_templates_create", responses={201: LayoutTemplateSerializer})
    def post(self, request: Request) -> Response:
        """Create a layout template."""
        key = self.get_key()
        template = create_layout_template(application=key.application, by=key.name, **self.read(partial=False))
        location = f"/api/v1/layout-templates/{template.name}"
        return Response(self.get_serializer(template).data, status=201, headers={"Location": location})


class LayoutTemplateView(LayoutTemplates):
    @extend_schema(operation_id="layout_templates_retrieve")
    def get(self, request: Request, name: str) -> Response:
        """Read a layout template."""
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(operation_id="layout_templates_change")
    def patch(self, request: Request, name: str) -> Response:
        """Change a layout template: another layout makes another version. Recordings keep what they were given."""
        template = self.get_own()
        changes = self.read(partial=True)
        if changes.pop("name", name) != name:
            raise ValidationError({"name": ErrorDetail(str(_("The name cannot change.")), code="immutable")})
        changed = change_layout_template(template_id=template.pk, by=self.get_key().name, **changes)
        return Response(self.get_serializer(changed).data)

    @extend_schema(operation_id="layout_templates_delete", request=None, responses={204: None})
    def delete(self, request: Request, name: str) -> Response:
        """Delete a layout template with its versions. Recordings keep what they were given."""
        self.get_own().delete()
        return Response(status=204)


class LayoutVersionsView(LayoutTemplates):
    pagination_class = None  # type: ignore[assignment]  # a template has few

    @extend_schema(operation_id="layout_templates_versions", responses=LayoutVersionSerializer(many=True))
    def get(self, request: Request, name: str) -> Response:
        """List every version of a layout template, newest first."""
        return Response(LayoutVersionSerializer(self.get_object().versions.all(), many=True).data)
