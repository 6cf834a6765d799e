"""Operations: is the service able to serve, what does it count, who works."""

from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from prometheus_client import Info, disable_created_metrics

RELEASE = Info("recordings_release", "What runs: RELEASE of its environment.")


class OperationsConfig(AppConfig):
    name = "operations"
    verbose_name = _("Operations")

    def ready(self) -> None:
        """Set up what a process tells of itself."""
        RELEASE.info({"release": settings.RELEASE})
        # When each counter began: it doubles what is scraped, and nobody reads it.
        disable_created_metrics()  # type: ignore[no-untyped-call]  # untyped in its library
