"""Tickets, against vectors computed with the vendor's own library and decoded by hand."""

import base64
import json
import zlib
from dataclasses import replace
from typing import Any

import pytest

from recordings.parameters import RecordingParameters
from recordings.trtc.account import Account
from recordings.trtc.usersig import MARGIN_SECONDS, RECORDER_PRIVILEGES, pack_permissions, sign_ticket

NOW = 1_700_000_000
# The demonstration key that the vendor prints in its library.
DEMO_KEY = "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e"
VECTOR = (
    "eJyrVgrxCdYrSy1SslJQMtIzUNJRAItkpqTmlWSmZUIkKjIT87NK82CSxSnZiQUFmSlAKUMTAyiAyqVWFGQWpYJkTE1NjRDiJZm5"
    "YFFzNPXFmekgG3zKHM1T9D3LzdODi-OKs8vCqpxcAvydnV2SSv2cy03cPcpDnA2SMgu0nUxslWoBHdYzUg__"
)


@pytest.fixture
def demo(account: Account, monkeypatch: pytest.MonkeyPatch) -> Account:
    monkeypatch.setattr("time.time", lambda: float(NOW))
    return replace(account, sdk_secret_key=DEMO_KEY)


def decode(ticket: str | None) -> dict[str, Any]:
    assert ticket is not None
    packed = base64.b64decode(ticket.replace("*", "+").replace("-", "/").replace("_", "="))
    decoded: dict[str, Any] = json.loads(zlib.decompress(packed))
    return decoded


def room(room_id: str, room_id_type: str) -> RecordingParameters:
    return RecordingParameters.model_validate(
        {"room_id": room_id, "room_id_type": room_id_type, "record_params": {"record_mode": "single"}}
    )


def test_a_user_sig_equals_the_vector(demo: Account, single: RecordingParameters) -> None:
    """Decompressed, because builds of zlib differ in their bytes."""
    ticket = sign_ticket(
        account=demo,
        robot_user_id="xiaojun",
        parameters=single,
        lifetime_seconds=15_552_000 - MARGIN_SECONDS,
    )

    assert decode(ticket.user_sig) == decode(VECTOR)
    assert decode(ticket.user_sig)["TLS.sig"] == "LvA7d/Iw7gSsnskvVzBDPOCCDbuNCw4GHwTC0bip+B4="
    assert ticket.private_map_key is None


def test_permissions_of_an_integer_room_equal_the_vector() -> None:
    packed = pack_permissions(
        sdk_app_id=1400000000,
        user_id="xiaojun",
        parameters=room("10000", "integer"),
        expires_at=NOW + 86400,
        privileges=255,
    )

    assert packed.hex() == "0000077869616f6a756e53724e000000271065554280000000ff00000000"


def test_permissions_of_a_string_room_name_it_at_the_end() -> None:
    packed = pack_permissions(
        sdk_app_id=1400000000,
        user_id="xiaojun",
        parameters=room("room 7", "string"),
        expires_at=NOW + 86400,
        privileges=255,
    )

    assert packed.hex() == "0100077869616f6a756e53724e000000000065554280000000ff000000000006" + b"room 7".hex()


def test_a_recorder_enters_and_receives_and_nothing_else() -> None:
    assert RECORDER_PRIVILEGES == 170


def test_a_private_map_key_holds_room_and_expiry_where_the_account_demands_one(demo: Account) -> None:
    ticket = sign_ticket(
        account=replace(demo, private_map_key=True),
        robot_user_id="rec_1",
        parameters=room("10000", "integer"),
        lifetime_seconds=7200,
    )

    expected = pack_permissions(
        sdk_app_id=demo.sdk_app_id,
        user_id="rec_1",
        parameters=room("10000", "integer"),
        expires_at=NOW + 7200 + MARGIN_SECONDS,
    )
    decoded = decode(ticket.private_map_key)
    assert base64.b64decode(decoded["TLS.userbuf"]) == expected
    assert decoded["TLS.identifier"] == "rec_1"
    assert "TLS.userbuf" not in decode(ticket.user_sig)


def test_a_ticket_outlives_the_recording(demo: Account, single: RecordingParameters) -> None:
    ticket = sign_ticket(account=demo, robot_user_id="rec_1", parameters=single, lifetime_seconds=14400)

    decoded = decode(ticket.user_sig)
    assert (decoded["TLS.time"], decoded["TLS.expire"]) == (NOW, 14400 + MARGIN_SECONDS)
    assert ticket.user_sig not in repr(ticket)
