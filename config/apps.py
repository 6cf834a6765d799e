"""The project itself: its checks and entry points."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"
