"""Who calls the REST API: an API key, bound to one application, within its scopes."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework_api_key.permissions import KeyParser

from applications.models import ApiKey, Scope


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Api-Key <key>`. Unknown, revoked and expired keys are told apart by nobody outside."""

    def authenticate(self, request: Request) -> tuple[ApiKey, ApiKey] | None:
        plain = KeyParser().get(request)
        if not plain:
            return None
        prefix = plain.partition(".")[0]
        key = None
        if "\0" not in plain:
            usable = ApiKey.objects.get_usable_keys().select_related("application")
            key = usable.filter(prefix=prefix).first()
        if not isinstance(key, ApiKey) or not key.is_valid(plain) or key.has_expired:
            raise AuthenticationFailed(_("The API key is not valid."))
        return key, key

    def authenticate_header(self, request: Request) -> str:
        return "Api-Key"


class HasScope(BasePermission):
    """Reading needs the scope `read`, everything else `write`; a view that changes nothing says `reads_only`.

    A view that hands out more than words names its own scope.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        reads = request.method in SAFE_METHODS or getattr(view, "reads_only", False)
        needed = getattr(view, "scope", None) or (Scope.READ if reads else Scope.WRITE)
        return isinstance(request.auth, ApiKey) and needed in request.auth.scopes


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # untyped registry
    """How the schema describes it."""

    target_class = ApiKeyAuthentication
    name = "ApiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": "Api-Key <key>"}
