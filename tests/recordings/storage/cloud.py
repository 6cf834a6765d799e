"""A bucket as the vendor fills it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

BUCKET = "classes-1250000000"
BEGAN = datetime(2026, 1, 20, 11, 30, 37, 408000, tzinfo=UTC)
BEGAN_MS = 1768908637408


@dataclass
class Cloud:
    """The bucket `classes-1250000000`, with the vendor's hand in it."""

    client: Any
    address: str

    def put(self, key: str, data: bytes = b"data") -> None:
        """Store an object."""
        self.client.put_object(Bucket=BUCKET, Key=key, Body=data)

    def delete(self, key: str) -> None:
        """Delete an object."""
        self.client.delete_object(Bucket=BUCKET, Key=key)

    def list_keys(self, prefix: str = "") -> list[str]:
        """Return the keys of what is there."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
        return [entry["Key"] for page in pages for entry in page.get("Contents", ())]

    def clear(self) -> None:
        """Delete everything."""
        keys = [{"Key": key} for key in self.list_keys()]
        for start in range(0, len(keys), 1000):
            self.client.delete_objects(Bucket=BUCKET, Delete={"Objects": keys[start : start + 1000]})

    def put_playlist(self, folder: str, stem: str, *, without: tuple[int, ...] = (), **options: Any) -> list[str]:
        """Store `<stem>.m3u8` with its segments, some of them missing, and return the segments' names."""
        text, names = write_playlist(stem, **options)
        self.put(f"{folder}/{stem}.m3u8", text.encode())
        for number, name in enumerate(names):
            if number not in without:
                self.put(f"{folder}/{name}")
        return names


def write_playlist(
    stem: str, *, segments: int = 3, seconds: float = 10.0, ended: bool = True, gap_after: int | None = None
) -> tuple[str, list[str]]:
    """Return a playlist as the vendor's recorder writes it, and the names of its segments.

    Args:
        gap_after: The segment behind which nothing was recorded for 20 s.
    """
    lines = [
        *(
            "#EXTM3U",
            "#EXT-X-VERSION:3",
            "#EXT-X-ALLOW-CACHE:NO",
            "#EXT-X-MEDIA-SEQUENCE:0",
            "#EXT-X-TARGETDURATION:10",
        ),
        *("#EXT-X-TRTC-VERSION:1.0", f"#EXT-X-TRTC-START-REC-TIME:{BEGAN_MS}", "#EXT-X-TRTC-MEDIA-ID:main"),
        *("#EXT-X-TRTC-USER-ID:alice", "#EXT-X-TRTC-MIX-STREAM:0", "#EXT-X-TRTC-STREAM-TYPE:0"),
    ]
    at, names = BEGAN, []
    for number in range(segments):
        names.append(f"{stem}_{at:%Y%m%d%H%M%S}{at.microsecond // 1000:03}.ts")
        at_ms = round(at.timestamp() * 1000)
        lines += [f"#EXT-X-TRTC-FILE-ATTR:{at_ms},188", f"#EXTINF:{seconds:.3f},", names[-1]]
        at += timedelta(seconds=seconds + (20 if number == gap_after else 0))
    lines += ["#EXT-X-ENDLIST"] if ended else []
    return "\n".join(lines) + "\n", names
