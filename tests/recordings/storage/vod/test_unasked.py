"""What VOD cannot be asked for, or was not asked for yet: no id, an id that comes late."""

import pytest

from applications.models import Application, StorageProfile
from recordings.models import FactRow, RecordingFile
from tests.conftest import ApiClient
from tests.recordings.steps import reread
from tests.recordings.storage.meeting import HOUR, MIXED, told
from tests.recordings.storage.vod.commits import ONE, TWO, Begin, commit, commit_two, reasons
from tests.recordings.storage.vod.library import MediaLibrary, address_of
from tests.vendor import refusal


@pytest.mark.parametrize("checks", [True, False])
@pytest.mark.parametrize("mode", ["mixed", "single"])
@pytest.mark.parametrize(("is_told", "least", "most"), [(True, 0, 100), (False, 850, 950)])
def test_without_an_id_it_ends_as_without_looks(  # noqa: PLR0917 - the table's columns
    begin: Begin, vod: MediaLibrary, mode: str, checks: bool, is_told: bool, least: int, most: int
) -> None:
    """The 311 was lost on its way; 312 alone may tell that it is over."""
    StorageProfile.objects.filter(name="vod").update(check_files=checks)
    meeting = begin(mode)
    if is_told:
        meeting.tell(312, {"Status": 0})
    before = meeting.clock()

    ended = meeting.work()

    assert told(ended) == ("empty", "stopped", "none", None)
    settled = FactRow.objects.get(recording=ended, kind="settled")
    assert least <= (settled.occurred_at - before).total_seconds() <= most
    assert vod.asked == []


def test_a_file_without_an_id_rests_on_the_vendors_word(begin: Begin, vod: MediaLibrary) -> None:
    vod.put(ONE)
    meeting = begin("single")
    commit(meeting, ONE, "alice")
    commit(meeting, "", "bob")
    meeting.tell(312, {"Status": 0})

    ended = meeting.work(HOUR)

    assert told(ended) == ("completed", "stopped", "none", False)
    assert reasons(meeting) == {ONE: ("verified", None), "": ("reported", None)}


@pytest.mark.parametrize("is_there", [True, False])
def test_a_late_311_is_asked_about_before_it_counts(begin: Begin, vod: MediaLibrary, is_there: bool) -> None:
    meeting = begin()
    meeting.tell(312, {"Status": 0})
    assert meeting.work(HOUR).state == "empty"
    if is_there:
        vod.put(ONE)
    commit(meeting, ONE)
    assert reread(meeting.recording).state == "empty"

    ended = meeting.work(60)

    assert told(ended) == (("completed" if is_there else "empty"), "stopped", "none", is_there or None)
    assert reasons(meeting) == {ONE: ("verified", None) if is_there else ("reported", "not_in_storage")}


def test_a_late_311_counts_where_vod_cannot_be_asked(begin: Begin, vod: MediaLibrary) -> None:
    vod.will(*[refusal("UnauthorizedOperation")] * 100)
    meeting = begin()
    meeting.tell(312, {"Status": 0})
    meeting.work(HOUR)
    commit(meeting, ONE)

    assert told(meeting.work(60)) == ("completed", "storage_unreadable", "storage", False)


def test_a_second_file_after_the_first_look_is_asked_for(begin: Begin, vod: MediaLibrary) -> None:
    vod.put(ONE, TWO)
    meeting = begin("single")
    commit(meeting, ONE, "alice")
    meeting.work(100)
    assert reasons(meeting) == {ONE: ("verified", None)}
    commit(meeting, TWO, "bob")
    meeting.tell(312, {"Status": 0})
    assert reasons(meeting)[TWO] == ("reported", None)

    assert meeting.work(40).state == "finalizing"
    assert reasons(meeting)[TWO] == ("verified", None)
    assert told(meeting.work(200)) == ("completed", "stopped", "none", True)
    assert vod.asked[-1]["FileIds"] == [ONE, TWO]


def test_nothing_is_certain_before_the_last_file_was_asked_for(begin: Begin, vod: MediaLibrary) -> None:
    """Mixed, as a playlist and an MP4: 312 would end it at once."""
    vod.put(ONE)
    meeting = begin()
    commit(meeting, ONE)
    meeting.work(1)
    commit(meeting, TWO, name=f"{MIXED}.m3u8")
    meeting.tell(312, {"Status": 0})
    assert reread(meeting.recording).state == "finalizing"

    assert told(meeting.work()) == ("partial", "not_in_storage", "storage", True)


def test_a_part_that_nobody_told_of_is_not_missed(begin: Begin, vod: MediaLibrary) -> None:
    """In a bucket its number would give it away; here nobody can ask for it."""
    vod.put(ONE)
    meeting = begin()
    commit(meeting, ONE, name=f"{MIXED}_2.mp4")
    meeting.tell(312, {"Status": 0})

    assert told(meeting.work()) == ("completed", "stopped", "none", True)
    assert reasons(meeting) == {ONE: ("verified", None)}


def test_a_file_that_failed_beside_one_that_is_there_is_partial(begin: Begin, vod: MediaLibrary) -> None:
    vod.put(ONE)
    meeting = begin("single")
    commit(meeting, ONE, "alice")
    failed = {"UserId": "bob", "TrackType": "audio_video", "CacheFile": "x.mp4"}
    meeting.tell(311, {"Status": 2, "Errmsg": "disk", "TencentVod": failed})
    meeting.tell(312, {"Status": 1})

    assert told(meeting.work(200)) == ("partial", "upload_failed", "storage", True)


def test_what_cannot_be_asked_for_holds_up_nothing(begin: Begin, vod: MediaLibrary) -> None:
    """One verified, one that failed, one without an id: it closes as soon as nothing more is heard."""
    vod.put(ONE)
    meeting = begin("single")
    commit(meeting, ONE, "alice")
    commit(meeting, "", "bob")
    failed = {"UserId": "carol", "TrackType": "audio_video", "CacheFile": "x.mp4"}
    meeting.tell(311, {"Status": 2, "Errmsg": "disk", "TencentVod": failed})
    meeting.tell(312, {"Status": 1})

    assert told(meeting.work(200)) == ("partial", "upload_failed", "storage", False)


def test_switched_off_meanwhile_leaves_the_vendors_word(begin: Begin, vod: MediaLibrary) -> None:
    meeting = begin()
    commit(meeting, ONE)
    meeting.tell(312, {"Status": 0})
    StorageProfile.objects.filter(name="vod").update(check_files=False)

    ended = meeting.work(HOUR)

    assert told(ended) == ("completed", "storage_unreadable", "storage", False)
    assert ended.details["storage"]["problem"] == "not_asked"
    assert vod.asked == []


def test_the_link_is_what_vod_told(
    begin: Begin, vod: MediaLibrary, application: Application, client_for: ApiClient
) -> None:
    vod.put(ONE)
    meeting = begin("single")
    commit_two(meeting)
    meeting.work()
    client = client_for(application, "files")
    there, gone = (RecordingFile.objects.get(recording=meeting.recording, file_id=file_id) for file_id in (ONE, TWO))
    path = f"/api/v1/recordings/{meeting.recording.pk}/files"

    assert client.get(f"{path}/{there.pk}/link").json() == {"url": address_of(ONE), "expires_at": None}
    assert client.get(f"{path}/{gone.pk}/link").json()["reason"] == "not_in_storage"
