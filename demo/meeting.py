"""A meeting, recorded through the REST API alone."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import requests

from demo.school import PROFILE, SDK_APP_ID

WATCH_SECONDS = 120
LAYOUT_SECONDS = 3  # so long is each layout shown
PUBLISHERS = ("alice", "bob", "chen")
TERMINAL = ("completed", "partial", "empty", "failed", "canceled", "lost")


class Meeting:
    """Plays the meeting step by step and tells each with *say*."""

    def __init__(
        self, *, api_url: str, api_key: str, sandbox_url: str, room_id: str, say: Callable[[str], None]
    ) -> None:
        self._api = requests.Session()
        self._api.headers["Authorization"] = f"Api-Key {api_key}"
        self._api_url = api_url
        self._sandbox_url = sandbox_url
        self._room_id = room_id
        self._say = say
        self._told = 0
        self._began_at = time.monotonic()
        self._url = ""

    def record(self) -> dict[str, Any]:
        """Record the meeting and return the recording as it ended, with its `files`."""
        self._say(f"Alice, Bob and Chen enter room {self._room_id} and publish.")
        for user in PUBLISHERS:
            self._publisher(user).raise_for_status()
        self._start()
        self._watch(lambda recording: recording["media"] == "flowing")
        time.sleep(LAYOUT_SECONDS)
        self._change_layout()
        time.sleep(LAYOUT_SECONDS)
        answer = self._api.post(f"{self._url}/stop", timeout=15)
        self._tell(f"POST …/stop → {answer.status_code}")
        recording = self._watch(lambda recording: False)
        recording["files"] = self._api.get(f"{self._url}/files", timeout=15).json()
        return recording

    def download(self, file: dict[str, Any], path: Path) -> str:
        """Save a file of the recording through a link, and return the link, which is good for an hour."""
        answer = self._api.get(f"{self._url}/files/{file['id']}/link", params={"seconds": 3600}, timeout=15)
        answer.raise_for_status()
        link: str = answer.json()["url"]
        data = requests.get(link, timeout=30)
        data.raise_for_status()
        path.write_bytes(data.content)
        return link

    def _publisher(self, user: str) -> requests.Response:
        url = f"{self._sandbox_url}/control/rooms/{SDK_APP_ID}/integer/{self._room_id}/publishers/{user}"
        return requests.put(url, json={"audio": True, "video": True}, timeout=5)

    def _start(self) -> None:
        body = {
            "room_id": self._room_id,
            "storage_profile": PROFILE,
            "record_params": {"record_mode": "mixed", "output_format": "hls_mp4", "max_idle_time": 60},
            "mix_transcode_params": {
                "video_params": {"width": 1280, "height": 720, "fps": 15, "bit_rate": 1_000_000, "gop": 10}
            },
            "mix_layout_params": {"mix_layout_mode": "grid"},
            "labels": {"course": "math-7"},
        }
        answer = self._api.post(
            f"{self._api_url}/recordings", json=body, headers={"Idempotency-Key": str(uuid4())}, timeout=15
        )
        recording = answer.json()
        answer.raise_for_status()
        self._url = f"{self._api_url}/recordings/{recording['id']}"
        self._tell(f"POST /api/v1/recordings → {answer.status_code}  id {recording['id']}")

    def _change_layout(self) -> None:
        change = {"mix_layout_params": {"mix_layout_mode": "screen_share", "max_resolution_user_id": "alice"}}
        read = self._api.get(self._url, timeout=15)
        answer = self._api.patch(self._url, json=change, headers={"If-Match": read.headers["ETag"]}, timeout=15)
        self._tell(f"PATCH layout to screen share, Alice large → {answer.status_code}")

    def _watch(self, enough: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Tell every change of state until *enough*, the end, or two minutes."""
        give_up_at = time.monotonic() + WATCH_SECONDS
        while True:
            recording: dict[str, Any] = self._api.get(self._url, timeout=15).json()
            moves = [e for e in self._api.get(f"{self._url}/timeline", timeout=15).json() if e["type"] == "transition"]
            for move in moves[self._told :]:
                self._tell(f"  {move['to_state']:<11} because of {move['kind'].replace('_', ' ')}")
            self._told = len(moves)
            if enough(recording) or recording["state"] in TERMINAL or time.monotonic() > give_up_at:
                return recording
            time.sleep(0.1)

    def _tell(self, line: str) -> None:
        self._say(f"{time.monotonic() - self._began_at:6.2f} s  {line}")
