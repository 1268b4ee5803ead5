"""Update many rows in one statement."""

from collections.abc import Sequence
from typing import Any

from django.db import connection, models
from psycopg import sql


def update_rows(rows: Sequence[models.Model], names: Sequence[str]) -> None:
    """Write the named fields of rows of one model: one `UPDATE ... FROM (VALUES ...)`, however many there are.

    `bulk_update` builds a CASE for each field and row, which costs more than the database's own work.
    """
    if not rows:
        return
    meta = rows[0]._meta
    assert meta.pk is not None
    fields: list[Any] = [meta.pk, *(meta.get_field(name) for name in names)]
    values = [field.get_db_prep_save(getattr(row, field.attname), connection) for row in rows for field in fields]
    one_row = sql.SQL("({})").format(
        sql.SQL(", ").join(
            sql.SQL("%s::" + str(field.rel_db_type(connection) if field.is_relation else field.db_type(connection)))
            for field in fields
        )
    )
    query = sql.SQL(
        "UPDATE {table} SET {changes} FROM (VALUES {rows}) AS new ({columns}) WHERE {table}.{key} = new.{key}"
    )
    columns = [sql.Identifier(field.column) for field in fields]
    statement = query.format(
        table=sql.Identifier(meta.db_table),
        changes=sql.SQL(", ").join(sql.SQL("{0} = new.{0}").format(column) for column in columns[1:]),
        rows=sql.SQL(", ").join([one_row] * len(rows)),
        columns=sql.SQL(", ").join(columns),
        key=columns[0],
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
