"""Recordings of TIW, GME and CSS, and events written by hand, in the control API."""

from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web

from sandbox.cloud import Cloud
from sandbox.control.answers import bad_request, conflict, find_app, not_found, read_object
from sandbox.css.life import CssLife
from sandbox.families import FAMILIES
from sandbox.family import Message
from sandbox.gme.life import GmeLife
from sandbox.life import Life, NotNow, Surroundings
from sandbox.options import BadOptions
from sandbox.tiw.life import TiwLife

LIVES: Mapping[str, Callable[[Mapping[str, Any], Surroundings], Life]] = {
    life.family: life for life in (TiwLife, GmeLife, CssLife)
}
RECORDINGS = f"/control/{{family:{'|'.join(LIVES)}}}/{{sdk_app_id}}/recordings"
EVENTS = f"/control/{{family:{'|'.join(FAMILIES)}}}/{{sdk_app_id}}/events"


class RecordingsApi:
    """Handlers that begin recordings, ask things of them, and send any body."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get(RECORDINGS, self.list_recordings),
            web.post(RECORDINGS, self.begin_recording),
            web.get(RECORDINGS + "/{task_id}", self.get_recording),
            web.post(RECORDINGS + "/{task_id}/{action}", self.act),
            web.post(EVENTS, self.send_event),
        ]

    async def list_recordings(self, request: web.Request) -> web.Response:
        app, family = find_app(self._cloud, request), request.match_info["family"]
        found = self._cloud.lives.of(family, app.settings.sdk_app_id)
        return web.json_response({"recordings": [life.public() for life in found]})

    async def begin_recording(self, request: web.Request) -> web.Response:
        app, family = find_app(self._cloud, request), request.match_info["family"]
        try:
            life = LIVES[family](await read_object(request), self._cloud.surround(app, family))
        except BadOptions as error:
            raise bad_request(str(error)) from error
        self._cloud.begin(life)
        return web.json_response(life.public())

    async def get_recording(self, request: web.Request) -> web.Response:
        return web.json_response(self._life(request).public())

    async def act(self, request: web.Request) -> web.Response:
        life, name = self._life(request), request.match_info["action"]
        if name not in life.actions:
            raise not_found(f"a recording of this family can be asked to {', '.join(life.actions)}")
        try:
            life.actions[name](await read_object(request, is_optional=True))
        except BadOptions as error:
            raise bad_request(str(error)) from error
        except NotNow as error:
            raise conflict(str(error)) from error
        return web.json_response(life.public())

    async def send_event(self, request: web.Request) -> web.Response:
        app, family = find_app(self._cloud, request), FAMILIES[request.match_info["family"]]
        body = (await read_object(request)).get("body")
        if not isinstance(body, dict):
            raise bad_request('the body is {"body": {...}}')
        event_type, task_id = family.identify(body)
        message = Message(family=family.name, event_type=event_type, task_id=task_id, body=body, is_given=True)
        self._cloud.tell(app.settings.sdk_app_id, message, payload=body)
        return web.json_response({"family": family.name, "event_type": event_type, "task_id": task_id})

    def _life(self, request: web.Request) -> Life:
        app, info = find_app(self._cloud, request), request.match_info
        life = self._cloud.lives.get(info["family"], app.settings.sdk_app_id, info["task_id"])
        if life is None:
            raise not_found("no such recording")
        return life
