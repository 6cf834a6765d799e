"""Plain SQL for the path that every callback takes, where the ORM would cost more than the work itself.

Rows travel as one JSON document that PostgreSQL reads into the table's own row type, so a statement is the same for one
row and for fifty, is planned once and kept prepared.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar
from uuid import UUID

import psycopg
from django.db import connection, models

M = TypeVar("M", bound=models.Model)
Row = Mapping[str, Any]


def insert_rows(
    model: type[models.Model], rows: Sequence[Row], *, once: tuple[str, ...] = (), update: tuple[str, ...] = ()
) -> None:
    """Insert rows, given by column name; all with the same columns.

    Args:
        once: Columns of the unique constraint that a repetition meets; empty lets it raise IntegrityError.
        update: Columns to overwrite where *once* is taken already; empty leaves such a row alone.
    """
    if rows:
        _execute(_insert(model, tuple(rows[0]), once, update, ()), [_document(rows)])


def insert_new(
    model: type[models.Model], rows: Sequence[Row], *, once: tuple[str, ...], returning: tuple[str, ...]
) -> list[Any]:
    """Insert those rows whose unique columns *once* are not taken, and return the *returning* columns of these.

    With no *once*, all are inserted, and a taken one raises IntegrityError.
    """
    if not rows:
        return []
    return _execute(_insert(model, tuple(rows[0]), once, (), returning), [_document(rows)])


def update_rows(model: type[models.Model], rows: Sequence[Row]) -> None:
    """Write rows that are known by their `id`; all with the same columns."""
    if rows:
        _execute(_update(model, tuple(rows[0])), [_document(rows)])


def delete_rows(model: type[models.Model], rows: Sequence[Row]) -> None:
    """Delete the rows that have these values; all given by the same columns."""
    if rows:
        _execute(_delete(model, tuple(rows[0])), [_document(rows)])


def select_rows(model: type[M], where: str, parameters: Sequence[Any], *, only: tuple[str, ...] = ()) -> list[M]:
    """Return the rows of *model* for which *where*, SQL of ours with %s marks, holds.

    Args:
        only: The columns to read, `id` among them; the others are read when they are asked for. Empty reads all.
    """
    names, columns, converters = _columns(model, only)
    found = _execute(f'SELECT {columns} FROM "{model._meta.db_table}" WHERE {where}', parameters)  # noqa: S608
    return [model.from_db("default", names, _converted(row, converters)) for row in found]


def select_values(model: type[models.Model], columns: str, where: str, parameters: Sequence[Any]) -> list[Any]:
    """Return *columns* of the rows of *model* for which *where* holds, as tuples."""
    return _execute(f'SELECT {columns} FROM "{model._meta.db_table}" WHERE {where}', parameters)  # noqa: S608


def column_names(model: type[models.Model]) -> list[str]:
    """Return the columns of *model*."""
    return _columns(model, ())[0]


def _execute(statement: str, parameters: Sequence[Any]) -> list[Any]:
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(statement, parameters, prepare=True)
        return cursor.fetchall() if cursor.description else []


def _document(rows: Sequence[Row]) -> str:
    return json.dumps(rows, default=_json_value)


def _json_value(value: object) -> Any:
    match value:
        case datetime():
            return value.isoformat()
        case UUID():
            return str(value)
        case bytes():
            return f"\\x{value.hex()}"
        case Mapping():
            return dict(value)
    raise TypeError(f"{type(value)} has no place in a row")


def _converted(row: Sequence[Any], converters: Mapping[int, Any]) -> list[Any]:
    values = list(row)
    for position, convert in converters.items():
        values[position] = convert(values[position], None, connection)
    return values


@lru_cache(maxsize=16)
def _columns(model: type[models.Model], only: tuple[str, ...]) -> tuple[list[str], str, dict[int, Any]]:
    fields = [field for field in model._meta.concrete_fields if not only or field.column in only]
    converters = {i: f.from_db_value for i, f in enumerate(fields) if hasattr(f, "from_db_value")}
    return [f.attname for f in fields], _listed(f.column for f in fields), converters


# The names below are columns of our models, never input.


@lru_cache(maxsize=32)
def _insert(
    model: type[models.Model],
    columns: tuple[str, ...],
    once: tuple[str, ...],
    update: tuple[str, ...],
    returning: tuple[str, ...],
) -> str:
    table, names = model._meta.db_table, _listed(columns)
    statement = (
        f'INSERT INTO "{table}" ({names}) '  # noqa: S608
        f'SELECT {names} FROM jsonb_populate_recordset(NULL::"{table}", %s::jsonb)'
    )
    if once:
        overwrite = ", ".join(f'"{name}" = EXCLUDED."{name}"' for name in update)
        statement += f" ON CONFLICT ({_listed(once)}) DO " + (f"UPDATE SET {overwrite}" if update else "NOTHING")
    return statement + (f" RETURNING {_listed(returning)}" if returning else "")


@lru_cache(maxsize=32)
def _update(model: type[models.Model], columns: tuple[str, ...]) -> str:
    table = model._meta.db_table
    assignments = ", ".join(f'"{name}" = new."{name}"' for name in columns if name != "id")
    return (
        f'UPDATE "{table}" AS old SET {assignments} '  # noqa: S608
        f'FROM jsonb_populate_recordset(NULL::"{table}", %s::jsonb) AS new WHERE old.id = new.id'
    )


@lru_cache(maxsize=16)
def _delete(model: type[models.Model], columns: tuple[str, ...]) -> str:
    table = model._meta.db_table
    same = " AND ".join(f'old."{name}" = gone."{name}"' for name in columns)
    return (
        f'DELETE FROM "{table}" AS old '  # noqa: S608
        f'USING jsonb_populate_recordset(NULL::"{table}", %s::jsonb) AS gone WHERE {same}'
    )


def _listed(names: Any) -> str:
    return ", ".join(f'"{name}"' for name in names)
