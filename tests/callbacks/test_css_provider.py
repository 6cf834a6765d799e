"""What the CSS provider verifies and reads; and what no body can do to any provider."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from hypothesis import example, given
from hypothesis import strategies as st

from callbacks.providers import PROVIDERS, css
from callbacks.providers.base import Malformed, ProviderEvent, SignatureRejected, StampExpired, Terms
from recordings.states.facts import FactKind

BODIES: Path = settings.BASE_DIR / "callbacks" / "samples"
SAMPLES = sorted((BODIES / "css").glob("*.json"))
# An unmasked sample of an older page, with the key that fits; and one that the formula gives.
VECTORS = [
    ("test", 1545030873, "ca3e25e5dc17a6f9909a9ae7281e300d"),
    ("css-test-callback-key", 1700000600, "ea244c9f80e990c840077ea9f8157f77"),
]
SESSION = "9531622708116201570"  # beyond a signed 64-bit number, as one was seen


def sample(name: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads((BODIES / "css" / f"{name}.json").read_bytes())
    return body


def read(body: dict[str, Any]) -> ProviderEvent:
    return css.parse({}, json.dumps(body).encode())


def changed(name: str, **fields: Any) -> ProviderEvent:
    return read(sample(name) | fields)


def file_of(event: ProviderEvent) -> dict[str, Any]:
    files: list[dict[str, Any]] = event.data["files"]
    return files[0]


@pytest.mark.parametrize(("key", "stamp", "signature"), VECTORS)
def test_published_vectors_verify(key: str, stamp: int, signature: str) -> None:
    body = json.dumps({"t": stamp, "sign": signature}).encode()
    expiry = datetime.fromtimestamp(stamp, tz=UTC)

    assert css.verify({}, body, Terms(keys=[key], now=expiry)).is_late is False
    assert css.verify({}, body, Terms(keys=[key], now=expiry + timedelta(seconds=600))).is_late is True
    with pytest.raises(StampExpired):
        css.verify({}, body, Terms(keys=[key], now=expiry + timedelta(seconds=601)))


@pytest.mark.parametrize(
    "signed",
    [
        {"t": 1754623810, "sign": VECTORS[0][2]},  # as newer pages combine them
        {"t": 1545030873, "sign": "ca3e25e**********09a9ae7281e300d"},
        {"ExpireTime": 1545030873, "Sign": VECTORS[0][2]},
        {"t": 1545030873},
        {},
    ],
)
def test_misprinted_and_missing_signatures_are_refused(signed: dict[str, Any]) -> None:
    now = datetime.fromtimestamp(1545030873, tz=UTC)
    with pytest.raises(SignatureRejected):
        css.verify({}, json.dumps(sample("100_file") | {"t": None, "sign": None} | signed).encode(),
                   Terms(keys=["test"], now=now))  # fmt: skip


def test_what_sign_makes_verifies_for_ten_minutes() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    headers, body = css.sign(sample("100_file"), "key", now)

    assert css.verify(headers, body, Terms(keys=["key"], now=now + timedelta(seconds=600))).is_late is False
    assert css.verify(headers, body, Terms(keys=["key"], now=now + timedelta(seconds=601))).is_late is True


KINDS = {
    "100_file": FactKind.FILE_READY,
    "100_file_of_a_session": FactKind.FILE_READY,
    "332_record_start_succeeded": FactKind.RECORDER_STARTED,
    "332_record_start_failed": FactKind.RECORDER_FAILED,
    "332_record_paused": FactKind.PAUSED,
    "332_record_resumed": FactKind.RESUMED,
    "332_record_error": FactKind.RECORDER_ERROR,
    "332_record_ended": FactKind.RECORDER_LEFT,
    "341_exception": FactKind.DIAGNOSED,
}


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_every_sample_is_read(path: Path) -> None:
    event = css.parse({}, path.read_bytes())

    assert (event.kind, event.event_type) == (KINDS[path.stem], path.stem[:3])
    assert (event.claimed_application, event.room_id) == ("12345678", "stream_test")
    assert event.data["details"]["domain"] in ("yourapp", "push.example.com")
    assert event.data["details"]["app_name"] in ("yourappname", "live")


def test_a_file_is_told_whole() -> None:
    event = read(sample("100_file_of_a_session"))

    assert event.occurred_at == datetime(2023, 11, 14, 22, 17, 20, 618577, tzinfo=UTC)
    assert event.data["files"] == [
        {
            "name": "2023-11-14-22-13-20.mp4",
            "file_id": "12345678_0123456789abcdef0123456789abcdef",
            "url": "http://bucket-12345678.cos.ap-guangzhou.myqcloud.com/live/stream_test/2023-11-14-22-13-20.mp4",
            "size": 27794107,
            "duration_ms": 239000,
            "begin_ms": 1700000000316,
            "end_ms": 1700000240618,
            "format": "mp4",
        }
    ]
    details = event.data["details"]
    assert (details["template_id"], details["video_codec"], details["resolution"]) == ("1001", "h264", "1280x720")
    assert "api_task_id" not in details


def test_files_status_and_diagnostics_of_one_session_have_one_task() -> None:
    names = ["100_file_of_a_session", "332_record_start_succeeded", "332_record_ended", "341_exception"]

    assert {read(sample(name)).task_id for name in names} == {SESSION}


def test_a_file_of_an_api_task_belongs_to_its_session() -> None:
    event = changed("100_file_of_a_session", task_id="UpTbk5RSVhRQ")

    assert (event.task_id, event.data["details"]["api_task_id"]) == (SESSION, "UpTbk5RSVhRQ")


@pytest.mark.parametrize("extension", [None, "", "{", "[]", '{"session_id": [1]}', 7, "[" * 5000, '{"session_id": ""}'])
def test_a_file_without_a_session_belongs_to_its_task_or_else_to_its_stream(extension: Any) -> None:
    named = changed("100_file", callback_ext=extension)
    bare = changed("100_file", callback_ext=extension, task_id="")

    assert named.task_id.startswith("UpTbk5RSVhRQ")
    assert bare.task_id == "yourapp/yourappname/stream_test@1642089445"


@pytest.mark.parametrize(
    ("fields", "duration_ms"),
    [({}, 154000), ({"duration": None}, 153000), ({"duration": None, "end_time": 1642089000}, None)],
)
def test_a_length_is_the_files_own_before_that_of_the_recording(fields: dict[str, Any], duration_ms: int) -> None:
    assert file_of(changed("100_file", **fields))["duration_ms"] == duration_ms


@pytest.mark.parametrize(
    ("fields", "key", "name"),
    [
        ({}, "1234567890", "zzzz.m3u8"),
        ({"record_file_id": "", "file_id": "77"}, "77", "zzzz.m3u8"),
        ({"video_url": ""}, "1234567890", "1234567890"),
        ({"record_file_id": "", "file_id": None}, "", "zzzz.m3u8"),
    ],
)
def test_a_file_is_known_by_its_id_or_its_address(fields: dict[str, Any], key: str, name: str) -> None:
    file = file_of(changed("100_file", **fields))

    assert (file["file_id"], file["name"]) == (key, name)


def test_formats_are_in_lower_case() -> None:
    assert file_of(changed("100_file", file_format="MP4"))["format"] == "mp4"


@pytest.mark.parametrize("escape", ['"', '\\"'])
def test_record_detail_is_read_even_where_its_quotes_are_escaped_twice(escape: str) -> None:
    told = '{"start_model":5,"record_content":3,"source_type":2,"file_format":3}'.replace('"', escape)
    details = changed("332_record_ended", record_detail=told).data["details"]

    assert (details["started_by"], details["content"], details["source"]) == ("api", "transcoded", "pull_relay")


def test_record_detail_that_cannot_be_read_is_kept_as_it_came() -> None:
    details = changed("332_record_ended", record_detail="{start_model:" + "x" * 2000).data["details"]

    assert details["record_detail"] == ("{start_model:" + "x" * 2000)[:1024]


@pytest.mark.parametrize("name", ["332_record_start_failed", "332_record_error"])
def test_failures_carry_the_vendors_word(name: str) -> None:
    data = read(sample(name)).data

    assert (data["code"], data["message"]) == (name.removeprefix("332_"), "")


def test_diagnostics_tell_type_words_and_level() -> None:
    data = read(sample("341_exception")).data

    assert {name: data[name] for name in ("code", "message", "level", "occurs")} == {
        "code": "-11",
        "message": "video timestamps jumped",
        "level": "warning",
        "occurs": 3,
    }


@pytest.mark.parametrize(
    ("fields", "seconds"),
    [
        ({"event_type": 1, "appid": 12345678, "event_time": 1700000001}, 1700000001),
        ({"event_type": 200, "create_time": "1700000002"}, 1700000002),
        ({"event_type": 999, "event_time": "noon", "stream_id": {"a": 1}}, 1700000600),
    ],
)
def test_events_of_something_else_are_kept(fields: dict[str, Any], seconds: int) -> None:
    event = read({"stream_id": "s", "t": 1700000600} | fields)

    assert (event.kind, event.task_id, event.occurred_at.timestamp()) == (None, "", seconds)


def test_unknown_record_events_are_kept() -> None:
    event = changed("332_record_ended", record_event="record_mp4_created")

    assert (event.kind, event.task_id, event.data) == (None, SESSION, {})


def drifted(value: Any) -> Any:
    """Return *value* with its numbers as strings, and its strings of digits as numbers."""
    if isinstance(value, dict):
        return {name: drifted(item) for name, item in value.items()}
    if isinstance(value, int):
        return str(value)
    return int(value) if isinstance(value, str) and value.isdecimal() and int(value) < 2**63 else value


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_ids_numbers_and_times_are_read_as_strings_or_numbers(path: Path) -> None:
    assert read(drifted(sample(path.stem))) == css.parse({}, path.read_bytes())


PUSHED = {"event_type": 1, "event_time": 1, "stream_id": "s", "sequence": "7", "stream_param": "txSecret=abc", "t": 1}


@pytest.mark.parametrize(
    "body", [*(json.loads(path.read_bytes()) for path in SAMPLES), PUSHED, {"deep": [PUSHED]} | PUSHED]
)
def test_sending_and_secrets_are_no_part_of_the_natural_key(body: dict[str, Any]) -> None:
    again = body | {"t": 1545039999, "sign": "0" * 32}
    stored = {name: value for name, value in body.items() if name not in css.PROVIDER.secrets}

    assert read(body).natural_key == read(again).natural_key == read(stored).natural_key


def test_events_that_differ_have_keys_that_differ() -> None:
    no_seq = sample("332_record_ended") | {"seq": None}
    no_file_id = {"file_id": "", "record_file_id": ""}
    diagnosis = sample("341_exception")
    events = [
        *(read(sample(name)) for name in KINDS),
        changed("100_file", appid=1),
        changed("100_file", record_file_id="2"),
        changed("100_file", **no_file_id),
        changed("100_file", **no_file_id, video_url="http://x/other.flv"),
        changed("332_record_ended", seq="99"),
        *(changed("332_record_ended", session_id="", task_id=task_id) for task_id in ("api-1", "api-2")),
        *(read(no_seq | other) for other in ({}, {"record_event": "record_error"}, {"event_time": 1700000999})),
        *(read(diagnosis | other) for other in ({"exception_level": "error"}, {"timestamp": 1}, {"session_id": "1"})),
        read(diagnosis | {"exception": {"type": -8}}),
        read(PUSHED),
        read(PUSHED | {"sequence": "8"}),
    ]

    assert len({event.natural_key for event in events}) == len(events)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_push_credentials_are_nowhere_in_an_event(path: Path) -> None:
    event = changed(path.stem, stream_param="txSecret=p4ssw0rd", sign="5" * 32)

    assert "p4ssw0rd" not in repr(event)
    assert "5" * 32 not in repr(event)


WRONG: list[tuple[str, dict[str, Any]]] = [
    ("100_file", {"event_type": None}), ("100_file", {"event_type": True}), ("100_file", {"event_type": "x"}),
    ("100_file", {"appid": None}), ("332_record_ended", {"appid": None}), ("341_exception", {"appid": None}),
    ("100_file", {"file_id": "", "record_file_id": "", "video_url": ""}), ("100_file", {"file_size": -1}),
    ("100_file", {"file_size": str(2**63)}), ("100_file", {"stream_id": "x" * 256}),
    ("100_file", {"task_id": "x" * 256}), ("100_file", {"task_id": "", "stream_id": ""}),
    ("100_file", {"task_id": "", "start_time": None}),
    ("100_file", {"task_id": "", "stream_id": "x" * 255}), ("100_file", {"end_time": 4102444801}),
    ("100_file", {"end_time": 0, "start_time": 0, "t": None}), ("100_file", {"end_time_usec": 10**6}),
    ("100_file", {"video_url": "http://x/a\nb"}), ("332_record_ended", {"event_time": None}),
    ("332_record_ended", {"record_event": None}), ("332_record_ended", {"session_id": ""}),
    ("341_exception", {"exception": None}), ("341_exception", {"exception": {"type": "x"}}),
    ("341_exception", {"timestamp": "x"}), ("341_exception", {"event_type": 999, "timestamp": 0, "t": None}),
    ("100_file", {"event_type": 999, "appid": ["12345678"]}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "fields"), WRONG, ids=range(len(WRONG)))
def test_what_is_no_callback_is_malformed(name: str, fields: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        changed(name, **fields)


TEXTS = st.text(st.characters(exclude_categories=()), max_size=12)
ODD = st.sampled_from([
    "", "0", "100", "332", "1700000000", "9" * 19, "9" * 30, "x" * 300, "x" * 5000, "http://[", "a\nb", "\0",
    "http://x/" + "y" * 2000, '{"session_id":"\\u0000"}', '{"session_id":"' + "x" * 300 + '"}',
    -1, 0, 4, 1e10, 10**10, 10**12, 2**31, 2**63 - 1, 2**63, True, None,
])  # fmt: skip
JSON = st.recursive(
    ODD | TEXTS | st.integers() | st.floats(),
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
    max_leaves=6,
)


def places_in(value: Any) -> list[tuple[Any, Any]]:
    """Return every container in *value*, with each of its keys."""
    if not isinstance(value, dict | list):
        return []
    keys: list[Any] = list(value) if isinstance(value, dict) else list(range(len(value)))
    return [*((value, key) for key in keys), *(place for key in keys for place in places_in(value[key]))]


@st.composite
def bent_samples(draw: Callable[[Any], Any], family: str) -> bytes:
    """Return a sample of the family with a few values replaced, taken away or put in."""
    body = json.loads(draw(st.sampled_from(sorted((BODIES / family).glob("*.json")))).read_bytes())
    for _ in range(draw(st.integers(1, 3))):
        container, key = draw(st.sampled_from(places_in(body)))
        container[key] = draw(JSON)
    return json.dumps(body).encode()


@pytest.mark.parametrize("family", ["tiw", "gme", "css"])
@hypothesis.settings(deadline=None)  # a busy machine is no failure
@given(data=st.data())
def test_whatever_is_sent_is_refused_or_fits_its_columns(family: str, data: st.DataObject) -> None:
    """No body raises anything else than a refusal, and what is read of it can be stored."""
    provider = PROVIDERS[family]
    body = data.draw(bent_samples(family) | st.binary(max_size=40) | JSON.map(lambda told: json.dumps(told).encode()))
    terms = Terms(keys=["key"], now=datetime.fromtimestamp(1700000000, tz=UTC), variant="post_prefix")
    with pytest.raises(SignatureRejected):
        provider.verify({"Signature": data.draw(TEXTS)}, body, terms)
    try:
        event = provider.parse({}, body)
    except Malformed:
        return

    assert 0 < len(event.event_type) <= 64
    assert max(len(event.task_id), len(event.room_id), len(event.robot_user_id)) <= 255
    assert event.occurred_at <= datetime(2100, 1, 1, 0, 0, 1, tzinfo=UTC)
    assert event.kind is None or (event.task_id and event.claimed_application)
    assert "\0" not in json.dumps(dict(event.data), allow_nan=False).encode().decode()
    for file in event.data.get("files", []):
        assert len(file["name"]) <= 768
        assert all(not isinstance(value, int) or 0 <= value < 2**63 for value in file.values())


@hypothesis.settings(deadline=None)
@given(headers=st.dictionaries(st.sampled_from(["Signature", "Sign"]), TEXTS), body=st.binary(max_size=40))
@example(headers={}, body=b"[" * 100_000)
@example(headers={}, body=b'{"a":' * 100_000)
@pytest.mark.parametrize("family", ["tiw", "gme", "css"])
def test_bytes_are_refused(family: str, headers: dict[str, str], body: bytes) -> None:
    provider = PROVIDERS[family]
    with pytest.raises(SignatureRejected):
        provider.verify(headers, body, Terms(keys=["key"], now=datetime.now(UTC)))
    with pytest.raises(Malformed):
        provider.parse(headers, body)
