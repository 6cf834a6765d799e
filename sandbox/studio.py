"""The workers that make media and the storage they go to; the event loop never waits for them."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sandbox.media.ffmpeg import Ffmpeg
from sandbox.storage import Storage

WORKERS = 2

Made = TypeVar("Made")


class Studio:
    """One for the whole process; without a storage there is none and nothing is made."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self.ffmpeg = Ffmpeg()
        self._pool = ThreadPoolExecutor(max_workers=WORKERS, thread_name_prefix="studio")

    async def run(self, work: Callable[[], Made]) -> Made:
        """Do blocking work in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    def close(self) -> None:
        """End what is under way."""
        self.ffmpeg.close()
        self._pool.shutdown(wait=True, cancel_futures=True)
