"""Tencent's recording API, simulated: limits, robots' names, tasks, and everything that goes wrong with a call.

It implements the Gateway protocol, so that no HTTP is spoken; refusals are the errors that the vendor's codes become
(`vendor_codes.classify`). What it saw, it writes down; the audit reads nothing else of it.
"""

from collections.abc import Callable
from itertools import count
from random import Random
from typing import TypeVar

from recordings.parameters import RecordingParameters
from recordings.trtc.account import Account, Storage
from recordings.trtc.errors import GatewayError, Unavailable
from recordings.trtc.gateway import Depart
from recordings.trtc.results import Created, Deleted, DescribedFile, Description, Modified
from recordings.trtc.transport import at_once
from recordings.trtc.vendor_codes import Action, classify, unclear
from tests.sim.case import Case, CreateLog, Task
from tests.sim.faults import Tally
from tests.sim.life import DISPLACED, STOPPED, Lives
from tests.sim.scheduler import Killed, Scheduler
from tests.sim.world import App

T = TypeVar("T")

# How unevenly calls travel. Our pacing leaves 4 % of a second for it; on a real network that is what it must be.
TRAVEL_SECONDS = (0.004, 0.02)
WINDOW_SECONDS = 1.0
YOUNG_SECONDS = 120.0


def refusal(code: str, action: Action) -> GatewayError:
    """Return what an error code of the vendor becomes."""
    meaning = classify(code, action)
    return meaning.error(code=code, message="the vendor's words", request_id="request", fault=meaning.fault)


