"""What a storage refuses is told apart by what an operator can do, and a recording is never stuck on it."""

import pytest

from applications.models import StorageProfile
from recordings.states.vocabulary import StorageProblem
from recordings.storage.client import Bucket
from recordings.storage.errors import StorageError
from recordings.storage.place import Place
from recordings.storage.words import PROBLEMS
from tests.recordings.storage.meeting import HOUR, MIXED, Start, told
from tests.recordings.storage.refusing import refusing

CODES = [
    (301, "PermanentRedirect", "wrong_region"),
    (400, "AuthorizationHeaderMalformed", "wrong_region"),
    (404, "NoSuchBucket", "no_such_bucket"),
    (403, "AccessDenied", "no_list_permission"),
    (403, "InvalidAccessKeyId", "wrong_keys"),
    (403, "SignatureDoesNotMatch", "wrong_keys"),
    (403, "RequestTimeTooSkewed", "clock_skew"),
    (503, "SlowDown", "unavailable"),
    (500, "InternalError", "unavailable"),
    (418, "Teapot", "refused"),
]


def place(address: str) -> Place:
    return Place(
        kind="cos", region="ap-shanghai", bucket="b-125", access_key="AKIDx", secret_key="hush", endpoint_url=address
    )


@pytest.mark.parametrize(("status", "code", "problem"), CODES)
def test_each_code_is_one_problem(status: int, code: str, problem: str) -> None:
    with refusing(status, code) as address, pytest.raises(StorageError) as caught:
        list(Bucket(place(address)).list_objects("a/"))

    assert (caught.value.problem, caught.value.code) == (problem, code)


def test_reading_and_writing_without_permission_are_told_apart() -> None:
    with refusing(403, "AccessDenied") as address:
        bucket = Bucket(place(address))
        with pytest.raises(StorageError) as reading:
            bucket.read_object("a", most_bytes=1)
        with pytest.raises(StorageError) as writing:
            bucket.write_object("a", b"")
    assert reading.value.problem == StorageProblem.NO_READ_PERMISSION
    assert writing.value.problem == StorageProblem.NO_WRITE_PERMISSION


def test_a_gateway_that_tells_no_size_is_a_storage_that_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    with refusing(403, "AccessDenied", only="GET") as address:
        bucket = Bucket(place(address))
        monkeypatch.setattr(bucket._client, "head_object", lambda **_what: {})
        with pytest.raises(StorageError) as caught:
            bucket.find_object("a")
    assert caught.value.code == "NoContentLength"


def test_every_problem_has_its_sentence() -> None:
    assert set(PROBLEMS) == set(StorageProblem)


def test_no_secret_is_in_what_is_printed() -> None:
    told = repr(place("http://127.0.0.1:9"))

    assert "hush" not in told
    assert "AKIDx" not in told


@pytest.mark.parametrize(
    ("status", "code", "problem"),
    [(301, "PermanentRedirect", "wrong_region"), (403, "AccessDenied", "no_list_permission")],
)
def test_a_recording_ends_on_the_vendors_word_and_says_why(status: int, code: str, problem: str, meet: Start) -> None:
    with refusing(status, code) as address:
        StorageProfile.objects.update(endpoint_url=address)
        meeting = meet()
        meeting.record(f"{MIXED}.m3u8")
        meeting.tell(305, {"Status": 0})

        ended = meeting.work(HOUR)

    assert told(ended) == ("completed", "storage_unreadable", "storage", False)
    assert (ended.details["storage"]["problem"], ended.details["storage"]["code"]) == (problem, code)
    assert ended.vendor_code == ""  # the vendor said nothing of the kind


def test_a_profile_that_is_no_longer_checked_holds_nobody(meet: Start) -> None:
    meeting = meet()
    meeting.record(f"{MIXED}.m3u8")
    meeting.tell(305, {"Status": 0})
    StorageProfile.objects.update(check_files=False)

    ended = meeting.work(HOUR)

    assert told(ended)[:2] == ("completed", "storage_unreadable")
    assert ended.details["storage"]["problem"] == "not_asked"
