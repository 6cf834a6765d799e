"""While a release is rolled out, the code before it runs on the database after it: a migration may only add."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

OURS = {
    config.label
    for config in apps.get_app_configs()
    if str(config.path).startswith(f"{settings.BASE_DIR}/") and "site-packages" not in config.path
}
TAKES_AWAY = (
    migrations.RemoveField,
    migrations.RenameField,
    migrations.DeleteModel,
    migrations.RenameModel,
    migrations.AlterModelTable,
)
# What breaks the code of the release before, and why that is all right. To remove or rename what no release uses any
# more, say which release was the last one that did.
UNRELEASED = "no release ever ran without it"
ALLOWED = {
    "applications.0002_every_family: callbackendpoint.is_trusted lacks null or db_default": UNRELEASED,
    "applications.0002_every_family: callbackendpoint.signature_variant lacks null or db_default": UNRELEASED,
    "callbacks.0002_every_family: event.digest lacks null or db_default": UNRELEASED,
    "callbacks.0002_every_family: event.is_late lacks null or db_default": UNRELEASED,
    "recordings.0003_every_family: recording.details lacks null or db_default": UNRELEASED,
    "recordings.0003_every_family: task.provider lacks null or db_default": UNRELEASED,
    "recordings.0004_layout_template: recording.layout_template lacks null or db_default": UNRELEASED,
}


def _steps() -> Iterator[tuple[str, Operation, ProjectState]]:
    """Yield what our migrations do, but the first of each app, with the models as they were before the migration."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    state = ProjectState()
    for app, name in loader.graph._generate_plan(loader.graph.leaf_nodes(), at_end=True):
        before = state.clone()
        for operation in loader.graph.nodes[app, name].operations:
            if app in OURS and not name.startswith("0001"):
                yield f"{app}.{name}", operation, before
            operation.state_forwards(app, state)


def find_breaking(app: str, operation: Operation, before: ProjectState) -> str:
    """Return what of the code before an operation would break; empty when nothing would.

    Args:
        before: The models as that code knows them.
    """
    model = before.models.get((app, getattr(operation, "model_name", "").lower()))
    if isinstance(operation, migrations.AddField):
        is_safe = operation.field.null or operation.field.has_db_default() or operation.field.many_to_many
        return "" if model is None or is_safe else f"{operation.model_name}.{operation.name} lacks null or db_default"
    if isinstance(operation, TAKES_AWAY):
        return operation.describe()
    if isinstance(operation, migrations.AlterField) and model is not None and operation.name in model.fields:
        return _narrowing(operation, model.fields[operation.name])
    return ""


def _narrowing(operation: migrations.AlterField, old: Any) -> str:
    new = operation.field
    if old.null and not new.null and not new.has_db_default():
        return f"{operation.model_name}.{operation.name} may be null no longer"
    if old.max_length and new.max_length and new.max_length < old.max_length:
        return f"{operation.model_name}.{operation.name} becomes shorter"
    if old.has_db_default() and not new.has_db_default() and not new.null:
        return f"{operation.model_name}.{operation.name} loses its default"
    return ""


def test_no_migration_breaks_the_code_before_it() -> None:
    breaking = {
        f"{where}: {what}"
        for where, operation, before in _steps()
        if (what := find_breaking(where.partition(".")[0], operation, before))
    }

    assert sorted(breaking - set(ALLOWED)) == []
    assert sorted(set(ALLOWED) - breaking) == []  # an entry that is needed no longer


@pytest.mark.parametrize(
    ("operation", "is_safe"),
    [
        (migrations.AddField("thing", "more", models.IntegerField(null=True)), True),
        (migrations.AddField("thing", "more", models.IntegerField(db_default=0)), True),
        (migrations.AddField("thing", "more", models.IntegerField(default=0)), False),
        (migrations.AddField("thing", "more", models.CharField(blank=True, max_length=9)), False),
        (migrations.RemoveField("thing", "name"), False),
        (migrations.RenameField("thing", "name", "title"), False),
        (migrations.DeleteModel("thing"), False),
        (migrations.RenameModel("thing", "other"), False),
        (migrations.AlterModelTable("thing", "elsewhere"), False),
        (migrations.AlterField("thing", "name", models.CharField(max_length=9)), False),
        (migrations.AlterField("thing", "name", models.CharField(max_length=99, null=True)), True),
        (migrations.AlterField("thing", "name", models.CharField(max_length=5, null=True)), False),
    ],
)
def test_what_breaks_old_code_is_found(operation: Operation, is_safe: bool) -> None:
    before = ProjectState()
    migrations.CreateModel("thing", [("name", models.CharField(max_length=9, null=True))]).state_forwards("app", before)

    assert (find_breaking("app", operation, before) == "") is is_safe
