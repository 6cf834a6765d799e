"""The files of a deployment, read as those read them who use them."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.core.management import CommandError, get_commands, load_command_class

ROOT = Path(settings.BASE_DIR)
DEPLOY = ROOT / "deploy"
INSTALLED = "/opt/recordings/current/"

Unit = dict[str, dict[str, list[str]]]


def read_unit(name: str) -> Unit:
    """Return sections, their keys, and each key's values in order."""
    unit: Unit = {}
    section: dict[str, list[str]] = {}
    for line in (DEPLOY / "systemd" / name).read_text().splitlines():
        if line.startswith("["):
            section = unit.setdefault(line.strip("[]"), {})
        elif line and not line.startswith("#"):
            key, is_pair, value = line.partition("=")
            assert is_pair, line
            section.setdefault(key, []).append(value)
    return unit


def read_env(text: str) -> dict[str, str]:
    """Return NAME=value lines; those behind a # as well."""
    return dict(re.findall(r"^#?([A-Z_]+)=(.*)$", text, re.MULTILINE))


def read_compose() -> dict[str, Any]:
    compose: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
    return compose


def parse_command(words: list[str]) -> None:
    """See that a management command and each of its options exist, and that its arguments fit.

    Raises:
        AssertionError: They do not.
    """
    name, *arguments = words
    assert name in get_commands(), f"manage.py {name} does not exist"
    app = get_commands()[name]
    command = load_command_class(app, name) if isinstance(app, str) else app
    parser = command.create_parser("manage.py", name)
    try:
        parser.parse_args(arguments)
    except CommandError as error:
        raise AssertionError(f"manage.py {shlex.join(words)}: {error}") from error


def options_of(name: str) -> set[str]:
    """Return the options that a management command knows."""
    app = get_commands()[name]
    command = load_command_class(app, name) if isinstance(app, str) else app
    return {option for action in command.create_parser("manage.py", name)._actions for option in action.option_strings}


def commands_in(text: str) -> Iterator[tuple[str, set[str]]]:
    """Yield each `manage.py NAME --options` of a text, up to the end of its line or of its code."""
    for name, rest in re.findall(r"(?:manage\.py|recordings-manage) ([a-z_]+)([^\n`|;#]*)", text):
        yield name, set(re.findall(r"(?<=\s)--[a-z-]+", rest))
