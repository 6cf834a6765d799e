"""What the facts say about one vendor task."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from recordings.states.stored import is_blank
from recordings.states.vocabulary import FileStatus, Media, Reason

File = dict[str, Any]


@dataclass(slots=True)
class TaskEvidence:
    """Everything the ledger holds about one task, gathered; conclusions are properties.

    Attributes:
        first_seen: When we first learnt of it.
        attempt: The create that made it; None for a task learnt of by callback alone.
        began_at: The vendor's time of the first event that only a running recorder causes.
        alive_at: The last moment at which the task was certainly known to the vendor; never ahead of our own clock.
        delete_accepted_at: The last time that the vendor took a stop.
        exiting_since: Since when the vendor says that it is about to leave.
        transcode_failed: A transcode failed that named no file.
        slices: HLS playlists by name.
        outputs: Transcoded or VOD files by name or file id, each with its best status.
        stored: Files that were seen in its folder in storage, by name; in VOD by file id.
        asked_ids: Files in VOD that storage was asked for.
        storage_read_at: When storage first told what is in its folder.
        last_read_at: When it last did.
        stored_at: When media ended, as far as the files in storage tell; None while one of them is not whole.
    """

    task_id: str
    first_seen: datetime
    attempt: int | None = None
    began_at: datetime | None = None
    started_at: datetime | None = None
    failed_at: datetime | None = None
    left_at: datetime | None = None
    left_reason: Reason | None = None
    exit_assumed_at: datetime | None = None
    delete_accepted_at: datetime | None = None
    delete_failures: list[datetime] = field(default_factory=list)
    gone_at: list[datetime] = field(default_factory=list)
    alive_at: datetime | None = None
    described_at: datetime | None = None
    described_status: str = ""
    exiting_since: datetime | None = None
    media: Media | None = None
    media_started_at: datetime | None = None
    upload_start_failed: bool = False
    upload_finished_at: datetime | None = None
    upload_stuck: bool = False
    transcode_ended_at: datetime | None = None
    transcode_failed: bool = False
    is_vod: bool = False
    vod_ended_at: datetime | None = None
    vod_finished: bool = False
    vod_failed: bool = False
    slices: dict[str, File] = field(default_factory=dict)
    uploaded: set[str] = field(default_factory=set)
    outputs: dict[str, tuple[FileStatus, File]] = field(default_factory=dict)
    stored: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    asked_ids: set[str] = field(default_factory=set)
    storage_read_at: datetime | None = None
    last_read_at: datetime | None = None
    stored_at: datetime | None = None

    @property
    def exited_at(self) -> datetime | None:
        """When the recorder left by its own word: 302, a failed start, or an event that only follows an exit."""
        times = [
            at
            for at in (
                self.left_at,
                self.failed_at,
                self.upload_finished_at,
                self.transcode_ended_at,
                self.vod_ended_at,
                self.exit_assumed_at,
                self.stored_at,
            )
            if at is not None
        ]
        return min(times, default=None)

    @property
    def file_ids(self) -> tuple[str, ...]:
        """The ids under which VOD has its files, as far as events told."""
        told = (file.get("file_id") for _status, file in self.outputs.values())
        return tuple(sorted({file_id for file_id in told if file_id}))

    @property
    def is_stored(self) -> bool:
        """True when storage has every file that is known of, whole: a playlist with its end was finished."""
        return bool(self.stored) and all(self.is_whole_in_storage(name) for name in [*self.slices, *self.outputs])

    @property
    def recorded(self) -> list[File]:
        """The playlists that are known of, without those of which storage shows that there is nothing in them."""
        return [file for name, file in self.slices.items() if not is_blank(self._in_storage(name) or {})]

    def is_whole_in_storage(self, name: str) -> bool:
        """Tell whether storage has the file that events call *name*, with all its parts."""
        file = self._in_storage(name)
        return file is not None and (file["whole"] or is_blank(file))

    def _in_storage(self, name: str) -> Mapping[str, Any] | None:
        return self.stored.get(name.rpartition("/")[2])

    def vanished_at(self, *, spacing: timedelta) -> datetime | None:
        """When the vendor has said "not found" often enough to believe it; one is no proof.

        Two at least *spacing* apart count, with no sign of life after the first of them.
        """
        since_alive = sorted(at for at in self.gone_at if self.alive_at is None or at > self.alive_at)
        later = [at for at in since_alive if at - since_alive[0] >= spacing]
        return min(later, default=None)

    @property
    def seems_gone(self) -> bool:
        """True when the vendor's last word is that it knows no such task; no proof, but no use asking again soon."""
        return bool(self.gone_at) and (self.alive_at is None or max(self.gone_at) > self.alive_at)

    @property
    def vanished_untold(self) -> bool:
        """True when the vendor no longer knows the task and never told that it ended; storage may have shown it."""
        told = (self.left_at, self.failed_at, self.upload_finished_at, self.transcode_ended_at, self.vod_ended_at)
        return self.seems_gone and not any(told)

    def outlived_its_delete(self, *, looked_at: datetime | None, patience: timedelta) -> bool:
        """Tell whether the vendor took a stop and says *patience* later that the task goes on.

        Args:
            looked_at: When it was last asked; an answer that said nothing new is no fact.
        """
        if self.delete_accepted_at is None or self.described_at is None or self.seems_gone or self.exiting_since:
            return False
        return max(self.described_at, looked_at or self.described_at) >= self.delete_accepted_at + patience

    def ended_at(self, *, spacing: timedelta) -> datetime | None:
        """When the task ended, by its own word or because the vendor no longer knows it."""
        return self.exited_at or self.vanished_at(spacing=spacing)
