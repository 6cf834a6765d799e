"""What the vendor says of files in VOD: 311 and 312."""

from collections.abc import Callable

from recordings.models import RecordingFile
from tests.recordings.storage.meeting import MIXED, Meeting

ONE, TWO = "5285485487985271487", "5285485487985271488"
SUB_APP = 1500000001
Begin = Callable[..., Meeting]


def commit(meeting: Meeting, file_id: str, user: str = "", *, name: str = "") -> None:
    """Let the vendor say that a file is in VOD."""
    name = name or (f"{MIXED}__UserId_s_{user}__UserId_e_main.mp4" if user else f"{MIXED}.mp4")
    file = {"UserId": user, "TrackType": "audio_video", "MediaId": "main" if user else "mix", "CacheFile": name}
    times = {"StartTimeStamp": 1768908617408, "EndTimeStamp": 1768908678908}
    told_url = {"VideoUrl": "https://told.example.com/x.mp4"} | ({"FileId": file_id} if file_id else {})
    meeting.tell(311, {"Status": 0, "TencentVod": file | times | told_url})


def commit_two(meeting: Meeting) -> None:
    commit(meeting, ONE, "alice")
    commit(meeting, TWO, "bob")
    meeting.tell(312, {"Status": 0})


def reasons(meeting: Meeting) -> dict[str, tuple[str, str | None]]:
    rows = RecordingFile.objects.filter(recording=meeting.recording)
    return {row.file_id: (row.status, row.reason) for row in rows}
