"""The WSGI application."""

import logging
import os
from collections.abc import Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

logger = logging.getLogger(__name__)
_django = get_wsgi_application()


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answer a request; 400 where its head is such that Django cannot even make a request of it.

    Whatever goes wrong later, Django answers itself.
    """
    try:
        return _django(environ, start_response)
    except (ValueError, LookupError) as error:  # codecs and parameters of a Content-Type that do not exist
        logger.warning("request_unreadable", extra={"why": type(error).__name__})
        start_response("400 Bad Request", [("Content-Type", "application/json"), ("Content-Length", "13")])
        return [b'{"code": 400}']
