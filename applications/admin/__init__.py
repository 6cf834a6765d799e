"""Applications, with what belongs to them, and API keys."""

from applications.admin.api_key import ApiKeyAdmin
from applications.admin.application import ApplicationAdmin

__all__ = ["ApiKeyAdmin", "ApplicationAdmin"]
