"""A small model of the vendor: what it answers and which callbacks it sends, in virtual seconds."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from callbacks.providers.trtc import parse
from recordings.states.facts import Fact, FactKind, Source

BEGINNING = datetime(2026, 1, 1, 9, tzinfo=UTC)
VOD = "vod"


def moment(seconds: float) -> datetime:
    return BEGINNING + timedelta(seconds=seconds)


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """What a caller asks for, and what the vendor and the room make of it. Times are virtual seconds.

    Attributes:
        creates: What comes of each create: ok, lost (acted, no answer), dead (did not act, no answer), silent (acted,
            and our process died), throttled, quota, internal, liar (acted and denied it), exists or rejected.
        media_after: From the robot's entry to the first media; None for a room where nobody publishes.
        leaves_after: From the robot's entry to an exit by itself, with its LeaveCode.
        uploads: Statuses of the 305s, each with its seconds after the exit.
        outputs: Status of each user's 310 or 311.
        ends_vod: Status of 312; None when it never comes.
        refused_deletes: How many deletes fail before one is taken.
        ignored_deletes: How many deletes are taken without effect.
        lost_calls: Seconds during which Describe, Modify and Delete are not answered.
        checked: The recording's end rests on a look into storage.
        loses: Storage loses everything that is uploaded, whatever the events say.
        skew: How far the vendor's clock is ahead of ours; its times have whole seconds when `whole_seconds`.
    """

    storage_kind: str = "cos"
    output_format: str = "hls"
    record_mode: str = "mixed"
    users: tuple[str, ...] = ("alice",)
    max_duration: int | None = None
    modify_at: float | None = None
    modify_fails: bool = False
    stop_at: float | None = 100.0
    creates: tuple[str, ...] = ("ok",)
    media_after: float | None = 3.0
    leaves_after: tuple[float, int] | None = None
    starts: bool = True
    fails_over_after: float | None = None
    uploads: tuple[tuple[int, float], ...] = ((0, 0.03),)
    upload_error: bool = False
    outputs: tuple[int, ...] = (0, 0)
    ends_vod: int | None = 0
    refused_deletes: int = 0
    ignored_deletes: int = 0
    lost_calls: tuple[float, float] = (0.0, 0.0)
    checked: bool = False
    loses: bool = False
    skew: float = 0.0
    whole_seconds: bool = False

    @property
    def parameters(self) -> dict[str, Any]:
        record = {"output_format": self.output_format, "record_mode": self.record_mode}
        return {"record_params": record, "resource_expired_hour": 1}


@dataclass
class _Task:
    task_id: str
    began: float
    left: float | None = None
    media_at: float | None = None
    in_storage_until: float = 0.0
    slices: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Event:
    """A callback that will arrive, unless the network is in its way."""

    number: int
    due: float
    fact: Fact


@dataclass
class Vendor:
    """Answers calls as facts, as `recordings.services.calls` does, and keeps the callbacks it will send."""

    scenario: Scenario
    tasks: dict[str, _Task] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    sent: int = 0
    deletes: int = 0
    looks: int = 0

    # --- calls

    def create(self, attempt: int, now: float) -> list[Fact]:
        script = self.scenario.creates
        what = script[min(attempt, len(script)) - 1]
        data: dict[str, Any] = {"attempt": attempt, "request_id": f"r{attempt}"}
        words = {"code": f"Code.{what}", "message": what, "fault": "vendor"}
        key = f"create:{attempt}:answer"
        task_id = f"T{attempt}"
        if what in ("ok", "lost", "silent", "liar"):
            self._begin(task_id, now)
        match what:
            case "ok":
                return [answer(FactKind.CREATE_ACCEPTED, key, now + 0.3, task_id=task_id, **data)]
            case "silent":
                return []
            case "lost" | "dead":
                return [answer(FactKind.CREATE_UNKNOWN, key, now + 8, why="unknown", **data, **words)]
            case "exists":
                return [answer(FactKind.CREATE_UNKNOWN, key, now + 0.3, why="exists", **data, **words)]
            case "throttled" | "quota":
                return [answer(FactKind.CREATE_POSTPONED, key, now + 0.3, why=what, **data, **words)]
            case "internal" | "liar":
                return [answer(FactKind.CREATE_POSTPONED, key, now + 0.3, why="unavailable", **data, **words)]
        words["fault"] = "caller"
        return [answer(FactKind.CREATE_REJECTED, key, now + 0.3, reason="invalid_request", **data, **words)]

    def delete(self, task_id: str, now: float) -> list[Fact]:
        key = f"delete:{task_id}:{now}"
        words = {"code": "InternalError.CRInternalError", "message": "try again", "request_id": "d", "fault": "vendor"}
        if self._knows(task_id, now) is None:
            return [self._gone(task_id, now)]
        self.deletes += 1
        if self.deletes <= self.scenario.refused_deletes or self._is_deaf(now):
            return [answer(FactKind.DELETE_FAILED, key, now + 0.1, task_id=task_id, **words)]
        if self.deletes > self.scenario.refused_deletes + self.scenario.ignored_deletes:
            self._leave(task_id, now + 0.05, leave_code=0)
        return [answer(FactKind.DELETE_ACCEPTED, key, now, task_id=task_id, request_id="d")]

    def describe(self, task_id: str, now: float) -> list[Fact] | None:
        """Return the answer's facts; None when there is no answer."""
        if self._is_deaf(now):
            return None
        task = self._knows(task_id, now)
        if task is None:
            return [self._gone(task_id, now)]
        flowing = task.media_at is not None and task.media_at <= now
        files = [dict(file) for file in task.slices if file["begin_ms"] <= moment(now).timestamp() * 1000]
        status = "exited" if task.left is not None else "in_progress" if flowing else "idle"
        key = f"described:{task_id}:{now}"
        return [answer(FactKind.DESCRIBED, key, now, task_id=task_id, status=status, files=files, request_id="q")]

    def modify(self, task_id: str, revision: int, now: float) -> list[Fact] | None:
        if self._is_deaf(now) or self.scenario.modify_fails:
            return None
        key = f"modify:{revision}:answer"
        if self._knows(task_id, now) is None:
            words = {"code": "ResourceNotFound", "message": "", "request_id": "m", "fault": "vendor"}
            return [answer(FactKind.MODIFY_REJECTED, key, now, revision=revision, **words), self._gone(task_id, now)]
        return [answer(FactKind.MODIFY_ACCEPTED, key, now, task_id=task_id, revision=revision, request_id="m")]

    def _is_deaf(self, now: float) -> bool:
        return self.scenario.lost_calls[0] <= now < self.scenario.lost_calls[1]

    def _knows(self, task_id: str, now: float) -> _Task | None:
        task = self.tasks.get(task_id)
        if task is not None and task.left is not None and now > task.left + 1:
            return None
        return task

    def _gone(self, task_id: str, now: float) -> Fact:
        words = {"code": "ResourceNotFound", "message": "no such task", "request_id": "g", "fault": "vendor"}
        return answer(FactKind.TASK_GONE, f"gone:{task_id}:{now}", now, task_id=task_id, **words)

    # --- the storage

    def look(self, task_ids: Sequence[str], now: float, *, file_ids: Mapping[str, Sequence[str]]) -> list[Fact]:
        """Return what is in the tasks' folders, what was uploaded by now; in VOD, what it has of the file ids."""
        self.looks += 1
        if self.scenario.storage_kind == VOD:
            task_ids = [task_id for task_id in task_ids if file_ids.get(task_id)]
            assert task_ids, "a look without anything to ask for"
        retry_in = min(15.0 * 2 ** min(self.looks - 1, 10), 300.0)
        return [
            Fact(
                kind=FactKind.STORAGE_CHECKED,
                source=Source.STORAGE,
                key=f"storage:{task_id}:{now}",
                occurred_at=moment(now),
                received_at=moment(now + 0.05),
                task_id=task_id,
                data={"files": self._stored(self.tasks[task_id], now), "retry_in": retry_in}
                if self.scenario.storage_kind != VOD
                else {"files": self._media(file_ids[task_id]), "asked": [*file_ids[task_id]], "retry_in": retry_in},
            )
            for task_id in task_ids
        ]

    def _media(self, file_ids: Sequence[str]) -> list[dict[str, Any]]:
        told = {"name": "", "kind": VOD, "size": 99, "duration_ms": 9000, "whole": True}
        return [] if self.scenario.loses else [told | {"file_id": file_id} for file_id in file_ids]

    def _stored(self, task: _Task, now: float) -> list[dict[str, Any]]:
        scenario = self.scenario
        if scenario.loses or task.media_at is None:
            return []
        repaired = min((after for status, after in scenario.uploads if status != 1), default=None)
        has_all = task.left is not None and repaired is not None and task.left + repaired <= now
        files = []
        cut = [file for file in task.slices if file["begin_ms"] <= moment(task.left or now).timestamp() * 1000]
        for file in cut if has_all else []:
            begin_ms = file["begin_ms"]
            told = {"user_id": file["user_id"], "media_id": "", "track_type": file["track_type"]}
            checked = {"segments": 3, "missing": 0, "gaps": [], "ended": True, "duration_ms": 9000}
            times = {"begin_ms": begin_ms, "end_ms": None}
            files.append({"name": file["name"], "kind": "hls", "size": 99, "whole": True} | told | checked | times)
        if scenario.output_format != "hls" and task.left is not None and cut:
            suffix = "aac" if "aac" in scenario.output_format else "mp4"
            for number, ((user, name), status) in enumerate(
                zip(self._names("", suffix), scenario.outputs, strict=False)
            ):
                if status == 0 and task.left + 2.6 + number <= now:
                    told = {"user_id": user, "media_id": "main" if user else "mix"}
                    files.append({"name": name, "kind": suffix, "size": 99, "whole": True} | told)
        return files

    # --- what happens by itself

    def settle_until(self, now: float) -> None:
        """Let the robots leave that leave by themselves."""
        if self.scenario.leaves_after is not None:
            seconds, code = self.scenario.leaves_after
            for task in list(self.tasks.values()):
                if task.left is None and task.began + seconds <= now:
                    self._leave(task.task_id, task.began + seconds, leave_code=code)

    def next_own_move(self) -> float | None:
        if self.scenario.leaves_after is None:
            return None
        ends = [task.began + self.scenario.leaves_after[0] for task in self.tasks.values() if task.left is None]
        return min(ends, default=None)

    def _begin(self, task_id: str, now: float) -> None:
        scenario = self.scenario
        for other in list(self.tasks.values()):
            if other.left is None and scenario.starts:
                self._leave(other.task_id, now + 0.5, leave_code=101)
        task = self.tasks[task_id] = _Task(task_id, now)
        if not scenario.starts:
            task.left = now + 0.6
            self._send(301, now + 0.6, task_id, {"Status": 1})
            return
        self._send(301, now + 0.6, task_id, {"Status": 0})
        if scenario.storage_kind != VOD:
            self._send(303, now + 0.7, task_id, {"Status": 0})
        if scenario.media_after is not None:
            task.media_at = now + 0.6 + scenario.media_after
            self._cut(task, task.media_at, prefix="")
        if scenario.fails_over_after is not None:
            at = now + scenario.fails_over_after
            self._send(306, at, task_id, {"Status": 0})
            self._cut(task, at + 2, prefix="ha1_")

    def _cut(self, task: _Task, at: float, *, prefix: str) -> None:
        if self.scenario.storage_kind == VOD:
            return
        for user, name in self._names(prefix, "m3u8"):
            begin_ms = int(moment(at).timestamp() * 1000)
            told = {"FileName": name, "UserId": user, "TrackType": "audio_video", "BeginTimeStamp": begin_ms}
            task.slices.append({"name": name, "user_id": user, "track_type": "audio_video", "begin_ms": begin_ms})
            self._send(307, at + 1, task.task_id, told)
            self._send(304, at + 12, task.task_id, {"FileList": name})

    def _names(self, prefix: str, suffix: str) -> list[tuple[str, str]]:
        if self.scenario.record_mode == "mixed":
            return [("", f"{prefix}1400000000_77.{suffix}")]
        media = "main_audio" if suffix == "m3u8" else "main"
        return [
            (user, f"{prefix}1400000000_77__UserId_s_{user}__UserId_e_{media}.{suffix}") for user in self.scenario.users
        ]

    def _leave(self, task_id: str, at: float, *, leave_code: int) -> None:
        task = self.tasks[task_id]
        if task.left is not None:
            return
        task.left = at
        self.events = [event for event in self.events if event.fact.task_id != task_id or event.due <= at]
        has_media = task.media_at is not None and task.media_at <= at
        if has_media and not task.slices and self.scenario.storage_kind != VOD:
            has_media = False
        self._send(302, at, task_id, {"LeaveCode": leave_code})
        if self.scenario.storage_kind == VOD:
            self._commit_to_vod(task, at, has_media=has_media)
        else:
            self._upload(task, at, has_media=has_media)

    def _upload(self, task: _Task, at: float, *, has_media: bool) -> None:
        scenario = self.scenario
        if scenario.upload_error:
            self._send(308, at + 0.01, task.task_id, {"Code": "AccessDenied", "Message": "no such key"})
        for status, after in scenario.uploads:
            self._send(305, at + after, task.task_id, {"Status": status})
        if scenario.output_format == "hls" or not has_media:
            return
        suffix = "aac" if "aac" in scenario.output_format else "mp4"
        for number, ((user, name), status) in enumerate(zip(self._names("", suffix), scenario.outputs, strict=False)):
            told = {"FileName": name, "UserId": user, "TrackType": "audio_video", "MediaId": "main"}
            files = {"FileList": [name], "FileMessage": [told]} if status != 2 else {"FileList": []}
            self._send(310, at + 2.6 + number, task.task_id, {"Status": status} | files)

    def _commit_to_vod(self, task: _Task, at: float, *, has_media: bool) -> None:
        if has_media:
            for number, ((user, name), status) in enumerate(
                zip(self._names("", "mp4"), self.scenario.outputs, strict=False)
            ):
                vod = {"UserId": user, "TrackType": "audio_video", "CacheFile": name}
                if status == 0:
                    vod |= {"MediaId": "main", "FileId": f"{task.task_id}-{number}", "VideoUrl": "https://v"}
                told = {"Status": status, "TencentVod": vod} | ({"Errmsg": "disk"} if status else {})
                self._send(311, at + 30 + number, task.task_id, told)
        if self.scenario.ends_vod is not None:
            self._send(312, at + 34, task.task_id, {"Status": self.scenario.ends_vod})

    def _send(self, event_type: int, at: float, task_id: str, payload: Mapping[str, Any]) -> None:
        theirs = moment(at + self.scenario.skew)
        fact = callback(
            event_type,
            happened_at=theirs,
            received_at=moment(at + 0.1),
            task_id=task_id,
            payload=payload,
            whole_seconds=self.scenario.whole_seconds,
        )
        self.events.append(Event(self.sent, at + 0.1, fact))
        self.sent += 1


