"""Plans and merges of recordings, whose pieces are in storage."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models.functions import Now
from rest_framework.test import APIClient

from applications.models import Application, StorageProfile
from recordings.files.names import build_name, parse_name
from recordings.models import Recording, RecordingFile
from recordings.states.vocabulary import FileKind, FileStatus
from tests.conftest import ApiClient
from tests.recordings.merge.conftest import ALICE, BOB
from tests.recordings.merge.measure import find_beeps
from tests.recordings.merge.media import BEGIN_MS, name_track
from tests.recordings.steps import RECORDINGS, start
from tests.recordings.storage.cloud import Cloud
from tests.vendor import Fields, Vendor

ALICE_SOUND = build_name(name_track(ALICE))


@pytest.fixture
def names(cloud: Cloud, recorded: Path) -> list[str]:
    """Put the meeting into the folder of task-1 and return the names of its playlists."""
    for path in recorded.iterdir():
        cloud.put(f"school/task-1/{path.name}", path.read_bytes())
    return sorted(path.name for path in recorded.glob("*.m3u8"))


@pytest.fixture
def stored(
    api: APIClient, vendor: Vendor, body: Fields, checked_profile: StorageProfile, names: list[str]
) -> Recording:
    """Return a recording whose playlists were reported, with the meeting in its bucket."""
    recording = start(api, body | {"record_params": {"record_mode": "single"}})
    for name in names:
        add_file(recording, name)
    return recording


def add_file(recording: Recording, name: str, **fields: Any) -> RecordingFile:
    said = parse_name(name)
    assert said is not None
    return RecordingFile.objects.create(
        recording=recording,
        key=f"task-1/{name}",
        task_id="task-1",
        kind=FileKind.HLS,
        status=FileStatus.REPORTED,
        name=name,
        user_id=said.user_id or "",
        media_id=said.media_id,
        track_type=said.track_type,
        **fields,
    )


def read_plan(api: APIClient, recording: Recording, **query: str) -> Any:
    answer = api.get(f"{RECORDINGS}/{recording.pk}/merge-plan", query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_a_plan_names_every_input_and_its_moment(api: APIClient, stored: Recording) -> None:
    plan = read_plan(api, stored)

    assert (plan["segments"], plan["problem"], plan["unplanned"]) == ("known", "", [])
    by_user = {user["user_id"]: user for user in plan["users"]}
    assert set(by_user) == {ALICE, BOB}
    first, second = by_user[ALICE]["outputs"]
    assert by_user[ALICE]["sections"][0] == {"begin_ms": BEGIN_MS, "end_ms": BEGIN_MS + 4000}
    assert first["name"] == "fn5+_20260120113037408_av.mp4"
    assert [one["offset_ms"] for one in first["pictures"]] == [1000, 2000]
    assert [one["offset_ms"] for one in second["sounds"]] == [0]
    assert first["sounds"][0] == {
        "name": f"task-1/{ALICE_SOUND.removesuffix('.m3u8')}_20260120113037408.ts",
        "media_id": "main",
        "track_type": "audio",
        "recovery": 0,
        "begin_ms": BEGIN_MS,
        "duration_ms": 2000,
        "offset_ms": 0,
    }
    assert len(by_user[BOB]["unused"]) == 2
    assert by_user[ALICE]["gaps"][0]["media_id"] == "main"


@pytest.mark.parametrize(
    ("query", "lengths", "streams"),
    [
        ({"mode": "user"}, [26_000, 2000], {"main"}),
        ({"mode": "user", "cut": "true"}, [6000, 2000], {"main"}),
        ({"stream": "aux"}, [4000, 2000, 2000], {"aux"}),
    ],
)
def test_a_plan_follows_the_options(
    api: APIClient, stored: Recording, query: dict[str, str], lengths: list[int], streams: set[str]
) -> None:
    outputs = [output for user in read_plan(api, stored, **query)["users"] for output in user["outputs"]]

    assert sorted((output["duration_ms"] for output in outputs), reverse=True) == lengths
    assert {one["media_id"] for output in outputs for one in output["pictures"]} == streams


def test_what_storage_was_seen_to_lack_is_missing(api: APIClient, stored: Recording) -> None:
    segment = f"{ALICE_SOUND.removesuffix('.m3u8')}_20260120113039408.ts"
    stored.files.filter(name=ALICE_SOUND).update(checked={"missing_names": [segment]})

    (alice,) = (user for user in read_plan(api, stored)["users"] if user["user_id"] == ALICE)
    assert alice["missing"] == [
        {
            "name": f"task-1/{segment}",
            "why": "segment_absent",
            "begin_ms": BEGIN_MS + 2000,
            "duration_ms": 2000,
        }
    ]


def test_without_storage_the_stretches_that_are_known_are_planned(
    api: APIClient, stored: Recording, cloud: Cloud
) -> None:
    """What nobody knows the length of is named and left out."""
    gaps = {"gaps": [{"at_ms": BEGIN_MS + 4000, "length_ms": 20_000}]}
    stored.files.filter(name=ALICE_SOUND).update(begin_ms=BEGIN_MS, end_ms=BEGIN_MS + 26_000, checked=gaps)
    StorageProfile.objects.filter(name="classes-cos").update(endpoint_url="http://127.0.0.1:9")

    plan = read_plan(api, stored)

    assert (plan["segments"], plan["problem"]) == ("unknown", "unreachable")
    (alice,) = plan["users"]
    assert [output["duration_ms"] for output in alice["outputs"]] == [4000, 2000]
    assert len(plan["unplanned"]) == 5


def test_a_playlist_that_is_not_there_is_named(api: APIClient, stored: Recording, cloud: Cloud) -> None:
    cloud.delete(f"school/task-1/{ALICE_SOUND}")

    assert read_plan(api, stored)["unplanned"] == [ALICE_SOUND]


def test_a_recording_without_files_has_an_empty_plan(api: APIClient, vendor: Vendor, body: Fields) -> None:
    plan = read_plan(api, start(api, body))

    assert plan == {"segments": "unknown", "problem": "no_playlist", "users": [], "unplanned": []}


def test_what_retention_deleted_is_said_to_be_deleted(api: APIClient, stored: Recording, tmp_path: Path) -> None:
    Recording.objects.filter(pk=stored.pk).update(purged_at=Now())

    plan = read_plan(api, stored)

    assert (plan["problem"], plan["users"], len(plan["unplanned"])) == ("deleted", [], 6)


def test_a_merge_of_nothing_says_what_the_recording_is(stored: Recording, cloud: Cloud, tmp_path: Path) -> None:
    cloud.clear()

    with pytest.raises(CommandError, match=r"There is no playlist .* The recording is starting"):
        call_command("merge_recordings", str(stored.pk), "--into", str(tmp_path))
    Recording.objects.filter(pk=stored.pk).update(purged_at=Now())
    with pytest.raises(CommandError, match="Its files were deleted at"):
        call_command("merge_recordings", str(stored.pk), "--into", str(tmp_path))


def test_a_storage_that_refuses_is_explained(stored: Recording, tmp_path: Path) -> None:
    StorageProfile.objects.filter(name="classes-cos").update(endpoint_url="http://127.0.0.1:9")

    with pytest.raises(CommandError, match="cannot be reached from here"):
        call_command("merge_recordings", str(stored.pk), "--into", str(tmp_path))


def test_plans_are_read_by_their_owner_with_a_key_that_may_read(
    client_for: ApiClient, application: Application, other_application: Application, stored: Recording
) -> None:
    path = f"{RECORDINGS}/{stored.pk}/merge-plan"

    assert client_for(application, "read").get(path).status_code == 200
    assert client_for(application, "write").get(path).status_code == 403
    assert client_for(other_application).get(path).status_code == 404


def test_an_unknown_option_is_refused(api: APIClient, stored: Recording) -> None:
    answer = api.get(f"{RECORDINGS}/{stored.pk}/merge-plan", {"mode": "both"})

    assert (answer.status_code, answer.json()["errors"][0]["attr"]) == (400, "mode")


def test_a_recording_is_fetched_and_merged(stored: Recording, tmp_path: Path) -> None:
    """Its pieces are gone afterwards, and what other tasks left in the bucket never came."""
    into, told = tmp_path / "merged", StringIO()

    call_command("merge_recordings", str(stored.pk), "--into", str(into), "-m", "1", stdout=told)

    assert {path.name for path in into.iterdir()} == {
        "fn5+_20260120113037408_av.mp4",
        "5byg5LiJ_20260120113040408_av.mp4",
    }
    assert find_beeps(into / "fn5+_20260120113037408_av.mp4") == pytest.approx([1.5, 3, 24.5], abs=0.1)


def test_a_recording_that_cannot_be_fetched_says_why(stored: Recording, tmp_path: Path) -> None:
    StorageProfile.objects.filter(name="classes-cos").update(kind="vod")

    with pytest.raises(CommandError, match="no bucket"):
        call_command("merge_recordings", str(stored.pk), "--into", str(tmp_path))
    assert not list(tmp_path.iterdir())


def test_a_segment_that_is_gone_is_told(stored: Recording, cloud: Cloud, tmp_path: Path) -> None:
    cloud.delete(f"school/task-1/{ALICE_SOUND.removesuffix('.m3u8')}_20260120113039408.ts")

    with pytest.raises(CommandError) as caught:
        call_command("merge_recordings", str(stored.pk), "--into", str(tmp_path), stdout=StringIO())

    assert caught.value.returncode == 3
