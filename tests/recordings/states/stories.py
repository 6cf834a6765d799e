"""Every way a recording goes, by name: the scenario, and how it ends when nothing is dropped."""

from dataclasses import dataclass
from functools import cache

from recordings.states.facts import Fact, Source
from recordings.states.vocabulary import Reason, State
from tests.recordings.states.clockwork import Run, play
from tests.recordings.states.vendor import VOD, Scenario

TWO = ("alice", "bob")


@dataclass(frozen=True)
class Story:
    """A scenario and its end.

    Attributes:
        may_also: Other true ends, where a lost callback changes what happens: a task that is found later is stopped
            later. And one false end that only a look into the storage would prevent: a recording too short for a
            look at it, whose one slice event was lost, is called empty.
        needs_hold: The vendor contradicts itself, so this fold alone cannot keep the terminal state.
    """

    scenario: Scenario
    state: State
    reason: Reason | None
    may_also: frozenset[State] = frozenset()
    needs_hold: bool = False


STORIES: dict[str, Story] = {
    "hls mixed": Story(Scenario(), State.COMPLETED, Reason.STOPPED),
    "hls single": Story(Scenario(record_mode="single", users=TWO), State.COMPLETED, Reason.STOPPED),
    "hls_mp4 mixed": Story(Scenario(output_format="hls_mp4"), State.COMPLETED, Reason.STOPPED),
    "hls_mp4 single": Story(
        Scenario(output_format="hls_mp4", record_mode="single", users=TWO), State.COMPLETED, Reason.STOPPED
    ),
    "mp4 mixed": Story(Scenario(output_format="mp4"), State.COMPLETED, Reason.STOPPED),
    "aac single": Story(
        Scenario(output_format="aac", record_mode="single", users=TWO), State.COMPLETED, Reason.STOPPED
    ),
    "vod mixed": Story(Scenario(storage_kind=VOD), State.COMPLETED, Reason.STOPPED),
    "vod single": Story(Scenario(storage_kind=VOD, record_mode="single", users=TWO), State.COMPLETED, Reason.STOPPED),
    "idle stop": Story(
        Scenario(stop_at=None, media_after=None, leaves_after=(30, 99)), State.EMPTY, Reason.NO_PUBLISHER
    ),
    "idle stop after media": Story(
        Scenario(stop_at=None, leaves_after=(200, 99)), State.COMPLETED, Reason.NO_PUBLISHER
    ),
    "room closed": Story(Scenario(stop_at=None, leaves_after=(90, 2)), State.COMPLETED, Reason.ROOM_CLOSED),
    "room timeout": Story(Scenario(stop_at=None, leaves_after=(90, 100)), State.COMPLETED, Reason.TIMEOUT),
    "start failure": Story(Scenario(starts=False), State.FAILED, Reason.START_FAILED),
    "upload stuck then repaired": Story(Scenario(uploads=((1, 0.1), (2, 400.0))), State.COMPLETED, Reason.STOPPED),
    "upload stuck for good": Story(
        Scenario(uploads=((1, 0.1),), upload_error=True), State.FAILED, Reason.UPLOAD_FAILED
    ),
    "repaired after the end": Story(Scenario(uploads=((1, 0.1), (2, 4000.0))), State.COMPLETED, Reason.STOPPED),
    "mp4 failure": Story(Scenario(output_format="hls_mp4", outputs=(2,)), State.PARTIAL, Reason.TRANSCODE_FAILED),
    "mp4 alone fails": Story(Scenario(output_format="mp4", outputs=(2,)), State.FAILED, Reason.TRANSCODE_FAILED),
    "mp4 of one user fails": Story(
        Scenario(output_format="mp4", record_mode="single", users=TWO, outputs=(0, 2)),
        State.PARTIAL,
        Reason.TRANSCODE_FAILED,
    ),
    "mp4 stuck": Story(Scenario(output_format="hls_mp4", outputs=(1,)), State.PARTIAL, Reason.UPLOAD_FAILED),
    "vod failure": Story(Scenario(storage_kind=VOD, outputs=(2,), ends_vod=1), State.FAILED, Reason.UPLOAD_FAILED),
    "vod of one user fails": Story(
        Scenario(storage_kind=VOD, record_mode="single", users=TWO, outputs=(0, 2), ends_vod=1),
        State.PARTIAL,
        Reason.UPLOAD_FAILED,
    ),
    "vod without its last word": Story(Scenario(storage_kind=VOD, ends_vod=None), State.COMPLETED, Reason.STOPPED),
    "failover": Story(Scenario(fails_over_after=40.0), State.COMPLETED, Reason.STOPPED),
    "lost answer adopted": Story(Scenario(creates=("lost",)), State.COMPLETED, Reason.STOPPED),
    "process died in the create": Story(Scenario(creates=("silent",)), State.COMPLETED, Reason.STOPPED),
    "refused name of a task never heard of": Story(
        Scenario(creates=("dead", "exists")), State.LOST, Reason.UNKNOWN_OUTCOME
    ),
    "create did not act": Story(Scenario(creates=("dead", "internal", "ok")), State.COMPLETED, Reason.STOPPED),
    "vendor denies its task": Story(Scenario(creates=("liar", "ok")), State.COMPLETED, Reason.STOPPED),
    "throttled": Story(Scenario(creates=("throttled", "quota", "ok")), State.COMPLETED, Reason.STOPPED),
    "throttled for good": Story(Scenario(creates=("throttled",), stop_at=None), State.FAILED, Reason.QUEUE_TIMEOUT),
    "internal errors for good": Story(Scenario(creates=("internal",), stop_at=None), State.FAILED, Reason.START_FAILED),
    "refused": Story(Scenario(creates=("rejected",)), State.FAILED, Reason.INVALID_REQUEST),
    "canceled in the queue": Story(Scenario(creates=("throttled",), stop_at=5.0), State.CANCELED, Reason.STOPPED),
    "stopped before the outcome is known": Story(
        Scenario(creates=("lost",), stop_at=0.3),
        State.COMPLETED,
        Reason.STOPPED,
        frozenset({State.EMPTY, State.CANCELED}),
    ),
    "denied task shows up after a cancel": Story(
        Scenario(creates=("liar",), stop_at=0.5),
        State.EMPTY,
        Reason.STOPPED,
        frozenset({State.COMPLETED, State.PARTIAL}),
        needs_hold=True,
    ),
    "stop refused for a while": Story(Scenario(refused_deletes=9), State.COMPLETED, Reason.STOPPED),
    "stop taken and ignored": Story(Scenario(ignored_deletes=3), State.COMPLETED, Reason.STOPPED),
    "vendor away at the stop": Story(Scenario(lost_calls=(90.0, 1500.0)), State.COMPLETED, Reason.STOPPED),
    "longest duration": Story(Scenario(stop_at=None, max_duration=600), State.COMPLETED, Reason.MAX_DURATION),
    "silent room to the longest duration": Story(
        Scenario(stop_at=None, max_duration=600, media_after=None), State.EMPTY, Reason.MAX_DURATION
    ),
    "changed": Story(Scenario(modify_at=30.0), State.COMPLETED, Reason.STOPPED),
    "change never answered": Story(
        Scenario(modify_at=30.0, modify_fails=True, stop_at=None, max_duration=3000),
        State.COMPLETED,
        Reason.MAX_DURATION,
    ),
    "vendor's clock ahead": Story(Scenario(skew=2.0, creates=("lost",)), State.COMPLETED, Reason.STOPPED),
    "vendor's clock behind": Story(
        Scenario(skew=-2.0, whole_seconds=True, creates=("lost",)), State.COMPLETED, Reason.STOPPED
    ),
}


@cache
def told(name: str) -> Run:
    """Return the run of a story in which every callback comes, at once and in order."""
    return play(STORIES[name].scenario)


def callbacks_of(name: str) -> list[Fact]:
    return [fact for fact in told(name).facts if fact.source == Source.CALLBACK]


def own_facts_of(name: str) -> list[Fact]:
    """Return what we did and were answered; what the clock concluded is left out."""
    return [fact for fact in told(name).facts if fact.source not in (Source.CALLBACK, Source.CLOCK)]


STEADY = [name for name, story in STORIES.items() if not story.needs_hold]
