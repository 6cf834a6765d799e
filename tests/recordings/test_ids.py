"""Recording ids and robot names."""

import re
import uuid

from hypothesis import given
from hypothesis import strategies as st

from recordings.ids import new_recording_id, robot_name


def test_ids_are_version_seven_and_in_order_of_creation() -> None:
    made = [new_recording_id() for _ in range(50)]

    assert {(one.version, one.variant) for one in made} == {(7, uuid.RFC_4122)}
    assert [one.int >> 80 for one in made] == sorted(one.int >> 80 for one in made)
    assert len(set(made)) == 50


@given(st.uuids())
def test_a_robot_name_is_short_and_plain(recording_id: uuid.UUID) -> None:
    """The vendor advises at most 32 bytes of letters, digits and underscore."""
    assert re.fullmatch(r"rec_[0-9a-z]{25}", robot_name(recording_id))


@given(st.uuids(), st.uuids())
def test_two_recordings_never_share_a_robot(one: uuid.UUID, other: uuid.UUID) -> None:
    assert (robot_name(one) == robot_name(other)) == (one == other)
