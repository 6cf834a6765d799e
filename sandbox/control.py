"""The control API: move people, set knobs, read what happened. JSON, without authentication."""

import json
from typing import Any

from aiohttp import web

from sandbox import faults
from sandbox.apps import App, BadApp
from sandbox.cloud import LEAVE_ROOM_DISSOLVED, Cloud
from sandbox.faults import BadFault
from sandbox.rooms import ROOM_TYPES, Publisher, RoomKey
from sandbox.tasks import Task

FASTEST = 100_000
ROOM = "/control/rooms/{sdk_app_id}/{room_type}/{room_id}"
LEAVE_CODES = (0, 1, 2, 3, 4, 99, 100, 101)
PUBLISHER_FLAGS = ("audio", "video", "aux", "aux_audio")


class ControlApi:
    """Handlers; every answer is a JSON object, errors are {"error": "..."}."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/control/health", self.health),
            web.put("/control/clock", self.set_clock),
            web.get("/control/apps", self.list_apps),
            web.get("/control/apps/{sdk_app_id}", self.get_app),
            web.put("/control/apps/{sdk_app_id}", self.put_app),
            web.get("/control/apps/{sdk_app_id}/faults", self.get_faults),
            web.put("/control/apps/{sdk_app_id}/faults", self.put_faults),
            web.post("/control/apps/{sdk_app_id}/faults", self.add_faults),
            web.delete("/control/apps/{sdk_app_id}/faults", self.delete_faults),
            web.get("/control/faults", self.list_fault_kinds),
            web.get("/control/rooms", self.list_rooms),
            web.get(ROOM, self.get_room),
            web.delete(ROOM, self.dissolve_room),
            web.put(ROOM + "/publishers/{user_id}", self.put_publisher),
            web.delete(ROOM + "/publishers/{user_id}", self.delete_publisher),
            web.get("/control/tasks", self.list_tasks),
            web.get("/control/tasks/{task_id}", self.get_task),
            web.post("/control/tasks/{task_id}/exit", self.exit_task),
            web.post("/control/tasks/{task_id}/failover", self.fail_over_task),
            web.get("/control/ledger", self.get_ledger),
        ]

    async def health(self, _request: web.Request) -> web.Response:
        return web.json_response(
            {
                "ok": True,
                "speed": self._cloud.clock.speed,
                "vendor_seconds": self._cloud.clock.now(),
                "apps": [app.settings.sdk_app_id for app in self._cloud.apps],
                "ledger": self._cloud.ledger.last,
                "pending_callbacks": self._cloud.courier.pending,
            }
        )

    async def set_clock(self, request: web.Request) -> web.Response:
        body = await _read_object(request)
        speed = body.get("speed")
        if not isinstance(speed, int | float) or isinstance(speed, bool) or not 0 < speed <= FASTEST:
            raise bad_request(f"speed is a number above 0, at most {FASTEST}")
        self._cloud.clock.speed = float(speed)
        return web.json_response({"speed": self._cloud.clock.speed})

    async def list_apps(self, _request: web.Request) -> web.Response:
        return web.json_response({"apps": [app.settings.public() for app in self._cloud.apps]})

    async def get_app(self, request: web.Request) -> web.Response:
        return web.json_response(self._app(request).settings.public())

    async def put_app(self, request: web.Request) -> web.Response:
        sdk_app_id = _number(request.match_info["sdk_app_id"], "sdk_app_id")
        try:
            app = self._cloud.apps.put(sdk_app_id, await _read_object(request))
        except BadApp as error:
            raise bad_request(str(error)) from error
        return web.json_response(app.settings.public())

    async def list_fault_kinds(self, _request: web.Request) -> web.Response:
        return web.json_response({"kinds": faults.KINDS, "variants": faults.DRIFTS})

    async def get_faults(self, request: web.Request) -> web.Response:
        return _faults_of(self._app(request))

    async def put_faults(self, request: web.Request) -> web.Response:
        app = self._app(request)
        app.faults.faults = await _read_faults(request)
        return _faults_of(app)

    async def add_faults(self, request: web.Request) -> web.Response:
        app = self._app(request)
        app.faults.faults += await _read_faults(request)
        return _faults_of(app)

    async def delete_faults(self, request: web.Request) -> web.Response:
        app = self._app(request)
        app.faults.faults = []
        return _faults_of(app)

    async def list_rooms(self, _request: web.Request) -> web.Response:
        keys = {*self._cloud.rooms, *(task.room for task in self._cloud.tasks if task.is_stoppable)}
        return web.json_response({"rooms": [self._room(key) for key in sorted(keys, key=str)]})

    async def get_room(self, request: web.Request) -> web.Response:
        return web.json_response(self._room(self._room_key(request)))

    async def dissolve_room(self, request: web.Request) -> web.Response:
        room = self._room_key(request)
        leave_code = _leave_code(request.query.get("leave_code", str(LEAVE_ROOM_DISSOLVED)))
        self._write("room_dissolved", room, leave_code=leave_code)
        return web.json_response({"left": self._cloud.dissolve(room, leave_code=leave_code)})

    async def put_publisher(self, request: web.Request) -> web.Response:
        room, user_id = self._room_key(request), request.match_info["user_id"]
        flags = await _read_object(request) if request.can_read_body else {}
        if not set(flags) <= set(PUBLISHER_FLAGS) or not all(isinstance(flag, bool) for flag in flags.values()):
            raise bad_request(f"the body holds booleans: {', '.join(PUBLISHER_FLAGS)}")
        self._cloud.publish(room, Publisher(user_id, **flags))
        self._write("published", room, user_id=user_id, **flags)
        return web.json_response(self._room(room))

    async def delete_publisher(self, request: web.Request) -> web.Response:
        room, user_id = self._room_key(request), request.match_info["user_id"]
        if not self._cloud.unpublish(room, user_id):
            raise not_found("nobody of that name publishes there")
        self._write("unpublished", room, user_id=user_id)
        return web.json_response(self._room(room))

    async def list_tasks(self, request: web.Request) -> web.Response:
        wanted = request.query.get("sdk_app_id")
        sdk_app_id = _number(wanted, "sdk_app_id") if wanted else None
        found = [task for task in self._cloud.tasks if sdk_app_id in (None, task.room.sdk_app_id)]
        return web.json_response({"tasks": [task.public() for task in found]})

    async def get_task(self, request: web.Request) -> web.Response:
        return web.json_response(self._task(request).public())

    async def exit_task(self, request: web.Request) -> web.Response:
        task = self._task(request)
        body = await _read_object(request) if request.can_read_body else {}
        if not task.exit(_leave_code(str(body.get("leave_code", 1)))):
            raise conflict("the task is leaving or has ended")
        return web.json_response(task.public())

    async def fail_over_task(self, request: web.Request) -> web.Response:
        task = self._task(request)
        if not task.is_stoppable:
            raise conflict("the task is leaving or has ended")
        task.failover_asked = True
        task.changed.set()
        return web.json_response(task.public())

    async def get_ledger(self, request: web.Request) -> web.Response:
        entries = self._cloud.ledger.after(_number(request.query.get("after", "0"), "after"))
        return web.json_response(
            {
                "entries": entries,
                "last": self._cloud.ledger.last,
                "pending_callbacks": self._cloud.courier.pending,
            }
        )

    def _app(self, request: web.Request) -> App:
        app = self._cloud.apps.get(_number(request.match_info["sdk_app_id"], "sdk_app_id"))
        if app is None:
            raise not_found("no such app")
        return app

    def _task(self, request: web.Request) -> Task:
        task = self._cloud.tasks.get(request.match_info["task_id"])
        if task is None:
            raise not_found("no such task")
        return task

    def _room_key(self, request: web.Request) -> RoomKey:
        self._app(request)
        info = request.match_info
        if info["room_type"] not in ROOM_TYPES:
            raise bad_request(f"the room type is one of {', '.join(ROOM_TYPES)}")
        return RoomKey(int(info["sdk_app_id"]), info["room_type"], info["room_id"])

    def _room(self, room: RoomKey) -> dict[str, Any]:
        return {
            "sdk_app_id": room.sdk_app_id,
            "room_id_type": room.room_type,
            "room_id": room.room_id,
            "publishers": [
                {"user_id": one.user_id, **{flag: getattr(one, flag) for flag in PUBLISHER_FLAGS}}
                for one in self._cloud.rooms.publishers(room)
            ],
            "robots": [{"user_id": task.user_id, "task_id": task.task_id} for task in self._cloud.tasks.in_room(room)],
        }

    def _write(self, what: str, room: RoomKey, **values: Any) -> None:
        self._cloud.ledger.append(
            "room", what=what, sdk_app_id=room.sdk_app_id, room_id_type=room.room_type, room_id=room.room_id, **values
        )


def bad_request(why: str) -> web.HTTPException:
    return web.HTTPBadRequest(text=json.dumps({"error": why}), content_type="application/json")


def not_found(why: str) -> web.HTTPException:
    return web.HTTPNotFound(text=json.dumps({"error": why}), content_type="application/json")


def conflict(why: str) -> web.HTTPException:
    return web.HTTPConflict(text=json.dumps({"error": why}), content_type="application/json")


def _faults_of(app: App) -> web.Response:
    return web.json_response({"faults": [fault.public() for fault in app.faults.faults]})


async def _read_faults(request: web.Request) -> list[faults.Fault]:
    try:
        return faults.read_faults(await _read_object(request))
    except BadFault as error:
        raise bad_request(str(error)) from error


async def _read_object(request: web.Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except ValueError as error:
        raise bad_request("the body is not JSON") from error
    if not isinstance(body, dict):
        raise bad_request("the body is a JSON object")
    return body


def _number(text: str, name: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise bad_request(f"{name} is a whole number")
    return int(text)


def _leave_code(text: str) -> int:
    if text not in map(str, LEAVE_CODES):
        raise bad_request(f"leave_code is one of {', '.join(map(str, LEAVE_CODES))}")
    return int(text)
