"""Callbacks: verified, stored, applied and committed before they are acknowledged."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from applications.families import register_family
from callbacks.providers import PROVIDERS


class CallbacksConfig(AppConfig):
    name = "callbacks"
    verbose_name = _("Callbacks")

    def ready(self) -> None:
        for provider in PROVIDERS.values():
            register_family(provider.family)
