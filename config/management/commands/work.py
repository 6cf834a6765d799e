"""Run the worker: what is due is done, whatever becomes of the database in between."""

import asyncio
import logging
import signal
from contextlib import suppress
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections
from procrastinate.contrib.django import app

logger = logging.getLogger(__name__)

# Between two tries to begin, while the database is away.
PAUSE_SECONDS = 2.0


class Command(BaseCommand):
    """The engine ends its worker in good order when a connection breaks; a worker that is gone watches nothing."""

    help = "Run a worker; start as many as you like, on any host. SIGTERM lets it finish what it is at."

    def handle(self, *_args: object, **_options: Any) -> None:
        asyncio.run(_work())


async def _work() -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    while not stop.is_set():
        try:
            await _run_worker(stop)
        except Exception as error:
            logger.warning("worker_failed", extra={"why": next(iter(str(error).splitlines()), type(error).__name__)})
        if not stop.is_set():
            logger.warning("worker_begins_again", extra={"seconds": PAUSE_SECONDS})
            close_old_connections()
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), PAUSE_SECONDS)


async def _run_worker(stop: asyncio.Event) -> None:
    """Run until *stop* is set or the worker ends by itself."""
    connector: Any = app.connector
    with app.replace_connector(connector.get_worker_connector()):
        async with app.open_async():
            worker = asyncio.create_task(app.run_worker_async(install_signal_handlers=False))
            stopping = asyncio.create_task(stop.wait())
            await asyncio.wait({worker, stopping}, return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()
            if worker.done():
                worker.result()
                return
            worker.cancel()  # it finishes its jobs first
            with suppress(asyncio.CancelledError):
                await worker
