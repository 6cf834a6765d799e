"""One m3u8 with its ts files, and the mp4 or aac made of the same film. Runs in worker threads."""

from pathlib import PurePosixPath

from sandbox.media.coding import make_file, make_segment
from sandbox.media.ffmpeg import Ffmpeg
from sandbox.media.film import Form, Reel, Stretch, frame_seconds
from sandbox.trtc.outputs import Output
from sandbox.trtc.playlist import Segment, write_playlist
from sandbox.trtc.tasks import RecordedFile
from sandbox.uploads import Uploads

DONE, STUCK, BROKEN = 0, 1, 2  # Status of event 310


class IndexedFile:
    """Grows by segments. `form` says how it is coded."""

    def __init__(self, file: RecordedFile, reel: Reel, form: Form, *, ffmpeg: Ffmpeg, uploads: Uploads) -> None:
        self.form = form
        self._file = file
        self._reel = reel
        self._ffmpeg = ffmpeg
        self._uploads = uploads
        self._segments: list[Segment] = []

    def stretch(self, *, origin_ms: int, first: int, end: int) -> Stretch:
        """Return these frames of its film, counted from the origin."""
        file = self._file
        return Stretch(self._reel, self.form, file.track, origin_ms, file.begin_ms, first=first, end=end)

    def put_segment(self, stretch: Stretch, name: str) -> None:
        """Make a ts file, and store it with the index that lists it.

        Raises:
            MediaFailed: It could not be made.
        """
        data = make_segment(self._ffmpeg, stretch)
        self._segments.append(Segment(name, stretch.start_ms, float(stretch.seconds), len(data)))
        self._uploads.put({name: data, self._file.name: self._index(is_ended=False)})

    def put_index(self, *, is_ended: bool) -> None:
        """Store the index alone."""
        self._uploads.put({self._file.name: self._index(is_ended=is_ended)})

    def make(self, output: Output) -> int:
        """Make a whole file and store it; return the Status that event 310 tells.

        Raises:
            MediaFailed: It could not be made.
        """
        if not self._uploads.can_read(self._file.name):
            return BROKEN
        frames = round((output.end_ms - output.start_ms) / 1000 / frame_seconds(self.form, output.track))
        begin_ms = output.start_ms
        stretch = Stretch(self._reel, self.form, output.track, begin_ms, begin_ms, first=0, end=max(frames, 1))
        suffix = PurePosixPath(output.name).suffix.removeprefix(".")
        self._uploads.put({output.name: make_file(self._ffmpeg, stretch, suffix=suffix)})
        return STUCK if self._uploads.is_waiting(output.name) else DONE

    def _index(self, *, is_ended: bool) -> bytes:
        return write_playlist(self._file, self.form, self._segments, is_ended=is_ended).encode()
