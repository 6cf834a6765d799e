"""How the vendor writes ids into file names.

Source: naming of recording files, https://trtc.io/document/45169.
"""

import binascii
from functools import lru_cache
from urllib.parse import quote

# Only these two change: "+" stays, so this is neither base64url nor the coding of a UserSig.
_TO_NAME = str.maketrans({"/": "-", "=": "."})
_FROM_NAME = str.maketrans({"-": "/", ".": "="})


def encode_id(plain: str) -> str:
    """Return an id as file names carry it: Base64 of its UTF-8 with `/` as `-` and `=` as `.`; `+` stays."""
    return binascii.b2a_base64(plain.encode(), newline=False).decode("ascii").translate(_TO_NAME)


@lru_cache(maxsize=4096)  # thousands of segments carry the same few ids
def decode_id(encoded: str) -> str | None:
    """Return the id that is written as *encoded*; None where no id is written so."""
    try:
        plain = binascii.a2b_base64(encoded.translate(_FROM_NAME)).decode()
    except ValueError:  # no Base64, or no UTF-8
        return None
    # Base64 has several spellings of the same bytes, and the vendor writes one.
    return plain if encode_id(plain) == encoded else None


def quote_key(key: str) -> str:
    """Return a storage key as the path of a URL: `+`, which TaskIds and encoded ids may hold, becomes `%2B`."""
    return quote(key, safe="/")
