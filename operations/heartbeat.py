"""The heartbeat of a worker: a row in the database, written from a thread of its own while the worker's loop turns."""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now

from callbacks.outage import first_line
from operations.models import Worker

logger = logging.getLogger(__name__)

BEAT_SECONDS = 5.0
# A loop that did not turn for so long does no work, whatever else of the process is alive: its heart stops with it.
STUCK_SECONDS = 20.0
FORGET_AFTER = timedelta(days=1)  # rows of killed workers; until then the admin shows who fell silent, and when
# What keeps an orderly end from waiting for a database that is away.
FAREWELL_SECONDS = 3.0


class Heartbeat:
    """Beats for this process. It outlives outages of the database: a beat that fails is followed by the next."""

    def __init__(self, *, every_seconds: float = BEAT_SECONDS) -> None:
        self._every_seconds = every_seconds
        self._worker = Worker(host=socket.gethostname()[:255], pid=os.getpid(), version=settings.RELEASE[:64])
        self._turned_at = time.monotonic()
        self._end = threading.Event()
        self._is_heard = True
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Beat from now on."""
        self._thread.start()

    def turn(self) -> None:
        """Say that the worker's loop turns; to be called by the loop itself, once a second or so."""
        self._turned_at = time.monotonic()

    def stop(self) -> None:
        """Delete the row and beat no more; for an orderly end."""
        self._end.set()
        self._thread.join(FAREWELL_SECONDS)

    def beat(self) -> None:
        """Write the row, and forget workers of long ago."""
        with transaction.atomic():
            # A row that somebody deleted comes back.
            if not Worker.objects.filter(pk=self._worker.pk).update(beat_at=Now()):
                self._worker.save(force_insert=True)
            Worker.objects.filter(beat_at__lt=Now() - FORGET_AFTER).delete()

    def _run(self) -> None:
        try:
            while not self._end.is_set():
                if time.monotonic() - self._turned_at < STUCK_SECONDS:
                    self._try(self.beat)
                self._end.wait(self._every_seconds)
            self._try(lambda: Worker.objects.filter(pk=self._worker.pk).delete())
        finally:
            connection.close()

    def _try(self, act: Callable[[], object]) -> None:
        try:
            act()
        except Exception as error:  # whatever it is, the next beat tries again
            if self._is_heard:
                logger.warning("heartbeat_failed", extra={"why": first_line(error)})
            self._is_heard = False
            connection.close()
        else:
            if not self._is_heard:
                logger.info("heartbeat_is_back")
            self._is_heard = True
