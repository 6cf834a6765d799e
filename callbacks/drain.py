"""Drain the spool: store what waits there once the database is back, in order."""

import logging
import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from callbacks.spool import Batch, Spool
from callbacks.spooled import Spooled

logger = logging.getLogger(__name__)

LONGEST_PAUSE_SECONDS = 5.0


@dataclass(eq=False)
class _Worker:
    """The thread of one process. `nudge` ends its pause."""

    thread: threading.Thread | None = None
    nudge: threading.Event = field(default_factory=threading.Event)
    is_stopped: bool = False


class Drainer:
    """Takes batches out of the spool once *store* took them, one process of the host at a time.

    Whoever dies between the two leaves a batch that is stored again: *store* must know what it has already.
    """

    def __init__(
        self,
        spool: Spool,
        store: Callable[[Sequence[Spooled]], object],
        is_away: Callable[[BaseException], bool],
        *,
        every_seconds: float = 0.5,
        after_round: Callable[[], object] = lambda: None,
    ) -> None:
        """Set it up.

        Args:
            spool: What to drain.
            store: Stores all items or none; storing one again changes nothing.
            is_away: Says of what *store* raised whether waiting will help. If not, the items are refused.
            every_seconds: The thread's pause; it grows while the database is away.
            after_round: Called in the thread each time it tried to drain something: to close its connections.
        """
        self._spool = spool
        self._store = store
        self._is_away = is_away
        self._every_seconds = every_seconds
        self._after_round = after_round
        self._workers: dict[int, _Worker] = {}  # by process: a thread does not survive a fork

    def start(self) -> None:
        """Drain in a thread of this process from now on; repeating it changes nothing."""
        worker = _Worker()
        if self._workers.setdefault(os.getpid(), worker) is worker:  # atomic, and no lock that a fork could copy held
            worker.thread = threading.Thread(target=self._work, args=(worker,), name="spool-drainer", daemon=True)
            worker.thread.start()

    def wake(self) -> None:
        """Try now: the database has answered somebody."""
        if worker := self._workers.get(os.getpid()):
            worker.nudge.set()

    def stop(self, *, timeout_seconds: float = 5.0) -> None:
        """End the thread after the batch that it is at."""
        worker = self._workers.pop(os.getpid(), None)
        if worker is None:
            return
        worker.is_stopped = True
        worker.nudge.set()
        if worker.thread is not None and worker.thread.is_alive():
            worker.thread.join(timeout_seconds)

    def drain_once(self) -> int:
        """Store what waits, until done or the database is away, and return how many items were stored.

        It is 0 as well while another process drains.
        """
        return self._drain(_Worker())[0]

    def _work(self, worker: _Worker) -> None:
        pause = self._every_seconds
        while not worker.is_stopped:
            pause = self._every_seconds if self._round(worker) else min(pause * 2, LONGEST_PAUSE_SECONDS)
            worker.nudge.wait(pause)
            worker.nudge.clear()

    def _round(self, worker: _Worker) -> bool:
        """Return whether all is well."""
        try:
            if self._spool.is_empty():
                return True
            try:
                return self._drain(worker)[1]
            finally:
                self._after_round()
        except Exception:
            # The disk, or a fault of ours. The thread lives on, since the callbacks have nobody else.
            logger.exception("spool_drain_failed")
            return False

    def _drain(self, worker: _Worker) -> tuple[int, bool]:
        """Return how many items were stored, and whether the database was there."""
        stored, is_there = 0, True
        with self._spool.lock() as is_ours:
            for batch in self._spool.batches() if is_ours else ():
                number = self._store_batch(batch)
                stored += number or 0
                is_there = number is not None
                if worker.is_stopped or not is_there:
                    break
        if stored:
            logger.info("spool_drained", extra={"number": stored, "is_empty": self._spool.is_empty()})
        return stored, is_there

    def _store_batch(self, batch: Batch) -> int | None:
        """Return how many items were stored; None while the database is away, and then the batch stays."""
        try:
            self._store(batch.items)
        except Exception as error:
            return None if self._is_away(error) else self._store_each(batch)
        batch.done()
        return len(batch.items)

    def _store_each(self, batch: Batch) -> int | None:
        """Store a batch item by item, so that a bad one takes no other with it."""
        refused = []
        for item in batch.items:
            try:
                self._store([item])
            except Exception as error:
                if self._is_away(error):
                    return None
                refused.append(item)
                told = {"family": item.family, "application_id": item.application_id, "received_at": item.received_at}
                logger.exception("spool_item_refused", extra=told)
        if refused:
            batch.set_aside("cannot be stored", items=refused)
        else:
            batch.done()
        return len(batch.items) - len(refused)
