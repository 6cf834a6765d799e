"""What the first bytes of a picture tell of it. Nothing is decoded."""

import struct
from typing import Literal, NamedTuple

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
JPEG_SIGNATURE = b"\xff\xd8\xff"

# Start-of-frame markers, which hold the size; C4, C8 and CC stand for other things (ITU-T T.81, table B.1).
FRAME_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
STANDALONE_MARKERS = frozenset({0x01, *range(0xD0, 0xD9)})
START_OF_SCAN = 0xDA


class ImageHeader(NamedTuple):
    """Kind and size in pixels."""

    kind: Literal["png", "jpeg"]
    width: int
    height: int


class NotAnImage(ValueError):
    """The bytes are neither a PNG nor a JPEG."""


def read_header(data: bytes) -> ImageHeader | None:
    """Return what *data*, the beginning of a file, is; None when more of it is needed.

    Raises:
        NotAnImage: It is neither a PNG nor a JPEG, whatever follows.
    """
    if data[: len(PNG_SIGNATURE)] == PNG_SIGNATURE[: len(data)]:
        return _read_png(data)
    if data[: len(JPEG_SIGNATURE)] == JPEG_SIGNATURE[: len(data)]:
        return _read_jpeg(data)
    raise NotAnImage


def _read_png(data: bytes) -> ImageHeader | None:
    if len(data) < 24:
        return None
    if data[12:16] != b"IHDR":
        raise NotAnImage
    width, height = struct.unpack(">II", data[16:24])
    return ImageHeader("png", width, height)


def _read_jpeg(data: bytes) -> ImageHeader | None:
    at = 2
    while at + 9 <= len(data):
        if data[at] != 0xFF:
            raise NotAnImage
        marker = data[at + 1]
        if marker == 0xFF:  # padding
            at += 1
        elif marker in STANDALONE_MARKERS:
            at += 2
        elif marker in FRAME_MARKERS:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return ImageHeader("jpeg", width, height)
        elif marker == START_OF_SCAN:
            raise NotAnImage
        else:
            (length,) = struct.unpack(">H", data[at + 2 : at + 4])
            at += 2 + max(2, length)
    return None
