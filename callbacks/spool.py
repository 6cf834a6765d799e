"""The spool: verified callbacks on local disk while the database is away.

One file holds what was appended at once. It is complete under its name or not there at all, and synced to disk before
`append` returns, so that the callbacks in it may be acknowledged then. Several processes may share a folder.
"""

import errno
import fcntl
import logging
import os
import secrets
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from callbacks.spooled import Spooled, decode, encode

logger = logging.getLogger(__name__)

COMPLETE = ".batch"
UNFINISHED = ".unfinished"  # being written; nobody was told yet that it is kept
LEFTOVER_SECONDS = 60  # a writer that takes longer fails to rename its file, and acknowledges nothing
DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
PASSING = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM})  # says nothing about the file that was opened


class SpoolFull(OSError):
    """The spool takes no more: have the vendor try again later. Nothing was kept."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Items of one or more files, in order of arrival. It stays in the spool until `done` or `set_aside`."""

    spool: "Spool"
    files: Sequence[Path]
    items: Sequence[Spooled]

    def done(self) -> None:
        """Remove the batch; its items are stored elsewhere."""
        for file in self.files:
            file.unlink(missing_ok=True)
        _sync_folders(self.spool.folder)

    def set_aside(self, why: str, *, items: Sequence[Spooled] | None = None) -> None:
        """Move the batch out of the way, or only these *items* of it, the others being stored elsewhere."""
        if items is not None:
            # Named like the first file: doing this again after a crash replaces the copy and makes no second one.
            copy = self.spool.refused / self.files[0].name
            with suppress(OSError):  # no room for a copy: the whole files then
                self.spool.write(copy, encode(items))
                logger.error("spool_set_aside", extra={"file": copy.name, "why": why})
                self.done()
                return
        for file in self.files:
            self.spool.refuse(file, why)


