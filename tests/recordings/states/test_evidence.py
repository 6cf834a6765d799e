"""No claim without evidence, and every end explained."""

from datetime import timedelta

import pytest

from recordings.states.facts import Fact, FactKind, Source
from recordings.states.fold import fold
from recordings.states.outcome import Outcome
from recordings.states.snapshot import Snapshot
from recordings.states.vocabulary import Fault, FileStatus, Media, Reason, State
from tests.recordings.states.clockwork import POLICY, own, play
from tests.recordings.states.stories import STORIES, callbacks_of, own_facts_of, told
from tests.recordings.states.vendor import VOD, Scenario, answer, callback, moment

PROOF = {FactKind.RECORDER_STARTED, FactKind.SLICE_CREATED, FactKind.SLICE_UPLOADED}


def begun(storage_kind: str = "cos", output_format: str = "hls", record_mode: str = "single") -> list[Fact]:
    parameters = {"record_params": {"output_format": output_format, "record_mode": record_mode}}
    return [
        own(FactKind.REQUESTED, "requested", 0, storage_kind=storage_kind, parameters=parameters),
        own(FactKind.CREATE_SENT, "create:1:sent", 0.1, attempt=1),
        answer(FactKind.CREATE_ACCEPTED, "create:1:answer", 0.3, task_id="T1", attempt=1, request_id="r1"),
    ]


def event(event_type: int, at: float, task_id: str = "T1", **payload: object) -> Fact:
    when = moment(at)
    return callback(event_type, happened_at=when, received_at=when, task_id=task_id, payload=payload)


def seen(*facts: Fact) -> Snapshot:
    return fold(facts, policy=POLICY)


@pytest.mark.parametrize("name", STORIES)
def test_recording_is_claimed_only_with_proof(name: str) -> None:
    facts = told(name).facts
    for length in range(1, len(facts) + 1):
        if fold(facts[:length], policy=POLICY).state == State.RECORDING:
            assert any(
                fact.kind in PROOF or (fact.kind == FactKind.DESCRIBED and fact.data["status"] == "in_progress")
                for fact in facts[:length]
            )


@pytest.mark.parametrize("name", STORIES)
def test_a_terminal_state_has_an_end_and_a_fault_that_fits(name: str) -> None:
    end = told(name).end

    assert end.ended_at is not None
    assert end.media is None
    if end.state in (State.COMPLETED, State.EMPTY, State.CANCELED):
        assert (end.fault, end.vendor_code) == (Fault.NONE, "")
    else:
        assert end.fault != Fault.NONE


def test_an_accepted_create_is_starting() -> None:
    assert seen(*begun()).state == State.STARTING


def test_a_refusal_shows_the_vendors_words() -> None:
    end = told("refused").end

    assert (end.vendor_code, end.vendor_message, end.vendor_request_id) == ("Code.rejected", "rejected", "r1")
    assert end.fault == Fault.CALLER


def test_a_failed_upload_shows_the_storages_words_and_not_those_of_a_lost_create() -> None:
    scenario = Scenario(creates=("lost",), uploads=((1, 0.1),), upload_error=True)
    end = play(scenario).end

    assert (end.vendor_code, end.fault) == ("AccessDenied", Fault.STORAGE)


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ([(FactKind.CREATE_UNKNOWN, "UnexpectedStatus", "vendor")], ("UnexpectedStatus", Fault.VENDOR)),
        ([(FactKind.CREATE_UNKNOWN, "Timeout", "network")], ("Timeout", Fault.NETWORK)),
        (  # what was answered to a later create is not about the one that may have acted
            [
                (FactKind.CREATE_UNKNOWN, "UnexpectedStatus", "vendor"),
                (FactKind.CREATE_POSTPONED, "LimitExceeded", "operator"),
            ],
            ("UnexpectedStatus", Fault.VENDOR),
        ),
        ([(FactKind.CREATE_POSTPONED, "LimitExceeded", "operator"), None], ("", Fault.NETWORK)),
    ],
)
def test_an_unknown_outcome_is_told_in_the_words_of_the_create_that_may_have_acted(
    answers: list[tuple[FactKind, str, str] | None], words: tuple[str, Fault]
) -> None:
    facts = [begun()[0]]
    for number, told_of in enumerate(answers, 1):
        facts.append(own(FactKind.CREATE_SENT, f"create:{number}:sent", number, attempt=number))
        if told_of is not None:
            kind, code, fault = told_of
            key = f"create:{number}:answered"
            facts.append(answer(kind, key, number + 0.5, attempt=number, code=code, fault=fault, why="unknown"))
    lost = {"state": "lost", "reason": "unknown_outcome", "because": "start_deadline"}

    end = seen(*facts, own(FactKind.SETTLED, "settled:lost", 999, source=Source.CLOCK, **lost))

    assert (end.state, end.vendor_code, end.fault) == (State.LOST, *words)


