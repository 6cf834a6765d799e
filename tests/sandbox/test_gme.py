"""The life of a GME recording, as its callbacks tell it."""

import base64
import hashlib
import hmac

import pytest

from tests.sandbox.driver import wait_until
from tests.sandbox.player import KEYS, Player


def test_every_user_has_a_file_that_begins_ends_and_is_stored(player: Player) -> None:
    task_id = player.play("gme", users=["7", "8"])

    assert player.event_types(task_id) == [1, 1, 2, 2, 3, 3]
    assert sorted(map(str, player.received())) == ["1", "1", "2", "2", "3", "3"]
    bodies = [callback.json for callback in player.receiver.callbacks]
    assert {body["TaskID"] for body in bodies} == {int(task_id)}
    assert len(task_id) == 18
    assert {(body["BizID"], body["RoomID"], body["RecordMode"]) for body in bodies} == {
        (player.app.sdk_app_id, "100", 0)
    }
    files = {(body["UserID"], body["Detail"]["FileName"]) for body in bodies}
    assert sorted(user for user, _ in files) == ["7", "8"]
    for user, name in files:
        assert name.startswith(f"{player.app.sdk_app_id}_100_{user}/")
        assert name.endswith("_0_audio.mp3")


def test_a_mixed_recording_has_one_file_of_nobody(player: Player) -> None:
    task_id = player.play("gme", mode="mixed", users=["7", "8"])

    assert player.event_types(task_id) == [1, 2, 3]
    body = player.payloads(task_id, 3)[0]
    assert (body["UserID"], body["RecordMode"]) == ("0", 1)
    assert body["Detail"]["FileName"].startswith(f"{player.app.sdk_app_id}_100/{task_id}_")


def test_both_modes_may_go_together(player: Player) -> None:
    bodies = player.payloads(player.play("gme", mode="both", users=["7"]), 1)

    assert [(body["UserID"], body["RecordMode"]) for body in bodies] == [("7", 0), ("0", 1)]


def test_a_long_recording_is_cut(player: Player) -> None:
    task_id = player.record("gme", segment_seconds=8)
    wait_until(lambda: player.event_types(task_id).count(1) == 2)
    player.stop("gme", task_id)

    assert player.event_types(task_id)[:3] == [1, 2, 1]
    stored = player.payloads(task_id, 3)
    assert [body["Detail"]["SeqNo"] for body in stored] == list(range(len(stored)))
    assert len(stored) >= 2
    assert len({body["Detail"]["FileName"] for body in stored}) == len(stored)


@pytest.mark.parametrize(("signature", "prefix"), [("hex", False), ("base64", True), ("hex", True)])
def test_the_signature_has_other_forms(player: Player, signature: str, prefix: bool) -> None:
    player.set_target("gme", signature=signature, post_prefix=prefix)
    player.play("gme")

    for callback in player.receiver.callbacks:
        digest = hmac.new(KEYS["gme"].encode(), (b"POST" if prefix else b"") + callback.body, hashlib.sha1)
        wanted = digest.hexdigest() if signature == "hex" else base64.standard_b64encode(digest.digest()).decode()
        assert callback.headers["Signature"] == wanted


def test_the_biz_id_may_be_another_number(player: Player) -> None:
    player.set_target("gme", biz_id=1_500_000_000)
    body = player.payloads(player.play("gme"), 1)[0]

    assert body["BizID"] == 1_500_000_000
    assert body["Detail"]["FileName"].startswith("1500000000_100_")
