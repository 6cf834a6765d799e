"""Middleware of the project's own."""

import os
import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.urls import resolve

from recordings.log_context import log_with

GetResponse = Callable[[HttpRequest], HttpResponseBase]

# A caller's own id, if nothing in it could be mistaken for anything else in a log.
_REQUEST_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
# For machines: sessions, languages, messages and CSRF are nothing to them, and a probe may name any host.
_FOR_MACHINES = ("/callbacks/", "/healthz", "/readyz", "/metrics")


class RequestIds:
    """Gives each request an id, the caller's or a new one; its answer and every line logged for it carry it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        told = request.META.get("HTTP_X_REQUEST_ID", "")
        request_id = told if _REQUEST_ID.fullmatch(told) else os.urandom(10).hex()
        request.request_id = request_id  # type: ignore[attr-defined]  # for what Django logs after the middleware
        with log_with(request_id=request_id):
            answer = self.get_response(request)
        answer["X-Request-ID"] = request_id
        return answer


class CallbacksFirst:
    """Hands what machines ask to its view past all that is meant for browsers; vendors' callbacks above all.

    Only RequestIds may come before it. Errors still become answers, because Django wraps each middleware for that.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(_FOR_MACHINES):
            return self.get_response(request)
        view, arguments, keywords = resolve(request.path_info)
        answer: HttpResponseBase = view(request, *arguments, **keywords)
        return answer
