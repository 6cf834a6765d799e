"""Prove that a callback address and its key fit together."""

import os
import re
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from applications.models import CallbackEndpoint
from callbacks.providers import PROVIDERS
from callbacks.providers.base import Provider
from callbacks.samples import read_sample, sample_names
from callbacks.wiring import NoAnswer, prepare, read_value, send

HINTS = {
    400: "The body was signed well and could not be read.",
    401: "Refused: the address, the key or the application id is wrong. The quarantine in the admin says which.",
    415: "Something on the way changed the content type.",
    503: "Neither the database nor the spool took it.",
}


class Command(BaseCommand):
    help = (
        "Sign a sample callback as the vendor would and send it. It is marked as a test, so it is stored and moves "
        "nothing. Exits with 0 when the answer was 200."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("url", nargs="?", help="The callback URL; or name an --application.")
        parser.add_argument("--application", help="Send to this application's own URL, with its own key.")
        parser.add_argument("--family", choices=list(PROVIDERS), help="Default: as in the URL.")
        parser.add_argument("--sample", help="Default: the family's first. See --list.")
        parser.add_argument("--key", default=os.environ.get("CALLBACK_KEY", ""), help="[CALLBACK_KEY]")
        parser.add_argument("--app-id", type=int, help="The application's id in this family.")
        parser.add_argument("--set", action="append", default=[], metavar="PATH=VALUE", help="Change a field.")
        parser.add_argument(
            "--real", action="store_true", help="Do not mark it as a test: it makes or moves a recording."
        )
        parser.add_argument("--list", action="store_true", help="List the samples and exit.")

    def handle(self, *_args: object, **options: Any) -> None:
        if options["list"]:
            for family in [options["family"]] if options["family"] else PROVIDERS:
                for name in sample_names(family):
                    self.stdout.write(f"{family} {name}")
            return
        endpoint = _find_endpoint(options)
        url = options["url"] or (endpoint.url if endpoint else "")
        if not url:
            raise CommandError("Give a URL, or --application with --family.")
        provider = _find_provider(options, url)
        key = options["key"] or (endpoint.current_key if endpoint else "")
        if not key:
            raise CommandError("No key: give --key, or set one on the endpoint.")
        app_id = options["app_id"] or (endpoint.effective_app_id if endpoint else None)
        self._send(url, provider, key, app_id, options)

    def _send(self, url: str, provider: Provider, key: str, app_id: int | None, options: dict[str, Any]) -> None:
        family = provider.family.name
        names = sample_names(family)
        name = options["sample"] or names[0]
        if name not in names:
            raise CommandError(f"No sample {name!r}. There are: {', '.join(names)}.")
        try:
            changes = {path: read_value(value) for path, value in (item.split("=", 1) for item in options["set"])}
            body = prepare(
                read_sample(family, name), provider=provider, app_id=app_id, changes=changes, is_real=options["real"]
            )
        except (KeyError, ValueError) as error:
            raise CommandError(f"--set takes PATH=VALUE with a path into the body: {error}") from error
        try:
            answer = send(url, body, provider=provider, key=key)
        except NoAnswer as error:
            raise CommandError(f"No answer: {error}") from error
        text = answer.text[:200]
        if answer.status_code != 200:
            raise CommandError(f"{answer.status_code} {text} {HINTS.get(answer.status_code, '')}".strip())
        mark = "" if options["real"] else " as a test, which moves nothing"
        self.stdout.write(f"200 {text} {family} {name} was stored{mark}.")


def _find_endpoint(options: dict[str, Any]) -> CallbackEndpoint | None:
    endpoints = CallbackEndpoint.objects.select_related("application")
    if options["application"]:
        family = options["family"] or "trtc"
        found = endpoints.filter(application__name=options["application"], family=family).first()
        if found is None:
            raise CommandError(f"Application {options['application']!r} has no {family} endpoint.")
        return found
    own = re.search(r"/callbacks/[a-z]+/([A-Za-z0-9_-]+)$", options["url"] or "")
    return endpoints.filter(token=own[1]).first() if own else None


def _find_provider(options: dict[str, Any], url: str) -> Provider:
    named = re.search(r"/callbacks/([a-z]+)/", url)
    family = options["family"] or (named[1] if named else "")
    if family not in PROVIDERS:
        raise CommandError(f"--family is needed: one of {', '.join(PROVIDERS)}.")
    return PROVIDERS[family]
