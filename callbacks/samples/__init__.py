"""Callback bodies as the vendors send them, for tests and for `send_test_callback`."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


def sample_names(family: str) -> list[str]:
    """Return the names of a family's samples."""
    return sorted(path.stem for path in (FOLDER / family).glob("*.json"))


def read_sample(family: str, name: str) -> dict[str, Any]:
    """Return one body.

    Raises:
        FileNotFoundError: There is no such sample.
    """
    body: dict[str, Any] = json.loads((FOLDER / family / f"{name}.json").read_bytes())
    return body
