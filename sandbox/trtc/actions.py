"""The four actions: check, act, answer.

Source: https://trtc.io/document/46960 (Create), 46958 (Describe), 46957 (Modify), 46959 (Delete)
"""

from collections.abc import Callable
from typing import Any

from sandbox.apps import App
from sandbox.cloud import LEAVE_SAME_USER_ENTERED, Cloud
from sandbox.errors import VendorError, invalid, not_found
from sandbox.trtc import names, rules, schema, shapes, user_sig
from sandbox.trtc.rooms import ROOM_TYPES, RoomKey
from sandbox.trtc.tasks import Task

Params = dict[str, Any]
Answer = dict[str, Any]

LEAVE_DELETED = 0
MAIN_SITE = ("ap-beijing", "ap-guangzhou", "ap-shanghai", "ap-singapore")
CREATE_REGIONS = frozenset(MAIN_SITE)
LATER_REGIONS = frozenset({*MAIN_SITE, "ap-mumbai"})


def create(cloud: Cloud, app: App, params: Params, region: str) -> Answer:
    """Start a recording; the robot enters a moment later.

    Raises:
        VendorError: Anything wrong with the request, TaskExist, RestrictedConcurrency.
    """
    schema.check(shapes.CREATE, params)
    rules.check_create(params)
    _check_user_sig(app, params)
    room_type = ROOM_TYPES[0 if rules.is_string_room(params) else 1]
    room = RoomKey(app.settings.sdk_app_id, room_type, params["RoomId"])
    twins = [task for task in cloud.tasks.in_room(room) if task.user_id == params["UserId"] and task.is_stoppable]
    if twins and app.settings.repeat_robot == "refuse":
        raise VendorError("FailedOperation.TaskExist", "A task with this UserId is running in the room.")
    leaving = twins if app.settings.repeat_robot == "evict" else []
    if len(cloud.tasks.running(app.settings.sdk_app_id)) - len(leaving) >= app.settings.max_tasks:
        raise VendorError(
            "FailedOperation.RestrictedConcurrency",
            f"The number of running tasks has reached the limit of {app.settings.max_tasks}.",
        )
    for twin in leaving:
        twin.exit(LEAVE_SAME_USER_ENTERED)
    task = Task(
        names.new_task_id(),
        room,
        params,
        region,
        created_at=cloud.clock.now(),
        layout=params.get("MixLayoutParams"),
        lists=params["RecordParams"].get("SubscribeStreamUserIds") or {},
    )
    cloud.start(app, task)
    return {"TaskId": task.task_id}


def _check_user_sig(app: App, params: Params) -> None:
    if not app.settings.checks_user_sig:
        return
    problem = user_sig.find_problem(
        params["UserSig"],
        user_id=params["UserId"],
        sdk_app_id=app.settings.sdk_app_id,
        key=app.settings.sdk_secret_key,
    )
    if problem:
        raise invalid("UserSig", problem, field="UserSig")


def describe(cloud: Cloud, app: App, params: Params, _region: str) -> Answer:
    """Answer Idle, InProgress or Exited, and the index files that exist so far (VOD: none)."""
    schema.check(shapes.DESCRIBE, params)
    task = _find(cloud, app, params)
    status = "Exited"
    if task.is_stoppable:
        status = "InProgress" if task.is_flowing else "Idle"
    return {
        "TaskId": task.task_id,
        "Status": status,
        "StorageFileList": [
            {
                "UserId": file.user_id,
                "FileName": file.name,
                "TrackType": file.track,
                "BeginTimeStamp": file.begin_ms,
            }
            for file in task.files
            if file.stage != "open"
        ],
        "RecorderKey": None,
    }


def modify(cloud: Cloud, app: App, params: Params, _region: str) -> Answer:
    """Overwrite layout and subscription; what is left out falls back to its default."""
    schema.check(shapes.MODIFY, params)
    task = _find(cloud, app, params)
    if not task.is_stoppable:
        raise not_found(task.task_id)
    layout = params.get("MixLayoutParams")
    if layout and not task.is_mixed:
        raise invalid("MixLayoutParams", "it needs a mixed recording")
    rules.check_layout(layout or {}, canvas=rules.canvas_of(task.params))
    rules.check_subscription(params.get("SubscribeStreamUserIds") or {})
    task.layout = layout
    task.lists = params.get("SubscribeStreamUserIds") or {}
    task.changed.set()
    return {"TaskId": task.task_id}


def delete(cloud: Cloud, app: App, params: Params, _region: str) -> Answer:
    """Accept a stop; the robot leaves a moment later and files follow."""
    schema.check(shapes.DELETE, params)
    task = _find(cloud, app, params)
    task.exit(LEAVE_DELETED)
    return {"TaskId": task.task_id}


def _find(cloud: Cloud, app: App, params: Params) -> Task:
    return cloud.tasks.controllable(params["TaskId"], sdk_app_id=app.settings.sdk_app_id, now=cloud.clock.now())


Action = Callable[[Cloud, App, Params, str], Answer]

# action: what does it, and the regions that know it.
ACTIONS: dict[str, tuple[Action, frozenset[str]]] = {
    "CreateCloudRecording": (create, CREATE_REGIONS),
    "DescribeCloudRecording": (describe, LATER_REGIONS),
    "ModifyCloudRecording": (modify, LATER_REGIONS),
    "DeleteCloudRecording": (delete, LATER_REGIONS),
}
