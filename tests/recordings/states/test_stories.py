"""Each way a recording goes ends in the right state, with the right words."""

import pytest

from tests.recordings.states.stories import STORIES, told


@pytest.mark.parametrize("name", STORIES)
def test_every_story_ends_as_it_should(name: str) -> None:
    story, end = STORIES[name], told(name).end

    assert (end.state, end.reason) == (story.state, story.reason)