def untold_end() -> list[Fact]:
    """Return the story of a recorder of which its files alone tell that it left."""
    return [*begun(), event(301, 1, Status=0), event(307, 5, FileName="a.m3u8"), event(305, 90, Status=0)]


def test_an_end_that_files_alone_tell_of_has_a_reason_of_its_own() -> None:
    end = seen(*untold_end())

    assert (end.state, end.reason, end.fault) == (State.COMPLETED, Reason.UNTOLD, Fault.NONE)


@pytest.mark.parametrize("settled_as", ["untold", None])
def test_a_reason_that_is_told_after_the_end_is_taken_in(settled_as: str | None) -> None:
    """A release before had no word for it and wrote none."""
    end = own(
        FactKind.SETTLED, "settled:completed", 300, source=Source.CLOCK,
        state="completed", reason=settled_as, because="quiet",
    )  # fmt: skip
    late = event(302, 89, LeaveCode=5)

    assert seen(*untold_end(), end).reason == Reason.UNTOLD
    assert seen(*untold_end(), end, late).reason == seen(*untold_end(), late).reason == Reason.KICKED_BY_SERVER


def test_a_task_that_the_vendor_forgot_vanished_also_when_storage_has_its_files() -> None:
    """Every callback was lost, and it ended by itself."""
    scenario = Scenario(stop_at=None, leaves_after=(90, 2), checked=True)
    end = play(scenario, delay_of=lambda _: None, horizon=3 * 86_400.0).end

    assert (end.state, end.reason, end.verified) == (State.COMPLETED, Reason.VANISHED, True)


def test_media_follows_the_latest_observation() -> None:
    flowing = answer(FactKind.DESCRIBED, "d1", 20, task_id="T1", status="in_progress", files=[])
    idle = answer(FactKind.DESCRIBED, "d2", 80, task_id="T1", status="idle", files=[])

    assert seen(*begun(), event(301, 1, Status=0)).media == Media.WAITING
    assert seen(*begun(), flowing).media == Media.FLOWING
    assert seen(*begun(), idle, flowing).media == Media.WAITING


def test_media_starts_when_its_first_file_does() -> None:
    begin_ms = int(moment(4).timestamp() * 1000)
    sliced = event(307, 9, FileName="a.m3u8", UserId="a", TrackType="audio", BeginTimeStamp=begin_ms)

    assert seen(*begun(), sliced).media_started_at == moment(4)


@pytest.mark.parametrize("begin_ms", [0, 1622425551, 10**30, -5])
def test_an_impossible_begin_of_a_file_is_ignored(begin_ms: int) -> None:
    file = {"name": "a.m3u8", "begin_ms": begin_ms}
    described = answer(FactKind.DESCRIBED, "d", 20, task_id="T1", status="in_progress", files=[file])

    assert seen(*begun(), described).media_started_at == moment(20)


def test_a_playlist_first_uploaded_is_no_finished_upload() -> None:
    """A 304 comes at the beginning; only 305 ends HLS, and without it the end is partial, not completed."""
    run = play(Scenario(), delay_of=lambda n: None if n == 5 else 0.0)

    assert (run.end.state, run.end.reason) == (State.PARTIAL, Reason.UPLOAD_UNCONFIRMED)
    assert run.closed_at >= 100 + POLICY.upload_deadline_seconds


