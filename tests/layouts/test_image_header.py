"""Kind and size of a picture, from its first bytes."""

import pytest

from layouts.image_header import ImageHeader, NotAnImage, read_header
from tests.layouts.pictures import png


@pytest.mark.parametrize("cut", range(24))
def test_a_header_that_is_not_complete_asks_for_more(cut: int) -> None:
    assert read_header(png(7, 8)[:cut]) is None
    assert read_header(png(7, 8)) == ImageHeader("png", 7, 8)


@pytest.mark.parametrize(
    "data", [b"GIF89a", b"RIFF1234WEBP", b"\x89PNG\r\n\x1a\n" + b"\0" * 16, b"\xff\xd8\xff\xe0\0\2xxxxxxxxxxx"]
)
def test_other_files_are_no_pictures(data: bytes) -> None:
    with pytest.raises(NotAnImage):
        read_header(data)
