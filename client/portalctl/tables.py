"""Read a table whole before anything of it is sent: its encoding, its columns, and the key of every row."""

import csv
import gzip
import io
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from portalctl.mapping import TableMapping
from portalctl.stops import Stop

LONGEST_FIELD = 1_000_000
GZIP = b"\x1f\x8b"


@dataclass(frozen=True)
class Row:
    """The columns of one row that a mapping reads; `fault` says why it can't be sent at all."""

    line: int
    key: str
    values: dict[str, str]
    fault: str = ""
    columns: tuple[str, ...] = ()


def read_table(file: Path, mapping: TableMapping, encoding: str, delimiter: str) -> list[Row]:
    """Give the rows of a CSV file, packed by gzip or not; raise `Stop` with what is wrong with the file."""
    text = _decoded(_content(file), file, encoding)
    csv.field_size_limit(LONGEST_FIELD)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        head = next(reader, [])
        _check_head(head, mapping.needed, file)
        return list(_keyed(_rows(reader, head, mapping), mapping))
    except csv.Error as fault:
        raise Stop(f"{file}, line {reader.line_num}: {fault}. Is it a CSV file with {delimiter!r} between?") from None


def _content(file: Path) -> bytes:
    try:
        content = file.read_bytes()
        return gzip.decompress(content) if content.startswith(GZIP) else content
    except (OSError, EOFError, zlib.error) as fault:
        raise Stop(f"{file} can't be read: {fault}.") from None


def _decoded(content: bytes, file: Path, encoding: str) -> str:
    try:
        return content.decode("utf-8-sig" if encoding.lower() in ("utf-8", "utf8") else encoding)
    except LookupError:
        raise Stop(f"There is no encoding {encoding!r}. Common ones are utf-8, cp1252 and iso-8859-9.") from None
    except UnicodeError as fault:
        at = content.count(b"\n", 0, getattr(fault, "start", 0)) + 1
        raise Stop(f"{file}, line {at} isn't {encoding}. Say which it is, as in --encoding cp1252.") from None


def _check_head(head: Sequence[str], needed: Iterable[str], file: Path) -> None:
    if lacking := [column for column in needed if column not in head]:
        words = ", ".join(map(repr, lacking))
        raise Stop(f"{file} has no column {words}. It has: {', '.join(head) or 'nothing'}.")
    if twice := [column for column in needed if head.count(column) > 1]:
        raise Stop(f"{file} has the column {twice[0]!r} more than once.")


def _rows(reader: Iterable[list[str]], head: Sequence[str], mapping: TableMapping) -> Iterator[Row]:
    places = {column: head.index(column) for column in mapping.needed}
    for values in reader:
        line = reader.line_num  # type: ignore[attr-defined]
        if not values:
            continue
        if len(values) != len(head):
            fault = f"the row has {len(values)} values and the head {len(head)}: a comma or a quote is missing"
            yield Row(line, "", {}, fault)
            continue
        known = {column: values[place].strip() for column, place in places.items()}
        yield Row(line, " / ".join(known[column] for column in mapping.key), known)


def _keyed(rows: Iterable[Row], mapping: TableMapping) -> Iterator[Row]:
    """Say of rows that can't be told apart by their key that they can't be sent."""
    first: dict[str, int] = {}
    for row in rows:
        if row.fault:
            yield row
        elif not all(row.values[column] for column in mapping.key):
            yield Row(row.line, row.key, row.values, "is empty, and it tells rows apart", mapping.key)
        elif row.key in first:
            yield Row(row.line, row.key, row.values, f"is the same as in line {first[row.key]}", mapping.key)
        else:
            first[row.key] = row.line
            yield row
