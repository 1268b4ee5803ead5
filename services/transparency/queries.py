"""Figures of a service, read from the roll-ups only.

Counts of requests are published as they are; a time statistic of fewer than five cases is not (None). Receipts, robot
steps and saved minutes belong to the day of submission, outcomes to the day of the end. Times belong to whole months.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from django.db.models import Max, QuerySet, Sum

from services.transparency import rules
from services.transparency.models import Bucket, Count, Cursor, Length

SECOND_US = 1_000_000
RATINGS = ("rated", "satisfied")


@dataclass(frozen=True)
class Tally:
    """The counts of a service, or of one office, channel or month of it (`key`)."""

    key: str
    received: int
    decided: int
    withdrawn: int
    approved: int
    refused: int
    on_time: int
    late: int
    complaints: int
    complaints_answered: int
    objections: int
    annulled: int
    sent_back: int

    @property
    def open(self) -> int:
        return self.received - self.decided - self.withdrawn

    @property
    def share_on_time(self) -> float | None:
        return self.on_time / self.decided if self.decided else None


@dataclass(frozen=True)
class Span:
    """How long, in seconds; None where fewer than five cases would tell."""

    cases: int
    median: float | None
    p90: float | None
    mean: float | None
    deviation: float | None
    longest: float | None


@dataclass(frozen=True)
class Automation:
    """What robots did: their steps, the clerks' steps, and the hours of clerks' work saved."""

    robot_steps: int
    clerk_steps: int
    hours_saved: float

    @property
    def share(self) -> float | None:
        steps = self.robot_steps + self.clerk_steps
        return self.robot_steps / steps if steps else None


@dataclass(frozen=True)
class Satisfaction:
    """How many of those who were asked answered, and which share of them is satisfied; None below five answers."""

    answers: int
    response_rate: float | None
    share: float | None


@dataclass(frozen=True)
class Figures:
    """All figures of one service, counted up to `as_of`."""

    total: Tally
    decision: Span
    handling: Span
    by_office: list[Tally]
    by_channel: list[Tally]
    by_month: list[Tally]
    automation: Automation
    satisfaction: Satisfaction
    as_of: datetime | None

    @property
    def received(self) -> int:
        return self.total.received

    @property
    def open(self) -> int:
        return self.total.open

    @property
    def decided(self) -> int:
        return self.total.decided

    @property
    def withdrawn(self) -> int:
        return self.total.withdrawn

    @property
    def on_time(self) -> int:
        return self.total.on_time

    @property
    def late(self) -> int:
        return self.total.late

    @property
    def share(self) -> float | None:
        return self.total.share_on_time

    @property
    def median(self) -> float | None:
        return self.decision.median

    @property
    def p90(self) -> float | None:
        return self.decision.p90


def figures_of(
    service_code: str,
    *,
    office: str | None = None,
    channel: str | None = None,
    since: date | None = None,
    until: date | None = None,
) -> Figures:
    """Give the figures of a service, of both days and all between; five queries."""
    where = {"service": service_code, "office": office, "channel": channel, "day__gte": since, "day__lte": until}
    chosen = {name: value for name, value in where.items() if value is not None}
    by_month = {**chosen, "day__gte": since.replace(day=1)} if since else chosen
    rows = list(
        Count.objects.filter(**chosen).values_list("office", "channel", "day", "measure").annotate(Sum("number"))
    )
    numbers = _summed(rows)
    return Figures(
        total=_tally("", numbers),
        decision=_span("decision", by_month),
        handling=_span("handling", by_month),
        by_office=_tallies(rows, lambda row: row[0]),
        by_channel=_tallies(rows, lambda row: row[1]),
        by_month=_tallies(rows, lambda row: f"{row[2]:%Y-%m}"),
        automation=Automation(numbers["robot_steps"], numbers["clerk_steps"], numbers["saved_minutes"] / 60),
        satisfaction=_satisfaction(numbers),
        as_of=counted_until(),
    )


@dataclass(frozen=True)
class Summary:
    """The main figures of one service: its counts, and the median and the 90th percentile of its decisions, seconds."""

    total: Tally
    median: float | None
    p90: float | None


def summaries(service_codes: Collection[str], since: date | None = None) -> dict[str, Summary]:
    """Give the main figures of services by their codes, of all time or since a day; two queries for all of them."""
    days: dict[str, Any] = {"day__gte": since} if since else {}
    months: dict[str, Any] = {"day__gte": since.replace(day=1)} if since else {}
    chosen = Count.objects.filter(service__in=service_codes, **days)
    counts = chosen.values_list("service", "measure").annotate(Sum("number"))
    spans = Bucket.objects.filter(service__in=service_codes, measure="decision", **months)
    numbers: dict[str, Counter[str]] = defaultdict(Counter)
    for service, measure, number in counts:
        numbers[service][measure] = number
    buckets: dict[str, dict[int, int]] = defaultdict(dict)
    for service, bucket, cases in spans.values_list("service", "bucket").annotate(Sum("number")):
        buckets[service][bucket] = cases
    return {code: _summary(code, numbers[code], buckets[code]) for code in service_codes}


def decided_in_all() -> int:
    """Count the requests that were decided, of all services."""
    return Count.objects.filter(measure__in=rules.DECIDED).aggregate(all=Sum("number"))["all"] or 0


def counted_until() -> datetime | None:
    """Tell up to when the figures are counted; None before the first count."""
    return Cursor.objects.values_list("as_of", flat=True).first()


def csv_rows(service_code: str) -> Iterator[list[Any]]:
    """Give the counts of a service by version, office, channel, day and measure, under a heading.

    Ratings stand there as one sum over everything, and only of five or more: a day with one answer would tell whose.
    For the same reason what went wrong, with its reason, doesn't stand there.
    """
    columns = ["service", "version", "office", "channel", "day", "measure", "number"]
    yield columns
    counts = Count.objects.filter(service=service_code).exclude(number=0).order_by(*columns[1:6])
    plain = counts.exclude(measure__in=RATINGS).exclude(measure__contains=":")
    yield from (list(row) for row in plain.values_list(*columns).iterator())
    sums = dict(counts.filter(measure__in=RATINGS).order_by().values_list("measure").annotate(Sum("number")))
    if sums.get("rated", 0) >= rules.FEWEST_CASES:
        yield from ([service_code, "", "", "", "", measure, sums.get(measure, 0)] for measure in RATINGS)


Row = tuple[Any, ...]


def _grouped(rows: list[Row], key: Callable[[Row], str]) -> dict[str, Counter[str]]:
    groups: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        groups[key(row)][row[3]] += row[4]
    return groups


def _summed(rows: list[Row]) -> Counter[str]:
    numbers: Counter[str] = Counter()
    for row in rows:
        numbers[row[3]] += row[4]
    return numbers


def _tallies(rows: list[Row], key: Callable[[Row], str]) -> list[Tally]:
    tallies = (_tally(name, numbers) for name, numbers in sorted(_grouped(rows, key).items()) if any(numbers.values()))
    return list(tallies)


def _tally(key: str, numbers: Counter[str]) -> Tally:
    names = [field.name for field in fields(Tally) if field.name not in ("key", "decided")]
    return Tally(
        key=key, decided=sum(numbers[name] for name in rules.DECIDED), **{name: numbers[name] for name in names}
    )


def _satisfaction(numbers: Counter[str]) -> Satisfaction:
    answers, decided = numbers["rated"], sum(numbers[name] for name in rules.DECIDED)
    enough = answers >= rules.FEWEST_CASES
    return Satisfaction(
        answers=answers,
        response_rate=answers / decided if decided else None,
        share=numbers["satisfied"] / answers if enough else None,
    )


def _summary(code: str, numbers: Counter[str], buckets: dict[int, int]) -> Summary:
    filled = {bucket: cases for bucket, cases in buckets.items() if cases > 0}
    median, p90 = (rules.quantile(filled, share) for share in (0.5, 0.9))
    return Summary(
        total=_tally(code, numbers),
        median=_seconds(median),
        p90=_seconds(p90),
    )


def _buckets(rows: QuerySet[Bucket]) -> dict[int, int]:
    summed = rows.values_list("bucket").annotate(cases=Sum("number")).filter(cases__gt=0)
    return dict(summed)


def _span(measure: str, chosen: dict[str, Any]) -> Span:
    buckets = _buckets(Bucket.objects.filter(**chosen, measure=measure))
    sums = Length.objects.filter(**chosen, measure=measure, number__gt=0).aggregate(
        cases=Sum("number"), total=Sum("total"), squares=Sum("squares"), longest=Max("longest")
    )
    cases = sums["cases"] or 0
    if cases < rules.FEWEST_CASES:
        return Span(cases, None, None, None, None, None)
    deviation = rules.sample_deviation(cases, int(sums["total"]), int(sums["squares"]))
    lengths = (
        rules.quantile(buckets, 0.5),
        rules.quantile(buckets, 0.9),
        int(sums["total"]) / cases,
        deviation,
        sums["longest"],
    )
    return Span(cases, *(_seconds(length) for length in lengths))


def _seconds(length: float | None) -> float | None:
    return None if length is None else length / SECOND_US
