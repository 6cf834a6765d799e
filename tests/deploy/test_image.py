"""The image holds what the service needs, and compose.yaml starts it in the right order."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.conf import settings
from django.template import Engine
from django.urls import resolve

from tests.deploy.reading import DEPLOY, ROOT, parse_command, read_compose, read_env

DOCKERFILE = (ROOT / "Dockerfile").read_text()
SOURCES = re.findall(r"^COPY (\S+) \S+$", DOCKERFILE, re.MULTILINE)
SERVICES: dict[str, Any] = read_compose()["services"]
OURS = [name for name, service in SERVICES.items() if "build" in service]


@pytest.mark.parametrize("source", SOURCES)
def test_what_is_copied_exists_and_is_let_through(source: str) -> None:
    assert (ROOT / source).exists()
    assert f"!{source}" in (ROOT / ".dockerignore").read_text().splitlines()


def test_every_app_of_ours_is_in_the_image() -> None:
    ours = {Path(app.path).name for app in apps.get_app_configs() if Path(app.path).parent == ROOT}

    assert ours | {"manage.py", "templates"} <= set(SOURCES)
    assert str(ROOT / "templates") in map(str, Engine.get_default().dirs)


def test_the_image_has_the_python_and_the_lock_of_this_project() -> None:
    wanted = re.search(r'requires-python = ">=([\d.]+)"', (ROOT / "pyproject.toml").read_text())

    assert wanted is not None
    assert set(re.findall(r"^FROM python:([\d.]+)-slim", DOCKERFILE, re.MULTILINE)) == {wanted[1]}
    assert "--require-hashes -r /opt/recordings/requirements/production.lock" in DOCKERFILE
    assert re.findall(r"^USER (.*)$", DOCKERFILE, re.MULTILINE) == ["10001"]


@pytest.mark.parametrize("name", OURS)
def test_what_a_container_runs_exists(name: str) -> None:
    parse_command(SERVICES[name]["command"])


def test_compose_names_only_what_it_has() -> None:
    compose = read_compose()
    for service in SERVICES.values():
        assert set(service.get("depends_on", {})) <= set(SERVICES)
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            assert source in compose["volumes"] or source == "./tls" or (ROOT / source).is_file()
        for file in [service["env_file"]] if "env_file" in service else []:
            assert (DEPLOY / f"{file}.example").is_file()


def test_nothing_starts_before_the_database_is_changed() -> None:
    waits = {name: SERVICES[name]["depends_on"] for name in OURS}

    assert waits.pop("migrate") == {"postgres": {"condition": "service_healthy"}}
    assert list(waits) == ["web1", "web2", "worker"]
    assert all(wait == {"migrate": {"condition": "service_completed_successfully"}} for wait in waits.values())


def test_a_web_container_is_asked_whether_it_lives_not_whether_the_database_does() -> None:
    for name in ("web1", "web2"):
        (url,) = re.findall(r"http://[^']+", str(SERVICES[name]["healthcheck"]["test"]))
        assert urlsplit(url).path == "/healthz"
        assert resolve(urlsplit(url).path)
        assert str(urlsplit(url).port) in SERVICES[name]["command"]


def test_callbacks_of_both_web_containers_outlive_them() -> None:
    (folder,) = re.findall(r"SPOOL_FOLDER=(\S+)", DOCKERFILE)

    assert all(SERVICES[name]["volumes"] == [f"spool:{folder}"] for name in ("web1", "web2"))
    assert read_env((DEPLOY / "recordings.env.example").read_text())["SPOOL_FOLDER"] == folder


@pytest.mark.parametrize("name", ["web1", "web2", "worker"])
def test_a_container_may_end_in_its_own_time(name: str) -> None:
    grace = int(SERVICES[name]["stop_grace_period"].removesuffix("s"))

    assert grace > settings.WORKER_GRACE_SECONDS + settings.RECORDINGS_POLICY["vendor_timeout_seconds"]
