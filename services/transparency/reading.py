"""Read the roll-ups: one statement for the counts and one for the lengths of a service, whatever a page shows of it."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection

from services.transparency.models import Cursor, DayCount, Length
from services.transparency.periods import LAST_YEAR, Period, months_after, months_between, period_of
from services.transparency.rules import ASKED, DECIDED, REFUSED, bucket_at
from services.transparency.sheets import Row, Sheet
from services.transparency.standing_still import STOPS

COUNTS = """
    SELECT cut, key, measure, CASE WHEN cut = '' THEN month END, sum(number),
        coalesce(sum(number) FILTER (WHERE month >= %(first)s AND month < %(end)s), 0)
    FROM transparency_count WHERE service = %(service)s GROUP BY 1, 2, 3, 4
"""
BUCKETS = """
    SELECT cut, key, measure, CASE WHEN cut = '' AND measure = 'running_days' THEN month END, bucket, sum(number)
    FROM transparency_bucket WHERE service = %(service)s
        AND (cut = '' AND (measure = 'running_days' OR month >= %(first)s AND month < %(end)s)
            OR cut IN ('office', 'channel', 'version') AND measure = 'running_days'
                AND month >= %(first)s AND month < %(end)s)
    GROUP BY 1, 2, 3, 4, 5 HAVING sum(number) > 0
"""
SEGMENTS = """
    SELECT service, measure,
        coalesce(sum(number) FILTER (WHERE month < %(before)s), 0),
        coalesce(sum(number) FILTER (WHERE month >= %(before)s AND month < %(first)s), 0),
        coalesce(sum(number) FILTER (WHERE month >= %(first)s AND month < %(end)s), 0),
        coalesce(sum(number) FILTER (WHERE month >= %(end)s), 0)
    FROM transparency_count WHERE cut = %(cut)s AND key = ANY(%(keys)s) AND measure = ANY(%(measures)s) GROUP BY 1, 2
"""
MAIN = [
    "received",
    *DECIDED,
    "withdrawn",
    "on_time",
    "late",
    "first_time_right",
    "rated",
    "satisfied",
    "robot_steps",
    "clerk_steps",
    "open",
]
MONTHS = """
    SELECT service, measure, month, sum(number) FROM transparency_count
    WHERE cut = '' AND key = '' AND service = ANY(%(services)s) AND measure = ANY(%(measures)s) GROUP BY 1, 2, 3
"""
BEGINNING = date(2000, 1, 1)
Buckets = dict[int, int]


@dataclass
class Lengths:
    """How many lengths fall into each bucket: of the whole service in a window, by month, and by each cut's keys."""

    whole: dict[str, Buckets] = field(default_factory=lambda: defaultdict(dict))
    by_month: dict[date, Buckets] = field(default_factory=lambda: defaultdict(dict))
    by_key: dict[tuple[str, str], Buckets] = field(default_factory=lambda: defaultdict(dict))

    def of(self, period: Period) -> Buckets:
        """Give the running days of the decisions of a period."""
        return merged(buckets for month, buckets in self.by_month.items() if period.has(month))


@dataclass(frozen=True)
class Book:
    """All counts of one service: by month, and by version, office and channel for the last year and ever."""

    sheet: Sheet
    rows: dict[str, list[Row]]
    wrong: dict[str, list[Row]]


def book_of(service: str, today: date) -> Book:
    """Read the counts of a service; one query."""
    lately = period_of(LAST_YEAR, today)
    months: dict[str, dict[date, int]] = defaultdict(dict)
    ever: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    recent: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    wrong_lately: Counter[str] = Counter()
    for cut, key, measure, month, number, late in _rows(COUNTS, service=service, first=lately.first, end=lately.end):
        if month is None:
            ever[cut, key][measure], recent[cut, key][measure] = int(number), int(late)
        else:
            months[measure][month] = int(number)
            wrong_lately[measure] += int(late)
    rows: dict[str, list[Row]] = defaultdict(list)
    for (cut, key), numbers in sorted(ever.items()):
        if any(numbers.values()):
            rows[cut].append(Row(key, recent[cut, key], numbers))
    return Book(_sheet(months, today), rows, _wrong(months, wrong_lately))


def _wrong(months: dict[str, dict[date, int]], lately: Counter[str]) -> dict[str, list[Row]]:
    """Give what went wrong as rows: refusals, questions by what was asked for, stops of the clock."""
    wrong: dict[str, list[Row]] = {}
    for start in (REFUSED, ASKED, STOPS):
        found = [(name, sum(numbers.values())) for name, numbers in months.items() if name.startswith(start)]
        wrong[start] = [
            Row(name.removeprefix(start), {"times": lately[name]}, {"times": ever}) for name, ever in found if ever
        ]
    return wrong


def _sheet(months: dict[str, dict[date, int]], today: date) -> Sheet:
    this = today.replace(day=1)
    known = [month for numbers in months.values() for month in numbers]
    begin = min([*known, months_after(this, -24)])  # the same ends for a service of a month and of ten years
    units = list(months_between(begin, months_after(max([*known, this]), 1)))
    counts = {measure: [numbers.get(month, 0) for month in units] for measure, numbers in months.items()}
    return Sheet(units, counts, wanted(today))


