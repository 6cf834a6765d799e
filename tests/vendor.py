"""A scripted Tencent at the HTTP edge: everything of ours runs, down to the SDK and its signature.

    vendor.will("CreateCloudRecording", refusal("InternalError.CRInternalError"), {"TaskId": "task-9"})

The n-th call of an action gets the n-th answer of its script; without a script a call succeeds: creates make
`task-1`, `task-2`, …, describes say InProgress. Use the fixture of the same name.
"""

import json
import threading
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import requests
import responses
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError

CREATE: Literal["CreateCloudRecording"] = "CreateCloudRecording"
DESCRIBE: Literal["DescribeCloudRecording"] = "DescribeCloudRecording"
MODIFY: Literal["ModifyCloudRecording"] = "ModifyCloudRecording"
DELETE: Literal["DeleteCloudRecording"] = "DeleteCloudRecording"
ENDPOINT = "trtc.tencentcloudapi.com"

Fields = dict[str, Any]
# What a call gets: fields of the answer, an error of the network, or a function that is given the call and returns
# either; it may also look around or wait, while the call is under way.
Reply = Fields | Exception


@dataclass(frozen=True)
class Call:
    """One request as it arrived."""

    action: str
    body: Fields
    headers: dict[str, str]


Scripted = Reply | Callable[[Call], Reply]


def refusal(code: str, message: str = "the vendor's words") -> Fields:
    """Return an answer that is an error; the vendor sends it with status 200."""
    return {"Error": {"Code": code, "Message": message}}


def timed_out() -> Exception:
    """Return a timeout after the request was sent: the vendor may have acted."""
    return requests.ReadTimeout("Read timed out.")


def was_reset() -> Exception:
    """Return a connection lost after the request was sent: the vendor may have acted."""
    return requests.ConnectionError(ProtocolError("Connection aborted.", ConnectionResetError(104, "reset by peer")))


def unreachable() -> Exception:
    """Return a refused connection: the vendor did not act."""
    cause = NewConnectionError(None, "refused")  # type: ignore[arg-type]  # urllib3 wants a connection only to name it
    return requests.ConnectionError(MaxRetryError(None, "/", cause))  # type: ignore[arg-type]  # same


class Killed(BaseException):
    """The process died in the call: nothing of ours catches it."""


def killed(_call: Call) -> Reply:
    """Stand for a kill -9 while the call is under way."""
    raise Killed


class Vendor:
    """Answers the four recording actions and keeps what it was asked, in order of arrival, from any thread."""

    def __init__(self, mock: responses.RequestsMock, *, endpoint: str = ENDPOINT) -> None:
        self.calls: list[Call] = []
        self._script: defaultdict[str, deque[Scripted]] = defaultdict(deque)
        self._lock = threading.Lock()
        self._created = 0
        mock.add_callback(responses.POST, f"https://{endpoint}/", self._answer, content_type="application/json")

    def will(self, action: str, *replies: Scripted) -> None:
        """Give the next calls of *action* these answers."""
        self._script[action].extend(replies)

    def asked(self, action: str) -> list[Fields]:
        """Return the bodies of all calls of *action* so far."""
        return [call.body for call in self.calls if call.action == action]

    def _answer(self, request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        call = Call(request.headers["X-TC-Action"], json.loads(request.body or b"{}"), dict(request.headers))
        with self._lock:
            self.calls.append(call)
            script = self._script[call.action]
            scripted = script.popleft() if script else self._success(call)
        reply = scripted(call) if callable(scripted) else scripted
        if isinstance(reply, Exception):
            raise reply
        return 200, {}, json.dumps({"Response": {"RequestId": f"request-{len(self.calls)}", **reply}})

    def _success(self, call: Call) -> Fields:
        if call.action == CREATE:
            self._created += 1
            return {"TaskId": f"task-{self._created}"}
        status = {"Status": "InProgress", "StorageFileList": []} if call.action == DESCRIBE else {}
        return {"TaskId": call.body["TaskId"], **status}
