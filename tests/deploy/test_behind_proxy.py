"""What the proxy says about a request is believed where a proxy was announced, and nowhere else."""

import os
from pathlib import Path

import pytest
import requests

from demo.processes import Processes, free_port


@pytest.mark.parametrize(("is_behind_proxy", "is_secure"), [("true", True), ("false", False)])
def test_a_request_is_as_secure_as_the_proxy_says(is_behind_proxy: str, is_secure: bool, tmp_path: Path) -> None:
    """Only an answer over TLS carries the HSTS header; waitress drops what no trusted proxy said."""
    settings = {"BEHIND_PROXY": is_behind_proxy, "HTTPS": "true", "PUBLIC_URL": "https://recordings.example.com"}
    settings |= {"ALLOWED_HOSTS": "127.0.0.1", "SPOOL_FOLDER": str(tmp_path / "spool")}
    port = free_port(8900 + os.getpid() % 50)
    with Processes(tmp_path, os.environ | settings) as processes:
        processes.start("web", ["manage.py", "serve", "--port", str(port)])
        processes.wait_for("web", f"http://127.0.0.1:{port}/healthz")
        answer = requests.get(
            f"http://127.0.0.1:{port}/", headers={"X-Forwarded-Proto": "https"}, allow_redirects=False, timeout=10
        )

    assert (answer.status_code, "Strict-Transport-Security" in answer.headers) == (302, is_secure)
