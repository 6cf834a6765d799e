"""What the GME provider verifies and reads."""

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from callbacks.providers import gme
from callbacks.providers.base import Malformed, ProviderEvent, SignatureRejected, Terms
from recordings.states.facts import FactKind

SAMPLES: list[Path] = sorted((settings.BASE_DIR / "callbacks" / "samples" / "gme").glob("*.json"))
BODY = SAMPLES[0].read_bytes()
KEY = "gme-test-secret"
NOW = datetime(2023, 2, 9, tzinfo=UTC)
# No vector is published: these are what the documented formula gives for the documented body, written compactly.
HEX = "5654247e9e4071500deca31c20f76ddc3b242d87"
BASE64 = "VlQkfp5AcVAN7KMcIPdt3DskLYc="
POST_HEX = "46bbb415b52712d92e07431b47ede0e859057883"
POST_BASE64 = "Rru0FbUnEtkuB0MbR+3g6FkFeIM="


def verify(signature: str, *, body: bytes = BODY, keys: tuple[str, ...] = (KEY,), variant: str = "") -> None:
    gme.verify({"Signature": signature}, body, Terms(keys=keys, now=NOW, variant=variant))


def read(**fields: Any) -> ProviderEvent:
    return gme.parse({}, json.dumps(json.loads(BODY) | fields).encode())


@pytest.mark.parametrize("signature", [HEX, HEX.upper(), BASE64])
def test_the_mac_is_read_as_hex_or_base64(signature: str) -> None:
    verify(signature, keys=("", "newer", KEY))
    verify(signature, variant="post_prefix")


@pytest.mark.parametrize("signature", [POST_HEX, POST_BASE64])
def test_the_post_prefix_counts_where_the_endpoint_says_so(signature: str) -> None:
    with pytest.raises(SignatureRejected):
        verify(signature)
    verify(signature, variant="post_prefix")
    assert "post_prefix" in gme.FAMILY.signature_variants


def test_the_signature_covers_the_raw_bytes() -> None:
    with pytest.raises(SignatureRejected):
        verify(BASE64, body=json.dumps(json.loads(BODY)).encode())


@pytest.mark.parametrize(
    "signature",
    [
        "", "x", HEX[:-1], HEX + "0", f" {HEX}", f"{HEX}\n", BASE64[:-1], BASE64.lower(), f"{BASE64}\n", "0" * 40,
        base64.b64encode(HEX.encode()).decode(), "签" * 40, "\udcff" * 40, "٠" * 40,
    ],
)  # fmt: skip
def test_any_other_signature_is_refused(signature: str) -> None:
    with pytest.raises(SignatureRejected):
        verify(signature)


def test_missing_signatures_and_empty_keys_are_refused() -> None:
    with pytest.raises(SignatureRejected):
        gme.verify({}, BODY, Terms(keys=[KEY], now=NOW))
    headers, body = gme.sign(json.loads(BODY), "", NOW)
    with pytest.raises(SignatureRejected):
        verify(headers["Signature"], body=body, keys=("", ""))


def test_what_sign_makes_verifies_and_is_sent_now() -> None:
    headers, body = gme.sign(json.loads(BODY), KEY, NOW)

    verify(headers["Signature"], body=body)
    assert gme.parse(headers, body).occurred_at == NOW


@pytest.mark.parametrize(
    ("path", "kind"),
    list(zip(SAMPLES, (FactKind.FILE_OPENED, FactKind.FILE_CLOSED, FactKind.FILE_READY), strict=True)),
)
def test_every_event_of_a_file_is_read(path: Path, kind: FactKind) -> None:
    event = gme.parse({}, path.read_bytes())

    assert (event.kind, event.event_type) == (kind, path.stem[0])
    assert (event.claimed_application, event.task_id, event.room_id) == ("1400000000", "446946705284000000", "100")
    assert event.occurred_at.date() == NOW.date()
    assert event.data == {
        "files": [
            {
                "name": "1400000000_100_999/2023-02-09-16-16-45_446946705284000000_audio.mp3",
                "user_id": "999",
                "format": "mp3",
                "track_type": "audio",
                "media_id": "mix",
            }
        ],
        "details": {"record_mode": "mixed"},
    }


