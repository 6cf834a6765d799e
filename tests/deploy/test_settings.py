"""Every setting is in the operators' table with its default, and the example is a deployment that passes its checks."""

import ast
import base64
import os
import re
import secrets
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from recordings.states.policy import Policy
from tests.deploy.reading import DEPLOY, ROOT, read_env

GUIDE = (ROOT / "docs" / "operating.md").read_text()
TABLE = dict(re.findall(r"^\| `([A-Z_]+)` \| (.*?) \|", GUIDE, re.MULTILINE))
FOR_TESTS = {"EMBEDDED_POSTGRES_FOLDER", "FAILPOINTS", "FAILPOINTS_LOG"}  # of no use in a deployment
OF_THE_UNITS = {"WEB_HOST", "WEB_THREADS", "METRICS_HOST"}


def _names_in_settings() -> set[str]:
    """Return the variables that config/settings.py reads by name; those of the policy are made from its fields."""
    calls = [
        node
        for node in ast.walk(ast.parse((ROOT / "config" / "settings.py").read_text()))
        if isinstance(node, ast.Call)
    ]
    of_env = [call for call in calls if isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) == "env"]
    return {str(arg.value) for call in of_env for arg in call.args[:1] if isinstance(arg, ast.Constant)}


def test_every_setting_is_in_the_table_and_nothing_else() -> None:
    rules = {f"RECORDINGS_{name.upper()}" for name in asdict(Policy())}

    assert set(TABLE) - rules == _names_in_settings() - FOR_TESTS | OF_THE_UNITS
    assert rules <= set(TABLE)


def test_the_defaults_of_the_clock_are_in_the_table() -> None:
    rules = asdict(Policy())

    assert {name: TABLE[f"RECORDINGS_{name.upper()}"] for name in rules} == {name: f"{rules[name]:g}" for name in rules}


def test_the_example_names_only_settings() -> None:
    assert set(read_env((DEPLOY / "recordings.env.example").read_text())) <= set(TABLE)


def test_the_example_filled_in_passes_the_deployment_checks(tmp_path: Path) -> None:
    example = read_env((DEPLOY / "recordings.env.example").read_text())
    filled = example | {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "FIELD_ENCRYPTION_KEYS": base64.urlsafe_b64encode(os.urandom(32)).decode(),
        "SPOOL_FOLDER": str(tmp_path / "spool"),  # its own is on a machine where this is installed
    }
    run = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT, env={"PATH": os.environ["PATH"], "HTTPS": "true"} | filled,  # the checkout's .env says false
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert run.returncode == 0, run.stderr
