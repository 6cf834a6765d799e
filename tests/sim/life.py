"""The life of a vendor's task: the robot enters, records what is sent, leaves, and files follow.

Events and their order: https://trtc.io/document/54914. Nothing here is of our code.
"""

import math
from collections.abc import Mapping
from random import Random
from typing import Any, Protocol

from tests.sim.case import File, Task
from tests.sim.faults import Tally
from tests.sim.scheduler import Scheduler

SLICE_SECONDS = 10.0  # until a playlist is cut
FIRST_UPLOAD_SECONDS = 1.0
STOPPED, ROOM_CLOSED, KICKED_BY_SERVER, NO_PUBLISHER, DISPLACED = 0, 2, 3, 99, 101


class Emit(Protocol):
    """Sends a callback."""

    def __call__(self, task: Task, event_type: int, payload: Mapping[str, Any]) -> None: ...


class Lives:
    """Plays the robots of all tasks."""

    def __init__(self, scheduler: Scheduler, *, random: Random, tally: Tally, emit: Emit) -> None:
        self._scheduler = scheduler
        self._random = random
        self._tally = tally
        self._emit = emit

    def begin(self, task: Task) -> None:
        """Let a robot be on its way."""
        self._scheduler.after(self._random.uniform(0.2, 3.0), lambda: self._enter(task))

    def leave(self, task: Task, code: int) -> None:
        """Ask a robot to leave, unless it is leaving or gone."""
        if task.leaving is None and task.bills:
            task.leaving = code
            if task.entered_at is not None:
                self._scheduler.after(self._random.uniform(0.1, 0.5), lambda: self._left(task))

    def _enter(self, task: Task) -> None:
        faults = task.app.faults
        if task.leaving is None and self._random.random() < faults.fails_start:
            self._tally.add("starts failed")
            self._end(task, forgotten=True)
            self._emit(task, 301, {"Status": 1})
            return
        task.entered_at = self._scheduler.now
        self._emit(task, 301, {"Status": 0})
        if task.case.plan.storage == "cos":
            self._emit(task, 303, {"Status": 0})
        if task.leaving is not None:
            self._scheduler.after(0.3, lambda: self._left(task))
            return
        self._follow_room(task)
        if self._random.random() < faults.vanishes:
            self._scheduler.after(self._random.uniform(5, 300), lambda: self._vanish(task))
        if self._random.random() < faults.failovers:
            self._scheduler.after(self._random.uniform(15, 120), lambda: self._fail_over(task))
        if self._random.random() < faults.kicks:
            code = self._random.choice((ROOM_CLOSED, KICKED_BY_SERVER))
            self._scheduler.after(self._random.uniform(5, 200), lambda: self._kick(task, code))

    def _follow_room(self, task: Task) -> None:
        idle = task.case.plan.parameters["record_params"]["max_idle_time"]
        now = self._scheduler.now
        begins, ends = task.case.plan.publishers or (math.inf, -math.inf)
        if ends <= now or begins > now + idle:
            self._scheduler.after(idle, lambda: self.leave(task, NO_PUBLISHER))
            return
        self._scheduler.at(begins, lambda: self._open_files(task))
        self._scheduler.at(ends, lambda: self._close_files(task))
        self._scheduler.at(ends + idle, lambda: self.leave(task, NO_PUBLISHER))

    def _open_files(self, task: Task) -> None:
        if task.leaving is not None or not task.bills:
            return
        plan = task.case.plan
        stem = f"{task.app.application.sdk_app_id}_{plan.room_id}"
        again = f"ha{task.failovers}_" if task.failovers else ""
        if plan.parameters["record_params"]["record_mode"] == "mixed":
            made = [File(f"{again}{stem}.m3u8", "", "audio_video", self._scheduler.now)]
        else:
            part = f"{again}{stem}__UserId_s_dTE.__UserId_e_main"
            made = [File(f"{part}_{track}.m3u8", "u1", track, self._scheduler.now) for track in ("audio", "video")]
        task.files += made
        if plan.storage == "cos":
            for file in made:
                self._scheduler.after(SLICE_SECONDS, lambda file=file: self._cut(task, file))  # type: ignore[misc]  # mypy cannot infer lambdas with defaults

    def _close_files(self, task: Task) -> None:
        for file in task.files:
            file.is_open = False

    def _cut(self, task: Task, file: File) -> None:
        if file.stage != "open" or not task.bills:
            return
        file.stage = "cut"
        begin_ms = int((self._scheduler.clock.now().timestamp() - (self._scheduler.now - file.begin)) * 1000)
        told = {"FileName": file.name, "UserId": file.user_id, "TrackType": file.track, "BeginTimeStamp": begin_ms}
        self._emit(task, 307, told)
        self._scheduler.after(FIRST_UPLOAD_SECONDS, lambda: self._upload(task, file))

    def _upload(self, task: Task, file: File) -> None:
        if file.stage == "cut":
            file.stage = "uploaded"
            self._emit(task, 304, {"FileList": file.name})

    def _fail_over(self, task: Task) -> None:
        if task.leaving is not None or not task.bills or not task.is_flowing:
            return
        self._tally.add("failovers")
        self._cut_all(task)
        self._close_files(task)
        length = self._random.uniform(5, 40)
        task.hidden_until = self._scheduler.now + length

        def recover() -> None:
            if task.leaving is None and task.bills:
                task.failovers += 1
                self._emit(task, 306, {"Status": 0})
                if task.case.plan.publishers and self._scheduler.now < task.case.plan.publishers[1]:
                    self._open_files(task)

        self._scheduler.after(length, recover)

    def _kick(self, task: Task, code: int) -> None:
        self._tally.add("recorders kicked")
        self.leave(task, code)

    def _vanish(self, task: Task) -> None:
        if task.bills and task.leaving is None:
            self._tally.add("tasks vanished")
            self._end(task, forgotten=True)

    def _end(self, task: Task, *, forgotten: bool) -> None:
        """Let billing end; a forgotten task tells nothing more."""
        task.left_at = self._scheduler.now
        task.app.live.pop(task.task_id, None)
        self._close_files(task)
        if forgotten:
            task.known_until = self._scheduler.now
            task.is_over = True

    def _cut_all(self, task: Task) -> None:
        if task.case.plan.storage == "cos":
            for file in task.files:
                self._cut(task, file)

    def _left(self, task: Task) -> None:
        if not task.bills:
            return
        self._cut_all(task)
        self._end(task, forgotten=False)
        self._emit(task, 302, {"LeaveCode": task.leaving})
        if task.case.plan.storage == "vod":
            task.known_until = self._scheduler.now
            self._scheduler.after(self._random.uniform(3, 30), lambda: self._store_in_vod(task))
        else:
            self._scheduler.after(self._random.uniform(1.5, 8), lambda: self._store_in_cloud(task))

    def _store_in_cloud(self, task: Task) -> None:
        task.known_until = self._scheduler.now
        if task.files and self._random.random() < task.app.faults.upload_stuck:
            self._tally.add("uploads stuck")
            self._emit(task, 308, {"Code": "AccessDenied", "Message": "bucket"})
            self._emit(task, 305, {"Status": 1})
            if self._random.random() < 0.5:
                task.is_over = True
                return
            self._scheduler.after(self._random.uniform(30, 600), lambda: self._stored(task, 2))
            return
        self._stored(task, 0)

    def _stored(self, task: Task, status: int) -> None:
        self._emit(task, 305, {"Status": status})
        task.stored = [file.name for file in task.files]
        wanted = task.case.plan.parameters["record_params"]["output_format"]
        if wanted == "hls" or not task.files:
            task.is_over = True
        else:
            self._scheduler.after(self._random.uniform(2, 60), lambda: self._transcode(task, wanted))

    def _transcode(self, task: Task, wanted: str) -> None:
        task.is_over = True
        if self._random.random() < task.app.faults.transcode_fails:
            self._tally.add("transcodes failed")
            self._emit(task, 310, {"Status": 2, "FileList": [], "FileMessage": []})
            return
        messages = self._outputs(task, wanted.removeprefix("hls_"))
        task.stored += [message["FileName"] for message in messages]
        names = [message["FileName"] for message in messages]
        self._emit(task, 310, {"Status": 0, "FileList": names, "FileMessage": messages})

    def _store_in_vod(self, task: Task) -> None:
        task.is_over = True
        for number, message in enumerate(self._outputs(task, "mp4") if task.files else []):
            vod = {**message, "FileId": f"{task.task_id}{number}", "VideoUrl": "http://v.invalid/f0.mp4"}
            vod["CacheFile"] = vod.pop("FileName")
            task.stored.append(vod["CacheFile"])
            self._emit(task, 311, {"Status": 0, "TencentVod": vod})
        self._emit(task, 312, {"Status": 0})

    def _outputs(self, task: Task, suffix: str) -> list[dict[str, Any]]:
        """Return the files made of the playlists: one in mixed mode, one per user else."""
        stem = f"{task.app.application.sdk_app_id}_{task.case.plan.room_id}"
        user = task.files[0].user_id
        name = f"{stem}__UserId_s_dTE.__UserId_e_main" if user else stem
        end_ms = int(self._scheduler.clock.now().timestamp() * 1000)
        begin_ms = end_ms - int((self._scheduler.now - task.files[0].begin) * 1000)
        return [
            {
                "FileName": f"{name}.{suffix}",
                "UserId": user,
                "TrackType": "audio_video",
                "MediaId": "main" if user else "mix",
                "StartTimeStamp": begin_ms,
                "EndTimeStamp": end_ms,
            }
        ]
