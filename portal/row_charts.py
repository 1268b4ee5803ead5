"""Charts that give each service, office or period a row: its name, what is told of it, and where that lies."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from portal.charts import BOTTOM, RIGHT, TOP, WIDTH, Bar, Chart, Dot, Plane, Text, Tick, nice, percentage, plain
from portal.templatetags.words import in_language, language_of

ROW, NAME, MIDDLE, LONGEST = 44, 12, 27, 42


class Row(NamedTuple):
    """What a row shows beside its name in its languages: a dot for each value, with its state, on a line.

    A bar reaches from 0 to the first value. `beside` is a value of all, to compare with; it stands upright.
    """

    named: Mapping[str, str]
    words: str
    values: Sequence[tuple[float, str]]
    line: tuple[float, float] | None = None
    beside: float | None = None

    @property
    def name(self) -> str:
        return in_language(self.named)


def bars(rows: Sequence[Row], most: float) -> Chart | None:
    """Draw a bar for each row from 0 to its value; None without any row."""
    plane = Plane(most, left=RIGHT)
    drawn = []
    for at, row in enumerate(rows):
        one, two = sorted((plane.x(0), plane.x(row.values[0][0])))
        drawn.append(Bar(one, _y(at) - 6, round(two - one, 1), 12, f"{row.name}: {row.words}"))
    return _chart(plane, rows, bars=drawn)


def ranges(rows: Sequence[Row], most: float = 0) -> Chart | None:
    """Draw a line with dots for each row; shares unless `most` is given. None without any row."""
    plane = Plane(most or 1, left=RIGHT)
    spans, beside, dots = [], [], []
    for at, row in enumerate(rows):
        y = _y(at)
        if row.line:
            spans.append(f"M{plane.x(row.line[0]):g} {y}L{plane.x(row.line[1]):g} {y}")
        if row.beside is not None:
            beside.append(f"M{plane.x(row.beside):g} {y - 7}v14")
        dots += [Dot(plane.x(value), y, f"{row.name}: {row.words}", state) for value, state in row.values]
    lines = [(name, "".join(paths)) for name, paths in (("first", spans), ("all", beside)) if paths]
    return _chart(plane, rows, lines=lines, dots=dots, is_share=not most)


def most_of(rows: Sequence[Row]) -> float:
    """Give a round number that no value of the rows is above."""
    known = [value for row in rows for value in (*(value for value, _ in row.values), row.beside) if value is not None]
    return nice(max(known, default=0))


def _y(at: int) -> int:
    return TOP + at * ROW + MIDDLE


def _chart(plane: Plane, rows: Sequence[Row], *, is_share: bool = False, **drawn: Any) -> Chart | None:
    if not rows:
        return None
    most, height = plane.x_most, TOP + len(rows) * ROW + BOTTOM
    ticks = [Tick(plane.x(most * part), percentage(part) if is_share else plain(most * part)) for part in (0, 0.5, 1)]
    texts = [text for at, row in enumerate(rows) for text in _texts(row, TOP + at * ROW + NAME, plane.is_mirrored)]
    return Chart(x_ticks=ticks, texts=texts, is_mirrored=plane.is_mirrored, height=height, **drawn)


def _texts(row: Row, y: int, is_mirrored: bool) -> list[Text]:
    """Give the name where the row begins and what is told of it where it ends, in the direction of reading."""
    name = row.name if len(row.name) <= LONGEST else row.name[: LONGEST - 1].rstrip() + "…"
    begin, end = ("end", "start") if is_mirrored else ("start", "end")
    places = (WIDTH - RIGHT, RIGHT) if is_mirrored else (RIGHT, WIDTH - RIGHT)
    return [Text(places[0], y, name, begin, language_of(row.named)), Text(places[1], y, row.words, end)]
