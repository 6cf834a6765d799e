"""Applications and their knobs, in the control API."""

from aiohttp import web

from sandbox import faults
from sandbox.apps import App, BadApp
from sandbox.cloud import Cloud
from sandbox.control.answers import bad_request, find_app, read_number, read_object
from sandbox.families import FAMILIES
from sandbox.faults import BadFault

APP = "/control/apps/{sdk_app_id}"


class AppsApi:
    """Handlers for settings and faults."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/control/apps", self.list_apps),
            web.get(APP, self.get_app),
            web.put(APP, self.put_app),
            web.get(APP + "/faults", self.get_faults),
            web.put(APP + "/faults", self.put_faults),
            web.post(APP + "/faults", self.add_faults),
            web.delete(APP + "/faults", self.delete_faults),
            web.get("/control/faults", self.list_fault_kinds),
        ]

    async def list_apps(self, _request: web.Request) -> web.Response:
        return web.json_response({"apps": [app.settings.public() for app in self._cloud.apps]})

    async def get_app(self, request: web.Request) -> web.Response:
        return web.json_response(find_app(self._cloud, request).settings.public())

    async def put_app(self, request: web.Request) -> web.Response:
        sdk_app_id = read_number(request.match_info["sdk_app_id"], "sdk_app_id")
        try:
            app = self._cloud.apps.put(sdk_app_id, await read_object(request))
        except BadApp as error:
            raise bad_request(str(error)) from error
        return web.json_response(app.settings.public())

    async def list_fault_kinds(self, _request: web.Request) -> web.Response:
        variants = {family.name: list(family.drifts) for family in FAMILIES.values()}
        return web.json_response({"kinds": faults.KINDS, "variants": variants})

    async def get_faults(self, request: web.Request) -> web.Response:
        return _faults_of(find_app(self._cloud, request))

    async def put_faults(self, request: web.Request) -> web.Response:
        app = find_app(self._cloud, request)
        app.faults.faults = await _read_faults(request)
        return _faults_of(app)

    async def add_faults(self, request: web.Request) -> web.Response:
        app = find_app(self._cloud, request)
        app.faults.faults += await _read_faults(request)
        return _faults_of(app)

    async def delete_faults(self, request: web.Request) -> web.Response:
        app = find_app(self._cloud, request)
        app.faults.faults = []
        return _faults_of(app)


def _faults_of(app: App) -> web.Response:
    return web.json_response({"faults": [fault.public() for fault in app.faults.faults]})


async def _read_faults(request: web.Request) -> list[faults.Fault]:
    try:
        return faults.read_faults(await read_object(request))
    except BadFault as error:
        raise bad_request(str(error)) from error
