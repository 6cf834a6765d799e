"""What a merge makes of which segments."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordings.merge.media import Segment, Track
from recordings.merge.plan import Input, Lack, Options, UserPlan, plan_merge
from recordings.merge.sections import Stream, split
from tests.recordings.merge.tracks import ALICE, BEGIN_MS, STAMP, track

BY_USER = Options(by_user=True)


def plan_one(*tracks: Track, options: Options | None = None) -> UserPlan:
    (plan,) = plan_merge(tracks, options or Options())
    return plan


def seconds(plan: UserPlan) -> list[tuple[float, float]]:
    """Return the sections, in seconds after the beginning."""
    return [((one.begin_ms - BEGIN_MS) / 1000, (one.end_ms - BEGIN_MS) / 1000) for one in plan.sections]


def offsets(inputs: Sequence[Input]) -> list[float]:
    return [one.offset_ms / 1000 for one in inputs]


@pytest.mark.parametrize(
    ("pause", "sections"), [(14.999, 1), (15.0, 1), (15.001, 2)], ids=["below", "exactly 15 s", "above"]
)
def test_more_than_fifteen_seconds_of_nothing_end_a_section(pause: float, sections: int) -> None:
    assert len(plan_one(track((0, 10), (10 + pause, 30 + pause))).sections) == sections


def test_sound_without_picture_keeps_a_section_together() -> None:
    plan = plan_one(track((0, 60)), track((0, 5), (40, 60), track_type="video"))

    assert seconds(plan) == [(0, 60)]


def test_a_section_lasts_to_the_furthest_end() -> None:
    """The last segment to begin is not the last to end."""
    plan = plan_one(track((0, 40)), track((0, 10), track_type="video"), track((50, 60), track_type="audio", recovery=1))

    assert seconds(plan) == [(0, 60)]


def test_the_substream_counts_only_where_it_is_merged() -> None:
    main, aux = track((0, 10), (50, 60)), track((10, 50), media_id="aux", track_type="video")

    assert seconds(plan_one(main, aux)) == [(0, 10), (50, 60)]
    assert seconds(plan_one(main, aux, options=Options(stream=Stream.AUX))) == [(0, 60)]


def test_every_section_is_a_file_named_by_its_first_segment() -> None:
    plan = plan_one(track((0, 10), (36, 46)), track((0.5, 10), track_type="video"))

    assert [output.name for output in plan.outputs] == [
        f"YWxpY2U._{STAMP}_av.mp4",
        "YWxpY2U._20260120113113408.m4a",
    ]
    assert offsets(plan.outputs[0].pictures) == [0.5]
    assert offsets(plan.outputs[1].sounds) == [0]


def test_one_file_for_a_user_keeps_the_pauses() -> None:
    plan = plan_one(track((0, 20), (36, 46), (70, 80)), options=BY_USER)

    (output,) = plan.outputs
    assert (offsets(output.sounds), output.duration_ms) == ([0, 36, 70], 80_000)


def test_pauses_are_cut_when_asked() -> None:
    plan = plan_one(track((0, 20), (36, 46), (70, 80)), options=Options(by_user=True, cut_pauses=True))

    (output,) = plan.outputs
    assert (offsets(output.sounds), output.duration_ms) == ([0, 20, 30], 40_000)
    assert len(plan.sections) == 3


MAIN = track((20, 30), (30, 40), (60, 70), track_type="video")
AUX = track((0, 20), (19, 21), (42, 58), (58, 61), (70, 75), media_id="aux", track_type="video")


@pytest.mark.parametrize(
    ("stream", "pictures"),
    [
        (Stream.MAIN, [20, 30, 60]),
        (Stream.AUX, [0, 19, 42, 58, 70]),
        (Stream.AUTO, [0, 20, 30, 42, 60, 70]),
    ],
)
def test_the_chosen_stream_is_seen(stream: Stream, pictures: list[float]) -> None:
    """Automatic: the substream is seen before, after and between the main stream's stretches, where it fits."""
    voice = track((0, 75))
    plan = plan_one(voice, MAIN, AUX, options=Options(stream=stream))

    (output,) = plan.outputs
    assert offsets(output.pictures) == pictures
    assert offsets(output.sounds) == [0]


