"""The picture as people join."""

from typing import Any

from layouts.geometry import Canvas, Participant, arrange
from layouts.growth import list_growth
from layouts.parameters import MixLayoutParams
from layouts.room import make_newcomers
from tests.layouts.rooms import room

CANVAS = Canvas(1280, 720)
GRID = MixLayoutParams(mix_layout_mode="grid")


def test_there_is_a_picture_for_each_of_0_to_25_newcomers() -> None:
    steps = list_growth(GRID, participants=room(3), canvas=CANVAS)

    assert [step.joined for step in steps] == list(range(26))
    assert [len(step.windows) for step in steps] == [min(3 + joined, 25) for joined in range(26)]
    assert [step.unseen for step in steps][-4:] == [0, 1, 2, 3]


def test_each_picture_is_that_of_a_room_with_so_many() -> None:
    given: dict[str, Any] = {"canvas": CANVAS, "align": 2}
    steps = list_growth(GRID, participants=room(2), newcomers=room(9)[2:], **given)

    assert [step.windows for step in steps] == [
        arrange(GRID, participants=room(count), **given) for count in range(2, 10)
    ]  # fmt: skip


def test_who_moves_is_told() -> None:
    steps = list_growth(GRID, participants=room(3), newcomers=room(5)[3:], canvas=CANVAS)

    assert steps[0].moved == ()
    assert steps[1].moved == ()  # the fourth cell of 2 x 2 was free
    assert steps[2].moved == (("user1", "main"), ("user2", "main"), ("user3", "main"), ("user4", "main"))


def test_a_large_user_who_comes_takes_the_place_that_was_kept() -> None:
    layout = MixLayoutParams(mix_layout_mode="screen_share", max_resolution_user_id="late")
    before, after = list_growth(layout, participants=room(3), newcomers=[Participant("late")], canvas=CANVAS)

    assert after.moved == ()
    assert after.windows[1:] == before.windows


def test_strangers_have_names_of_their_own() -> None:
    people = [Participant("+2"), Participant("++1")]

    names = [person.user_id for person in make_newcomers(people, count=2)]

    assert names == ["+++1", "+++2"]
