"""Count once a month, of those who let themselves be counted, whether all groups were served alike."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection, transaction
from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.utils import timezone

from services.accounts.rules import age_on
from services.agencies.models import Agency
from services.catalogue.models import Service
from services.transparency.fairness import Group, Tally, age_band, groups_of, may_be_told, summed
from services.transparency.models import EquityCount, EquityRun
from services.transparency.periods import months_after
from services.transparency.rules import DECIDED

KINDS = ("gender", "age", "place", "language")
WHOLE = """
    SELECT count(*), count(*) FILTER (WHERE on_time), count(*) FILTER (WHERE outcome = 'refused')
    FROM transparency_measuredrequest WHERE service = %(service)s AND outcome = ANY(%(decided)s)
        AND ended_day >= %(first)s AND ended_day < %(end)s
"""
COUNTED = """
    SELECT told.on_time, told.outcome, told.day, request.language, person.gender, person.birth_date,
        person.address ->> 'city'
    FROM transparency_measuredrequest AS told
    JOIN requests_servicerequest AS request ON request.id = told.subject
    JOIN accounts_user AS person ON person.id = request.applicant_id
    WHERE person.may_be_counted AND told.service = %(service)s AND told.outcome = ANY(%(decided)s)
        AND told.ended_day >= %(first)s AND told.ended_day < %(end)s
"""


def count_equity(now: datetime) -> int:
    """Count the services that weren't counted since the last month ended; give how many that were."""
    until = timezone.localdate(now).replace(day=1)
    known = EquityRun.objects.filter(until=until).values("service")
    services = list(Service.objects.exclude(code__in=known).values_list("code", flat=True))
    places = _places() if services else {}
    for service in services:
        _count(service, until, places)
    return len(services)


@transaction.atomic
def _count(service: str, until: date, places: Mapping[str, str]) -> None:
    span: Mapping[str, Any] = {
        "service": service,
        "decided": list(DECIDED),
        "first": months_after(until, -12),
        "end": until,
    }
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")  # once a month, of a year of requests
        cursor.execute(WHOLE, span)
        whole = Tally(*cursor.fetchone())
        cursor.execute(COUNTED, span)
        groups: dict[tuple[str, str], Tally] = defaultdict(Tally)
        for on_time, outcome, *facts in cursor.fetchall():
            tally = Tally(1, int(bool(on_time)), int(outcome == "refused"))
            for place in _groups(facts, places):
                groups[place] = groups[place].plus(tally)
    EquityRun.objects.filter(service=service).delete()
    run = EquityRun.objects.create(service=service, until=until, **whole._asdict())
    EquityCount.objects.bulk_create(
        [EquityCount(run=run, kind=kind, key=key, **tally._asdict()) for (kind, key), tally in groups.items()]
    )


def _groups(facts: list[Any], places: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Give the group of a person in each kind, on the day of the submission."""
    day, language, gender, birth_date, city = facts
    yield "gender", gender
    yield "age", age_band(age_on(birth_date, day) if birth_date and day else None)
    yield "place", places.get((city or "").strip().casefold(), "")
    yield "language", language


def _places() -> dict[str, str]:
    """Give the municipalities by their names in every language: what else is written as a place is nobody's group."""
    towns = Agency.objects.filter(kind=Agency.Kind.MUNICIPAL)
    return {name.casefold(): town.code for town in towns for name in [town.code, *town.name.values()]}


@dataclass(frozen=True)
class Equity:
    """What may be told of a service's groups by kind, in the twelve months before `until`; `counted` of `decided`.

    `towns` has the names of the places.
    """

    until: date
    counted: int
    decided: int
    kinds: Mapping[str, list[Group]]
    towns: Mapping[str, dict[str, str]] = field(default_factory=dict)


def equity_of(service: str) -> Equity | None:
    """Give what may be told; None when too few let themselves be counted. One query."""
    rows = EquityCount.objects.filter(run__service=service).order_by("kind", "key")
    return told_of(list(rows.annotate(row=ROW).values_list("row", flat=True)))


ROW = JSONObject(
    until="run__until",
    whole=JSONObject(decided="run__decided", on_time="run__on_time", refused="run__refused"),
    kind="kind",
    key="key",
    tally=JSONObject(decided="decided", on_time="on_time", refused="refused"),
    town=Subquery(Agency.objects.filter(code=OuterRef("key")).values("name")[:1]),
)


def rows_beside(code: str) -> ArraySubquery:
    """Give the rows of a service beside it, in the same query, for `told_of`; `code` is the field that names it."""
    rows = EquityCount.objects.filter(run__service=OuterRef(code)).order_by("kind", "key")
    return ArraySubquery(rows.annotate(row=ROW).values("row"))


def told_of(rows: Sequence[Mapping[str, Any]]) -> Equity | None:
    """Give what may be told of a service's rows."""
    if not rows:
        return None
    tallies: dict[str, dict[str, Tally]] = defaultdict(dict)
    for row in rows:
        tallies[row["kind"]][row["key"]] = Tally(**row["tally"])
    whole, counted = Tally(**rows[0]["whole"]), summed(tallies[KINDS[0]].values())
    measures = may_be_told(whole, counted)
    kinds = {kind: groups for kind in KINDS if (groups := groups_of(tallies[kind], measures))}
    until = date.fromisoformat(rows[0]["until"])
    towns = {row["key"]: row["town"] for row in rows if row["kind"] == "place" and row["town"]}
    return Equity(until, counted.decided, whole.decided, kinds, towns) if kinds else None