class Vendor:
    """All applications' vendor."""

    def __init__(
        self, scheduler: Scheduler, *, apps: dict[int, App], lives: Lives, random: Random, tally: Tally
    ) -> None:
        self._scheduler = scheduler
        self._apps = apps
        self._lives = lives
        self._random = random
        self._tally = tally
        self._tasks: dict[str, Task] = {}
        self._number = count(1)
        self.breaches: list[str] = []

    def take_breaches(self) -> list[str]:
        """Return what it saw of broken limits since it was last asked."""
        taken, self.breaches = self.breaches, []
        return taken

    def forget(self, task: Task) -> None:
        """Judge a task whose story is over, and keep no record of it."""
        self._audit_expiry(task)
        self._tasks.pop(task.task_id, None)

    # --- the Gateway protocol

    def create_recording(
        self,
        *,
        account: Account,
        robot_user_id: str,
        parameters: RecordingParameters,
        storage: Storage,
        lifetime_seconds: int,
        depart: Depart = at_once,
    ) -> Created:
        """See Gateway."""
        depart()
        app = self._apps[account.sdk_app_id]
        case = app.cases[parameters.room_id]
        log = CreateLog(at=self._scheduler.now, robot=robot_user_id)
        case.creates.append(log)
        try:
            task = self._call(
                app, "CreateCloudRecording", case, lambda: self._create(app, case, robot_user_id, log), account
            )
        except GatewayError as error:
            log.outcome = "unknown" if error.may_have_acted else "refused"
            log.answered_at = self._scheduler.now
            raise
        log.outcome, log.answered_at = "told", self._scheduler.now
        task.tell(self._scheduler.now)
        return Created(task_id=task.task_id, request_id="request")

    def describe_recording(self, *, account: Account, task_id: str, depart: Depart = at_once) -> Description:
        """See Gateway."""
        depart()
        app, task = self._apps[account.sdk_app_id], self._tasks.get(task_id)
        case = task.case if task else None
        return self._call(app, "DescribeCloudRecording", case, lambda: self._describe(app, task_id), account)

    def modify_recording(
        self, *, account: Account, task_id: str, parameters: RecordingParameters, depart: Depart = at_once
    ) -> Modified:
        """See Gateway."""
        depart()
        app, task = self._apps[account.sdk_app_id], self._tasks.get(task_id)
        case = task.case if task else None
        return self._call(app, "ModifyCloudRecording", case, lambda: self._modify(app, task_id), account)

    def delete_recording(self, *, account: Account, task_id: str, depart: Depart = at_once) -> Deleted:
        """See Gateway."""
        depart()
        app, task = self._apps[account.sdk_app_id], self._tasks.get(task_id)
        case = task.case if task else None
        return self._call(app, "DeleteCloudRecording", case, lambda: self._delete(app, task_id), account)

    # --- a call on its way, there and back

    def _call(self, app: App, action: Action, case: Case | None, act: Callable[[], T], account: Account) -> T:
        """Carry a request there and its answer back; what goes wrong on the way is drawn here."""
        faults, random, sleep = app.faults, self._random, self._scheduler.sleep
        fate = random.random()
        self._tally.add("vendor calls")
        if case is not None and (actor := self._scheduler.actor) is not None:
            case.callers.append(actor.number)

        def strikes(chance: float) -> bool:
            nonlocal fate
            fate -= chance
            struck = -chance <= fate < 0
            if struck and case is not None:
                case.was_hurt = True
            return struck

        if strikes(faults.unreachable) or (self._is_out(app) and random.random() < 0.5):
            self._tally.add("vendor unreachable")
            sleep(0.05)
            raise Unavailable(code="ConnectionFailed", message="refused", fault="network")
        if strikes(faults.killed_before):
            self._tally.add("killed in a call")
            raise Killed
        answers: list[T | GatewayError] = []
        travel = random.uniform(*TRAVEL_SECONDS)
        self._scheduler.after(travel, lambda: answers.append(self._receive(app, action, act)))
        if strikes(faults.killed_after):
            self._tally.add("killed in a call")
            sleep(travel + 0.1)
            raise Killed
        if strikes(faults.lost_answers) or self._is_out(app):
            self._tally.add("answers lost")
            if case is not None:
                case.was_hurt = True
            sleep(account.timeout_seconds)
            raise unclear(action)(code="Timeout", message="timed out", fault="network")
        back = random.uniform(0.02, 0.2)
        if strikes(faults.paused):
            self._tally.add("paused beyond the lease")
            back = random.uniform(31, 70)
        elif strikes(faults.slow_answers):
            self._tally.add("answers slow")
            back = random.uniform(1, account.timeout_seconds - 0.5)
        sleep(travel + back)
        (answer,) = answers
        if isinstance(answer, GatewayError):
            raise answer
        return answer

    def _is_out(self, app: App) -> bool:
        return any(begin <= self._scheduler.now < end for begin, end in app.faults.outages)

    # --- at the vendor

    def _receive(self, app: App, action: Action, act: Callable[[], T]) -> T | GatewayError:
        faults, random = app.faults, self._random
        if not self._is_within_rate(app, action):
            return refusal("RequestLimitExceeded", action)
        if self._is_out(app):
            self._tally.add("calls in an outage")
            return refusal("InternalError.SystemError", action)
        if any(begin <= self._scheduler.now < end for begin, end in faults.revocations):
            self._tally.add("keys refused")
            return refusal("AuthFailure.SecretIdNotFound", action)
        if random.random() < faults.throttles:
            self._tally.add("throttles out of the blue")
            return refusal("RequestLimitExceeded", action)
        if random.random() < faults.internal_errors:
            self._tally.add("InternalErrors")
            return refusal("InternalError.CRInternalError", action)
        try:
            return act()
        except GatewayError as error:
            return error

    def _is_within_rate(self, app: App, action: Action) -> bool:
        now, seen = self._scheduler.now, app.requests[action]
        while seen and seen[0] <= now - WINDOW_SECONDS:
            seen.popleft()
        seen.append(now)
        app.most_a_second = max(app.most_a_second, len(seen))
        if len(seen) > app.requests_per_second:
            self.breaches.append(f"rate: {len(seen)} {action} of application {app.index} within a second at {now:.3f}")
            return False
        return True

    def _create(self, app: App, case: Case, robot: str, log: CreateLog) -> Task:
        action: Action = "CreateCloudRecording"
        if self._random.random() < app.faults.quota_refusals:
            self._tally.add("quota refusals out of the blue")
            raise refusal("FailedOperation.RestrictedConcurrency", action)
        twins = [task for task in case.tasks if task.robot == robot and task.bills and task.leaving is None]
        if twins:
            self._tally.add("creates under a name in use")
            self._tally.add(f"creates under a name in use, and the vendor {app.robot_mode}")
        if twins and app.robot_mode == "refuses":
            raise refusal("FailedOperation.TaskExist", action)
        displaced = twins if app.robot_mode == "evicts" else []
        if len(app.live) - len(displaced) >= app.task_limit:
            self._note_full(app, case)
            raise refusal("FailedOperation.RestrictedConcurrency", action)
        for twin in displaced:
            self._lives.leave(twin, DISPLACED)
        now = self._scheduler.now
        expires_at = now + case.plan.parameters["resource_expired_hour"] * 3600.0
        task = Task(f"task-{next(self._number)}", app, case, robot, now, expires_at)
        log.task_id = task.task_id
        task.case.tasks.append(task)
        self._tasks[task.task_id] = app.live[task.task_id] = task
        app.most_live = max(app.most_live, len(app.live))
        self._lives.begin(task)
        self._tally.add("tasks made")
        if self._random.random() < app.faults.lies:
            self._tally.add("InternalErrors of calls that acted")
            raise refusal("InternalError.CRInternalError", action)
        return task

    def _note_full(self, app: App, case: Case) -> None:
        # Tasks of which nobody of ours can know hold places that we do not count. A young one is no such: until its
        # create is given up, it counts.
        young = self._scheduler.now - YOUNG_SECONDS
        hidden = sum(task.told_at is None and task.created_at < young for task in app.live.values())
        if hidden:
            self._tally.add("quota refusals for tasks that nobody could know")
        else:
            self.breaches.append(
                f"quota: a create beyond {app.task_limit} live tasks of application {app.index} "
                f"at {self._scheduler.now:.3f}"
            )

    def _audit_expiry(self, task: Task) -> None:
        left_at = self._scheduler.now if task.left_at is None else task.left_at
        if left_at < task.expires_at:
            return
        if task.told_at is None or task.told_at >= task.expires_at:
            self._tally.add("tasks that nobody could know, alive at their expiry")
        else:
            self.breaches.append(
                f"outlived: {task.task_id} of application {task.app.index} still recorded at its expiry"
            )

    def _find(self, app: App, task_id: str, action: Action) -> Task:
        task = self._tasks.get(task_id)
        if task is None or task.app is not app or not task.is_known_at(self._scheduler.now):
            raise refusal("ResourceNotFound.TaskNotFound", action)
        return task

    def _describe(self, app: App, task_id: str) -> Description:
        task = self._find(app, task_id, "DescribeCloudRecording")
        status = "exited"
        if task.leaving is None and task.bills:
            status = "in_progress" if task.is_flowing else "idle"
        begun = (
            DescribedFile(user_id=file.user_id, file_name=file.name, track_type=file.track, begin_timestamp_ms=None)
            for file in task.files
            if file.stage != "open"
        )
        return Description(status=status, files=tuple(begun), request_id="request")

    def _modify(self, app: App, task_id: str) -> Modified:
        task = self._find(app, task_id, "ModifyCloudRecording")
        if task.leaving is not None or not task.bills:
            raise refusal("ResourceNotFound.TaskNotFound", "ModifyCloudRecording")
        self._tally.add("layouts changed")
        return Modified(request_id="request")

    def _delete(self, app: App, task_id: str) -> Deleted:
        task = self._find(app, task_id, "DeleteCloudRecording")
        task.deletes += 1
        self._lives.leave(task, STOPPED)
        return Deleted(request_id="request")
