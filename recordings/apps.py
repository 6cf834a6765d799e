"""Recordings: what was asked, what is known, and what is done about it."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from recordings.failpoints import arm


class RecordingsConfig(AppConfig):
    name = "recordings"
    verbose_name = _("Recordings")

    def ready(self) -> None:
        """Arm what tests armed."""
        arm()
