"""Which column of a table fills which field of a service: data that is read from a TOML file, never code."""

import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portalctl.stops import Stop

OPEN311, API = "open311", "api"
FIELDS = {
    OPEN311: re.compile(
        r"lat|long|jurisdiction_id|address_string|description|media_url|email|phone|first_name|last_name"
        r"|attribute\[[a-z][a-z0-9_]*\]"
    ),
    API: re.compile(r"office|contact\.(name|email|phone)|answers(\.[a-z][a-z0-9_]*)+"),
}
KNOWN = {"service", "through", "key", "columns", "values", "constants"}


class Unmapped(Exception):
    """A value of a row isn't among those that the mapping knows."""

    def __init__(self, column: str, words: str) -> None:
        super().__init__(words)
        self.column = column


@dataclass(frozen=True)
class TableMapping:
    """A sound mapping: `columns` gives the field of each column, `values` what stands for a column's words."""

    service: str
    through: str
    key: tuple[str, ...]
    columns: Mapping[str, str]
    values: Mapping[str, Mapping[str, Any]]
    constants: Mapping[str, Any]

    @property
    def needed(self) -> list[str]:
        """Give the columns that the table must have."""
        return list(dict.fromkeys([*self.key, *self.columns]))

    def fields_of(self, row: Mapping[str, str]) -> dict[str, Any]:
        """Give the fields that a row fills; an empty value fills none. Raise `Unmapped` for a word it doesn't know."""
        filled = dict(self.constants)
        for column, field in self.columns.items():
            if row[column] == "":
                continue
            known = self.values.get(column)
            if known is not None and row[column] not in known:
                raise Unmapped(column, f"{row[column]!r} isn't among the values that the mapping knows")
            filled[field] = known[row[column]] if known is not None else row[column]
        return filled

    def columns_of(self, field: str) -> list[str]:
        """Give the columns that fill a field, a part of it, or the whole that it is a part of."""
        return [
            column
            for column, filled in self.columns.items()
            if filled == field or filled.startswith(f"{field}.") or field.startswith(f"{filled}.")
        ]

    def idempotency_key(self, row_key: str) -> str:
        """Give the key under which the portal takes a row once, however often and from wherever it is sent."""
        return hashlib.sha256("\0".join(["portalctl", self.service, *self.key, row_key]).encode()).hexdigest()


def read_mapping(file: Path) -> TableMapping:
    """Read a mapping; raise `Stop` with every fault in it."""
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as fault:
        raise Stop(f"The mapping can't be read from {file}: {fault}.") from None
    except tomllib.TOMLDecodeError as fault:
        raise Stop(f"{file} is no TOML: {fault}.") from None
    if faults := list(_faults(content)):
        raise Stop("\n".join(f"{file}: {fault}" for fault in faults))
    key = content["key"]
    return TableMapping(
        service=content["service"],
        through=content["through"],
        key=(key,) if isinstance(key, str) else tuple(key),
        columns=content["columns"],
        values=content.get("values", {}),
        constants=content.get("constants", {}),
    )


def _faults(content: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"{name} isn't known. Known are {', '.join(sorted(KNOWN))}." for name in content.keys() - KNOWN)
    if not re.fullmatch(r"[a-z0-9-]+", str(content.get("service", ""))):
        yield 'service: write the code of a service, as in service = "pothole-report".'
    if content.get("through") not in FIELDS:
        yield f'through: write "{OPEN311}" for reports in nobody\'s name, or "{API}" for requests in your own.'
    key = content.get("key")
    if not (isinstance(key, str) or (isinstance(key, list) and key and all(isinstance(one, str) for one in key))):
        yield 'key: name the column that tells rows apart, as in key = "Number", or several in brackets.'
    columns = content.get("columns")
    if not isinstance(columns, dict) or not columns:
        yield 'columns: say which column fills which field, as in "Latitude" = "lat" below [columns].'
        return
    yield from _field_faults(content, columns)


def _field_faults(content: Mapping[str, Any], columns: Mapping[str, Any]) -> Iterator[str]:
    allowed = FIELDS.get(str(content.get("through")), re.compile(".*"))
    values, constants = content.get("values", {}), content.get("constants", {})
    if not isinstance(values, dict) or not isinstance(constants, dict):
        yield "values and constants are tables: [values.Column] and [constants]."
        return
    named = [*columns.values(), *constants]
    strange = [field for field in named if not isinstance(field, str) or not allowed.fullmatch(field)]
    yield from (f"{field!r} is no field that can be sent through {content.get('through')}." for field in strange)
    twice = {field for field in named if named.count(field) > 1 or _has_parts(field, named)}
    yield from (f"{field} is filled more than once." for field in sorted(map(str, twice)))
    yield from _value_faults(columns, values, constants)


def _has_parts(field: Any, named: list[Any]) -> bool:
    return any(str(other).startswith(f"{field}.") for other in named)


def _value_faults(columns: Mapping[str, Any], values: Mapping[str, Any], constants: Mapping[str, Any]) -> Iterator[str]:
    for column, known in values.items():
        if column not in columns or not isinstance(known, dict):
            yield f"values: {column!r} is no column that the mapping reads."
        elif not all(isinstance(value, str | bool | int) for value in known.values()):
            yield f"values: what stands for {column!r} are texts, whole numbers, true and false."
    if not all(isinstance(value, str | bool | int) for value in constants.values()):
        yield "constants are texts, whole numbers, true and false."
