"""Who is believed: one set of tests for every vendor family."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from applications.models import Application, CallbackEndpoint
from applications.services import create_callback_endpoint, rotate_callback_key
from callbacks.keyring import forget_rings
from callbacks.models import Event
from callbacks.providers.base import SKEW_SECONDS
from recordings.models import Recording
from tests.callbacks.families import KEY, SPEAKERS, Request, Speaker, send, tell

Endpoints = Mapping[str, CallbackEndpoint]
pytestmark = pytest.mark.parametrize("speaker", SPEAKERS.values(), ids=SPEAKERS)


def body_of(speaker: Speaker) -> dict[str, Any]:
    return speaker.sample(speaker.samples()[0])


def with_signature(speaker: Speaker, request: Request, signature: Any) -> Request:
    """Return *request* with another signature; None leaves it out."""
    if speaker.header:
        headers = {name: value for name, value in request.headers.items() if name != speaker.header}
        return replace(request, headers=headers | ({speaker.header: signature} if signature is not None else {}))
    told = json.loads(request.body)
    told.pop(speaker.sign_field)
    told |= {speaker.sign_field: signature} if signature is not None else {}
    return replace(request, body=json.dumps(told).encode())


def signature_of(speaker: Speaker, request: Request) -> str:
    found: str = request.headers[speaker.header] if speaker.header else json.loads(request.body)[speaker.sign_field]
    return found


def test_the_right_key_is_believed(speaker: Speaker, endpoints: Endpoints) -> None:
    assert tell(endpoints[speaker.family], body_of(speaker)) == 200
    assert Event.objects.count() == 1


@pytest.mark.parametrize("damage", ["missing", "empty", "wrong", "truncated", "longer", "non-ASCII", "number"])
def test_any_other_signature_is_refused(damage: str, speaker: Speaker, endpoints: Endpoints) -> None:
    request = speaker.sign(body_of(speaker))
    right = signature_of(speaker, request)
    damaged = {
        "missing": None,
        "empty": "",
        "wrong": ("A" if right[0] != "A" else "B") + right[1:],
        "truncated": right[:-1],
        "longer": right + right[-1],
        "non-ASCII": "签名" + right[2:],
        "number": "12345" if speaker.header else 12345,
    }[damage]

    assert send(endpoints[speaker.family], with_signature(speaker, request, damaged)).status_code == 401
    assert not Event.objects.exists()
    assert not Recording.objects.exists()


def test_a_changed_body_is_refused_where_the_signature_covers_it(speaker: Speaker, endpoints: Endpoints) -> None:
    request = speaker.sign(body_of(speaker))
    changed = replace(request, body=request.body.replace(b": ", b":  ", 1))
    expected = 200 if speaker.is_weak else 401
    assert send(endpoints[speaker.family], changed).status_code == expected


def test_both_keys_verify_during_a_rotation(speaker: Speaker, endpoints: Endpoints) -> None:
    endpoint = endpoints[speaker.family]
    rotate_callback_key(endpoint=endpoint, new_key="new-key")
    endpoint.save()
    forget_rings()

    assert tell(endpoint, body_of(speaker), key=KEY) == 200
    assert tell(endpoint, body_of(speaker), key="new-key") == 200


@pytest.mark.parametrize("how", ["revoked", "its time is over"])
def test_a_previous_key_is_refused_after_the_rotation(how: str, speaker: Speaker, endpoints: Endpoints) -> None:
    endpoint = endpoints[speaker.family]
    rotate_callback_key(endpoint=endpoint, new_key="new-key")
    if how == "revoked":
        endpoint.previous_key = ""
    else:
        endpoint.previous_key_until = timezone.now() - timedelta(seconds=1)
    endpoint.save()
    forget_rings()

    assert tell(endpoint, body_of(speaker), key=KEY) == 401
    assert tell(endpoint, body_of(speaker), key="new-key") == 200


def test_an_endpoint_without_a_key_accepts_nobody(speaker: Speaker, endpoints: Endpoints) -> None:
    endpoint = endpoints[speaker.family]
    endpoint.current_key = ""
    endpoint.save()
    assert tell(endpoint, body_of(speaker), key="") == 401


def test_another_applications_key_is_refused(
    speaker: Speaker, endpoints: Endpoints, other_application: Application
) -> None:
    if speaker.family == "trtc":
        CallbackEndpoint.objects.filter(application=other_application).update(current_key="their-key")
    else:
        fields = {"family": speaker.family, "vendor_app_id": 1250000002, "current_key": "their-key"}
        create_callback_endpoint(application=other_application, fields=fields)
    assert tell(endpoints[speaker.family], body_of(speaker), key="their-key") == 401


def test_an_application_that_its_address_does_not_belong_to_is_refused(speaker: Speaker, endpoints: Endpoints) -> None:
    foreign = replace(speaker, app_id=1400000002)
    assert send(endpoints[speaker.family], foreign.sign(body_of(foreign))).status_code == 401
    assert not Event.objects.exists()


def test_a_stamp_that_is_over_is_refused_and_a_late_retry_is_marked(speaker: Speaker, endpoints: Endpoints) -> None:
    endpoint = endpoints[speaker.family]
    if not speaker.is_weak:
        assert tell(endpoint, body_of(speaker)) == 200  # it carries no stamp: a replay meets its natural key
        assert tell(endpoint, body_of(speaker)) == 200
        assert Event.objects.count() == 1
        return
    assert tell(endpoint, body_of(speaker), expires_in=-SKEW_SECONDS - 5) == 401
    assert not Event.objects.exists()
    assert tell(endpoint, body_of(speaker), expires_in=-SKEW_SECONDS + 60) == 200
    assert Event.objects.get().is_late
    Event.objects.all().delete()
    assert tell(endpoint, body_of(speaker), expires_in=30) == 200  # stamps count whole seconds: a slow machine's fit in
    assert not Event.objects.get().is_late


def test_refusals_look_the_same_from_outside(speaker: Speaker, endpoints: Endpoints) -> None:
    endpoint = endpoints[speaker.family]
    request = speaker.sign(body_of(speaker))
    foreign = replace(speaker, app_id=1400000002)
    refused = [
        send(endpoint, with_signature(speaker, request, "x")),
        send(endpoint, foreign.sign(body_of(foreign))),
        send(endpoint, request, path=f"/callbacks/{speaker.family}/{'x' * 43}"),
        send(endpoint, request, path=f"/callbacks/mars/{endpoint.token}"),
        send(endpoint, request, path=f"/callbacks/{speaker.family}/a%00b"),
        send(endpoint, request, path=f"/callbacks/{speaker.family}/{endpoint.token.swapcase()}"),
    ]
    for answer in refused:
        del answer.headers["X-Request-ID"]  # differs for every request, refused or not
    looks = {(answer.status_code, answer.content, tuple(sorted(answer.headers.items()))) for answer in refused}
    assert len(looks) == 1
    assert refused[0].status_code == 401
