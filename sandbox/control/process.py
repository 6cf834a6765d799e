"""The control API's view of the process: health, speed, and the ledger."""

from aiohttp import web

from sandbox.clock import FASTEST
from sandbox.cloud import Cloud
from sandbox.control.answers import bad_request, read_number, read_object


class ProcessApi:
    """Handlers that concern no application in particular."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/control/health", self.health),
            web.put("/control/clock", self.set_clock),
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
        body = await read_object(request)
        speed = body.get("speed")
        if not isinstance(speed, int | float) or isinstance(speed, bool) or not 0 < speed <= FASTEST:
            raise bad_request(f"speed is a number above 0, at most {FASTEST}")
        self._cloud.clock.speed = float(speed)
        return web.json_response({"speed": self._cloud.clock.speed})

    async def get_ledger(self, request: web.Request) -> web.Response:
        entries = self._cloud.ledger.after(read_number(request.query.get("after", "0"), "after"))
        return web.json_response(
            {
                "entries": entries,
                "last": self._cloud.ledger.last,
                "pending_callbacks": self._cloud.courier.pending,
            }
        )
