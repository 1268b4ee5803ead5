"""Charts as geometry: where lines, bars and dots of an SVG lie. The words and the table are the templates'."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import get_language_bidi

WIDTH, HEIGHT = 480, 220
LEFT, RIGHT, TOP, BOTTOM = 58, 12, 14, 34
STEPS = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True)
class Tick:
    """A mark of an axis: where, and what it says."""

    at: float
    words: str


@dataclass(frozen=True)
class Dot:
    """A dot with its words; `state` is "" where there is nothing to say of it."""

    x: float
    y: float
    words: str
    state: str = ""


@dataclass(frozen=True)
class Text:
    """Words within a chart, that begin or end (`anchor`, from left to right) at a place; `lang` if not the page's."""

    x: float
    y: float
    words: str
    anchor: str = "start"
    lang: str = ""


@dataclass(frozen=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    words: str


@dataclass(frozen=True)
class Chart:
    """What a chart draws; lines are strokes in SVG's path language, marks stand upright with a number.

    A chart of rows names each by a text in it, and has upright lines at its ticks.
    """

    x_ticks: list[Tick] = field(default_factory=list)
    y_ticks: list[Tick] = field(default_factory=list)
    lines: list[tuple[str, str]] = field(default_factory=list)
    dots: list[Dot] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)
    marks: list[Tick] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    is_mirrored: bool = False
    height: int = HEIGHT

    width, top = WIDTH, TOP

    @property
    def bottom(self) -> int:
        return self.height - BOTTOM

    @property
    def begin(self) -> int:
        """Give where the plot begins in the direction of reading."""
        return WIDTH - LEFT if self.is_mirrored else LEFT

    @property
    def end(self) -> int:
        return RIGHT if self.is_mirrored else WIDTH - RIGHT

    @property
    def label_x(self) -> int:
        return WIDTH - LEFT + 8 if self.is_mirrored else LEFT - 8


class Plane:
    """Turns values into places; mirrored where people read from right to left."""

    def __init__(
        self, x_most: float, y_most: float = 1, x_least: float = 0, y_least: float = 0, left: int = LEFT
    ) -> None:
        self.x_least, self.x_most = x_least, max(x_most, x_least + 1e-9)
        self.y_least, self.y_most = y_least, max(y_most, y_least + 1e-9)
        self.left, self.is_mirrored = left, get_language_bidi()

    def x(self, value: float) -> float:
        part = (value - self.x_least) / (self.x_most - self.x_least)
        at = self.left + part * (WIDTH - self.left - RIGHT)
        return round(WIDTH - at if self.is_mirrored else at, 1)

    def y(self, value: float) -> float:
        part = (value - self.y_least) / (self.y_most - self.y_least)
        return round(HEIGHT - BOTTOM - part * (HEIGHT - TOP - BOTTOM), 1)


def nice(most: float) -> float:
    """Give a round number that is at least as large."""
    if most <= 0:
        return 1
    size = 10 ** math.floor(math.log10(most))
    return next(step * size for step in STEPS if step * size >= most)


def plain(value: float) -> str:
    return f"{value:,.0f}".replace(",", " ") if value >= 10 or value == int(value) else f"{value:g}"


def trend(
    labels: Sequence[str],
    series: Sequence[tuple[str, Sequence[float | None]]],
    *,
    share: bool = False,
    marks: Sequence[tuple[int, str]] = (),
) -> Chart | None:
    """Draw numbers over time as lines, each with a class; what isn't told breaks its line. None without any number.

    `marks` are points of the time with what stands there.
    """
    known = [value for _, values in series for value in values if value is not None]
    if not known or len(labels) < 2:
        return None
    most = 1.0 if share else nice(max(known))
    plane = Plane(len(labels) - 1, most)
    lines = [(name, path) for name, values in series if (path := _path(plane, values))]
    alone = [
        Dot(plane.x(at), plane.y(value), labels[at], name)
        for name, values in series
        for at, value in enumerate(values)
        if value is not None and _is_alone(values, at)
    ]
    ticks = [Tick(plane.y(most * part), percentage(part) if share else plain(most * part)) for part in (0, 0.5, 1)]
    upright = [Tick(plane.x(place), words) for place, words in marks]
    return Chart(_ends(plane, labels), ticks, lines, alone, marks=upright, is_mirrored=plane.is_mirrored)


