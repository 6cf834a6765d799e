"""Group commit: callbacks that come in while a transaction commits go into the next one together.

A commit waits for the disk and a statement for the server, whether for one row or for ten. Under load this makes a
batch of every ten callbacks; one that comes alone is a batch of one and waits for nobody.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


@dataclass(eq=False)
class _Entry(Generic[T, R]):
    """One thread's item. `wake` says that it is committed, or that its thread leads the next batch."""

    item: T
    wake: threading.Event = field(default_factory=threading.Event)
    done: bool = False
    results: list[R] = field(default_factory=list)
    error: Exception | None = None


class GroupCommit(Generic[T, R]):
    """Hands items of many threads to *commit*, several at a time, and each thread its own result."""

    def __init__(self, commit: Callable[[Sequence[T]], Sequence[R]], *, most: int = 64) -> None:
        """Set it up.

        Args:
            commit: Commits its items, all or none, and returns a result for each.
            most: Items in one batch.
        """
        self._commit = commit
        self._most = most
        self._guard = threading.Lock()
        self._waiting: list[_Entry[T, R]] = []
        self._led = False  # somebody leads a batch, or is about to

    def submit(self, item: T) -> R:
        """Return the result of *item* once it is committed; raise what committing it raised."""
        entry: _Entry[T, R] = _Entry(item)
        with self._guard:
            self._waiting.append(entry)
            if not self._led:
                self._led = True
                entry.wake.set()
        entry.wake.wait()
        if not entry.done:
            try:
                self._run(self._take())
            finally:
                self._hand_over()
        if entry.error is not None:
            raise entry.error
        return entry.results[0]

    def _take(self) -> list[_Entry[T, R]]:
        with self._guard:
            taken, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
        return taken

    def _hand_over(self) -> None:
        """Let the one that waits longest lead the next batch, so that no thread works for others for long."""
        with self._guard:
            if self._waiting:
                self._waiting[0].wake.set()
            else:
                self._led = False

    def _run(self, entries: list[_Entry[T, R]]) -> None:
        try:
            results = self._commit([entry.item for entry in entries])
        except Exception as error:
            if len(entries) > 1:
                # One bad item must not take the others with it: each alone.
                for entry in entries:
                    self._run([entry])
                return
            entries[0].error = error
        else:
            for entry, result in zip(entries, results, strict=True):
                entry.results.append(result)
        for entry in entries:
            entry.done = True
            entry.wake.set()