def answer(kind: FactKind, key: str, at: float, *, task_id: str = "", **data: Any) -> Fact:
    """Return a fact of the vendor's answer to a call of ours."""
    return Fact(
        kind=kind,
        source=Source.VENDOR,
        key=key,
        occurred_at=moment(at),
        received_at=moment(at),
        task_id=task_id,
        data=data,
    )


def callback(
    event_type: int,
    *,
    happened_at: datetime,
    received_at: datetime,
    task_id: str,
    payload: Mapping[str, Any],
    whole_seconds: bool = False,
) -> Fact:
    """Return the fact that our own parser makes of a callback."""
    info: dict[str, Any] = {"RoomId": "77", "UserId": "rec_1", "TaskId": task_id, "Payload": payload}
    info["EventTs"] = int(happened_at.timestamp())
    if not whole_seconds:
        info["EventMsTs"] = round(happened_at.timestamp() * 1000)
    event = parse({}, json.dumps({"EventGroupId": 3, "EventType": event_type, "EventInfo": info}).encode())
    assert event.kind is not None
    return Fact(
        kind=event.kind,
        source=Source.CALLBACK,
        key=f"callback:{event.natural_key}",
        occurred_at=event.occurred_at,
        received_at=received_at,
        task_id=event.task_id,
        data={**event.data, "event_type": event.event_type},
    )
