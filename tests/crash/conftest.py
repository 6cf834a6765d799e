"""One fleet for each test process; each test turns its page."""

from collections.abc import Iterator

import pytest

from tests.crash.fleet import Fleet


@pytest.fixture(scope="session")
def shared_fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with Fleet(tmp_path_factory.mktemp("fleet")) as running:
        yield running


@pytest.fixture
def fleet(shared_fleet: Fleet) -> Fleet:
    """Return a fleet of two web and two worker processes in which nothing has happened yet."""
    shared_fleet.turn_page()
    return shared_fleet
