"""PATCH /recordings/{id}: merged, sent whole, one at a time."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from recordings.models import Recording
from recordings.states.vocabulary import State
from tests.conftest import Clock
from tests.recordings.steps import RECORDINGS, carry_on, end_pauses, kinds, reread, start
from tests.vendor import CREATE, MODIFY, Call, Fields, Reply, Vendor, refusal, timed_out

STAMP = {"water_mark_type": "timestamp", "pos": "top_right"}
ALICE = {"subscribe_audio_user_ids": ["alice"]}
GRID = {"mix_layout_params": {"mix_layout_mode": "grid"}}


@pytest.fixture
def running(api: APIClient, vendor: Vendor, body: Fields, clock: Clock) -> Recording:
    """Return a recording in progress with a layout, a watermark and a list."""
    body["record_params"]["subscribe_stream_user_ids"] = ALICE
    body["mix_layout_params"] = {"mix_layout_mode": "floating", "water_mark_list": [STAMP]}
    recording = start(api, body)
    clock.forward(16)
    return carry_on(recording)


def change(api: APIClient, recording: Recording, body: Any, *, version: str = "") -> Any:
    tag = version or f'"{reread(recording).version}"'
    return api.patch(f"{RECORDINGS}/{recording.pk}", body, headers={"If-Match": tag})


def test_a_change_without_if_match_is_refused(api: APIClient, vendor: Vendor, running: Recording) -> None:
    answer = api.patch(f"{RECORDINGS}/{running.pk}", GRID)

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (428, "precondition_required")
    assert vendor.asked(MODIFY) == []


@pytest.mark.parametrize("version", ['"1"', "1", '"x"', 'W/"4"', '"99999999999"', '"²"'])
def test_a_change_of_what_is_no_longer_so_is_refused(
    version: str, api: APIClient, vendor: Vendor, running: Recording
) -> None:
    answer = change(api, running, GRID, version=version)

    assert (answer.status_code, answer.json()["version"]) == (412, running.version)
    assert vendor.asked(MODIFY) == []


def test_a_star_matches_whatever_is_there(api: APIClient, vendor: Vendor, running: Recording) -> None:
    assert change(api, running, GRID, version="*").status_code == 200


def test_a_watermark_leaves_the_rest_as_it_is(api: APIClient, vendor: Vendor, running: Recording) -> None:
    mark = STAMP | {"pos": "center"}
    answer = change(api, running, {"mix_layout_params": {"water_mark_list": [mark]}})

    (asked,) = vendor.asked(MODIFY)
    assert answer.status_code == 200
    assert asked["SubscribeStreamUserIds"]["SubscribeAudioUserIds"] == ["alice"]
    assert asked["MixLayoutParams"]["MixLayoutMode"] == 1
    assert [m["WaterMarkTimestamp"]["Pos"] for m in asked["MixLayoutParams"]["WaterMarkList"]] == [6]


def test_a_list_leaves_the_layout_as_it_is(api: APIClient, vendor: Vendor, running: Recording) -> None:
    change(api, running, {"subscribe_stream_user_ids": {"subscribe_video_user_ids": ["bob"]}})

    (asked,) = vendor.asked(MODIFY)
    assert asked["SubscribeStreamUserIds"] == {
        "SubscribeAudioUserIds": ["alice"],
        "UnSubscribeAudioUserIds": [],
        "SubscribeVideoUserIds": ["bob"],
        "UnSubscribeVideoUserIds": [],
    }
    assert asked["MixLayoutParams"]["MixLayoutMode"] == 1
    assert len(asked["MixLayoutParams"]["WaterMarkList"]) == 1
    assert asked["TaskId"] == "task-1"


def test_changes_add_up(api: APIClient, vendor: Vendor, running: Recording) -> None:
    change(api, running, {"mix_layout_params": {"back_ground_color": "#112233"}})
    answer = change(api, running, {"mix_layout_params": {"render_mode": "smart"}})

    layout = answer.json()["mix_layout_params"]
    assert (layout["back_ground_color"], layout["render_mode"]) == ("#112233", "smart")
    assert vendor.asked(MODIFY)[1]["MixLayoutParams"]["BackGroundColor"] == "#112233"
    assert answer["ETag"] == f'"{reread(running).version}"'


def test_null_resets(api: APIClient, vendor: Vendor, running: Recording) -> None:
    answer = change(api, running, {"mix_layout_params": None, "subscribe_stream_user_ids": None})

    (asked,) = vendor.asked(MODIFY)
    assert answer.json()["mix_layout_params"] is None
    assert asked["MixLayoutParams"]["MixLayoutMode"] == 3  # what the vendor draws by itself
    assert asked["SubscribeStreamUserIds"]["SubscribeAudioUserIds"] == []


def test_labels_need_no_vendor(api: APIClient, vendor: Vendor, running: Recording) -> None:
    calls = len(vendor.calls)
    answer = change(api, running, {"labels": {"course": "math-8"}})

    assert (answer.status_code, answer.json()["labels"]) == (200, {"course": "math-8"})
    assert answer.json()["version"] == running.version + 1
    assert len(vendor.calls) == calls


@pytest.mark.parametrize("labels", [None, {}])
def test_labels_can_be_emptied(labels: Any, api: APIClient, vendor: Vendor, running: Recording) -> None:
    change(api, running, {"labels": {"course": "math-8"}})

    assert change(api, running, {"labels": labels}).json()["labels"] == {}


def test_labels_of_an_ended_recording_can_change(api: APIClient, vendor: Vendor, body: Fields) -> None:
    recording = start(api, body, Prefer="respond-async")
    api.post(f"{RECORDINGS}/{recording.pk}/stop")

    assert change(api, recording, {"labels": {"kept": "no"}}).status_code == 200


def test_an_empty_change_changes_nothing(api: APIClient, vendor: Vendor, running: Recording) -> None:
    answer = change(api, running, {})

    assert (answer.status_code, answer.json()["version"]) == (200, running.version)
    assert vendor.asked(MODIFY) == []


def test_a_refused_change_is_told_and_the_old_parameters_hold(
    api: APIClient, vendor: Vendor, running: Recording
) -> None:
    vendor.will(MODIFY, refusal("InvalidParameter.OutOfRange", "too many"))
    answer = change(api, running, GRID)

    assert (answer.status_code, answer.json()["vendor"]["message"]) == (422, "too many")
    assert answer.json()["recording"] == str(running.pk)
    assert reread(running).parameters == running.parameters
    assert change(api, running, GRID).status_code == 200


@pytest.mark.parametrize("reply", [timed_out(), refusal("RequestLimitExceeded"), refusal("InternalError")])
def test_a_change_without_an_answer_is_pending_and_sent_again(
    reply: Reply, api: APIClient, vendor: Vendor, running: Recording, clock: Clock
) -> None:
    vendor.will(MODIFY, reply)
    answer = change(api, running, GRID)
    assert answer.status_code == 202
    assert reread(running).parameters == running.parameters

    clock.forward(4)
    end_pauses()
    assert carry_on(running).parameters["mix_layout_params"]["mix_layout_mode"] == "grid"
    first, second = vendor.asked(MODIFY)
    assert first == second


def test_a_second_change_waits_for_the_first(api: APIClient, vendor: Vendor, running: Recording) -> None:
    vendor.will(MODIFY, timed_out())
    change(api, running, GRID)

    answer = change(api, running, {"mix_layout_params": {"back_ground_color": "#112233"}})

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, "change_in_flight")


def test_of_two_crossing_changes_the_second_is_stale(api: APIClient, vendor: Vendor, running: Recording) -> None:
    tag = f'"{running.version}"'
    assert change(api, running, GRID, version=tag).status_code == 200

    assert change(api, running, GRID, version=tag).status_code == 412


def test_a_stopped_recording_takes_no_change(api: APIClient, vendor: Vendor, running: Recording) -> None:
    api.post(f"{RECORDINGS}/{running.pk}/stop")

    answer = change(api, running, GRID)

    assert (answer.status_code, answer.json()["state"]) == (409, "stopping")


def test_a_change_before_the_first_create_goes_with_it(api: APIClient, vendor: Vendor, body: Fields) -> None:
    recording = start(api, body, Prefer="respond-async")
    answer = change(api, recording, {"subscribe_stream_user_ids": ALICE} | GRID)
    assert (answer.status_code, vendor.calls) == (200, [])

    carry_on(recording)

    (asked,) = vendor.asked(CREATE)
    assert asked["MixLayoutParams"]["MixLayoutMode"] == 3
    assert asked["RecordParams"]["SubscribeStreamUserIds"]["SubscribeAudioUserIds"] == ["alice"]
    assert vendor.asked(MODIFY) == []


def test_a_change_during_the_create_follows_it(api: APIClient, vendor: Vendor, body: Fields) -> None:
    recording = start(api, body, Prefer="respond-async")

    def change_meanwhile(call: Call) -> Reply:
        assert change(api, recording, GRID).status_code == 202
        return {"TaskId": "task-3"}

    vendor.will(CREATE, change_meanwhile)
    carry_on(recording)

    assert [asked["TaskId"] for asked in vendor.asked(MODIFY)] == ["task-3"]
    assert reread(recording).parameters["mix_layout_params"]["mix_layout_mode"] == "grid"


@pytest.mark.parametrize(
    ("wrong", "attr"),
    [
        ({"mix_layout_params": {"mix_layout_mode": "pip"}}, "mix_layout_params.mix_layout_mode"),
        ({"mix_layout_params": 7}, "mix_layout_params"),
        ({"subscribe_stream_user_ids": []}, "subscribe_stream_user_ids"),
        ({"subscribe_stream_user_ids": {"un_subscribe_audio_user_ids": ["x"]}}, "subscribe_stream_user_ids.un_"),
        ({"mix_transcode_params": {}}, "mix_transcode_params"),
        ({"room_id": "2"}, "room_id"),
        ({"state": "completed"}, "state"),
        ({"labels": {"a": 1}}, "labels.a"),
        ({"labels": "x"}, "labels"),
    ],
)
def test_a_wrong_change_is_refused_by_name(
    wrong: Fields, attr: str, api: APIClient, vendor: Vendor, running: Recording
) -> None:
    answer = change(api, running, wrong)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"].startswith(attr)
    assert vendor.asked(MODIFY) == []
    assert reread(running).version == running.version


def test_every_revision_is_kept(api: APIClient, vendor: Vendor, running: Recording) -> None:
    change(api, running, GRID)
    change(api, running, {"mix_layout_params": {"back_ground_color": "#112233"}})

    assert kinds(running).count("modify_requested") == kinds(running).count("modify_accepted") == 2


def test_a_change_of_a_task_that_is_gone_says_so(api: APIClient, vendor: Vendor, running: Recording) -> None:
    vendor.will(MODIFY, refusal("ResourceNotFound"))

    answer = change(api, running, GRID)

    assert (answer.status_code, answer.json()["vendor"]["code"]) == (422, "ResourceNotFound")
    assert reread(running).state == State.RECORDING  # once is no proof