class Spool:
    """A folder of batches, and `refused/` in it for those that cannot be read or stored.

    Nothing acknowledged is ever deleted: what was refused counts against the limits until somebody deals with it.
    """

    def __init__(self, folder: Path, *, most_bytes: int = 256 * 1024 * 1024, most_files: int = 100_000) -> None:
        """Set it up; the folder is made when first needed.

        Args:
            folder: On a local disk that outlives the process, one for all processes of a host.
            most_bytes: In the files of all processes, which see each other's within about a second.
            most_files: Likewise.
        """
        self.folder = folder
        self.refused = folder / "refused"
        self._most_bytes = most_bytes
        self._most_files = most_files
        self._guard = threading.Lock()
        self._files = self._bytes = self._last_ns = 0
        self._count_at = 0.0  # on the monotonic clock

    def try_out(self) -> None:
        """Do as `append` does, with a file that is gone afterwards.

        Raises:
            OSError: Nothing can be kept here now.
        """
        self._make_folders()
        try_folder(self.folder)

    def append(self, items: Sequence[Spooled]) -> None:
        """Keep *items* as one batch; when this returns, they are on disk.

        Raises:
            SpoolFull: A limit or the end of the disk is reached.
            OSError: The disk fails. As with SpoolFull the caller acknowledges nothing. Where only syncing the folder
                failed, the batch may be kept all the same.
        """
        if not items:
            return
        data = encode(items)
        try:
            self._make_folders()
            is_first = self.is_empty()
            self.write(self.folder / self._reserve(len(data)), data)
        except OSError as error:
            if error.errno in DISK_FULL:
                raise SpoolFull("the disk is full") from error
            raise
        if is_first:
            logger.warning("callbacks_spooled", extra={"number": len(items)})

    def batches(self, *, most_items: int = 64) -> Iterator[Batch]:
        """Yield what waits now, oldest first; for whoever holds the lock.

        Small files go together up to *most_items*. A file that cannot be read is set aside.
        """
        files: list[Path] = []
        items: list[Spooled] = []
        for entry in self._list(self.folder):
            read = self._read(Path(entry))
            if files and len(items) + len(read) > most_items:
                yield Batch(self, files, items)
                files, items = [], []
            if read:
                files.append(Path(entry))
                items.extend(read)
        if files:
            yield Batch(self, files, items)

    @contextmanager
    def lock(self) -> Iterator[bool]:
        """Yield whether the spool is ours to drain; False while somebody else, in any process, has it."""
        self._make_folders()
        descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            is_ours = False
            with suppress(BlockingIOError):
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                is_ours = True
            yield is_ours
        finally:
            fcntl.flock(descriptor, fcntl.LOCK_UN)  # closing is not enough: a process forked meanwhile has it open too
            os.close(descriptor)

    def is_empty(self) -> bool:
        """Say whether nothing waits; cheap."""
        with suppress(FileNotFoundError), os.scandir(self.folder) as entries:
            return not any(entry.name.endswith(COMPLETE) for entry in entries)
        return True

    def size(self, *, refused: bool = False) -> tuple[int, int]:
        """Return how many files wait, or were set aside, and their bytes."""
        files = size = 0
        for entry in self._list(self.refused if refused else self.folder):
            with suppress(FileNotFoundError):
                size += entry.stat(follow_symlinks=False).st_size
                files += 1
        return files, size

    def oldest_seconds(self) -> float:
        """Return since when the oldest batch waits; 0 when none does."""
        with suppress(FileNotFoundError, IndexError):
            return max(time.time() - self._list(self.folder)[0].stat().st_mtime, 0.0)
        return 0.0

    def take_back(self) -> int:
        """Have what was set aside wait again in its old place, after a repair; return the number of files.

        For whoever holds the lock: a batch being set aside at this moment would be lost.
        """
        entries = self._list(self.refused)
        for entry in entries:
            os.replace(entry, self.folder / entry.name)  # where a crash left both, this one has all that is not stored
        _sync_folders(self.refused, self.folder)
        return len(entries)

    def write(self, path: Path, data: bytes) -> None:
        """Write a file that is complete and on disk once it has its name."""
        temporary = self.folder / f"{path.name}-{secrets.token_hex(4)}{UNFINISHED}"
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with open(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        _sync_folders(path.parent)

    def refuse(self, file: Path, why: str) -> None:
        """Move a file as it is to `refused/`, which takes no room on the disk."""
        self._make_folders()
        with suppress(FileNotFoundError):  # removed meanwhile, which is as good
            os.replace(file, self.refused / file.name)
            logger.error("spool_set_aside", extra={"file": file.name, "why": why})
        _sync_folders(self.refused, self.folder)

    def _read(self, file: Path) -> list[Spooled]:
        try:
            return decode(file.read_bytes())
        except Exception as error:
            if isinstance(error, OSError) and error.errno in PASSING:
                raise
            self.refuse(file, f"{type(error).__name__}: {error}")
            return []

    def _reserve(self, size: int) -> str:
        """Count a file of *size* bytes and return its name; names sort by order of arrival."""
        with self._guard:
            now = time.monotonic()
            if now >= self._count_at:
                (files, in_files), (refused, in_refused) = self.size(), self.size(refused=True)
                self._files, self._bytes = files + refused, in_files + in_refused
                # Counting a full spool takes a while: do it for a tenth of the time at most.
                self._count_at = now + max(1.0, 10 * (time.monotonic() - now))
            if self._files + 1 > self._most_files or self._bytes + size > self._most_bytes:
                raise SpoolFull(f"{self._files} files of {self._bytes} bytes wait or were refused")
            self._files += 1
            self._bytes += size
            self._last_ns = max(time.time_ns(), self._last_ns + 1)  # the clock may be set back
            return f"{self._last_ns:020d}-{os.getpid()}-{secrets.token_hex(4)}{COMPLETE}"

    def _list(self, folder: Path) -> list[os.DirEntry[str]]:
        """Return the batches in a folder in order of arrival, and remove what writers that died left behind."""
        found = []
        with suppress(FileNotFoundError), os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.endswith(COMPLETE):
                    found.append(entry)
                elif entry.name.endswith(UNFINISHED):
                    with suppress(FileNotFoundError):
                        if entry.stat().st_mtime < time.time() - LEFTOVER_SECONDS:
                            os.unlink(entry)
        return sorted(found, key=lambda entry: entry.name)

    def _make_folders(self) -> None:
        missing = [path for path in (self.refused, *self.refused.parents) if not path.is_dir()]
        for path in reversed(missing):
            path.mkdir(mode=0o700, exist_ok=True)
            _sync_folders(path.parent)


def try_folder(folder: Path) -> None:
    """Write and sync a file in a folder that is there, and remove it; what the folder's rights say is not believed.

    Raises:
        OSError: That is not possible.
    """
    with NamedTemporaryFile(dir=folder, suffix=UNFINISHED) as file:
        file.write(b"tried")
        file.flush()
        os.fsync(file.fileno())
        _sync_folders(folder)


def _sync_folders(*folders: Path) -> None:
    """Have the names in folders survive a loss of power, as the files do."""
    for folder in folders:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
