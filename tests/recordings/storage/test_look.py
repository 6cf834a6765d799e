"""A recording ends as storage shows it, whatever the vendor said: each with a reason."""

from datetime import timedelta
from typing import Any

import pytest

from applications.models import StorageProfile
from recordings.models import FactRow, RecordingFile
from tests.conftest import Clock
from tests.recordings.steps import reread
from tests.recordings.storage.cloud import BEGAN_MS, Cloud
from tests.recordings.storage.meeting import HOUR, MIXED, Start, told
from tests.vendor import DESCRIBE, Vendor, refusal


def test_what_storage_shows_is_verified_with_size_and_length(meet: Start, cloud: Cloud) -> None:
    meeting = meet()
    cloud.put_playlist("school/task-1", MIXED, segments=4)
    meeting.record(f"{MIXED}.m3u8")
    meeting.tell(305, {"Status": 0})

    ended = meeting.work()

    assert told(ended) == ("completed", "stopped", "none", True)
    file = RecordingFile.objects.get(recording=ended)
    assert (file.status, file.duration_ms, file.begin_ms) == ("verified", 40_000, BEGAN_MS)
    assert file.size is not None
    assert file.checked == {"segments": 4, "ended": True}


def test_no_state_is_claimed_before_storage_was_asked(meet: Start, cloud: Cloud) -> None:
    meeting = meet()
    cloud.put_playlist("school/task-1", MIXED)
    meeting.record(f"{MIXED}.m3u8")
    meeting.tell(305, {"Status": 0})

    assert reread(meeting.recording).state == "finalizing"


def test_success_events_with_an_empty_bucket_never_complete(meet: Start) -> None:
    meeting = meet()
    meeting.record(f"{MIXED}.m3u8")
    meeting.tell(305, {"Status": 0})

    ended = meeting.work()

    assert told(ended) == ("failed", "not_in_storage", "storage", None)
    assert meeting.files() == {f"{MIXED}.m3u8": ("reported", "not_in_storage")}


def test_one_of_three_mp4_parts_missing_is_partial(meet: Start, cloud: Cloud) -> None:
    meeting = meet(output_format="mp4")
    names = [f"{MIXED}_{number}.mp4" for number in (1, 2, 3)]
    cloud.put(f"school/task-1/{names[0]}")
    cloud.put(f"school/task-1/{names[2]}")
    meeting.record()
    meeting.tell(310, {"Status": 0, "FileList": names})

    ended = meeting.work()

    assert told(ended) == ("partial", "not_in_storage", "storage", True)
    assert meeting.files()[names[1]] == ("reported", "not_in_storage")
    assert meeting.files()[names[2]] == ("verified", None)


def test_a_part_that_nobody_told_of_is_missed_by_its_number(meet: Start, cloud: Cloud) -> None:
    meeting = meet(output_format="mp4")
    names = [f"{MIXED}_{number}.mp4" for number in (1, 3)]
    for name in names:
        cloud.put(f"school/task-1/{name}")
    meeting.record()
    meeting.tell(310, {"Status": 0, "FileList": names})

    assert told(meeting.work())[:2] == ("partial", "not_in_storage")
    assert meeting.files()[f"{MIXED}_2.mp4"] == ("expected", "not_in_storage")


def test_after_a_failover_both_playlists_are_whole(meet: Start, cloud: Cloud) -> None:
    """The first one has no end: its server died."""
    meeting = meet()
    cloud.put_playlist("school/task-1", MIXED, ended=False)
    cloud.put_playlist("school/task-1", f"ha1_{MIXED}")
    meeting.record(f"{MIXED}.m3u8", f"ha1_{MIXED}.m3u8")
    meeting.tell(305, {"Status": 0})

    assert told(meeting.work()) == ("completed", "stopped", "none", True)
    assert {status for status, _reason in meeting.files().values()} == {"verified"}


def test_a_stuck_upload_that_is_repaired_later_completes(meet: Start, cloud: Cloud) -> None:
    meeting = meet()
    meeting.record(f"{MIXED}.m3u8")
    meeting.tell(305, {"Status": 1})
    stuck = meeting.work(600)
    assert stuck.state == "finalizing"

    cloud.put_playlist("school/task-1", MIXED)
    meeting.tell(305, {"Status": 2})

    assert told(meeting.work(60)) == ("completed", "stopped", "none", True)


