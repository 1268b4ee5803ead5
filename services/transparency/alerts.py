"""Which measures of services left the limits within which they have always moved: told to managers."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection

from services.transparency.control import FEWEST_CASES, Alarm, Tally, number_alarm, share_alarm
from services.transparency.periods import months_after, months_between
from services.transparency.rules import DECIDED, bucket_at

MONTHS = 24
COUNTED = ["received", *DECIDED, "on_time", "late", "first_time_right", "rated", "satisfied"]
COUNTS = """
    SELECT service, measure, month, sum(number) FROM transparency_count
    WHERE cut = '' AND key = '' AND service = ANY(%s) AND measure = ANY(%s) AND month >= %s AND month < %s
    GROUP BY 1, 2, 3
"""
DAYS = """
    SELECT service, bucket, month, sum(number) FROM transparency_bucket
    WHERE cut = '' AND key = '' AND service = ANY(%s) AND measure = 'running_days' AND month >= %s AND month < %s
    GROUP BY 1, 2, 3 HAVING sum(number) > 0
"""
Month = Mapping[str, int]


@dataclass(frozen=True)
class Alert:
    """A measure of a service that left its limits in the last whole month, which begins with `month`."""

    service: str
    measure: str
    month: date
    alarm: Alarm


@dataclass(frozen=True)
class Past:
    """What the whole months of a service were: counts by name, and its running days."""

    months: Sequence[Month]
    days: Sequence[Mapping[int, int]]


def alerts_of(services: Collection[str], today: date) -> list[Alert]:
    """Give what left its limits in the last whole month; two queries for all services."""
    month = months_after(today.replace(day=1), -1)
    pasts = _pasts(services, months_after(month, -MONTHS), months_after(month, 1))
    judged = ((code, measure, judge(pasts[code])) for code in sorted(services) for measure, judge in JUDGES.items())
    return [Alert(code, measure, month, alarm) for code, measure, alarm in judged if alarm]


def _pasts(services: Collection[str], first: date, end: date) -> dict[str, Past]:
    counts: dict[tuple[str, date], dict[str, int]] = defaultdict(dict)
    days: dict[tuple[str, date], dict[int, int]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(COUNTS, [list(services), COUNTED, first, end])
        for service, measure, month, number in cursor.fetchall():
            counts[service, month][measure] = int(number)
        cursor.execute(DAYS, [list(services), first, end])
        for service, bucket, month, number in cursor.fetchall():
            days[service, month][bucket] = int(number)
    months = list(months_between(first, end))
    return {
        code: _since_the_first(Past([counts[code, month] for month in months], [days[code, month] for month in months]))
        for code in services
    }


def _since_the_first(past: Past) -> Past:
    """Leave out the months before the service was asked for: they were not quiet, they were not there."""
    begin = next((at for at, month in enumerate(past.months) if month), len(past.months))
    return Past(past.months[begin:], past.days[begin:])


def _shares(part: str, *rest: str) -> Callable[[Past], Alarm | None]:
    """Judge the share of one count in it and others together."""

    def judged(past: Past) -> Alarm | None:
        whole = (part, *rest)
        return share_alarm(
            [Tally(month.get(part, 0), sum(month.get(name, 0) for name in whole)) for month in past.months]
        )

    return judged


def _right(past: Past) -> Alarm | None:
    decided = [sum(month.get(outcome, 0) for outcome in DECIDED) for month in past.months]
    right = (month.get("first_time_right", 0) for month in past.months)
    return share_alarm([Tally(*both) for both in zip(right, decided, strict=True)])


def _satisfied(past: Past) -> Alarm | None:
    return share_alarm([Tally(month.get("satisfied", 0), month.get("rated", 0)) for month in past.months])


def _received(past: Past) -> Alarm | None:
    numbers = [float(month.get("received", 0)) for month in past.months]
    is_enough = bool(numbers) and max(numbers[-1], sum(numbers) / len(numbers)) >= FEWEST_CASES
    return number_alarm(numbers, finest=1, is_count=True) if is_enough else None


def _median(past: Past) -> Alarm | None:
    known = [days for days in past.days if sum(days.values()) >= FEWEST_CASES]
    if not known or known[-1] is not past.days[-1]:
        return None
    return number_alarm([float(bucket_at(days, 0.5) or 0) for days in known], finest=1)


JUDGES: dict[str, Callable[[Past], Alarm | None]] = {
    "on_time": _shares("on_time", "late"),
    "median": _median,
    "first_time_right": _right,
    "refused": _shares("refused", "approved", "closed"),
    "received": _received,
    "satisfied": _satisfied,
}
