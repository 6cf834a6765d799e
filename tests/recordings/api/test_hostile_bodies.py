"""Whatever a body holds, the service answers for it: a 4xx, never a 5xx."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from recordings.models import Recording
from tests.recordings.steps import RECORDINGS, start
from tests.vendor import Fields, Vendor

GOOD = '{"room_id": "1234", "storage_profile": "classes-cos", "record_params": {"record_mode": "mixed"}, %s}'

HOSTILE: dict[str, bytes] = {
    "nothing": b"",
    "no JSON": b"{",
    "half a string": b'{"room_id": "12',
    "an array": b"[]",
    "null": b"null",
    "a string": b'"x"',
    "a number": b"1",
    "NaN": (GOOD % '"max_duration": NaN').encode(),
    "infinity": (GOOD % '"max_duration": -Infinity').encode(),
    "1e400": (GOOD % '"max_duration": 1e400').encode(),
    "-1e400": (GOOD % '"labels": -1e400').encode(),
    "2**63": (GOOD % f'"max_duration": {2**63}').encode(),
    "5,000 digits": (GOOD % f'"max_duration": {"9" * 5000}').encode(),
    "NUL in a value": (GOOD % '"labels": {"a": "\\u0000"}').encode(),
    "NUL in a key": (GOOD % '"\\u0000": 1').encode(),
    "NUL in a profile": b'{"storage_profile": "\\u0000"}',
    "bare NUL": (GOOD % '"labels": {"a": "\0"}').encode(),
    "lone surrogate in a value": (GOOD % '"labels": {"a": "\\ud800"}').encode(),
    "lone surrogate in a key": (GOOD % '"\\udfff": 1').encode(),
    "lone surrogate in a profile": b'{"storage_profile": "\\ud800"}',
    "the same key twice": (GOOD % '"slot": "a", "slot": "b"').encode(),
    "nested 1,000 deep": (GOOD % ('"labels": ' + "[" * 1000 + "]" * 1000)).encode(),
    "nested 100,000 deep": (GOOD % ('"labels": ' + "[" * 100_000 + "]" * 100_000)).encode(),
    "objects 100,000 deep": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "invalid UTF-8": (GOOD % '"labels": {"a": "x"}').encode().replace(b"x", b"\xff"),
    "UTF-16": (GOOD % '"slot": "a"').encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf" + (GOOD % '"slot": "a"').encode(),
    "50,000 keys": json.dumps({f"k{n}": n for n in range(50_000)}).encode(),
    "3 MB": (GOOD % f'"slot": "{"x" * 3_000_000}"').encode(),
    "a boolean for a number": (GOOD % '"max_duration": true').encode(),
    "a float for a number": (GOOD % '"max_duration": 60.5').encode(),
    "an object for a string": (GOOD % '"slot": {"a": 1}').encode(),
    "an array for a string": (GOOD % '"slot": ["main"]').encode(),
    "a line break in a label": (GOOD % '"labels": {"a": "x\\ny"}').encode(),
    "other digits": (GOOD % '"slot": "a"').encode().replace(b"1234", "١٢٣٤".encode()),
}


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("path", ["", "/validate"])
def test_a_hostile_start_is_the_callers_fault(path: str, raw: bytes, api: APIClient, vendor: Vendor) -> None:
    answer = api.post(RECORDINGS + path, raw, content_type="application/json")

    told = answer.json()
    if path and answer.status_code == 200:
        assert told["valid"] is False
    else:
        assert answer.status_code in (400, 413), told
        assert told["errors"][0]["detail"]
    assert Recording.objects.count() == 0
    assert vendor.calls == []


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_change_is_the_callers_fault(raw: bytes, api: APIClient, vendor: Vendor, body: Fields) -> None:
    recording = start(api, body, Prefer="respond-async")

    answer = api.patch(f"{RECORDINGS}/{recording.pk}", raw, content_type="application/json", headers={"If-Match": "*"})

    assert answer.status_code in (400, 413) or not raw, answer.json()
    assert vendor.calls == []


@pytest.mark.parametrize("size", [256 * 1024 + 1, 3_000_000])
def test_a_body_has_a_largest_size(size: int, api: APIClient) -> None:
    answer = api.post(RECORDINGS, b"{" + b" " * (size - 2) + b"}", content_type="application/json")

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (413, "too_large")


@pytest.mark.parametrize("charset", ["utf-7", "idna", "bogus", "bz2_codec", "utf-16", "latin-1"])
def test_a_charset_is_of_no_account(charset: str, api: APIClient, vendor: Vendor, body: Fields) -> None:
    """JSON is UTF-8 (RFC 8259), whatever the header says."""
    answer = api.post(
        f"{RECORDINGS}/validate", json.dumps(body).encode(), content_type=f"application/json; charset={charset}"
    )

    assert answer.status_code in (200, 400, 415)


JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**40), 2**40)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=12), children, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from(
    [
        *("room_id", "room_id_type", "slot", "storage_profile", "record_params", "mix_transcode_params"),
        *("mix_layout_params", "storage_params", "resource_expired_hour", "max_duration", "labels", "x"),
        *("mix_layout_list", "water_mark_list", "subscribe_stream_user_ids", "tencent_vod", "record_mode"),
    ]
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(junk=st.dictionaries(KEYS, st.dictionaries(KEYS, JUNK, max_size=3) | JUNK, max_size=6))
def test_junk_is_always_answered(junk: dict[str, Any], api: APIClient, vendor: Vendor, body: Fields) -> None:
    answer = api.post(f"{RECORDINGS}/validate", body | junk)

    assert answer.status_code in (200, 400), answer.content
    if answer.status_code == 200:
        assert answer.json()["valid"] is (answer.json()["problems"] == [])
