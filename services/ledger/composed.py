"""Queries that Django composes once, that PostgreSQL plans once, and that are asked again and again with other values.

For those that a claim of a step or a page of the desk asks: composing one costs several times what the database takes
to answer, and planning one as much again.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Lookup, QuerySet
from django.db.models.query import get_related_populators
from psycopg import sql

from services.ledger.preparing import preparing


class AnyOf(Lookup):
    """A condition: a column is one of the values. As `__in`, with one parameter for however many there are."""

    prepare_rhs = False
    output_field = BooleanField()

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s)", (*parameters, list(self.rhs))


class Composed:
    """A query with places for values, composed at its first use.

    `build` makes the query of stand-ins, one for each value: each must be unlike any other parameter of the query, and
    come out among its parameters at least once.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], *stand_ins: object) -> None:
        self._build, self._stand_ins = build, stand_ins
        self._statement = ""

    def rows(self, *values: object) -> list[Any]:
        """Ask with these values; give tuples if the query is for values, else instances with their relations."""
        if not self._statement:
            self._compose()
        with preparing() as cursor:
            cursor.execute(self._statement, [values[stand_in] for stand_in in self._places])
            found = cursor.fetchall()
        return [self._instance(self._converted(row)) for row in found]

    def _compose(self) -> None:
        query = self._build(*self._stand_ins).query
        compiler = query.get_compiler(connection=connection)
        statement, parameters = compiler.as_sql()
        self._places = [self._stand_ins.index(one) for one in parameters if one in self._stand_ins]
        missing = {*range(len(self._stand_ins))} - {*self._places}
        assert not missing, f"no place for {[self._stand_ins[at] for at in missing]} in: {statement}"
        chosen = [chosen for chosen, _sql, _alias in compiler.select]
        self._converters = compiler.get_converters(chosen)
        self._info = compiler.klass_info if query.default_cols else None
        if self._info:
            begin, end = self._info["select_fields"][0], self._info["select_fields"][-1] + 1
            self._own = slice(begin, end)
            self._names = [column[0].target.attname for column in compiler.select[self._own]]
            self._beside = compiler.annotation_col_map or {}
            self._related = get_related_populators(self._info, compiler.select, connection.alias)  # type: ignore[call-arg]
        self._statement = self._with_constants(statement, parameters)

    def _with_constants(self, statement: str, parameters: Sequence[object]) -> str:
        """Write what is the same each time into a statement: only so a kept plan can use an index of some rows."""
        left = iter(parameters)

        def written(place: re.Match[str]) -> str:
            if place[0] == "%%" or (value := next(left)) in self._stand_ins:
                return place[0]
            return sql.Literal(value).as_string(connection.connection).replace("%", "%%")

        return re.sub("%%|%s", written, statement)

    def _converted(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        values = list(row)
        for place, (converters, expression) in self._converters.items():
            for convert in converters:
                values[place] = convert(values[place], expression, connection)
        return tuple(values)

    def _instance(self, row: tuple[Any, ...]) -> Any:
        if not self._info:
            return row
        instance = self._info["model"].from_db(connection.alias, self._names, row[self._own])
        for populator in self._related:
            populator.populate(row, instance)
        for name, place in self._beside.items():
            setattr(instance, name, row[place])
        return instance
