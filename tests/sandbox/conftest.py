"""One sandbox process for the whole run, 50 times as fast as the vendor; every test has its own app."""

from collections.abc import Iterator

import pytest

from tests.sandbox.driver import Application, Sandbox
from tests.sandbox.player import Player
from tests.sandbox.receiver import Receiver

SPEED = 50


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    process = Sandbox(speed=SPEED)
    yield process
    process.stop()


@pytest.fixture
def app(sandbox: Sandbox) -> Application:
    """An application without callbacks; its events are read from the ledger."""
    return Application(sandbox)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    yield server
    server.stop()


@pytest.fixture
def calling_app(sandbox: Sandbox, receiver: Receiver) -> Application:
    """An application whose callbacks go to the receiver."""
    return Application(sandbox, callback_url=receiver.url)


@pytest.fixture
def player(sandbox: Sandbox, receiver: Receiver) -> Player:
    """An application whose callbacks of every family go to the receiver."""
    return Player(sandbox, receiver)
