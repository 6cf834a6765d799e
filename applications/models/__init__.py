"""Who records, with which credentials, into which storage."""

from applications.models.api_key import ApiKey, Scope
from applications.models.application import Application
from applications.models.callback_endpoint import CallbackEndpoint
from applications.models.storage_profile import StorageKind, StorageProfile

__all__ = ["ApiKey", "Application", "CallbackEndpoint", "Scope", "StorageKind", "StorageProfile"]
