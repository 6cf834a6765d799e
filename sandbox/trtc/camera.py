"""What the recorder of one task films, and when it cuts."""

import asyncio
from collections.abc import Callable, Collection, Coroutine, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sandbox.clock import Clock, wall_ms
from sandbox.faults import FaultBook
from sandbox.log import logger
from sandbox.media.ffmpeg import MediaFailed
from sandbox.media.film import Reel, frame_seconds
from sandbox.storage import Refused
from sandbox.studio import Studio
from sandbox.trtc.indexed_file import BROKEN, IndexedFile
from sandbox.trtc.outputs import Output
from sandbox.trtc.playlist import segment_name
from sandbox.trtc.stage import Cast, form_of, shoot_alone, shoot_mix
from sandbox.trtc.subscription import Track
from sandbox.trtc.tasks import RecordedFile, Task
from sandbox.uploads import Uploads

SEGMENT_SECONDS = 10.0  # vendor's
SHORTEST_SEGMENT_SECONDS = 1.0  # real: what follows the first is not cut finer, however fast time runs

Spawn = Callable[[Coroutine[Any, Any, None]], None]


@dataclass
class _Take:
    """One file while it is filmed. `origin_ms` None: its stream pauses."""

    file: RecordedFile
    work: IndexedFile
    origin_ms: int | None
    cut_at: float  # vendor seconds of the last cut
    frames: int = 0  # of the origin's, already in segments
    is_open: bool = True  # more may come


class Camera:
    """Films one task. Nothing here blocks: the work is done by the studio, in order."""

    def __init__(self, task: Task, *, studio: Studio, clock: Clock, faults: FaultBook, spawn: Spawn) -> None:
        self._task = task
        self._studio = studio
        self._clock = clock
        self._faults = faults
        self._spawn = spawn
        self._cast = Cast()
        self._reels: dict[tuple[str, str], Reel] = {}
        self._takes: dict[str, _Take] = {}
        self._uploads = Uploads(studio.storage, task.storage or {}, folder=task.task_id)
        self._in_order = asyncio.Lock()
        self._busy = 0
        self._failure: Refused | None = None  # why something was never made

    def follow(self, tracks: Sequence[Track], files: Collection[RecordedFile], *, now_ms: int) -> None:
        """Film what is seen from now on, into these files; others pause."""
        self._shoot(tracks, now_ms=now_ms)
        self._task.cast = self._cast.public()
        for file in files:
            take = self._takes.get(file.name)
            if take is None:
                self._begin(file)
            elif take.origin_ms is None:
                take.origin_ms, take.frames, take.cut_at = now_ms, 0, self._clock.now()
        flowing = {file.name for file in files}
        for take in self._takes.values():
            if take.origin_ms is not None and take.file.name not in flowing:
                self._cut(take)
                take.origin_ms = None

    def roll(self) -> None:
        """Cut every file whose segment is long enough."""
        for take in self._takes.values():
            if take.origin_ms is not None and self._clock.now() >= self._next_cut(take):
                self._cut(take)

    @property
    def next_cut(self) -> float | None:
        """Vendor seconds of the next segment's end."""
        return min((self._next_cut(take) for take in self._takes.values() if take.origin_ms is not None), default=None)

    def cut_unstored(self) -> None:
        """Cut the files that have no segment yet."""
        for take in self._takes.values():
            if take.frames == 0:
                self._cut(take)

    def abandon(self) -> None:
        """Leave all files as they are: the machine is gone, and nobody ends their index."""
        for take in self._takes.values():
            self._cut(take)
            take.origin_ms, take.is_open = None, False

    def is_stored(self, file: RecordedFile) -> bool:
        return file.name in self._uploads.stored

    async def settle(self) -> None:
        """Return when all that was asked for is done."""
        while self._busy:
            async with self._in_order:  # behind what waits already
                pass
            await asyncio.sleep(0)

    async def finish(self) -> Refused | None:
        """Cut the rest, end every index, and store it; return why something could not be stored."""
        for take in self._takes.values():
            if take.is_open:
                self._cut(take)
                take.is_open, take.origin_ms = False, None
                self._order(take.file.name, partial(take.work.put_index, is_ended=True))
        await self.settle()
        return self._failure or self._uploads.refusal

    async def make(self, output: Output) -> int:
        """Make an mp4 or aac file of what was filmed and store it; return the Status that event 310 tells."""
        who = output.user_id, output.media
        index = next(take.work for take in self._takes.values() if (take.file.user_id, take.file.media) == who)
        made: list[int] = []
        self._order(output.name, lambda: made.append(index.make(output)))
        await self.settle()
        return made[0] if made else BROKEN

    def _shoot(self, tracks: Sequence[Track], *, now_ms: int) -> None:
        params = self._task.params
        if self._task.is_mixed:
            reel = self._reels.setdefault(("", "mix"), Reel())
            shot = shoot_mix(self._cast, params, self._task.layout, tracks, reel.last)
            reel.turn_to(shot, at_ms=now_ms)
            return
        for who in dict.fromkeys([*self._reels, *((track.user_id, track.media) for track in tracks)]):
            reel = self._reels.setdefault(who, Reel())
            reel.turn_to(shoot_alone(self._cast, params, who, tracks, reel.last), at_ms=now_ms)

    def _begin(self, file: RecordedFile) -> None:
        form = form_of(self._task.params, media=file.media)
        reel = self._reels[file.user_id, file.media]
        work = IndexedFile(file, reel, form, ffmpeg=self._studio.ffmpeg, uploads=self._uploads)
        self._takes[file.name] = _Take(file, work, origin_ms=file.begin_ms, cut_at=file.begin_at)

    def _next_cut(self, take: _Take) -> float:
        shortest = SHORTEST_SEGMENT_SECONDS * self._clock.speed if take.frames else 0.0
        return take.cut_at + max(SEGMENT_SECONDS, shortest)

    def _cut(self, take: _Take) -> None:
        """Make a segment of what was filmed since the last one, if that is a frame at least."""
        if take.origin_ms is None:
            return
        step = frame_seconds(take.work.form, take.file.track)
        until_ms = take.file.end_ms or wall_ms()
        end = round((until_ms - take.origin_ms) / 1000 / step)
        take.cut_at = self._clock.now()
        if end <= take.frames:
            return
        stretch = take.work.stretch(origin_ms=take.origin_ms, first=take.frames, end=end)
        take.frames = end
        name = segment_name(take.file.name, start_ms=stretch.start_ms)
        self._draw_lot(take.file.name)
        self._order(name, partial(take.work.put_segment, stretch, name))

    def _draw_lot(self, name: str) -> None:
        """Settle whether a fault swallows a file, once for all its versions."""
        if name not in self._uploads.lost:
            strike = self._faults.take("lose_files", file=name, task_id=self._task.task_id)
            self._uploads.lost[name] = strike is not None

    def _order(self, name: str, work: Callable[[], None]) -> None:
        self._draw_lot(name)
        self._busy += 1
        self._spawn(self._work(work))

    async def _work(self, work: Callable[[], None]) -> None:
        try:
            async with self._in_order:
                await self._studio.run(work)
        except MediaFailed as error:
            logger.error("media failed: %s", error)
            self._failure = Refused("InternalError", str(error))
        finally:
            self._busy -= 1
            self._task.changed.set()
