"""The web application: the vendor's endpoint at /, the control API under /control."""

from aiohttp import web

from sandbox.cloud import Cloud
from sandbox.control import make_routes
from sandbox.trtc.vendor_api import VendorApi

LARGEST_REQUEST_BYTES = 10 * 1024 * 1024


def make_app(cloud: Cloud) -> web.Application:
    """Return the application; it opens and closes the cloud with itself."""
    app = web.Application(client_max_size=LARGEST_REQUEST_BYTES)
    app.router.add_post("/", VendorApi(cloud).handle)
    app.router.add_routes(make_routes(cloud))

    async def open_cloud(_app: web.Application) -> None:
        await cloud.open()

    async def close_cloud(_app: web.Application) -> None:
        await cloud.close()

    app.on_startup.append(open_cloud)
    app.on_cleanup.append(close_cloud)
    return app
