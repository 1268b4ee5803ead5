"""Figures with the names that people know: of offices, channels, periods, steps and reasons."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal import charts
from portal.templatetags.words import in_language, language_of, marked, unmarked
from services.agencies.models import Office
from services.catalogue.definition import Definition, Span
from services.requests.models import Channel
from services.transparency.periods import EVER, LAST_YEAR, YEAR_BEFORE, Period, unit_of
from services.transparency.queries import Point, Service, StepTime
from services.transparency.statistics import difference, funnel, is_out
from services.transparency.steering import Remark
from services.transparency.tables import OTHERS, Figures, Reason, Table
from services.transparency.travel import Spared, spared

Words = str | Promise
STOP_REASONS: dict[str, Words] = {
    "question": gettext_lazy("The office asked the applicant something"),
    "papers": gettext_lazy("The applicant had to add papers"),
    "confirmation": gettext_lazy("The applicant had to confirm something"),
    "payment": gettext_lazy("The applicant had to pay"),
    "visit": gettext_lazy("The applicant had to come"),
    "other_body": gettext_lazy("Somebody outside the office had to act"),
    "unknown": gettext_lazy("The reason was not recorded yet"),
}
HOLDERS: dict[str, Words] = {
    "office": gettext_lazy("The office"),
    "others": gettext_lazy("Other agencies"),
    "applicant": gettext_lazy("The applicant"),
    "law": gettext_lazy("Time that the law lets pass"),
}
UNITS: dict[str, Words] = {
    "day": gettext_lazy("Day"),
    "week": gettext_lazy("Week"),
    "month": gettext_lazy("Month"),
    "quarter": gettext_lazy("Quarter"),
    "year": gettext_lazy("Year"),
}


def period_words(period: Period) -> str:
    """Tell a period: “the last 12 months”, “2025”, “March 2026”."""
    named = {EVER: _("since the beginning"), LAST_YEAR: _("the last 12 months"), YEAR_BEFORE: _("the 12 months before")}
    if period.name in named or period.first is None or period.end is None:
        return named.get(period.name, period.name)
    if ".." in period.name:
        return f"{month_words(period.first)} – {month_words(unit_before(period.end))}"
    return month_words(period.first) if period.name.count("-") == 1 and "Q" not in period.name else period.name


def unit_before(end: date) -> date:
    return date(end.year - (end.month == 1), end.month - 1 or 12, 1)


def month_words(month: date) -> str:
    return date_format(month, "YEAR_MONTH_FORMAT")


def point_words(first: date, unit: str) -> str:
    if unit in ("day", "week"):
        return date_format(first, "SHORT_DATE_FORMAT")
    if unit == "quarter":
        return f"{first.year}-Q{(first.month + 2) // 3}"
    return month_words(first) if unit == "month" else str(first.year)


def rest_words(count: int) -> str:
    """Tell rows that are told together."""
    return ngettext("%(count)s with few cases", "%(count)s together, some with few cases", count) % {"count": count}


def named(table: Table | None, names: Mapping[str, Any]) -> list[tuple[str, Figures]]:
    """Give the rows of a table with their names."""
    rows = table.rows if table else []
    return [
        (rest_words(table.others) if table and row.key == OTHERS else str(names.get(row.key, row.key)), row)
        for row in rows
    ]


def office_names(tables: Iterable[Table | None]) -> dict[str, SafeString]:
    """Give the names of the offices in tables, as a page shows them; one query."""
    codes = {row.key for table in tables if table for row in table.rows}
    return {office.code: marked(office.name) for office in Office.objects.filter(code__in=codes)}


def told(figures: Service, unit: str, definition: Definition | None, remarks: Sequence[Remark] = ()) -> dict[str, Any]:
    """Give a service's figures with names, charts and sentences; one query for the names of offices."""
    tables = figures.tables
    offices = named(tables.get("office"), office_names([tables.get("office")]))
    return {
        "figures": figures,
        "period": period_words(figures.period),
        "offices": offices,
        "slowest": slowest_of(offices),
        "funnel": funnel_of(offices, figures.whole),
        "channels": named(tables.get("channel"), dict(Channel.choices)),
        "versions_told": compared(tables.get("version")),
        "refusals": reasons_named(figures.refusals, definition, "refused"),
        "questions": reasons_named(figures.questions, definition, "asked"),
        "steps": steps_named(figures.steps, definition),
        "times": {step.key: step for step in figures.steps},
        "holders": [(HOLDERS.get(one.key, one.key), one) for one in figures.holders],
        "standstills": [(STOP_REASONS.get(one.reason, _("Other reasons")), one) for one in figures.standstills],
        "trends": trends(figures.series, unit, remarks),
        "histogram": histogram_of(figures),
        "spared": spared_by(tables.get("channel")),
        "units": UNITS,
        "limit": limit_words(definition) if definition else "",
    }


def limit_words(definition: Definition) -> str:
    """Tell the legal limit."""
    return span_words(definition.time_limit)


def span_words(span: Span) -> str:
    if span.kind == "working":
        return ngettext("%(count)s working day", "%(count)s working days", span.days) % {"count": span.days}
    return ngettext("%(count)s calendar day", "%(count)s calendar days", span.days) % {"count": span.days}


def spared_by(channels: Table | None) -> Spared | None:
    """Estimate what requests from afar spared; of the channels that are told."""
    rows = {row.key: row.numbers["received"] or 0 for row in channels.rows} if channels else {}
    return spared(rows) if any(rows.values()) else None


