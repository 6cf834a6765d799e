"""Drives a sandbox process from outside: control API, the vendor's SDK, raw signed requests."""

import copy
import hashlib
import hmac
import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests
from tencentcloud.common import credential
from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.trtc.v20190722 import trtc_client

ROOT = Path(__file__).resolve().parents[2]
SECRET_KEY = "secret-key"
CALLBACK_KEY = "callback-key"
WAIT_SECONDS = 10.0

Params = dict[str, Any]
sdk_app_ids = itertools.count(1_400_000_001)


class Sandbox:
    """One running process."""

    def __init__(self, *, speed: float, arguments: Sequence[str] = ()) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "sandbox", "--port", "0", "--speed", str(speed), *arguments],
            cwd=ROOT,
            env={**os.environ, "PYTHONWARNINGS": "default"},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout is not None
        self.port = int(json.loads(self.process.stdout.readline())["port"])
        self.session = requests.Session()
        self.session.trust_env = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> int:
        """Ask it to end, and return its exit code."""
        self.session.close()
        self.process.terminate()
        code = self.process.wait(5)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code

    def control(self, method: str, path: str, body: object = None, *, status: int = 200) -> Any:
        answer = self.session.request(method, f"{self.url}/control{path}", json=body, timeout=5)
        assert answer.status_code == status, answer.text
        return answer.json()

    @contextmanager
    def at_speed(self, speed: float) -> Iterator[None]:
        """Let vendor time pass at another speed for a while."""
        before = self.control("GET", "/health")["speed"]
        self.control("PUT", "/clock", {"speed": speed})
        try:
            yield
        finally:
            self.control("PUT", "/clock", {"speed": before})

    def ledger(self, *, after: int = 0) -> list[Params]:
        entries: list[Params] = self.control("GET", f"/ledger?after={after}")["entries"]
        return entries


class Application:
    """One application of its own on a shared sandbox, called through the vendor's SDK."""

    def __init__(self, sandbox: Sandbox, **settings: Any) -> None:
        self.sandbox = sandbox
        self.sdk_app_id = next(sdk_app_ids)
        self.secret_id = f"AKID{self.sdk_app_id}"
        self.born = int(sandbox.control("GET", "/health")["ledger"])
        given = {"secret_id": self.secret_id, "secret_key": SECRET_KEY, "callback_key": CALLBACK_KEY}
        sandbox.control("PUT", f"/apps/{self.sdk_app_id}", given | settings)
        self.sdk = self.client()

    def client(self, *, secret_key: str = SECRET_KEY, region: str = "ap-guangzhou", timeout: int = 5) -> Any:
        http = HttpProfile(protocol="http", endpoint=f"127.0.0.1:{self.sandbox.port}", reqTimeout=timeout)
        profile = ClientProfile(httpProfile=http, language="en-US")
        return trtc_client.TrtcClient(credential.Credential(self.secret_id, secret_key), region, profile)

    def call(self, action: str, params: Params, *, client: Any = None) -> Params:
        answer: Params = (client or self.sdk).call_json(action, {"SdkAppId": self.sdk_app_id, **params})["Response"]
        return answer

    def refusal(self, action: str, params: Params, *, client: Any = None) -> str:
        """Return the error code of a call that must be refused."""
        try:
            answer = self.call(action, params, client=client)
        except TencentCloudSDKException as error:
            return str(error.code)
        raise AssertionError(f"{action} was accepted: {answer}")

    def create(self, **changes: Any) -> str:
        return str(self.call("CreateCloudRecording", create_params(**changes))["TaskId"])

    def describe(self, task_id: str) -> Params:
        return self.call("DescribeCloudRecording", {"TaskId": task_id})

    def delete(self, task_id: str) -> Params:
        return self.call("DeleteCloudRecording", {"TaskId": task_id})

    def media(self, *file_ids: str, secret_key: str = SECRET_KEY, **params: Any) -> Params:
        """Ask VOD for files, as its own SDK does."""
        http = HttpProfile(protocol="http", endpoint=f"127.0.0.1:{self.sandbox.port}", reqTimeout=5)
        keys = credential.Credential(self.secret_id, secret_key)
        client = CommonClient("vod", "2018-07-17", keys, "", ClientProfile(httpProfile=http))
        answer: Params = client.call_json("DescribeMediaInfos", {"FileIds": list(file_ids), **params})["Response"]
        return {name: value for name, value in answer.items() if name != "RequestId"}

    def publish(self, user_id: str, *, room: str = "integer/1234", **flags: bool) -> None:
        self.sandbox.control("PUT", f"/rooms/{self.sdk_app_id}/{room}/publishers/{quote(user_id)}", flags)

    def unpublish(self, user_id: str, *, room: str = "integer/1234") -> None:
        self.sandbox.control("DELETE", f"/rooms/{self.sdk_app_id}/{room}/publishers/{quote(user_id)}")

    def break_with(self, *faults: Params) -> None:
        self.sandbox.control("PUT", f"/apps/{self.sdk_app_id}/faults", {"faults": list(faults)})

    def entries(self, kind: str) -> list[Params]:
        entries = self.sandbox.ledger(after=self.born)
        return [entry for entry in entries if entry["kind"] == kind and entry["sdk_app_id"] == self.sdk_app_id]

    def tasks(self) -> list[Params]:
        found: list[Params] = self.sandbox.control("GET", f"/tasks?sdk_app_id={self.sdk_app_id}")["tasks"]
        return found

    def task(self, task_id: str) -> Params:
        found: Params = self.sandbox.control("GET", f"/tasks/{quote(task_id)}")
        return found

    def events(self, task_id: str) -> list[tuple[int, Params]]:
        """Return (event type, payload) of everything that happened to a task."""
        return [
            (entry["event_type"], entry["payload"]) for entry in self.entries("event") if entry["task_id"] == task_id
        ]

    def event_types(self, task_id: str) -> list[int]:
        return [event_type for event_type, _ in self.events(task_id)]

    def payloads(self, task_id: str, event_type: int) -> list[Params]:
        return [payload for happened, payload in self.events(task_id) if happened == event_type]

    def wait_for_event(self, task_id: str, event_type: int, *, times: int = 1) -> None:
        wait_until(lambda: self.event_types(task_id).count(event_type) >= times)

    def wait_for_state(self, task_id: str, state: str) -> None:
        wait_until(lambda: bool(self.task(task_id)["state"] == state))

    def finish(self, task_id: str) -> list[int]:
        """Stop a task, wait for its very end, and return its event types."""
        self.delete(task_id)
        self.wait_for_state(task_id, "ended")
        return self.event_types(task_id)

    def post(
        self,
        params: object,
        *,
        action: str = "DescribeCloudRecording",
        timestamp: int | None = None,
        changes: Params | None = None,
        body_sent: bytes | None = None,
        signed: Sequence[str] = ("content-type", "host"),
    ) -> Params:
        """Send a request signed by hand; `changes` replace headers after signing, None removes one."""
        body = json.dumps(params).encode()
        headers = sign_tc3(
            body,
            secret_id=self.secret_id,
            host=f"127.0.0.1:{self.sandbox.port}",
            action=action,
            timestamp=int(time.time()) if timestamp is None else timestamp,
            signed=signed,
        )
        headers |= changes or {}
        sent = body if body_sent is None else body_sent
        present = {name: value for name, value in headers.items() if value is not None}
        answer = self.sandbox.session.post(f"{self.sandbox.url}/", data=sent, headers=present, timeout=5)
        assert answer.status_code == 200
        response: Params = answer.json()["Response"]
        return response


