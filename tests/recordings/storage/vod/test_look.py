"""A recording in VOD ends as VOD itself tells of the file ids that 311 named, each with a reason."""

from typing import Any

import pytest
import requests

from applications.models import StorageProfile
from recordings.models import FactRow, RecordingFile
from tests.recordings.steps import reread
from tests.recordings.storage.meeting import HOUR, told
from tests.recordings.storage.vod.commits import ONE, SUB_APP, TWO, Begin, commit, commit_two, reasons
from tests.recordings.storage.vod.library import MediaLibrary, address_of
from tests.vendor import refusal


def test_what_vod_has_is_verified_with_size_and_length(begin: Begin, vod: MediaLibrary) -> None:
    vod.put(ONE)
    meeting = begin()
    commit(meeting, ONE)
    meeting.tell(312, {"Status": 0})

    ended = meeting.work()

    assert told(ended) == ("completed", "stopped", "none", True)
    file = RecordingFile.objects.get(recording=ended)
    assert (file.status, file.size, file.duration_ms, file.url) == ("verified", 1234, 61_500, address_of(ONE))


def test_it_is_asked_once_with_the_applications_keys(begin: Begin, vod: MediaLibrary) -> None:
    vod.put(ONE)
    meeting = begin()
    commit(meeting, ONE)
    meeting.tell(312, {"Status": 0})
    meeting.work()

    assert vod.asked == [{"FileIds": [ONE], "Filters": ["basicInfo", "metaData"], "SubAppId": SUB_APP}]
    (headers,) = vod.headers
    assert (headers["X-TC-Action"], headers["X-TC-Version"]) == ("DescribeMediaInfos", "2018-07-17")
    assert "Credential=AKIDschool/" in headers["Authorization"]
    assert "/vod/tc3_request" in headers["Authorization"]
    assert "X-TC-Region" not in headers


def test_a_recording_stays_where_its_create_put_it(begin: Begin, vod: MediaLibrary, profile: StorageProfile) -> None:
    """The profile goes to another application of VOD meanwhile."""
    meeting = begin()
    StorageProfile.objects.filter(pk=profile.pk).update(tencent_vod={"sub_app_id": 7})
    commit(meeting, ONE)
    meeting.tell(312, {"Status": 0})
    meeting.work(1)

    assert vod.asked[0]["SubAppId"] == SUB_APP


def test_no_state_is_claimed_before_vod_was_asked(begin: Begin, vod: MediaLibrary) -> None:
    vod.put(ONE)
    meeting = begin()
    commit(meeting, ONE)
    meeting.tell(312, {"Status": 0})

    assert reread(meeting.recording).state == "finalizing"


def test_one_of_two_missing_is_partial(begin: Begin, vod: MediaLibrary) -> None:
    vod.put(ONE)
    meeting = begin("single")
    commit_two(meeting)
    before = meeting.clock()

    ended = meeting.work()

    assert told(ended) == ("partial", "not_in_storage", "storage", True)
    assert reasons(meeting) == {ONE: ("verified", None), TWO: ("reported", "not_in_storage")}
    settled = FactRow.objects.get(recording=ended, kind="settled")
    assert 850 < (settled.occurred_at - before).total_seconds() < 1000
    assert 5 <= len(vod.asked) < 30  # asked again meanwhile, less and less often


def test_all_missing_is_failed(begin: Begin, vod: MediaLibrary) -> None:
    meeting = begin()
    commit(meeting, ONE)
    meeting.tell(312, {"Status": 0})

    assert told(meeting.work()) == ("failed", "not_in_storage", "storage", None)
    assert reasons(meeting) == {ONE: ("reported", "not_in_storage")}


def test_a_file_that_comes_later_completes(begin: Begin, vod: MediaLibrary) -> None:
    vod.put(ONE)
    meeting = begin("single")
    commit_two(meeting)
    assert meeting.work(100).state == "finalizing"

    vod.put(TWO)

    assert told(meeting.work(600)) == ("completed", "stopped", "none", True)


@pytest.mark.parametrize(
    ("reply", "problem"),
    [
        (refusal("UnauthorizedOperation"), "no_read_permission"),
        (refusal("AuthFailure.UnauthorizedOperation"), "no_read_permission"),
        (refusal("AuthFailure.SecretIdNotFound"), "wrong_keys"),
        (refusal("AuthFailure.SignatureExpire"), "clock_skew"),
        (refusal("FailedOperation.InvalidVodUser"), "refused"),
        (refusal("InternalError.DBError"), "unavailable"),
        (requests.ConnectTimeout("no route"), "unreachable"),
        (requests.ReadTimeout("Read timed out."), "unreachable"),
        ("<html>", "unavailable"),
        ('{"Response": {"RequestId": "r-1", "MediaInfoSet": [{"FileId": 7}]}}', "unavailable"),
        # Neither there nor gone: no proof of either.
        ({"MediaInfoSet": None, "NotExistFileIdSet": None}, "unavailable"),
    ],
)
def test_vod_that_cannot_be_asked_leaves_the_vendors_word(
    begin: Begin, vod: MediaLibrary, reply: Any, problem: str
) -> None:
    vod.put(ONE)
    vod.will(*[reply] * 100)
    meeting = begin()
    commit(meeting, ONE)
    meeting.tell(312, {"Status": 0})

    ended = meeting.work(HOUR)

    assert told(ended) == ("completed", "storage_unreadable", "storage", False)
    assert ended.details["storage"]["problem"] == problem
    assert reasons(meeting) == {ONE: ("reported", None)}


def test_a_throttled_look_is_made_again(begin: Begin, vod: MediaLibrary) -> None:
    vod.put(ONE)
    vod.will(refusal("RequestLimitExceeded"))
    meeting = begin()
    commit(meeting, ONE)
    meeting.tell(312, {"Status": 0})

    assert told(meeting.work(100)) == ("completed", "stopped", "none", True)
    assert len(vod.asked) == 2


def test_twenty_one_files_are_two_calls(begin: Begin, vod: MediaLibrary) -> None:
    file_ids = [str(10**18 + number) for number in range(21)]
    vod.put(*file_ids)
    meeting = begin("single")
    for number, file_id in enumerate(file_ids):
        commit(meeting, file_id, f"user-{number}")
    meeting.tell(312, {"Status": 0})

    assert told(meeting.work()) == ("completed", "stopped", "none", True)
    assert [len(call["FileIds"]) for call in vod.asked] == [20, 1]
    assert {status for status, _reason in reasons(meeting).values()} == {"verified"}
