"""Views of storage profiles: validate in, call one service, serialize out."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from applications.api.pagination import ByName
from applications.api.serializers import StorageCheckSerializer, StorageProfileSerializer
from applications.models import ApiKey, Application, StorageProfile
from applications.services import change_storage_profile, check_storage, create_storage_profile

CHECK = OpenApiParameter(
    "check", bool, description="true: try the storage before, and store nothing that does not work (422)."
)


class NotABucket(APIException):
    status_code = 409
    default_detail = _("Files in VOD are not looked at unless the profile has check_files.")
    default_code = "not_a_bucket"


def read_check(request: Request) -> bool:
    """Tell whether the storage is to be tried first."""
    told = str(request.query_params.get("check", "false")).lower()
    if told not in ("true", "false"):
        raise ValidationError({"check": _("Must be true or false.")})
    return told == "true"


class StorageProfiles(generics.GenericAPIView[StorageProfile]):
    """What both views share: the caller's profiles, and nobody else's."""

    serializer_class = StorageProfileSerializer
    pagination_class = ByName
    lookup_field = "name"

    def get_queryset(self) -> QuerySet[StorageProfile]:
        if hasattr(self, "swagger_fake_view"):  # the schema is drawn without a caller
            return StorageProfile.objects.none()
        return StorageProfile.objects.filter(application=self.get_application())

    def get_application(self) -> Application:
        """Return the caller's application."""
        assert isinstance(self.request.auth, ApiKey)  # noqa: S101 - no view runs without one
        return self.request.auth.application

    def read(self, *, partial: bool) -> dict[str, Any]:
        """Return the checked body."""
        serializer = self.get_serializer(data=self.request.data, partial=partial)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)


class StorageProfileListView(StorageProfiles):
    @extend_schema(operation_id="storage_profiles_list", responses=StorageProfileSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List the storage profiles by name."""
        page = self.paginate_queryset(self.get_queryset())
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(
        operation_id="storage_profiles_create", parameters=[CHECK], responses={201: StorageProfileSerializer}
    )
    def post(self, request: Request) -> Response:
        """Create a storage profile."""
        profile = create_storage_profile(
            application=self.get_application(), fields=self.read(partial=False), try_first=read_check(request)
        )
        location = f"/api/v1/storage-profiles/{profile.name}"
        return Response(self.get_serializer(profile).data, status=201, headers={"Location": location})


class StorageProfileView(StorageProfiles):
    @extend_schema(operation_id="storage_profiles_retrieve")
    def get(self, request: Request, name: str) -> Response:
        """Read a storage profile."""
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(operation_id="storage_profiles_change", parameters=[CHECK])
    def patch(self, request: Request, name: str) -> Response:
        """Change a storage profile. What is absent stays; starts already sent are not touched."""
        profile = self.get_object()
        changed = change_storage_profile(
            profile_id=profile.pk, fields=self.read(partial=True), try_first=read_check(request)
        )
        return Response(self.get_serializer(changed).data)


class StorageCheckView(StorageProfiles):
    @extend_schema(operation_id="storage_profiles_check", request=None, responses=StorageCheckSerializer)
    def post(self, request: Request, name: str) -> Response:
        """Write, read, list and delete one small object, and tell what came of it. Takes as long as the storage does.

        VOD is asked for a file instead (`read`). 409: a VOD profile without check_files.
        """
        result = check_storage(self.get_object())
        if result is None:
            raise NotABucket
        return Response(StorageCheckSerializer(result).data)
