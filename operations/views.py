"""What machines ask: is the process alive, may it be sent requests, what does it count."""

import logging
from typing import TypeVar

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client.exposition import choose_encoder

from operations.collector import Everything
from operations.exposition import may_read
from operations.look import look
from operations.readiness import Status, assess, worst

logger = logging.getLogger(__name__)

A = TypeVar("A", bound=HttpResponse)


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer: this process does. Nothing else is looked at, so that an outage elsewhere restarts nobody."""
    return _whole(JsonResponse({"status": Status.OK}))


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Say whether requests should come here: 503 when a check failed, within about three seconds in any case."""
    tables, spool = look()
    checks = assess(missing=tables.missing, findings=tables.findings, spool=spool)
    status = worst(checks)
    told = {check.name: {"status": check.status, **check.values} for check in checks}
    if status != Status.FAILED:
        return _whole(JsonResponse({"status": status, "checks": told}))
    logger.warning("not_ready", extra={"failed": [check.name for check in checks if check.status == Status.FAILED]})
    answer = JsonResponse({"status": status, "checks": told}, status=503)
    answer._has_been_logged = True  # type: ignore[attr-defined]  # Django's own line would not say which check it was
    return _whole(answer)


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Tell Prometheus what this process counted and what the tables say."""
    if not may_read(request.headers.get("Authorization", "")):
        return _whole(HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"}))
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    return _whole(HttpResponse(encode(Everything()), content_type=content_type))


def _whole(answer: A) -> A:
    """Say how long it is, so that the connection is kept: no middleware does it here."""
    answer["Content-Length"] = str(len(answer.content))
    return answer
