"""Every figure of a service as rows of files: table, key, measure and value."""

from collections.abc import Iterator
from typing import Any

from services.transparency.equity import Equity
from services.transparency.queries import Service
from services.transparency.tables import Figures, Took

COLUMNS = ["service", "period", "table", "key", "measure", "value"]
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
MEASURED = [
    "received",
    "decided",
    "withdrawn",
    "open",
    "on_time",
    "late",
    "approved",
    "refused",
    "closed",
    "first_time_right",
    "asked",
    "objections",
    "overturned",
    "complaints",
    "complaints_answered",
    "silent_approvals",
    "silent_refusals",
    "silent_opinions",
    "rated",
    "satisfied",
    "file_reads",
    "robot_steps",
    "clerk_steps",
    "saved_minutes",
    "clerk_minutes",
    "stopped_days",
]
Line = tuple[str, str, str, Any]


def lines_of(figures: Service, unit: str) -> Iterator[Line]:
    """Give every figure of a service's page as table, key, measure and value; what may not be told is missing."""
    yield from figure_lines("whole", "", figures.whole)
    if figures.before:
        yield from figure_lines("year before", "", figures.before)
    for point in figures.series:
        yield from figure_lines(unit, point.first.isoformat(), point.figures)
    for cut, table in figures.tables.items():
        for row in table.rows:
            yield from figure_lines(cut, row.key, row)
    for name, reasons in (("refused", figures.refusals), ("asked", figures.questions)):
        yield from ((name, reason.key, "number", reason.number) for reason in reasons)
    yield from (("stops", still.reason, "number", still.stops) for still in figures.standstills)
    for name, steps in (("step", figures.steps), ("holder", figures.holders)):
        for step in steps:
            yield from _times(name, step.key, step.median, step.p90)
    yield from (("working days", f"{one.first}-{one.last}", "number", one.number) for one in figures.histogram)
    yield from (
        ("handling", "", measure, value)
        for measure, value in vars(figures.handling).items()
        if value is not None and figures.handling.cases
    )


def equity_lines(equity: Equity | None) -> Iterator[Line]:
    """Give what may be told of groups of people, each under its kind and key."""
    for kind, groups in equity.kinds.items() if equity else ():
        for group in groups:
            yield "equity", f"{kind}:{group.key}", "decided", group.decided
            yield from (("equity", f"{kind}:{group.key}", name, share.part) for name, share in group.shares.items())


def figure_lines(table: str, key: str, figures: Figures) -> Iterator[Line]:
    for measure in MEASURED:
        if (number := figures.numbers.get(measure)) is not None:
            yield table, key, measure, number
    yield from _times(table, key, figures.median, figures.p90)


def _times(table: str, key: str, median: Took, p90: Took) -> Iterator[Line]:
    for name, time in (("median", median), ("p90", p90)):
        if time.days is not None:
            yield table, key, f"{name}_working_days", time.days
        if time.seconds is not None:
            yield table, key, f"{name}_seconds", round(time.seconds)


def harmless(cell: object) -> object:
    """Give a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
