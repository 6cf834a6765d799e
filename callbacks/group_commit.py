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


@dataclass
class _Entry(Generic[T, R]):
    item: T
    results: list[R] = field(default_factory=list)
    error: Exception | None = None
    done: bool = False


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
        self._turn = threading.Lock()
        self._guard = threading.Lock()
        self._waiting: list[_Entry[T, R]] = []

    def submit(self, item: T) -> R:
        """Return the result of *item* once it is committed; raise what committing it raised."""
        entry: _Entry[T, R] = _Entry(item)
        with self._guard:
            self._waiting.append(entry)
        with self._turn:
            while not entry.done:  # unless the holder of an earlier turn took it along
                self._run(self._take())
        if entry.error is not None:
            raise entry.error
        return entry.results[0]

    def _take(self) -> list[_Entry[T, R]]:
        with self._guard:
            taken, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
        return taken

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
