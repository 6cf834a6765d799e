"""The demo's storage: an S3 on loopback that keeps everything in memory, played by moto."""

from collections.abc import Sequence

import requests


def server_arguments(port: int) -> Sequence[str]:
    """Return what runs it, as `python <arguments>`."""
    return ["-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]


def make_bucket(storage_url: str, name: str) -> None:
    """Make a bucket; the recorder makes none."""
    requests.put(f"{storage_url}/{name}", timeout=10).raise_for_status()
