"""Write many rows in one statement whose text doesn't depend on how many there are."""

import json
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, TypeAlias

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models
from psycopg import sql

from services.ledger.preparing import preparing

Field: TypeAlias = Any  # models.Field is generic in what this file doesn't look at
TEXTS = (models.CharField, models.TextField, models.FileField)


def insert_rows(rows: Sequence[models.Model]) -> None:
    """Insert new rows of one model by `INSERT ... SELECT FROM unnest(...)` and give them their numbers.

    `bulk_create` prepares each value by itself, which costs more than the database's own work.
    """
    if not rows:
        return
    statement, fields = _insertion(type(rows[0]))
    with preparing() as cursor:
        cursor.execute(statement, _values(rows, fields))
        for row, (number,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = number
            row._state.adding, row._state.db = False, connection.alias


def update_rows(rows: Sequence[models.Model], names: Sequence[str]) -> None:
    """Write the named fields of rows of one model; `bulk_update` builds a CASE for each field and row."""
    if not rows:
        return
    statement, fields = _change(type(rows[0]), tuple(names))
    with preparing() as cursor:
        cursor.execute(statement, _values(rows, fields))


def _values(rows: Sequence[models.Model], fields: Sequence[Field]) -> list[Any]:
    """Give one array a field, as PostgreSQL takes it."""
    return [_array(field, [getattr(row, field.attname) for row in rows]) for field in fields]


def _array(field: Field, values: list[Any]) -> Any:
    """Give an array: psycopg writes it; texts are written here, which it does one by one with a pattern."""
    texts = _texts(field)
    return _written([texts(value) for value in values]) if texts else values


def _written(texts: list[str]) -> str:
    """Write an array of texts as PostgreSQL reads it: each within quotes, quotes and backslashes escaped."""
    return "{" + ",".join(['"' + text.replace("\\", r"\\").replace('"', r"\"") + '"' for text in texts]) + "}"


INSERT = """
    INSERT INTO {table} ({columns})
    SELECT {selected} FROM unnest({arrays}) WITH ORDINALITY AS new ({columns}, place) ORDER BY place
    RETURNING {key}
"""
UPDATE = """
    UPDATE {table} SET {changes} FROM unnest({arrays}) AS new ({columns}) WHERE {table}.{key} = new.{key}
"""


@cache
def _insertion(model: type[models.Model]) -> tuple[str, list[Field]]:
    """Compose the insertion of a model, with its fields; what the database fills is left to it."""
    fields = [field for field in model._meta.concrete_fields if not _is_filled_by_database(field)]
    selected = sql.SQL(", ").join(_selected(field) for field in fields)
    return sql.SQL(INSERT).format(selected=selected, **_parts(model, fields)).as_string(), fields


@cache
def _change(model: type[models.Model], names: tuple[str, ...]) -> tuple[str, list[Field]]:
    """Compose the update of a model's fields, with these fields and the key before them."""
    fields = [model._meta.get_field(name) for name in names]
    changes = [sql.SQL("{} = {}").format(_column(field), _selected(field)) for field in fields]
    fields = [model._meta.pk, *fields]
    return sql.SQL(UPDATE).format(changes=sql.SQL(", ").join(changes), **_parts(model, fields)).as_string(), fields


def _parts(model: type[models.Model], fields: Sequence[Field]) -> dict[str, sql.Composable]:
    assert model._meta.pk is not None
    return {
        "table": sql.Identifier(model._meta.db_table),
        "columns": sql.SQL(", ").join(_column(field) for field in fields),
        "arrays": sql.SQL(", ").join(sql.SQL(f"%s::{_carried(field)}[]") for field in fields),
        "key": _column(model._meta.pk),
    }


def _is_filled_by_database(field: Field) -> bool:
    """Tell whether a value comes from the database; a default beside ours is only for releases that don't know it."""
    return isinstance(field, models.AutoField) or (field.has_db_default() and not field.has_default())


def _column(field: Field) -> sql.Identifier:
    return sql.Identifier(str(field.column))


def _type(field: Field) -> str:
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    return str(target.rel_db_type(connection) if target is not field else field.db_type(connection))


def _carried(field: Field) -> str:
    """Give the type in which values travel: arrays of arrays would be flattened, so arrays go as text."""
    return "text" if isinstance(field, ArrayField) else _type(field)


def _selected(field: Field) -> sql.Composable:
    name = sql.SQL("new.{}").format(_column(field))
    return name + sql.SQL(f"::{_type(field)}") if isinstance(field, ArrayField) else name


def _texts(field: Field) -> Callable[[Any], str] | None:
    """Give what makes texts of a field's values, if they travel as texts."""
    if isinstance(field, models.JSONField):
        return _as_json
    if isinstance(field, ArrayField):
        return _written
    return str if isinstance(field, TEXTS) and not field.null else None


def _as_json(value: Any) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder)
