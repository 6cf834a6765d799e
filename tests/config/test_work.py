"""The worker: as many jobs at once as it is told."""

import asyncio
import threading
from typing import Any

from procrastinate.utils import sync_to_async

from config.management.commands.work import give_threads_to_jobs

JOBS = 40  # more than Python's own pool of threads ever has


def test_as_many_jobs_run_at_once_as_the_setting_says(settings: Any) -> None:
    settings.WORKER_CONCURRENCY = JOBS
    all_at_once = threading.Barrier(JOBS, timeout=20)

    async def work() -> None:
        give_threads_to_jobs()
        await asyncio.gather(*(sync_to_async(all_at_once.wait) for _ in range(JOBS)))

    asyncio.run(work())
