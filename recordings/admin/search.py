"""Finding a recording by what an operator has in hand; exact, so that indexes answer."""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from applications.models import Application
from recordings.models import Recording, Task

MOST_TASKS = 100


def find_recordings(recordings: QuerySet[Recording], term: str) -> QuerySet[Recording]:
    """Return those of *recordings* whose id, room, task id or robot name is *term*."""
    term = term.strip()
    if "\0" in term:
        return recordings.none()
    # Every index begins with the application, and there are few.
    applications = list(Application.objects.values_list("pk", flat=True))
    of_task = Task.objects.filter(application_id__in=applications, task_id=term).values_list("recording_id", flat=True)
    ids: list[Any] = list(of_task[:MOST_TASKS])
    if (found := _uuid(term)) is not None:
        ids.append(found)
    return recordings.filter(Q(pk__in=ids) | Q(robot_user_id=term) | Q(application_id__in=applications, room_id=term))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