@pytest.mark.parametrize(("stream", "heard"), [(Stream.MAIN, 1), (Stream.AUTO, 2), (Stream.AUX, 2)])
def test_what_a_shared_screen_sounds_of_is_heard_with_its_picture(stream: Stream, heard: int) -> None:
    tracks = [track((0, 10)), track((0, 10), media_id="aux"), track((0, 10), media_id="aux", track_type="video")]

    (output,) = plan_one(*tracks, options=Options(stream=stream)).outputs
    assert len(output.sounds) == heard


def test_a_short_pause_of_the_main_stream_is_not_filled() -> None:
    plan = plan_one(
        track((0, 10), (24, 30), track_type="video"),
        track((11, 23), media_id="aux", track_type="video"),
        options=Options(stream=Stream.AUTO),
    )
    assert {one.used.track.media_id for one in plan.outputs[0].pictures} == {"main"}


def test_only_a_substream_is_nothing_by_default() -> None:
    plan = plan_one(track((0, 10), media_id="aux", track_type="video"))

    assert (plan.outputs, len(plan.unused)) == ((), 1)


def test_parts_of_a_failover_are_one_timeline() -> None:
    """The end of the first part is written again by the second machine."""
    plan = plan_one(track((0, 10), (10, 20), has_ended=False), track((10, 20), (20, 30), recovery=1))

    (output,) = plan.outputs
    assert offsets(output.sounds) == [0, 10, 20]
    assert plan.missing == ()


@pytest.mark.parametrize(
    "other",
    [
        replace(ALICE, folder="U."),
        replace(ALICE, room_id="6"),
        replace(ALICE, room_id_type="string"),
        replace(ALICE, user_id="bob"),
        replace(ALICE, user_id=None),
    ],
)
def test_what_is_not_of_one_owner_is_never_mixed(other: object) -> None:
    assert isinstance(other, type(ALICE))
    plans = plan_merge([track((0, 10)), track((5, 15), owner=other)], BY_USER)

    assert [len(plan.outputs) for plan in plans] == [1, 1]
    assert len({output.name for plan in plans for output in plan.outputs}) == 2


def test_two_tasks_that_began_at_once_do_not_overwrite_each_other() -> None:
    plans = plan_merge([track((0, 1)), track((0, 1), owner=replace(ALICE, folder="U."))], Options())

    assert [plan.outputs[0].name for plan in plans] == [f"YWxpY2U._{STAMP}.m4a", f"YWxpY2U._{STAMP}_2.m4a"]


def test_what_is_missing_is_told() -> None:
    plan = plan_one(
        track((0, 10), (10, 20), (20, 30), absent=[1]),
        track((0, 10), track_type="video", has_ended=False),
        track(media_id="aux", track_type="video"),
    )

    assert {missing.reason for missing in plan.missing} == set(Lack)
    (gap,) = plan.gaps
    assert (gap.track_type, gap.span.begin_ms - BEGIN_MS, gap.span.end_ms - BEGIN_MS) == ("audio", 10_000, 20_000)


SEGMENTS = st.lists(st.tuples(st.integers(0, 100_000), st.integers(1, 20_000)), min_size=1, max_size=30)


@given(SEGMENTS)
def test_sections_hold_every_segment_and_nothing_is_close_to_two(times: list[tuple[int, int]]) -> None:
    segments = sorted((Segment("x", begin, length) for begin, length in times), key=lambda one: one.begin_ms)
    sections = list(split(segments))

    assert all(any(s.begin_ms <= one.begin_ms and one.end_ms <= s.end_ms for s in sections) for one in segments)
    assert all(later.begin_ms - earlier.end_ms > 15_000 for earlier, later in pairwise(sections))


def test_four_hours_of_a_full_room_are_planned(record_property: Callable[[str, object], None]) -> None:
    """25 users with both tracks: 14,400 segments. What it takes is in benchmarks/merge_plan.py."""
    times = [(at, at + 50) for at in range(0, 4 * 3600, 50)]
    owners = [replace(ALICE, user_id=f"user{number}") for number in range(25)]
    tracks = [track(*times, owner=owner, track_type=kind) for owner in owners for kind in ("audio", "video")]
    began = time.perf_counter()

    plans = plan_merge(tracks, BY_USER)

    record_property("seconds", round(time.perf_counter() - began, 3))
    inputs = [one for plan in plans for output in plan.outputs for one in (*output.pictures, *output.sounds)]
    assert (len(plans), len(inputs)) == (25, 14_400)
