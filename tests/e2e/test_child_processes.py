"""What the demo says of a process of its own that is gone."""

import os
from pathlib import Path

import pytest

from demo.processes import NotReady, Processes


@pytest.mark.parametrize(
    ("act", "told"),
    [
        ("import os; print('busy', flush=True); os.kill(os.getpid(), 9)", "web was ended by SIGKILL. Its log: "),
        ("print('no such port'); raise SystemExit(3)", "web ended with code 3: no such port. Its log: "),
    ],
)
def test_how_a_process_ended_is_told(act: str, told: str, tmp_path: Path) -> None:
    with Processes(tmp_path, dict(os.environ)) as processes:
        processes.start("web", ["-c", act])
        with pytest.raises(NotReady, match=told):
            processes.wait_for("web", "http://127.0.0.1:9/")
