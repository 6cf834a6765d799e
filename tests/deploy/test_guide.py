"""The guide names commands, options and files that exist."""

import re

import pytest
from django.core.management import get_commands

from tests.deploy.reading import ROOT, commands_in, options_of

TEXTS = ["README.md", *(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("name", TEXTS)
def test_every_command_exists_with_its_options(name: str) -> None:
    for command, options in commands_in((ROOT / name).read_text()):
        assert command in get_commands(), command
        assert options <= options_of(command), (command, options)


def test_the_guide_names_files_that_exist() -> None:
    guide = (ROOT / "docs" / "operating.md").read_text()
    named = set(re.findall(r"\b((?:deploy|docs|requirements)/[\w@./-]*\w)", guide))
    linked = set(re.findall(r"\]\(([^)#:]+)\)", guide))

    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []
    assert [path for path in linked if not (ROOT / "docs" / path).exists()] == []
