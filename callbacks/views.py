"""Where vendors call. Plain Django views, because a signature covers the raw body and DRF parses it."""

import logging

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from callbacks.ingest import ingest
from callbacks.keyring import UnknownAddress, find_ring
from callbacks.providers import PROVIDERS
from callbacks.providers.base import Malformed, SignatureRejected

logger = logging.getLogger(__name__)

LARGEST_BODY = 256 * 1024  # bytes; the vendor's own are a few KiB


@csrf_exempt  # authenticated by signature
@require_POST
def receive(request: HttpRequest, family: str, token: str) -> JsonResponse:
    """Take one callback. 200 `{"code": 0}` means stored; anything else invites the vendor to try again.

    An unknown address, an unknown key and a bad signature are told apart by nobody outside.
    """
    if _content_length(request) > LARGEST_BODY:
        return _answer(413)
    if request.content_type != "application/json":
        return _answer(415)
    try:
        ring = find_ring(family=family, token=token)
        ingest(provider=PROVIDERS[family], ring=ring, headers=request.headers, body=request.body)
    except (SignatureRejected, UnknownAddress) as error:
        logger.warning("callback_rejected", extra={"family": family, "why": str(error) or "unknown address"})
        return _answer(401)
    except Malformed as error:
        logger.warning("callback_malformed", extra={"family": family, "why": str(error)})
        return _answer(400)
    except (OperationalError, InterfaceError):
        logger.exception("callback_not_stored", extra={"family": family})
        return _answer(503)
    return _answer(200)


def _content_length(request: HttpRequest) -> int:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isascii() and length.isdigit() else LARGEST_BODY + 1


def _answer(status: int) -> JsonResponse:
    answer = JsonResponse({"code": 0 if status == 200 else status}, status=status)
    answer["Content-Length"] = str(len(answer.content))
    return answer
