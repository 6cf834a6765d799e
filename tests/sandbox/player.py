"""Plays recordings of TIW, GME and CSS on a sandbox, and checks signatures by a computation of its own."""

import base64
import hashlib
import hmac
from typing import Any

from tests.sandbox.driver import Application, Params, Sandbox, wait_until
from tests.sandbox.receiver import Callback, Receiver

FAMILIES = ("tiw", "gme", "css")
KEYS = {"tiw": "tiw-key", "gme": "gme-key", "css": "css-key"}
APPID = 1_250_000_042
LEAST: dict[str, Params] = {"tiw": {"room_id": 880528}, "gme": {"room_id": "100"}, "css": {"stream_id": "s-1"}}


class Player:
    """One application whose callbacks of every family go to the receiver."""

    def __init__(self, sandbox: Sandbox, receiver: Receiver) -> None:
        targets: dict[str, Params] = {family: {"url": receiver.url, "key": key} for family, key in KEYS.items()}
        targets["css"]["appid"] = APPID
        self.app = Application(sandbox, callback_url=receiver.url, callbacks=targets)
        self.sandbox = sandbox
        self.receiver = receiver

    def set_target(self, family: str, **values: Any) -> None:
        self.sandbox.control("PUT", f"/apps/{self.app.sdk_app_id}", {"callbacks": {family: values}})

    def path(self, family: str, *parts: str) -> str:
        return "/".join([f"/{family}/{self.app.sdk_app_id}/recordings", *parts])

    def begin(self, family: str, *, status: int = 200, **options: Any) -> Params:
        begun: Params = self.sandbox.control("POST", self.path(family), {**LEAST[family], **options}, status=status)
        return begun

    def record(self, family: str, **options: Any) -> str:
        """Begin a recording, wait until something is recorded, and return its id."""
        task_id = str(self.begin(family, **options)["task_id"])
        self.wait_for_state(family, task_id, "recording")
        return task_id

    def ask(self, family: str, task_id: str, action: str, body: object = None, *, status: int = 200) -> Params:
        answer: Params = self.sandbox.control("POST", self.path(family, task_id, action), body, status=status)
        return answer

    def get(self, family: str, task_id: str) -> Params:
        found: Params = self.sandbox.control("GET", self.path(family, task_id))
        return found

    def wait_for_state(self, family: str, task_id: str, state: str) -> None:
        wait_until(lambda: bool(self.get(family, task_id)["state"] == state))

    def stop(self, family: str, task_id: str) -> None:
        """Stop a recording and wait until every callback of it has its outcome."""
        self.ask(family, task_id, "stop")
        self.wait_for_end(family, task_id)

    def wait_for_end(self, family: str, task_id: str) -> None:
        self.wait_for_state(family, task_id, "ended")
        wait_until(lambda: len(self.outcomes(task_id)) >= len(self.events(task_id)))

    def play(self, family: str, **options: Any) -> str:
        """Play a whole life."""
        task_id = self.record(family, **options)
        self.stop(family, task_id)
        return task_id

    def events(self, task_id: str) -> list[Params]:
        return [entry for entry in self.app.entries("event") if entry["task_id"] == task_id]

    def event_types(self, task_id: str) -> list[int | str]:
        return [entry["event_type"] for entry in self.events(task_id)]

    def payloads(self, task_id: str, event_type: int | str) -> list[Params]:
        return [entry["payload"] for entry in self.events(task_id) if entry["event_type"] == event_type]

    def outcomes(self, task_id: str) -> list[Params]:
        return [entry for entry in self.app.entries("callback") if entry["task_id"] == task_id]

    def received(self) -> list[int | str]:
        """Return the event types that arrived, in order."""
        return [event_type_of(callback) for callback in list(self.receiver.callbacks)]


def event_type_of(callback: Callback) -> int | str:
    body = callback.json
    value: int | str = body["EventType"] if "EventType" in body else body["event_type"]
    return value


def stamp_of(family: str, callback: Callback) -> int:
    """Return the moment in a body that sending sets: until when it holds (TIW, CSS), or when it was sent (GME)."""
    return int(callback.json[{"tiw": "ExpireTime", "gme": "Timestamp", "css": "t"}[family]])


def is_signed(family: str, callback: Callback, *, key: str | None = None) -> bool:
    key = KEYS[family] if key is None else key
    if family == "gme":
        digest = hmac.new(key.encode(), callback.body, hashlib.sha1).digest()
        return callback.headers.get("Signature") == base64.standard_b64encode(digest).decode()
    signature = callback.json.get({"tiw": "Sign", "css": "sign"}[family])
    digits = str(stamp_of(family, callback)).encode()
    return bool(signature == hashlib.md5(key.encode() + digits, usedforsecurity=False).hexdigest())
