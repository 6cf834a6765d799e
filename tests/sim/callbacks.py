"""The vendor's callbacks: signed bodies to our real view, delayed, doubled, out of order, or never.

They go through `callbacks.views.receive`, so signature, parsing, storing and applying are the product's own. Only
the middleware and the routing are left out, which cost more than they would show here.
"""

import base64
import hmac
import json
from collections.abc import Mapping
from random import Random
from typing import Any

from django.test import RequestFactory

from callbacks.views import receive
from tests.sim.case import Task
from tests.sim.engine import Processes
from tests.sim.faults import Tally
from tests.sim.scheduler import Scheduler

STRING_EVENT_TS = frozenset({301, 302, 307})  # the vendor writes a number in the others
MOST_TRIES = 7  # at once, then every 10 s for a minute
RETRY_SECONDS = 10.0

_requests = RequestFactory()


class Callbacks:
    """Delivers events to the web processes."""

    def __init__(self, scheduler: Scheduler, *, random: Random, tally: Tally, processes: Processes) -> None:
        self._scheduler = scheduler
        self._random = random
        self._tally = tally
        self._processes = processes

    def emit(self, task: Task, event_type: int, payload: Mapping[str, Any]) -> None:
        """Let an event happen now; whether and when it is heard of is another matter."""
        faults, random = task.app.faults, self._random
        self._tally.add("callbacks")
        if random.random() < faults.drops:
            self._tally.add("callbacks dropped")
            task.case.callbacks_dropped += 1
            return
        info = self._event_info(task, event_type, payload)
        delay = random.uniform(0.03, 1.0)
        if random.random() < faults.delays:
            self._tally.add("callbacks delayed for minutes")
            delay = random.uniform(60, 900)
        self._send(task, event_type, info, after=delay, tries=MOST_TRIES)
        if random.random() < faults.doubles:
            self._tally.add("callbacks doubled")
            for _ in range(random.choice((1, 1, 2))):
                self._send(task, event_type, info, after=delay + random.uniform(0, 60), tries=MOST_TRIES)

    def _event_info(self, task: Task, event_type: int, payload: Mapping[str, Any]) -> dict[str, Any]:
        now_ms = int(self._scheduler.clock.now().timestamp() * 1000)
        seconds = now_ms // 1000
        info = {
            "RoomId": task.case.plan.room_id,
            "EventTs": str(seconds) if event_type in STRING_EVENT_TS else seconds,
            "EventMsTs": now_ms,
            "UserId": task.robot,
            "TaskId": task.task_id,
            "Payload": dict(payload),
        }
        if not task.app.tells_ms:
            del info["EventMsTs"]
        return info

    def _send(self, task: Task, event_type: int, info: Mapping[str, Any], *, after: float, tries: int) -> None:
        def deliver() -> None:
            process = self._processes.pick_web()
            if process is None:
                answered(503)  # connection refused
                return
            self._scheduler.spawn(process, lambda: answered(self._post(task, event_type, info)))

        def answered(status: int) -> None:
            if status == 200:
                task.tell(self._scheduler.now)
                task.case.callbacks_told += 1
            elif tries > 1:
                self._tally.add("callbacks tried again")
                self._send(task, event_type, info, after=RETRY_SECONDS, tries=tries - 1)

        self._scheduler.after(after, deliver)

    def _post(self, task: Task, event_type: int, info: Mapping[str, Any]) -> int:
        sent_ms = int(self._scheduler.clock.now().timestamp() * 1000)
        body = {"EventGroupId": 3, "EventType": event_type, "CallbackTs": sent_ms, "EventInfo": dict(info)}
        raw = json.dumps(body, indent="\t").encode()
        sign = base64.b64encode(hmac.digest(task.app.callback_key.encode(), raw, "sha256")).decode()
        headers = {"Sign": sign, "SdkAppId": str(task.app.application.sdk_app_id)}
        request = _requests.post("/callbacks", raw, content_type="application/json", headers=headers)
        return receive(request, family="trtc", token=task.app.token).status_code
