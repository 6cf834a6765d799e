"""The backends that ask for recordings: they start, repeat, race, change and stop, through our real services."""

from collections.abc import Callable
from random import Random
from typing import Any, TypeVar
from uuid import UUID

from recordings.models import Recording
from recordings.parameters import RecordingParameters
from recordings.services.errors import RecordingError, SlotTaken
from recordings.services.modify import modify_recording
from recordings.services.start import StartRequest, start_recording
from recordings.services.stop import stop_recording
from tests.sim.case import Case
from tests.sim.engine import Processes
from tests.sim.faults import Tally
from tests.sim.scheduler import Killed, Scheduler
from tests.sim.vendor import Vendor

T = TypeVar("T")

_LAYOUTS = ("grid", "screen", "vertical")


class Callers:
    """Everybody who calls the REST API, one step behind it."""

    def __init__(
        self, scheduler: Scheduler, *, processes: Processes, gateway: Vendor, random: Random, tally: Tally
    ) -> None:
        self._scheduler = scheduler
        self._processes = processes
        self._gateway = gateway
        self._random = random
        self._tally = tally

    def begin(self, case: Case) -> None:
        """Play a wish from its first request on."""
        plan = case.plan
        self._start(case, key=f"wish-{plan.number}", told=case.answers.append)
        for after in plan.repeats:
            self._scheduler.after(after, lambda: self._repeat(case))
        if plan.rival_after is not None:
            self._scheduler.after(plan.rival_after, lambda: self._race(case))
        if plan.stops_early_after is not None:
            self._scheduler.after(plan.stops_early_after, lambda: self._stop_early(case))
        if plan.stops_at is not None:
            self._scheduler.at(plan.stops_at, lambda: self._stop(case))
        for at in plan.patches_at:
            self._scheduler.at(at, lambda: self._patch(case))

    def _request(
        self,
        act: Callable[[], T],
        *,
        again: Callable[[], None],
        told: Callable[[T], None] = lambda _: None,
        refused: Callable[[RecordingError], None] = lambda _: None,
    ) -> None:
        """Let a web process do *act*; whoever gets no answer asks *again*."""
        process = self._processes.pick_web()
        if process is None:
            self._scheduler.after(1.0, again)
            return

        def run() -> None:
            try:
                answer = act()
            except Killed:
                self._scheduler.after(self._random.uniform(0.5, 3), again)
                raise
            except RecordingError as error:
                refused(error)
            else:
                told(answer)

        self._scheduler.spawn(process, run)

    def _start(self, case: Case, *, key: str, told: Callable[[UUID], None], rival: bool = False) -> None:
        plan, app = case.plan, case.app

        def act() -> UUID:
            started = start_recording(
                request=StartRequest(
                    application=app.application,
                    parameters=RecordingParameters.model_validate(plan.parameters),
                    storage_profile=app.storage[plan.storage],
                    max_duration=plan.max_duration,
                    priority=plan.priority,
                    queue=plan.may_queue,
                    asked_by=app.api_keys[(plan.api_key + rival) % len(app.api_keys)],
                ),
                gateway=self._gateway,
                idempotency_key=key,
                fingerprint=key,
                attempt_now=plan.attempt_now,
            )
            return started.recording.uuid

        def refused(error: RecordingError) -> None:
            case.refusals.append(type(error).__name__)
            if isinstance(error, SlotTaken):
                self._tally.add("slots taken")
                case.blocked_by.append(error.recording_id)

        self._request(act, again=lambda: self._start(case, key=key, told=told, rival=rival), told=told, refused=refused)

    def _repeat(self, case: Case) -> None:
        self._tally.add("repeated requests")
        self._start(case, key=f"wish-{case.plan.number}", told=case.answers.append)

    def _race(self, case: Case) -> None:
        self._tally.add("races for a slot")
        self._start(case, key=f"rival-{case.plan.number}", told=case.rivals.append, rival=True)

    def _stop_early(self, case: Case) -> None:
        """Stop by what a list of the room's recordings shows: the caller has no answer yet."""
        found = Recording.objects.filter(application=case.app.application, room_id=case.plan.room_id).first()
        if found is not None:
            if not any(log.outcome == "told" for log in case.creates):
                self._tally.add("stops before the start was known")
            self._stop_one(found.uuid)

    def _stop(self, case: Case) -> None:
        for recording_id in {*case.answers, *case.rivals}:
            self._stop_one(recording_id)

    def _stop_one(self, recording_id: UUID) -> None:
        self._tally.add("stops")
        self._request(
            lambda: stop_recording(recording_id=recording_id, gateway=self._gateway),
            again=lambda: self._stop_one(recording_id),
        )

    def _patch(self, case: Case) -> None:
        layout = {"mix_layout_params": {"mix_layout_mode": self._random.choice(_LAYOUTS)}}
        if case.answers:
            self._tally.add("changes asked for")
            self._request(lambda: self._change(case.answers[0], layout), again=lambda: None)

    def _change(self, recording_id: UUID, layout: dict[str, Any]) -> object:
        return modify_recording(
            recording_id=recording_id, version=None, changes=layout, labels=None, by="key", gateway=self._gateway
        )