def sign_tc3(body: bytes, *, secret_id: str, host: str, action: str, timestamp: int, signed: Sequence[str]) -> Params:
    """Return the headers of a signed request."""
    headers = {
        "content-type": "application/json; charset=utf-8",
        "host": host,
        "x-tc-action": action,
        "x-tc-version": "2019-07-22",
        "x-tc-region": "ap-guangzhou",
        "x-tc-timestamp": str(timestamp),
    }
    date = datetime.fromtimestamp(timestamp, tz=UTC).strftime("%Y-%m-%d")
    lines = "".join(f"{name}:{headers[name].lower()}\n" for name in signed)
    canonical = "\n".join(["POST", "/", "", lines, ";".join(signed), hashlib.sha256(body).hexdigest()])
    scope = f"{date}/trtc/tc3_request"
    text = "\n".join(["TC3-HMAC-SHA256", str(timestamp), scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = f"TC3{SECRET_KEY}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.new(key, text.encode(), "sha256").hexdigest()
    authorization = (
        f"TC3-HMAC-SHA256 Credential={secret_id}/{scope}, SignedHeaders={';'.join(signed)}, Signature={signature}"
    )
    return {**headers, "authorization": authorization}


CLOUD_STORAGE = {"Vendor": 0, "Region": "ap-shanghai", "Bucket": "b-1", "AccessKey": "storage-id", "SecretKey": "sk"}


def create_params(**changes: Any) -> Params:
    """Return a valid mixed recording to cloud storage; `RecordParams__AvMerge=1` sets a nested field.

    A value of None removes the field.
    """
    params: Params = {
        "RoomId": "1234",
        "UserId": "rec_1",
        "UserSig": "sig",
        "RecordParams": {"RecordMode": 2, "MaxIdleTime": 3600},
        "StorageParams": {"CloudStorage": copy.deepcopy(CLOUD_STORAGE)},
    }
    for path, value in changes.items():
        *parents, name = path.split("__")
        holder = params
        for parent in parents:
            holder = holder.setdefault(parent, {})
        if value is None:
            holder.pop(name, None)
        else:
            holder[name] = value
    return params


VOD: Params = {"StorageParams": {"CloudVod": {"TencentVod": {"ExpireTime": 0}}}}


def wait_until(is_done: Callable[[], bool]) -> None:
    """Poll until true; fails after ten seconds."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not is_done():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)
