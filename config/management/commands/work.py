"""Run the worker: what is due is done, whatever becomes of the database in between."""

import asyncio
import logging
import os
import signal
from argparse import ArgumentParser
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import close_old_connections
from procrastinate.contrib.django import app

from callbacks.outage import first_line
from config.postgresql.reach import warn_if_unreachable
from operations.exposition import serve_worker_metrics
from operations.heartbeat import Heartbeat

logger = logging.getLogger(__name__)

# Between two tries to begin, while the database is away.
PAUSE_SECONDS = 2.0
TURN_SECONDS = 1.0
# Of the loop itself, which finds the database's address in the same pool.
SPARE_THREADS = 2
# Beyond what running jobs are given to finish: for the engine's own farewell to the database.
FAREWELL_SECONDS = 1.0


class Command(BaseCommand):
    """The engine ends its worker in good order when a connection breaks; a worker that is gone watches nothing."""

    help = "Run a worker; start as many as you like, on any host. SIGTERM lets it finish what it is at."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--metrics-port", type=int, help="Serve /metrics of this worker there; not at all without.")
        parser.add_argument("--metrics-host", default="127.0.0.1")

    def handle(self, *_args: object, **options: Any) -> None:
        host, port = options["metrics_host"], options["metrics_port"]
        if port is not None:
            try:
                serve_worker_metrics(host=host, port=port)
            except (OSError, OverflowError) as error:
                why = getattr(error, "strerror", None) or error
                raise CommandError(f"Cannot listen on {host}:{port}: {why}. Choose another --metrics-port.") from error
        warn_if_unreachable()
        heartbeat = Heartbeat()
        heartbeat.start()
        try:
            asyncio.run(_work(heartbeat))
        finally:
            heartbeat.stop()


async def _work(heartbeat: Heartbeat) -> None:
    give_threads_to_jobs()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    turning = asyncio.create_task(_turn(heartbeat))
    while not stop.is_set():
        try:
            await _run_worker(stop, heartbeat)
        except Exception as error:
            logger.warning("worker_failed", extra={"why": first_line(error)})
        if not stop.is_set():
            logger.warning("worker_begins_again", extra={"seconds": PAUSE_SECONDS})
            close_old_connections()
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), PAUSE_SECONDS)
    turning.cancel()


def give_threads_to_jobs() -> None:
    """Let as many jobs run at once as WORKER_CONCURRENCY says.

    The engine runs each in the loop's pool of threads, which Python makes only four larger than the machine has cores.
    """
    pool = ThreadPoolExecutor(settings.WORKER_CONCURRENCY + SPARE_THREADS, thread_name_prefix="job")
    asyncio.get_running_loop().set_default_executor(pool)


async def _turn(heartbeat: Heartbeat) -> None:
    """Let the heart beat for as long as this loop turns."""
    while True:
        heartbeat.turn()
        await asyncio.sleep(TURN_SECONDS)


async def _run_worker(stop: asyncio.Event, heartbeat: Heartbeat) -> None:
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
            logger.info("worker_ends")
            worker.cancel()  # it takes up nothing more, and finishes its jobs first
            grace = settings.WORKER_GRACE_SECONDS + FAREWELL_SECONDS
            _done, unfinished = await asyncio.wait({worker}, timeout=grace)
            if unfinished:
                _leave(heartbeat)
            with suppress(asyncio.CancelledError):
                await worker


def _leave(heartbeat: Heartbeat) -> None:
    """End the process although a job still runs, which waits in a thread that nobody can end.

    Its recording stays leased until nothing of what the job was at can be under way any more; then another worker goes
    on with it. Letting the lease go now would let the two overlap.
    """
    logger.warning("jobs_left_to_their_leases")
    heartbeat.stop()
    logging.shutdown()
    os._exit(0)