def percentage(part: float) -> str:
    return f"{part * 100:.0f} %"


def _is_alone(values: Sequence[float | None], at: int) -> bool:
    return (at == 0 or values[at - 1] is None) and (at + 1 == len(values) or values[at + 1] is None)


def _path(plane: Plane, values: Sequence[float | None]) -> str:
    """Give one stroke for each run of known values."""
    words, pen = [], "M"
    for at, value in enumerate(values):
        if value is None:
            pen = "M"
        else:
            words.append(f"{pen}{plane.x(at):g} {plane.y(value):g}")
            pen = "L"
    return "".join(words)


def _ends(plane: Plane, labels: Sequence[str]) -> list[Tick]:
    return [Tick(plane.x(at), labels[at]) for at in (0, len(labels) - 1)]


def histogram(labels: Sequence[str], values: Sequence[int]) -> Chart | None:
    """Draw how many fall into each part, as bars."""
    if not values:
        return None
    most = nice(max(values))
    plane = Plane(len(values), most)
    bars = []
    for at, value in enumerate(values):
        one, two = sorted((plane.x(at + 0.1), plane.x(at + 0.9)))
        top = plane.y(value)
        bars.append(Bar(one, top, round(two - one, 1), round(plane.y(0) - top, 1), f"{labels[at]}: {value}"))
    shown = sorted({0, len(values) // 2, len(values) - 1})
    marks = [Tick(plane.y(most * part), plain(most * part)) for part in (0, 0.5, 1)]
    return Chart([Tick(plane.x(at + 0.5), labels[at]) for at in shown], marks, bars=bars, is_mirrored=plane.is_mirrored)


@dataclass(frozen=True)
class Place:
    """A dot of a funnel: its words, of how many cases, which share, and whether chance explains it (0).

    `name` is written beside the dot, where a page is about one of them; `lang` is its language if not the page's.
    """

    words: str
    cases: int
    share: float
    beyond: int
    name: str = ""
    lang: str = ""


def funnel(places: Sequence[Place], share: float, limits: Sequence[tuple[int, float, float]]) -> Chart | None:
    """Draw places by their cases and share, with the limits of chance around the share of all."""
    if not places:
        return None
    most = nice(max(place.cases for place in places))
    least = min([place.share for place in places] + [low for cases, low, _ in limits if cases >= most / 10])
    plane = Plane(most, 1.0, 0, math.floor(max(0.0, least - 0.02) * 10) / 10)
    dots = [Dot(plane.x(one.cases), plane.y(one.share), one.words, STATES[one.beyond]) for one in places]
    drawn = [limit for limit in limits if limit[0] <= most]
    lines = [("low", _limit(plane, drawn, 1)), ("high", _limit(plane, drawn, 2))]
    lines.append(("all", f"M{plane.x(0):g} {plane.y(share):g}L{plane.x(most):g} {plane.y(share):g}"))
    span = plane.y_most - plane.y_least
    marks = [
        Tick(plane.y(plane.y_least + span * part), percentage(plane.y_least + span * part)) for part in (0, 0.5, 1)
    ]
    across = [Tick(plane.x(most * part), plain(most * part)) for part in (0, 0.5, 1)]
    return Chart(across, marks, lines, dots, texts=_names(plane, places), is_mirrored=plane.is_mirrored)


def _names(plane: Plane, places: Sequence[Place]) -> list[Text]:
    """Write names above their dots, towards the middle of the chart."""
    return [
        Text(x, plane.y(one.share) - 12, one.name, "end" if x > WIDTH / 2 else "start", one.lang)
        for one in places
        if one.name
        for x in [plane.x(one.cases)]
    ]


STATES = {-1: "below", 0: "", 1: "above"}


def _limit(plane: Plane, limits: Sequence[tuple[int, float, float]], place: int) -> str:
    points = [(cases, max(plane.y_least, limit[place])) for limit in limits for cases in [limit[0]]]
    return "M" + "L".join(f"{plane.x(cases):g} {plane.y(value):g}" for cases, value in points)
