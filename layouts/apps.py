"""Layouts: how the pictures of a mixed recording are arranged."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LayoutsConfig(AppConfig):
    name = "layouts"
    verbose_name = _("Layouts")