def test_media_that_no_file_tells_of_is_not_called_empty() -> None:
    run = play(
        Scenario(storage_kind=VOD, ends_vod=None, record_mode="single"), delay_of=lambda n: 0.0 if n < 2 else None
    )

    assert (run.end.state, run.end.reason) == (State.LOST, Reason.UPLOAD_UNCONFIRMED)
    assert [file.reason for file in run.end.files] == [Reason.UPLOAD_UNCONFIRMED]


def test_a_part_of_a_split_file_does_not_complete_the_recording() -> None:
    """Several 310s may come; a name with an index says that there are."""
    facts = [*begun(output_format="mp4", record_mode="mixed"), event(301, 1, Status=0), event(302, 50, LeaveCode=0)]
    whole = event(310, 60, Status=0, FileList=["1400000000_77.mp4"])
    part = event(310, 60, Status=0, FileList=["1400000000_77_1.mp4"])

    assert seen(*facts, whole).state == State.COMPLETED
    assert seen(*facts, part).state == State.FINALIZING


def test_a_displaced_task_never_ends_the_recording_of_its_twin() -> None:
    """T1's answer was lost, the retry is on its way, T1 says that it was displaced and that its files are there."""
    facts = [
        own(FactKind.REQUESTED, "requested", 0, storage_kind="cos", parameters={}),
        own(FactKind.CREATE_SENT, "create:1:sent", 0.1, attempt=1),
        own(FactKind.CREATE_SENT, "create:2:sent", 11, attempt=2),
        event(301, 1, Status=0),
        event(302, 11.5, LeaveCode=101),
        event(305, 11.6, Status=0),
    ]
    assert seen(*facts).state == State.STARTING
    assert seen(*facts, event(301, 11.7, "T2", Status=0)).task_id == "T2"
    assert seen(*facts, event(301, 11.7, "T2", Status=0)).state == State.RECORDING


def test_of_two_twins_known_by_callback_alone_the_later_started_is_current() -> None:
    """The newer one's callbacks arrive first."""
    sent = [own(FactKind.CREATE_SENT, f"create:{n}:sent", 11.0 * (n - 1), attempt=n) for n in (1, 2)]
    requested = own(FactKind.REQUESTED, "requested", 0, storage_kind="cos", parameters={})
    new = callback(301, happened_at=moment(12), received_at=moment(13), task_id="T2", payload={"Status": 0})
    old = callback(301, happened_at=moment(1), received_at=moment(20), task_id="T1", payload={"Status": 0})

    assert seen(requested, *sent, new, old).task_id == "T2"


def test_an_accepted_task_is_not_displaced_by_the_late_callback_of_its_twin() -> None:
    accepted = answer(FactKind.CREATE_ACCEPTED, "create:2:answer", 11.3, task_id="T2", attempt=2)
    sent = [own(FactKind.CREATE_SENT, f"create:{n}:sent", 11.0 * (n - 1), attempt=n) for n in (1, 2)]
    requested = own(FactKind.REQUESTED, "requested", 0, storage_kind="cos", parameters={})
    late = callback(301, happened_at=moment(1), received_at=moment(14), task_id="T1", payload={"Status": 0})

    assert seen(requested, *sent, accepted, late).task_id == "T2"


def test_a_cancel_ends_when_it_was_asked_and_not_at_an_earlier_answer() -> None:
    assert told("canceled in the queue").end.ended_at == moment(5)


@pytest.mark.parametrize("repaired_at", [49.0, 60.0])
def test_a_stuck_upload_told_late_or_early_does_not_spoil_a_finished_one(repaired_at: float) -> None:
    facts = [fact for fact in told("hls mixed").facts if fact.kind != FactKind.SETTLED]
    stuck = event(305, 100 + repaired_at, Status=1)

    assert seen(*facts, stuck).state == State.COMPLETED
    assert {file.status for file in seen(*facts, stuck).files} == {FileStatus.REPORTED}


