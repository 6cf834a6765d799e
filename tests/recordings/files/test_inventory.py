"""Whose a file is that should be there, when only a playlist's name says it."""

from datetime import UTC, datetime

import pytest

from recordings.states.inventory import Plan, list_files
from recordings.states.task import TaskEvidence
from recordings.states.vocabulary import FileKind

NOW = datetime(2026, 1, 20, 11, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("encoded", "told", "shown"),
    [
        ("5byg5LiJ", "", "张三"),
        ("fn5+", "", "~~~"),
        ("not-an-id", "alice", "alice"),  # not as the vendor writes ids: what the event told
        ("AA..", "alice", "alice"),  # a NUL, which no row can hold
    ],
)
def test_the_owner_of_an_outstanding_file_is_told_plain(encoded: str, told: str, shown: str) -> None:
    name = f"1400000001_77__UserId_s_{encoded}__UserId_e_aux_video.m3u8"
    task = TaskEvidence(
        task_id="T.",
        first_seen=NOW,
        media_started_at=NOW,
        slices={name: {"name": name, "user_id": told, "media_id": "aux"}},
    )
    plan = Plan(storage_kind="cos", mixed=False, outputs=frozenset({FileKind.MP4}))

    (file,) = list_files(tasks=[task], plan=plan)

    assert (file.user_id, file.media_id, file.kind) == (shown, "aux", FileKind.MP4)
