"""TRTC's rooms and the people in them, in the control API."""

from typing import Any

from aiohttp import web

from sandbox.cloud import LEAVE_ROOM_DISSOLVED, Cloud
from sandbox.control.answers import bad_request, find_app, not_found, read_leave_code, read_object
from sandbox.trtc.rooms import ROOM_TYPES, Publisher, RoomKey

ROOM = "/control/rooms/{sdk_app_id}/{room_type}/{room_id}"
PUBLISHER_FLAGS = ("audio", "video", "aux", "aux_audio")


class RoomsApi:
    """Handlers that move people."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/control/rooms", self.list_rooms),
            web.get(ROOM, self.get_room),
            web.delete(ROOM, self.dissolve_room),
            web.put(ROOM + "/publishers/{user_id}", self.put_publisher),
            web.delete(ROOM + "/publishers/{user_id}", self.delete_publisher),
        ]

    async def list_rooms(self, _request: web.Request) -> web.Response:
        keys = {*self._cloud.rooms, *(task.room for task in self._cloud.tasks if task.is_stoppable)}
        return web.json_response({"rooms": [self._room(key) for key in sorted(keys, key=str)]})

    async def get_room(self, request: web.Request) -> web.Response:
        return web.json_response(self._room(self._room_key(request)))

    async def dissolve_room(self, request: web.Request) -> web.Response:
        room = self._room_key(request)
        leave_code = read_leave_code(request.query.get("leave_code", str(LEAVE_ROOM_DISSOLVED)))
        self._write("room_dissolved", room, leave_code=leave_code)
        return web.json_response({"left": self._cloud.dissolve(room, leave_code=leave_code)})

    async def put_publisher(self, request: web.Request) -> web.Response:
        room, user_id = self._room_key(request), request.match_info["user_id"]
        flags = await read_object(request, is_optional=True)
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

    def _room_key(self, request: web.Request) -> RoomKey:
        find_app(self._cloud, request)
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
