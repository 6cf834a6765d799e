"""The systemd units name what exists, end what they start in good order, and give no right away."""

import re
import shlex

import pytest
from django.conf import settings

from tests.deploy.reading import DEPLOY, INSTALLED, ROOT, parse_command, read_env, read_unit

UNITS = ["recordings-web@.service", "recordings-worker@.service", "recordings-migrate.service"]
LOCKED_UP = {
    "NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes", "PrivateTmp": "yes",
    "PrivateDevices": "yes", "CapabilityBoundingSet": "", "StateDirectory": "recordings", "StateDirectoryMode": "0700",
}  # fmt: skip
EXAMPLE = read_env((DEPLOY / "recordings.env.example").read_text())


@pytest.mark.parametrize("name", UNITS)
def test_what_a_unit_runs_exists(name: str) -> None:
    service = read_unit(name)["Service"]
    for line in service["ExecStart"] + service.get("ExecStartPre", []):
        program, script, *words = shlex.split(_expanded(line, service))
        assert program == INSTALLED + ".venv/bin/python"
        assert (ROOT / script).is_file()
        parse_command(words)


def _expanded(line: str, service: dict[str, list[str]]) -> str:
    """Put in what systemd does: the instance's name, and variables from the unit or from the example."""
    own = dict(word.partition("=")[::2] for words in service["Environment"] for word in words.split())
    for variable in re.findall(r"\$\{(\w+)\}", line):
        assert EXAMPLE.get(variable) == own[variable], f"{variable}: the example and {line} differ"
    return re.sub(r"\$\{(\w+)\}", lambda found: own[found[1]], line).replace("%i", "8001")


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_gives_no_right_away(name: str) -> None:
    service = read_unit(name)["Service"]

    assert {key: service[key][0] for key in LOCKED_UP} == LOCKED_UP
    assert service["User"] == ["recordings"]
    assert EXAMPLE["SPOOL_FOLDER"].startswith(f"/var/lib/{service['StateDirectory'][0]}/")


def test_they_share_one_file_of_settings_and_one_user() -> None:
    files = {tuple(read_unit(name)["Service"]["EnvironmentFile"]) for name in UNITS}

    assert len(files) == 1
    assert "u recordings " in (DEPLOY / "systemd" / "recordings.sysusers").read_text()


@pytest.mark.parametrize("name", UNITS[:2])
def test_a_process_comes_back_and_may_end_in_its_own_time(name: str) -> None:
    unit = read_unit(name)
    service = unit["Service"]

    assert (service["Restart"], service["KillSignal"]) == (["always"], ["SIGTERM"])
    assert unit["Unit"]["StartLimitIntervalSec"] == ["0"]
    assert (
        int(service["TimeoutStopSec"][0])
        > settings.WORKER_GRACE_SECONDS + settings.RECORDINGS_POLICY["vendor_timeout_seconds"]
    )
    assert unit["Unit"]["PartOf"] == unit["Install"]["WantedBy"] == ["recordings.target"]


def test_a_start_waits_for_no_database() -> None:
    """Callbacks go to the spool meanwhile."""
    assert "Requires" not in read_unit("recordings-web@.service")["Unit"]
