"""Serve the API, the admin and the callbacks over HTTP."""

import logging
import signal
import socket
import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any

import waitress
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from callbacks.outage import start_draining, the_spool
from callbacks.quarantine import flush_refusals
from config.environment import WrongSetting
from config.http import LARGEST_HEAD, read_strictly
from config.postgresql.patience import wait_at_most
from config.postgresql.reach import warn_if_unreachable
from config.wsgi import application

logger = logging.getLogger(__name__)

LARGEST_REQUEST = 1024 * 1024  # bytes; the largest legal request is far smaller


class Command(BaseCommand):
    """waitress reads whole requests in one thread of its own before a worker thread sees them, so slow clients hold
    no worker (docs/adr/0003-http-server.md)."""

    help = "Serve HTTP with waitress. Put a TLS proxy in front, or start several on one host behind it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--threads", type=int, default=32)

    def handle(self, *_args: object, **options: Any) -> None:
        host, port = options["host"], options["port"]
        _try_spool()
        try:
            listener = socket.create_server((host, port), backlog=1024)
        except (OSError, OverflowError) as error:
            why = getattr(error, "strerror", None) or error
            raise CommandError(f"Cannot listen on {host}:{port}: {why}. Choose another --port.") from error
        # An orderly end: waitress lets its threads finish, and an embedded PostgreSQL is let go.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        start_draining()
        read_strictly()
        warn_if_unreachable()
        logger.info("serving", extra={"address": f"http://{host}:{listener.getsockname()[1]}"})
        try:
            waitress.serve(
                _answer,
                sockets=[listener],
                threads=options["threads"],
                connection_limit=1000,
                channel_timeout=30,
                max_request_header_size=LARGEST_HEAD,
                max_request_body_size=LARGEST_REQUEST,
                ident=None,
                # Without these waitress removes what the proxy says: each admin page would be plain HTTP to Django.
                trusted_proxy="*" if settings.BEHIND_PROXY else None,
                trusted_proxy_headers={"x-forwarded-for", "x-forwarded-proto"} if settings.BEHIND_PROXY else set(),
            )
        finally:
            flush_refusals()


def _try_spool() -> None:
    """Have it noticed now, and not by the first callback that comes while the database is away.

    Raises:
        WrongSetting: The spool's folder cannot be made or written.
    """
    spool = the_spool()
    if spool is None:
        return
    try:
        spool.try_out()
    except OSError as error:
        expected = "a folder that this process can make, write and sync, or nothing for no spool"
        raise WrongSetting("SPOOL_FOLDER", f"{expected} ({spool.folder}: {error.strerror})") from error


def _answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answer a request in a thread that does not wait for the database for ever.

    What the thread does between two requests, such as to try its connection, is bound by the patience of the first.
    """
    path = environ.get("PATH_INFO", "/")
    wait_at_most(next(seconds for start, seconds in settings.DATABASE_PATIENCE.items() if path.startswith(start)))
    return application(environ, start_response)
