"""The files of one task on their way into storage. What is refused waits and is tried again with the next."""

from collections.abc import Mapping
from typing import Any

from sandbox.storage import Refused, Storage


class Uploads:
    """Used by one worker thread at a time.

    Attributes:
        lost: Whether a fault swallows a file, by name; settled before it is put.
        stored: Names of what has arrived, as far as the recorder knows.
        refusal: Why something is still waiting.
    """

    def __init__(self, storage: Storage, account: Mapping[str, Any], *, folder: str) -> None:
        self.lost: dict[str, bool] = {}
        self.stored: set[str] = set()
        self.refusal: Refused | None = None
        self._storage = storage
        self._account = account
        self._folder = "/".join([*(account.get("FileNamePrefix") or []), folder])
        self._waiting: dict[str, bytes] = {}

    def put(self, files: Mapping[str, bytes]) -> None:
        """Store files by name, after what waits already."""
        self._waiting |= files
        self.refusal = None
        for name, data in list(self._waiting.items()):
            try:
                if not self.lost[name]:
                    self._storage.put(self._account, self._key(name), data)
            except Refused as refused:
                self.refusal = refused
                return
            del self._waiting[name]
            self.stored.add(name)

    def is_waiting(self, name: str) -> bool:
        return name in self._waiting

    def can_read(self, name: str) -> bool:
        """Tell whether a file can be fetched back; one that a fault swallowed passes for there."""
        try:
            if not self.lost[name]:
                self._storage.check_read(self._account, self._key(name))
        except Refused:
            return False
        return True

    def _key(self, name: str) -> str:
        return f"{self._folder}/{name}"
