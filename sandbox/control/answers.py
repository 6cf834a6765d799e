"""What every handler of the control API reads and answers with. Errors are {"error": "..."}."""

import json
from typing import Any

from aiohttp import web

from sandbox.apps import App
from sandbox.cloud import Cloud

LEAVE_CODES = (0, 1, 2, 3, 4, 99, 100, 101)


def bad_request(why: str) -> web.HTTPException:
    return web.HTTPBadRequest(text=json.dumps({"error": why}), content_type="application/json")


def not_found(why: str) -> web.HTTPException:
    return web.HTTPNotFound(text=json.dumps({"error": why}), content_type="application/json")


def conflict(why: str) -> web.HTTPException:
    return web.HTTPConflict(text=json.dumps({"error": why}), content_type="application/json")


async def read_object(request: web.Request, *, is_optional: bool = False) -> dict[str, Any]:
    """Return the JSON object that the request carries; an optional one may be missing."""
    if is_optional and not request.can_read_body:
        return {}
    try:
        body = await request.json()
    except ValueError as error:
        raise bad_request("the body is not JSON") from error
    if not isinstance(body, dict):
        raise bad_request("the body is a JSON object")
    return body


def read_number(text: str, name: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise bad_request(f"{name} is a whole number")
    return int(text)


def find_app(cloud: Cloud, request: web.Request) -> App:
    """Return the application that the address names."""
    app = cloud.apps.get(read_number(request.match_info["sdk_app_id"], "sdk_app_id"))
    if app is None:
        raise not_found("no such app")
    return app


def read_leave_code(text: str) -> int:
    if text not in map(str, LEAVE_CODES):
        raise bad_request(f"leave_code is one of {', '.join(map(str, LEAVE_CODES))}")
    return int(text)
