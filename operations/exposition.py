"""Metrics over HTTP, for those who may read them."""

import logging
import threading
from collections.abc import Iterable
from typing import Any

import waitress
from django.conf import settings
from django.utils.crypto import constant_time_compare
from prometheus_client import REGISTRY
from prometheus_client.exposition import choose_encoder

logger = logging.getLogger(__name__)


def may_read(authorization: str) -> bool:
    """Tell whether this Authorization header may read metrics; any may where METRICS_TOKEN is empty."""
    token = settings.METRICS_TOKEN
    return not token or constant_time_compare(authorization, f"Bearer {token}")


def serve_worker_metrics(*, host: str, port: int) -> None:
    """Serve what this process counted at `/metrics`, from a thread that ends with it.

    Raises:
        OSError: It cannot listen there.
    """
    server = waitress.create_server(_answer, host=host, port=port, threads=1, ident=None)
    threading.Thread(target=server.run, name="metrics", daemon=True).start()
    logger.info("metrics_served", extra={"address": f"http://{host}:{port}/metrics"})


def _answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    if environ["PATH_INFO"] != "/metrics":
        start_response("404 Not Found", [("Content-Length", "0")])
        return []
    if not may_read(environ.get("HTTP_AUTHORIZATION", "")):
        start_response("401 Unauthorized", [("WWW-Authenticate", "Bearer"), ("Content-Length", "0")])
        return []
    encode, content_type = choose_encoder(environ.get("HTTP_ACCEPT", ""))
    body = encode(REGISTRY)
    start_response("200 OK", [("Content-Type", content_type), ("Content-Length", str(len(body)))])
    return [body]