def test_a_repair_that_nobody_told_of_is_found(meet: Start, cloud: Cloud) -> None:
    """After the end: the upload failed, and hours later it is there."""
    meeting = meet()
    meeting.record(f"{MIXED}.m3u8")
    meeting.tell(305, {"Status": 1})
    assert told(meeting.work(1800))[:2] == ("failed", "upload_failed")

    cloud.put_playlist("school/task-1", MIXED)

    assert told(meeting.work(24 * HOUR)) == ("completed", "stopped", "none", True)


@pytest.mark.parametrize("output_format", ["hls", "hls_mp4"])
def test_a_finished_playlist_without_a_segment_is_there_and_nothing_was_recorded(
    output_format: str, meet: Start, cloud: Cloud
) -> None:
    """A recorder that is stopped before its first segment leaves one."""
    meeting = meet(output_format=output_format)
    cloud.put_playlist("school/task-1", MIXED, segments=0)
    meeting.record(f"{MIXED}.m3u8")
    meeting.tell(305, {"Status": 0})
    began = meeting.clock()

    ended = meeting.work()

    assert told(ended) == ("empty", "stopped", "none", None)
    assert meeting.files() == {f"{MIXED}.m3u8": ("verified", None)}
    assert meeting.clock() - began < timedelta(seconds=300)  # no deadline had to pass


def test_a_playlist_that_goes_on_and_has_no_segment_yet_is_waited_for(meet: Start, cloud: Cloud) -> None:
    meeting = meet()
    cloud.put_playlist("school/task-1", MIXED, segments=0, ended=False)
    meeting.record(f"{MIXED}.m3u8")
    meeting.tell(305, {"Status": 0})
    assert meeting.work(300).state == "finalizing"

    cloud.put_playlist("school/task-1", MIXED, segments=2)

    assert told(meeting.work()) == ("completed", "stopped", "none", True)


def test_who_recorded_nothing_does_not_spoil_what_the_other_did(meet: Start, cloud: Cloud) -> None:
    meeting = meet(record_mode="single")
    names = [f"{MIXED}__UserId_s_{user}__UserId_e_video" for user in ("YWxpY2U=", "Ym9i")]
    cloud.put_playlist("school/task-1", names[0])
    cloud.put_playlist("school/task-1", names[1], segments=0)
    meeting.record(*(f"{name}.m3u8" for name in names))
    meeting.tell(305, {"Status": 0})

    assert told(meeting.work()) == ("completed", "stopped", "none", True)


def test_nobody_published_is_empty_and_storage_was_asked(meet: Start) -> None:
    meeting = meet()
    meeting.tell(301, {"Status": 0})
    meeting.clock.forward(30)
    meeting.tell(302, {"LeaveCode": 99})

    assert told(meeting.work()) == ("empty", "no_publisher", "none", None)
    assert FactRow.objects.filter(recording=meeting.recording, kind="storage_checked").exists()


def test_what_is_called_empty_and_has_a_file_is_completed(meet: Start, cloud: Cloud) -> None:
    """All slice events were dropped."""
    meeting = meet()
    cloud.put_playlist("school/task-1", MIXED)
    meeting.tell(301, {"Status": 0})
    meeting.tell(302, {"LeaveCode": 0})

    assert told(meeting.work()) == ("completed", "stopped", "none", True)


def test_with_every_callback_dropped_storage_tells_how_it_ended(
    meet: Start, cloud: Cloud, vendor: Vendor, clock: Clock
) -> None:
    meeting = meet()
    vendor.will(DESCRIBE, *[refusal("ResourceNotFound")] * 50)
    cloud.put_playlist("school/task-1", MIXED)

    ended = meeting.work(6 * HOUR)

    assert told(ended)[0] == "completed"
    assert ended.verified is True


def test_a_playlist_with_a_segment_missing_is_partial(meet: Start, cloud: Cloud) -> None:
    meeting = meet()
    names = cloud.put_playlist("school/task-1", MIXED, without=(1,), gap_after=0)
    meeting.record(f"{MIXED}.m3u8")
    meeting.tell(305, {"Status": 0})

    assert told(meeting.work()) == ("partial", "incomplete", "storage", True)
    checked: Any = RecordingFile.objects.get(recording=meeting.recording).checked
    assert checked["missing_names"] == [names[1]]
    assert checked["gaps"] == [{"at_ms": BEGAN_MS + 10_000, "length_ms": 20_000}]