@pytest.mark.parametrize(
    ("mode", "media_id", "details"),
    [(0, "main", {"record_mode": "single"}), (1, "mix", {"record_mode": "mixed"}), (3, "main", {}), (None, "main", {})],
)
def test_record_modes_become_words(mode: int | None, media_id: str, details: dict[str, str]) -> None:
    data = read(RecordMode=mode).data

    assert (data["files"][0]["media_id"], data["details"]) == (media_id, details)


def test_user_0_is_nobody() -> None:
    assert read(UserID="0").data["files"][0]["user_id"] == read(UserID=0).data["files"][0]["user_id"] == ""


def test_task_ids_beyond_a_float_keep_their_digits() -> None:
    assert read(TaskID=446946705284000001).task_id == "446946705284000001"
    assert read(TaskID="9531622708116201570").task_id == "9531622708116201570"


def test_ids_numbers_and_times_are_read_as_strings_or_numbers() -> None:
    drifted = read(
        BizID="1400000000", RoomID=100, UserID=999, TaskID="446946705284000000", RecordMode="1", Timestamp="1675930605",
        EventType="1", Detail=json.loads(BODY)["Detail"] | {"SeqNo": "0"},
    )  # fmt: skip

    assert drifted == gme.parse({}, BODY)


def test_segments_without_a_name_are_told_apart_and_meet_again() -> None:
    """Every user's segments are counted from 0, and single and mixed recording may go on at once."""
    nameless = {"SeqNo": 0, "FileName": " "}
    others: list[dict[str, Any]] = [{"UserID": "998"}, {"RecordMode": 0}, {"RoomID": "101"}]
    keys = {read(Detail=nameless, **other).natural_key for other in [{}, *others]}
    opened, ready = read(Detail=nameless), read(Detail={"SeqNo": 0}, EventType=3)

    assert len(keys) == 4
    assert opened.data["files"] == ready.data["files"]
    assert opened.data["files"][0]["name"] == "unnamed_mix_999_0"
    assert read(Detail={"SeqNo": 1}).data["files"] != ready.data["files"]


def test_the_sending_time_is_no_part_of_the_natural_key() -> None:
    for event_type in (1, 7):
        first, again = read(EventType=event_type), read(EventType=event_type, Timestamp=1675930999)
        assert first.natural_key == again.natural_key
        assert first.occurred_at != again.occurred_at


def test_events_that_differ_have_keys_that_differ() -> None:
    others: list[dict[str, Any]] = [
        {"BizID": 1}, {"TaskID": 1}, {"EventType": 2}, {"EventType": 7}, {"Detail": {"SeqNo": 1, "FileName": "a.mp3"}},
        {"Detail": {"SeqNo": 0, "FileName": "a.mp3"}},
    ]  # fmt: skip

    assert len({read(**other).natural_key for other in [{}, *others]}) == len(others) + 1


def test_unknown_events_are_kept_whatever_their_detail_is() -> None:
    event = read(EventType=7, BizID=None, Detail=["x"])

    assert (event.kind, event.event_type, event.claimed_application, event.data) == (None, "7", None, {})


WRONG: list[dict[str, Any]] = [
    {"BizID": None}, {"BizID": "x"}, {"BizID": -1}, {"TaskID": None}, {"TaskID": ""}, {"TaskID": 1.5},
    {"TaskID": True}, {"TaskID": "x" * 256}, {"RoomID": "x" * 256}, {"RoomID": "a\nb"}, {"UserID": {"a": 1}},
    {"EventType": None}, {"EventType": "x"}, {"EventType": True}, {"EventType": 2**31}, {"Timestamp": None},
    {"Timestamp": 4102444801}, {"Detail": []}, {"Detail": {"FileName": "x" * 769}}, {"Detail": {"SeqNo": -1}},
    {"EventType": 7, "BizID": [1400000000]},
]  # fmt: skip


@pytest.mark.parametrize("fields", WRONG, ids=range(len(WRONG)))
def test_what_is_no_callback_is_malformed(fields: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        read(**fields)
