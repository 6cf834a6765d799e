"""Middleware of the project's own."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.urls import resolve

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class CallbacksFirst:
    """Hands vendors' callbacks to their view past all that is meant for browsers: sessions, languages, messages, CSRF.

    It has to be the first middleware. Errors still become answers, because Django wraps each middleware for that.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith("/callbacks/"):
            return self.get_response(request)
        view, arguments, keywords = resolve(request.path_info)
        answer: HttpResponseBase = view(request, *arguments, **keywords)
        return answer