def steps_named(steps: Iterable[StepTime], definition: Definition | None) -> list[tuple[str, StepTime]]:
    known = definition.workflow.by_key if definition else {}
    return [
        (marked(known[step.key].title) if step.key in known else _("A question to the applicant"), step)
        for step in steps
    ]


def reasons_named(reasons: Iterable[Reason], definition: Definition | None, kind: str) -> list[tuple[str, int]]:
    """Tell reasons by the definition's words; what it no longer knows by its code."""
    names: dict[str, Any] = {}
    if definition and kind == "refused":
        names = {reason.code: reason.text for reason in definition.rejection_reasons}
    elif definition:
        questions = {field.key: field.label for field in definition.fields.values()}
        names = {**questions, **{paper.key: paper.title for paper in definition.evidence}}
    own = {OTHERS: _("Other reasons"), "": _("Something else")}
    return [(own.get(one.key) or marked(names.get(one.key)) or one.key, one.number) for one in reasons]


def compared(table: Table | None) -> list[dict[str, Any]]:
    """Give versions in their order, each with how its share in time differs from the one before."""
    rows = sorted((row for row in table.rows if row.key != OTHERS), key=lambda row: int(row.key)) if table else []
    told_rows, before = [], None
    for row in rows:
        told_rows.append({"number": row.key, "figures": row, "change": change_of(before, row)})
        before = row
    return told_rows


def change_of(before: Figures | None, after: Figures) -> dict[str, Any] | None:
    """Tell by how many points the share in time changed, between which bounds, and whether chance explains it."""
    if before is None or before.share_on_time is None or after.share_on_time is None:
        return None
    now, then = (counts_on_time(figures) for figures in (after, before))
    low, high = difference(*now, *then)
    words = _("better") if low > 0 else _("worse") if high < 0 else _("no more than chance")
    state = "better" if low > 0 else "worse" if high < 0 else "same"
    return {"by": after.share_on_time - before.share_on_time, "low": low, "high": high, "words": words, "state": state}


def counts_on_time(figures: Figures) -> tuple[int, int]:
    on_time = figures.numbers["on_time"] or 0
    return on_time, on_time + (figures.numbers["late"] or 0)


def slowest_of(offices: Iterable[tuple[str, Figures]]) -> tuple[str, Figures] | None:
    """Give the office where half of the requests take longest; None where there aren't two to compare."""
    told = [(name, row) for name, row in offices if row.key != OTHERS and row.median]
    return max(told, key=lambda place: place[1].median) if len(told) > 1 else None


def funnel_of(
    offices: Iterable[tuple[str, Figures]], whole: Figures, own: Office | None = None
) -> dict[str, Any] | None:
    """Compare offices by their share in time with what chance alone would give; the `own` one is named in the chart."""
    rows = [(name, row) for name, row in offices if row.key != OTHERS and row.share_on_time is not None]
    share = whole.share_on_time
    if share is None or len(rows) < 2:
        return None
    places = []
    for name, row in rows:
        on_time, cases = counts_on_time(row)
        words = f"{unmarked(name)}: {row.share_on_time:.0%}, {cases}"
        beyond = is_out(on_time, cases, share)
        name_of = (in_language(own.name), language_of(own.name)) if own and row.key == own.code else ()
        place = charts.Place(words, cases, on_time / cases, beyond, *name_of)
        places.append((name, row, place))
    most = max(place.cases for *_, place in places) * 2.5
    limits = [
        (cases, *funnel(share, cases))
        for cases in sorted({max(1, round(most * (part / 40) ** 2)) for part in range(1, 41)})
    ]
    chart = charts.funnel([place for *_, place in places], share, limits)
    return {
        "chart": chart,
        "share": share,
        "rows": [(name, row, place.beyond) for name, row, place in places],
        "below": [name for name, _, place in places if place.beyond < 0],
        "above": [name for name, _, place in places if place.beyond > 0],
        "least": min(((name, row, place.beyond) for name, row, place in places), key=lambda one: one[1].share_on_time),
    }


def trends(series: list[Point], unit: str, remarks: Sequence[Remark] = ()) -> dict[str, Any]:
    """Draw volume, median and share in time over time, with a mark where managers remarked something."""
    labels = [point_words(point.first, unit) for point in series]
    figures = [point.figures for point in series]
    medians = [None if (days := row.median.days) is None else float(days) for row in figures]
    told = [(place, remark) for remark in remarks if (place := _place_of(remark, series, unit)) is not None]
    marks = [(place, str(number)) for number, (place, _remark) in enumerate(told, start=1)]
    volume = [("first", [row.received for row in figures]), ("second", [row.decided for row in figures])]
    return {
        "rows": list(zip(labels, figures, strict=True)),
        "unit": UNITS[unit],
        "remarks": [remark for _place, remark in told],
        "volume": charts.trend(labels, volume, marks=marks),
        "median": charts.trend(labels, [("first", medians)], marks=marks),
        "on_time": charts.trend(labels, [("first", [row.share_on_time for row in figures])], share=True, marks=marks),
    }


def _place_of(remark: Remark, series: list[Point], unit: str) -> int | None:
    """Give the point of a chart in which a remark begins; None when it lies outside."""
    first = unit_of(remark.first_day, unit)
    return next((place for place, point in enumerate(series) if point.first == first), None)


def histogram_of(figures: Service) -> dict[str, Any] | None:
    """Draw how many decisions took how many working days."""
    bins = figures.histogram
    if not bins:
        return None
    labels = [str(one.first) if one.first == one.last else f"{one.first}–{one.last}" for one in bins]
    return {
        "chart": charts.histogram(labels, [one.number for one in bins]),
        "rows": list(zip(labels, [one.number for one in bins], strict=True)),
    }
