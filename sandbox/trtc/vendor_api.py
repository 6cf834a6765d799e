"""POST /: the vendor's API endpoint, with the faults that its answers may suffer.

TRTC's and VOD's have hosts of their own; here one address answers for both, by the action.

Source: https://www.tencentcloud.com/document/product/647/34263 (requests), 34266 (answers)
"""

import asyncio
import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from sandbox import signature
from sandbox.apps import App
from sandbox.cloud import Cloud
from sandbox.errors import VendorError, invalid, missing, mistyped
from sandbox.faults import OF_CALLS, Fault
from sandbox.ledger import redact
from sandbox.trtc.actions import ACTIONS, Action
from sandbox.trtc.media import describe_media


@dataclass(frozen=True)
class Service:
    """One product's API: its actions, each with the regions that know it; none where a region is not needed."""

    name: str
    version: str
    actions: Mapping[str, tuple[Action, frozenset[str]]]


TRTC = Service("trtc", "2019-07-22", ACTIONS)
VOD = Service("vod", "2018-07-17", {"DescribeMediaInfos": (describe_media, frozenset())})
SERVICES = {action: service for service in (TRTC, VOD) for action in service.actions}

HTML = "<html>\r\n<head><title>{0}</title></head>\r\n<body>\r\n<center><h1>{0}</h1></center>\r\n</body>\r\n</html>\r\n"
REASONS = {500: "500 Internal Server Error", 502: "502 Bad Gateway", 503: "503 Service Temporarily Unavailable"}


@dataclass
class Call:
    """One request on its way through; fields fill up as far as it gets."""

    action: str = ""
    region: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    app: App | None = None
    fault: Fault | None = None
    answer: dict[str, Any] = field(default_factory=dict)
    is_done: bool = False  # the action was carried out
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def code(self) -> str | None:
        """The error code of the answer; None for success."""
        error = self.answer.get("Error")
        return str(error["Code"]) if error else None


class VendorApi:
    """Answers API calls and writes each into the ledger."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    async def handle(self, request: web.Request) -> web.Response:
        """Take one signed call. Errors are HTTP 200 with Response.Error; only faults are anything else."""
        started, body, call = time.monotonic(), await request.read(), Call()
        path, _, query = request.raw_path.partition("?")
        signed = signature.SignedRequest(path=path, query=query, headers=request.headers, body=body)
        try:
            self._open(call, signed)
            self._perform(call)
        except VendorError as error:
            call.answer = {"Error": {"Code": error.code, "Message": error.message}}
        if call.fault and call.fault.kind == "fail":
            options = call.fault.options
            call.answer = {"Error": {"Code": options["code"], "Message": options["message"]}}
        self._record(call, started)
        return await self._respond(call, request)

    def _open(self, call: Call, signed: signature.SignedRequest) -> None:
        """Check everything that is the same for all actions.

        Raises:
            VendorError: In the vendor's order: action, version, signature, region, body, application, rate.
        """
        for name in ("X-TC-Action", "X-TC-Version", "X-TC-Timestamp"):
            if not signed.headers.get(name):
                raise missing(name)
        call.action = signed.headers["X-TC-Action"]
        call.region = signed.headers.get("X-TC-Region", "")
        service = SERVICES.get(call.action)
        if service is None:
            raise VendorError("InvalidAction", "The request action is invalid.")
        if signed.headers["X-TC-Version"] != service.version:
            raise VendorError("NoSuchVersion", "The request version does not exist.")
        secret_id = signature.secret_id_of(signed)
        owned = [app for app in self._cloud.apps if app.settings.secret_id == secret_id]
        keys = dict.fromkeys(app.settings.secret_key for app in owned)
        signature.verify(signed, service=service.name, secret_keys=keys)
        _check_region(call.region, service.actions[call.action][1])
        call.params = _parse(signed.body)
        # VOD knows accounts alone: the first application of one stands for them all.
        call.app = owned[0] if service is VOD else self._find_app(call.params, secret_id)
        call.app.count_call(call.action)

    def _find_app(self, params: dict[str, Any], secret_id: str) -> App:
        sdk_app_id = params.get("SdkAppId")
        if sdk_app_id is None:
            raise missing("SdkAppId")
        if not isinstance(sdk_app_id, int) or isinstance(sdk_app_id, bool):
            raise mistyped("SdkAppId", "an unsigned integer")
        app = self._cloud.apps.get(sdk_app_id)
        if app is None or app.settings.secret_id != secret_id:
            raise invalid("SdkAppId", "it does not belong to this account", field="SdkAppId")
        return app

    def _perform(self, call: Call) -> None:
        if call.app is None:
            return
        call.fault = call.app.faults.take(*OF_CALLS, action=call.action, task_id=call.params.get("TaskId"))
        if call.fault and not call.fault.options["act"]:
            return
        act, _ = SERVICES[call.action].actions[call.action]
        call.answer = act(self._cloud, call.app, call.params, call.region)
        call.is_done = True

    def _record(self, call: Call, started: float) -> None:
        self._cloud.ledger.append(
            "api",
            action=call.action,
            sdk_app_id=call.app.settings.sdk_app_id if call.app else call.params.get("SdkAppId"),
            region=call.region,
            task_id=call.answer.get("TaskId") or call.params.get("TaskId"),
            code=call.code,
            message=(call.answer.get("Error") or {}).get("Message"),
            request_id=call.request_id,
            is_done=call.is_done,
            fault=call.fault.kind if call.fault else None,
            params=redact(call.params),
            ms=round((time.monotonic() - started) * 1000, 3),
        )

    async def _respond(self, call: Call, request: web.Request) -> web.Response:
        body = json.dumps({"Response": {**call.answer, "RequestId": call.request_id}}, ensure_ascii=False)
        fault = call.fault
        kind, options = (fault.kind, fault.options) if fault else ("", {})
        if kind == "hang":
            await asyncio.sleep(options["seconds"])
        elif kind == "lose_answer":
            if request.transport:
                request.transport.abort()
        elif kind == "http_status":
            status = int(options["status"])
            return web.Response(status=status, text=HTML.format(REASONS.get(status, status)), content_type="text/html")
        elif kind == "garbage" and options["body"] == "html":
            return web.Response(text=HTML.format("Welcome"), content_type="text/html")
        elif kind == "garbage":
            body = body[: len(body) // 2] if options["body"] == "truncated" else ""
        # The vendor's SDK looks for errors only under this exact type, without a charset.
        return web.Response(body=body.encode(), headers={"Content-Type": "application/json"})


def _check_region(region: str, known: frozenset[str]) -> None:
    if not known:
        return
    if not region:
        raise missing("X-TC-Region")
    if region not in known:
        raise VendorError("UnsupportedRegion", f"The action does not support the region `{region}`.")


def _parse(body: bytes) -> dict[str, Any]:
    try:
        params = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise VendorError("InvalidParameter", "The request body is not valid JSON.") from error
    if not isinstance(params, dict):
        raise VendorError("InvalidParameter", "The request body is not a JSON object.")
    return params