def month_sheets(services: Collection[str], today: date) -> dict[str, Sheet]:
    """Read the main counts of services by month, as `book_of` does of one; one query for all of them."""
    counts: dict[str, dict[str, dict[date, int]]] = {service: defaultdict(dict) for service in services}
    for service, measure, month, number in _rows(MONTHS, services=list(services), measures=MAIN):
        counts[service][measure][month] = int(number)
    return {service: _sheet(months, today) for service, months in counts.items()}


def wanted(today: date) -> list[date]:
    """Give the ends of the last twelve months, and of the twelve before, for which other ends are given up."""
    this = today.replace(day=1)
    return [months_after(this, -24), months_after(this, -12), this]


def sheets_of(
    services: Collection[str], today: date, cut: str = "", keys: Collection[str] | None = None
) -> dict[str, Sheet]:
    """Read the main counts of services in four spans of time; one query for all of them."""
    before, first, end = wanted(today)
    where = {"cut": cut, "keys": [""] if keys is None else list(keys), "measures": MAIN}
    rows = _rows(SEGMENTS, before=before, first=first, end=end, **where)
    counts: dict[str, dict[str, list[int]]] = {service: {} for service in services}
    for service, measure, *numbers in rows:
        if service in counts:
            counts[service][measure] = [int(number) for number in numbers]
    units = [BEGINNING, before, first, end]
    return {service: Sheet(units, numbers, units[1:]) for service, numbers in counts.items()}


def lengths_of(service: str, window: Period) -> Lengths:
    """Read the lengths of a service in a window, and its running days by month of all time; one query."""
    found = Lengths()
    ends = {"first": window.first or BEGINNING, "end": window.end or date.max}
    for cut, key, measure, month, bucket, cases in _rows(BUCKETS, service=service, **ends):
        if month is not None:
            found.by_month[month][bucket] = int(cases)
        elif cut:
            found.by_key[cut, key][bucket] = int(cases)
        else:
            found.whole[measure][bucket] = int(cases)
    found.whole["running_days"] = found.of(window)
    return found


SPANS = """
    SELECT service, measure, bucket, sum(number) FROM transparency_bucket
    WHERE service = ANY(%(services)s) AND cut = '' AND key = '' AND month >= %(first)s AND month < %(end)s
        AND measure = %(measure)s
    GROUP BY 1, 2, 3 HAVING sum(number) > 0
"""


def spans_of(services: Collection[str], first: date, end: date) -> dict[str, dict[str, Buckets]]:
    """Read the lengths of services' decisions from one month on, before another; one or two queries.

    The time as the calendar runs has many more buckets; it is read only where half took less than a working day.
    """
    found: dict[str, dict[str, Buckets]] = {service: {"running_days": {}, "decision": {}} for service in services}
    _read_spans(found, list(services), "running_days", first, end)
    quick = [service for service, spans in found.items() if not bucket_at(spans["running_days"], 0.5)]
    if quick:
        _read_spans(found, quick, "decision", first, end)
    return found


def _read_spans(
    found: dict[str, dict[str, Buckets]], services: list[str], measure: str, first: date, end: date
) -> None:
    rows = _rows(SPANS, first=first, end=end, services=services, measure=measure)
    for service, _measure, bucket, cases in rows:
        found[service][measure][bucket] = int(cases)


def merged(parts: Iterable[Buckets]) -> Buckets:
    """Put the buckets of several lengths together."""
    whole: Counter[int] = Counter()
    for part in parts:
        whole.update(part)
    return dict(whole)


def open_by_age(service: str, today: date) -> Buckets:
    """Give how many open requests are how many days old."""
    days = DayCount.objects.filter(service=service, measure="open", number__gt=0).values_list("day", "number")
    return merged({max(0, (today - day).days): number} for day, number in days)


def by_day(service: str, measures: Collection[str]) -> dict[str, dict[date, int]]:
    """Read counts of a service by day."""
    found: dict[str, dict[date, int]] = defaultdict(dict)
    rows = DayCount.objects.filter(service=service, measure__in=measures).exclude(number=0)
    for measure, day, number in rows.values_list("measure", "day", "number"):
        found[measure][day] = number
    return found


def between(services: Collection[str], first: date, end: date) -> dict[str, Counter[str]]:
    """Read the counts of services from one day on, before another; one query for all of them."""
    found: dict[str, Counter[str]] = {service: Counter() for service in services}
    rows = DayCount.objects.filter(service__in=services, day__gte=first, day__lt=end)
    for service, measure, number in rows.values_list("service", "measure", "number"):
        found[service][measure] += number
    return found


def sums_of_lengths(service: str, window: Period) -> dict[str, tuple[int, int, int, int]]:
    """Give number, sum, sum of squares and greatest of each length of a service in a window."""
    sums: dict[str, tuple[int, int, int, int]] = {}
    rows = Length.objects.filter(service=service, number__gt=0).values_list(
        "month", "measure", "number", "total", "squares", "longest"
    )
    for month, measure, number, total, squares, longest in rows:
        if window.has(month):
            had = sums.get(measure, (0, 0, 0, 0))
            added = (had[0] + number, had[1] + int(total), had[2] + int(squares))
            sums[measure] = (*added, max(had[3], longest))
    return sums


def counted_until() -> datetime | None:
    """Tell up to when the figures are counted; None before the first count."""
    return Cursor.objects.values_list("as_of", flat=True).first()


def _rows(statement: str, **values: Any) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        yield from cursor.fetchall()