def test_a_user_whose_file_failed_and_then_came_through_has_one_file() -> None:
    facts = [*begun(storage_kind=VOD), event(301, 1, Status=0), event(302, 50, LeaveCode=0)]
    failed = event(311, 60, Status=2, Errmsg="x", TencentVod={"UserId": "a", "TrackType": "audio_video"})
    came = {"UserId": "a", "TrackType": "audio_video", "MediaId": "main", "FileId": "7", "CacheFile": "a.mp4"}
    snapshot = seen(*facts, failed, event(311, 70, Status=0, TencentVod=came), event(312, 80, Status=0))

    assert [(file.status, file.reason) for file in snapshot.files] == [(FileStatus.REPORTED, None)]
    assert snapshot.closing.state == State.COMPLETED


def test_a_failed_part_makes_the_end_partial() -> None:
    """310 Status 0 for one name, Status 2 for another."""
    facts = [*begun(output_format="mp4"), event(301, 1, Status=0), event(302, 50, LeaveCode=0)]
    good, bad = event(310, 60, Status=0, FileList=["a.mp4"]), event(310, 61, Status=2, FileList=["b.mp4"])

    assert seen(*facts, good, bad).closing.state == State.PARTIAL
    assert seen(*facts, good, event(310, 61, Status=2, FileList=[])).closing.state == State.PARTIAL
    assert seen(*facts, bad, event(310, 90, Status=0, FileList=["b.mp4"])).closing.state == State.COMPLETED


def test_one_not_found_is_no_proof_and_two_apart_are() -> None:
    gone = [answer(FactKind.TASK_GONE, f"gone:{at}", at, task_id="T1") for at in (20.0, 30.0, 80.0)]

    assert seen(*begun(), event(301, 1, Status=0), *gone[:2]).state == State.RECORDING
    assert seen(*begun(), event(301, 1, Status=0), *gone).state == State.FINALIZING


def test_a_skewed_clock_of_the_vendor_does_not_hide_a_not_found() -> None:
    """Its event is two seconds ahead of us; the "not found" in between still counts from our own clock."""
    ahead = callback(301, happened_at=moment(22), received_at=moment(20), task_id="T1", payload={"Status": 0})
    gone = answer(FactKind.TASK_GONE, "gone", 21, task_id="T1")
    current = seen(*begun(), ahead, gone).current

    assert current is not None
    assert current.seems_gone


def test_start_and_end_are_those_of_the_recorder() -> None:
    end = told("hls mixed").end
    first, left = callbacks_of("hls mixed")[0], callbacks_of("hls mixed")[-2]

    assert end.started_at == first.occurred_at
    assert end.ended_at is not None
    assert abs(end.ended_at - left.occurred_at) < timedelta(seconds=0.1)
    assert own_facts_of("hls mixed")[0].kind == FactKind.REQUESTED


@pytest.mark.parametrize("whole", [True, False])
def test_a_blank_playlist_ends_empty_by_storage_alone(whole: bool) -> None:
    """No callback came. A release before looked at such a playlist and called it not whole, so it ended `failed`."""
    parameters = {"record_params": {"output_format": "hls", "record_mode": "mixed"}}
    blank = {"name": "a.m3u8", "kind": "hls", "size": 416, "segments": 0, "missing": 0, "ended": True, "whole": whole}
    facts = [
        own(FactKind.REQUESTED, "requested", 0, storage_kind="cos", check_files=True, parameters=parameters),
        *begun()[1:],
        own(FactKind.STOP_REQUESTED, "stop", 1, reason="stopped"),
        own(FactKind.EXIT_ASSUMED, "assumed", 300, task_id="T1", source=Source.CLOCK),
        answer(FactKind.STORAGE_CHECKED, "look", 900, task_id="T1", files=[blank]),
    ]
    failed = {"state": "failed", "reason": "not_in_storage", "because": "storage_deadline"}
    settled = own(FactKind.SETTLED, "settled:failed", 1200, source=Source.CLOCK, **failed)

    end = seen(*facts, settled)

    assert seen(*facts).closing == Outcome(State.EMPTY, Reason.STOPPED)
    assert (end.state, end.reason, end.fault, end.media_started_at) == (State.EMPTY, Reason.STOPPED, Fault.NONE, None)
    assert [(file.status, file.reason, file.is_blank) for file in end.files] == [(FileStatus.VERIFIED, None, True)]