def test_a_playlist_without_its_end_is_partial(meet: Start, cloud: Cloud) -> None:
    meeting = meet()
    cloud.put_playlist("school/task-1", MIXED, ended=False)
    meeting.record(f"{MIXED}.m3u8")
    meeting.tell(305, {"Status": 0})

    assert told(meeting.work())[:2] == ("partial", "incomplete")


def test_storage_that_stays_unreadable_leaves_the_vendors_word(meet: Start, checked_profile: StorageProfile) -> None:
    StorageProfile.objects.update(endpoint_url="http://127.0.0.1:9")  # nobody listens
    meeting = meet()
    meeting.record(f"{MIXED}.m3u8")
    meeting.tell(305, {"Status": 0})
    before = meeting.clock()

    ended = meeting.work(HOUR)

    assert told(ended) == ("completed", "storage_unreadable", "storage", False)
    assert ended.details["storage"]["problem"] == "unreachable"
    settled = FactRow.objects.get(recording=ended, kind="settled")
    assert (settled.occurred_at - before).total_seconds() < 1000


def test_storage_that_can_be_read_again_verifies_after_the_end(
    meet: Start, cloud: Cloud, checked_profile: StorageProfile
) -> None:
    StorageProfile.objects.update(endpoint_url="http://127.0.0.1:9")
    meeting = meet()
    meeting.record(f"{MIXED}.m3u8")
    meeting.tell(305, {"Status": 0})
    assert meeting.work(1000).reason == "storage_unreadable"

    StorageProfile.objects.update(endpoint_url=cloud.address)
    cloud.put_playlist("school/task-1", MIXED)

    assert told(meeting.work(6 * HOUR)) == ("completed", "stopped", "none", True)


def test_a_later_look_that_misses_a_file_takes_nothing_back(meet: Start, cloud: Cloud) -> None:
    """One of two playlists is there at the first look, and gone at the second."""
    meeting = meet()
    cloud.put_playlist("school/task-1", MIXED, ended=False)
    cloud.put_playlist("school/task-1", f"ha1_{MIXED}")
    meeting.record(f"{MIXED}.m3u8", f"ha1_{MIXED}.m3u8", f"ha2_{MIXED}.m3u8")
    meeting.tell(305, {"Status": 0})
    meeting.work(5)
    assert meeting.files()[f"{MIXED}.m3u8"] == ("verified", None)

    cloud.delete(f"school/task-1/{MIXED}_{'20260120113037408'}.ts")
    meeting.work(HOUR)

    assert meeting.files()[f"{MIXED}.m3u8"] == ("verified", None)
    assert told(reread(meeting.recording))[:2] == ("partial", "not_in_storage")


def test_a_recordings_own_folders_are_below_the_profiles(meet: Start, cloud: Cloud) -> None:
    meeting = meet(folders=["biology"])
    cloud.put_playlist("school/biology/task-1", MIXED)
    meeting.record(f"{MIXED}.m3u8")
    meeting.tell(305, {"Status": 0})

    assert told(meeting.work()) == ("completed", "stopped", "none", True)


def test_a_failure_that_names_no_file_is_of_the_file_that_is_outstanding(meet: Start, cloud: Cloud) -> None:
    meeting = meet(output_format="hls_mp4")
    cloud.put_playlist("school/task-1", MIXED)
    meeting.record(f"{MIXED}.m3u8")
    meeting.tell(305, {"Status": 0})
    meeting.tell(310, {"Status": 2, "Errmsg": "no read permission"})

    ended = meeting.work()

    assert told(ended) == ("partial", "transcode_failed", "storage", True)
    assert meeting.files()[""] == ("failed", "transcode_failed")


def test_a_file_that_was_told_of_after_the_look_is_not_missing_yet(meet: Start, cloud: Cloud) -> None:
    meeting = meet(output_format="mp4")
    first, second = f"{MIXED}_1.mp4", f"{MIXED}_2.mp4"
    cloud.put(f"school/task-1/{first}")
    meeting.record()
    meeting.tell(310, {"Status": 0, "FileList": [first]})
    meeting.work(seconds=1)
    cloud.put(f"school/task-1/{second}")
    meeting.clock.forward(1)

    meeting.tell(310, {"Status": 0, "FileList": [second]})

    assert meeting.files() == {first: ("verified", None), second: ("reported", None)}
    assert told(meeting.work()) == ("completed", "stopped", "none", True)
    assert meeting.files()[second] == ("verified", None)
