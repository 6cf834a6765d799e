"""The control API: move people, play recordings, set knobs, read what happened. JSON, without authentication."""

from aiohttp import web

from sandbox.cloud import Cloud
from sandbox.control.apps import AppsApi
from sandbox.control.process import ProcessApi
from sandbox.control.recordings import RecordingsApi
from sandbox.control.rooms import RoomsApi
from sandbox.control.tasks import TasksApi


def make_routes(cloud: Cloud) -> list[web.RouteDef]:
    """Return every route under /control."""
    parts = (ProcessApi, AppsApi, RoomsApi, TasksApi, RecordingsApi)
    return [route for part in parts for route in part(cloud).routes()]
