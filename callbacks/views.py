"""Where vendors call. Plain Django views, because a signature covers the raw body and DRF parses it."""

import logging

from django.http import HttpRequest, JsonResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from applications.families import Assurance
from callbacks.ingest import NotKept, ingest
from callbacks.keyring import KeysUnknown, Ring, UnknownAddress, find_ring
from callbacks.metrics import count_callback
from callbacks.models import Refusal
from callbacks.providers import PROVIDERS
from callbacks.providers.base import Malformed, SignatureRejected, StampExpired, WrongApplication
from callbacks.quarantine import refuse
from callbacks.store import Ingested

logger = logging.getLogger(__name__)

LARGEST_BODY = 256 * 1024  # bytes; the vendor's own are a few KiB
_WHY = {StampExpired: Refusal.EXPIRED, WrongApplication: Refusal.WRONG_APPLICATION}


@csrf_exempt  # authenticated by signature
@require_POST
def receive(request: HttpRequest, family: str, token: str) -> JsonResponse:
    """Take one callback. 200 `{"code": 0}` means stored; anything else invites the vendor to try again.

    An unknown address, an unknown key and a bad signature are told apart by nobody outside.
    """
    if _content_length(request) > LARGEST_BODY:
        return _answer(413)
    if not _is_json(request, family):
        told = (request.headers.get("Content-Type") or "none")[:255]
        _refuse(request, family, None, why=Refusal.WRONG_TYPE, body=b"", detail=told)
        return _answer(415)
    try:
        body = request.body
    except UnreadablePostError:  # the sender went away in mid-body
        return _answer(400)
    ring = None
    try:
        ring = find_ring(family=family, token=token)
        ingested = ingest(provider=PROVIDERS[family], ring=ring, headers=request.headers, body=body)
    except UnknownAddress:
        _refuse(request, family, None, why=Refusal.UNKNOWN_ADDRESS, body=body)
        return _answer(401)
    except SignatureRejected as error:
        why = _WHY.get(type(error), Refusal.BAD_SIGNATURE)
        _refuse(request, family, ring, why=why, body=body, detail=str(error))
        return _answer(401)
    except Malformed as error:
        _refuse(request, family, ring, why=Refusal.UNREADABLE, body=body, detail=str(error))
        return _answer(400)
    except (NotKept, KeysUnknown):
        logger.exception("callback_not_stored", extra={"family": family})
        count_callback(family, "not_kept")
        return _answer(503)
    count_callback(family, ingested)
    if ingested == Ingested.EXCESSIVE:
        _refuse(request, family, ring, why=Refusal.TOO_MANY_VARIANTS, body=body)
    return _answer(200)


def _refuse(
    request: HttpRequest, family: str, ring: Ring | None, *, why: Refusal, body: bytes, detail: str = ""
) -> None:
    provider = PROVIDERS.get(family)
    logger.warning("callback_refused", extra={"family": provider and family, "why": why, "detail": detail})
    count_callback(family if provider else "", why)
    refuse(
        why=why,
        family=family if provider else "",
        application_id=ring.application_id if ring else None,
        body=body,
        sender=request.META.get("REMOTE_ADDR"),
        detail=detail,
        secrets=provider.secrets if provider else frozenset(),
        # Whoever saw one request of a weak family can sign any body, so that proves nothing.
        is_authentic=why == Refusal.UNREADABLE
        and provider is not None
        and provider.family.assurance == Assurance.STRONG,
    )


def _is_json(request: HttpRequest, family: str) -> bool:
    provider = PROVIDERS.get(family)
    types = provider.content_types if provider else {"application/json"}
    charset = (request.content_params or {}).get("charset", "utf-8")
    return request.content_type in types and charset.lower() in ("utf-8", "utf8")


def _content_length(request: HttpRequest) -> int:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isascii() and length.isdigit() and len(length) < 10 else LARGEST_BODY + 1


def _answer(status: int) -> JsonResponse:
    answer = JsonResponse({"code": 0 if status == 200 else status}, status=status)
    answer["Content-Length"] = str(len(answer.content))
    return answer
