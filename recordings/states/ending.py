"""What an outcome is judged by: files that are there or missing, and on whose word."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from recordings.states.inventory import FileView, Plan
from recordings.states.stored import StorageSight
from recordings.states.task import TaskEvidence
from recordings.states.vocabulary import FileKind, FileStatus, Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What an outcome is judged by.

    Attributes:
        current: The task that the recording is about; the others were superseded.
        exit_reason: Why it left; None while it runs.
        has_twin: Another create may have made a task, so an event of the one may come after the end of the other.
        successor_lost: The current task was displaced by one that nobody ever heard of, as far as its exit tells.
        sight: The storage's word. Once it was given, the vendor's counts for no file that it could be asked for.
    """

    tasks: Sequence[TaskEvidence]
    current: TaskEvidence | None
    files: Sequence[FileView]
    plan: Plan
    exit_reason: Reason | None
    asked_to_stop: bool
    has_twin: bool
    successor_lost: bool
    sight: StorageSight

    @property
    def there(self) -> list[FileView]:
        """Files of which at least a part can be used; of a blank one, there is nothing to use."""
        return [
            file
            for file in self.files
            if not file.is_blank and (self._is_there(file) or file.reason == Reason.INCOMPLETE)
        ]

    @property
    def missing(self) -> list[FileView]:
        """Files that are not there, or not whole."""
        return [file for file in self.files if not self._is_there(file)]

    def _is_there(self, file: FileView) -> bool:
        return file.status == FileStatus.VERIFIED or self._is_taken_on_trust(file)

    def _is_taken_on_trust(self, file: FileView) -> bool:
        """Tell whether the vendor's word on a file counts: storage was not asked about it, or could not be."""
        if file.kind == FileKind.VOD:
            return is_unasked(file)
        return file.status == FileStatus.REPORTED and not self.sight.was_read

    @property
    def is_shown(self) -> bool:
        """True when storage was asked, and nothing that counts as there rests on the vendor's word."""
        return self.sight.was_read and not any(self._is_taken_on_trust(file) for file in self.files)

    @property
    def awaits_storage(self) -> bool:
        """True while the end rests on the storage's word and it was not given, or not on every file in VOD."""
        if not self.sight.is_wanted:
            return False
        return not self.sight.was_read or any(is_unasked(file) and file.file_id for file in self.files)

    def awaits_look(self, *, heard_at: datetime | None) -> bool:
        """Tell whether VOD is to be asked before anything is concluded: it was not, since something was heard."""
        tried_at = self.sight.tried_at
        is_tried = tried_at is not None and (heard_at is None or tried_at >= heard_at)
        return self.plan.storage_kind == "vod" and self.awaits_storage and not is_tried

    @property
    def hls_unconfirmed(self) -> bool:
        """True while playlists are wanted and nobody said that their upload ended.

        A 304 tells that a playlist was first uploaded, at its beginning. An MP4 or AAC is made from the whole upload.
        """
        return FileKind.HLS in self.plan.outputs and any(
            task.upload_finished_at is None and not task.is_stored and not _is_transcoded(task)
            for task in self.tasks
            if task.slices
        )


def is_unasked(file: FileView) -> bool:
    """Tell whether only the vendor said that a file is in VOD: once asked, it is verified or has a reason."""
    return file.kind == FileKind.VOD and file.status == FileStatus.REPORTED and file.reason is None


def _is_transcoded(task: TaskEvidence) -> bool:
    return any(status == FileStatus.REPORTED for status, _ in task.outputs.values())
