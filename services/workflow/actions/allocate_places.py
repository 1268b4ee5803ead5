"""Give places by published rules, a whole round at once: by points, and then by a lot that anyone can draw again."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from pydantic import Field

from services.agencies.rules import WorkingCalendar
from services.catalogue import expressions
from services.catalogue.action_settings import SettingFault, Settings, Use
from services.catalogue.definition import GroupField, Key
from services.catalogue.expressions import BadExpression, Expressions
from services.ledger.rules import canonical
from services.requests.models import ServiceRequest
from services.requests.queries import evidence_counts
from services.workflow.actions.kinds import Finding, NotYet, Pure
from services.workflow.allocating import Candidate, allocate, last_admitted, ranked, read_places, seed_of
from services.workflow.changes import Changes
from services.workflow.models import Step
from services.workflow.rounds import Round, RoundEntry

A_MOMENT = timedelta(microseconds=1)
HELD = (ServiceRequest.Status.IN_PROGRESS, ServiceRequest.Status.APPROVED)


class Places(Settings):
    """Which wishes, how many places (a parameter of each office), points by condition, on which day a round closes."""

    wishes: Key
    wish: Key
    places: Key
    points: dict[str, Annotated[int, Field(ge=0, le=1000)]] = {}
    day: int = Field(ge=1, le=28)
    save_as: Key

    def faults(self, use: Use) -> Iterator[SettingFault]:
        group = use.definition.fields.get(self.wishes)
        inside = {field.key: field for field in group.fields} if isinstance(group, GroupField) else {}
        wish = inside.get(self.wish)
        if wish is None or wish.kind != "one_of":
            yield "wishes", f"'{self.wishes}' is no group with the choice '{self.wish}'", "Name a group of wishes."
        for delivery in use.definition.delivered_by:
            try:
                read_places(str(delivery.parameters.get(self.places, "")))
            except ValueError:
                yield "places", f"no places are given for '{delivery.office}'", "Write them as 'north=20, south=15'."
        compiler = Expressions(use.definition)
        for condition in self.points:
            try:
                compiler.compile(condition, expressions.BOOL)
            except BadExpression as fault:
                yield (
                    "points",
                    f"the expression doesn't compile: {fault}",
                    "See docs/definitions.md for names and types.",
                )


def give(walk: Changes, step: Step) -> Finding:
    """Tell what the request got in its round, once that is closed; the first one decides for the whole round."""
    known = walk.settings(step, Places)
    closed_at = closing_after(step.opened_at, known.day, walk.calendar)
    if walk.now <= closed_at:
        raise NotYet(closed_at + A_MOMENT)
    held = _round(walk, step, closed_at) or _hold(walk, step, known, closed_at)
    own = held.entries.filter(service_request=walk.service_request).first()
    if own is None:
        raise NotYet(closing_after(walk.now, known.day, walk.calendar) + A_MOMENT)
    day, of = walk.calendar.day_of(closed_at).isoformat(), held.entries.count()
    told = {"points": own.points, "rank": own.rank, "of": of, "place": own.place, "round": day}
    least = _least_points(held)
    last = {wish: least.get(wish) for wish in own.wishes}
    walk.service_request.facts["allocation"] = {**told, "code": own.code, "list": str(held.pk), "last": last}
    walk.tell("places_allocated", "robot:allocate_places", step=step.key, round=day, list=held.digest)
    return {"found": True, "given": bool(own.place), **told}


def closing_after(moment: datetime, day: int, calendar: WorkingCalendar) -> datetime:
    """Give when the round closes in which a moment falls: at the end of that day of a month."""
    then = calendar.day_of(moment)
    month = then if then.day <= day else date(then.year + then.month // 12, then.month % 12 + 1, 1)
    return calendar.end_of(month.replace(day=day))


def _round(walk: Changes, step: Step, closed_at: datetime) -> Round | None:
    own = walk.service_request
    return Round.objects.filter(
        service=own.service_id, office=own.office_id, step_key=step.key, closed_at=closed_at
    ).first()


def _hold(walk: Changes, step: Step, known: Places, closed_at: datetime) -> Round:
    """Decide a round for everybody who takes part; another worker who does so at the same time is refused."""
    own = walk.service_request
    by_code = {_code(request, closed_at): request for request in _taking_part(walk, step, closed_at)}
    counts = evidence_counts([request.pk for request in by_code.values()])
    candidates = [_candidate(code, request, known, closed_at, counts[request.pk]) for code, request in by_code.items()]
    day = walk.calendar.day_of(closed_at)
    name = f"{walk.definition.service} {own.office.code} {step.key} {day.isoformat()}"
    seed, free = seed_of(name, by_code), _free(walk, step, known, day)
    order = ranked(candidates, seed)
    given = allocate(order, free)
    entries = [
        RoundEntry(
            service_request=by_code[one.code],
            code=one.code,
            points=one.points,
            wishes=list(one.wishes),
            rank=rank,
            place=given.get(one.code, ""),
        )
        for rank, one in enumerate(order, start=1)
    ]
    held = Round(service=own.service, office=own.office, step_key=step.key, closed_at=closed_at)
    held.name, held.seed, held.places = name, seed, free
    held.digest = hashlib.sha256(canonical(public_list(held, entries))).hexdigest()
    held.save(force_insert=True)
    for entry in entries:
        entry.round = held
    RoundEntry.objects.bulk_create(entries)
    return held


def public_list(held: Round, entries: list[RoundEntry]) -> dict[str, Any]:
    """Give all that is needed to work a round out again, and its result; nobody is named."""
    names = ("code", "points", "wishes", "place")
    candidates = [{name: getattr(one, name) for name in names} for one in sorted(entries, key=lambda one: one.rank)]
    return {"round": held.name, "seed": held.seed, "places": held.places, "candidates": candidates}


def _taking_part(walk: Changes, step: Step, closed_at: datetime) -> list[ServiceRequest]:
    """Give the requests of the service and office that wait for this round."""
    own = walk.service_request
    same = Step.objects.filter(service_request__service=own.service_id, service_request__office=own.office_id)
    waiting = same.filter(key=step.key, kind=Step.Kind.ROBOT, state=Step.State.DUE, opened_at__lte=closed_at)
    related = ("version", "office__agency__calendar", "applicant", "service")
    requests = ServiceRequest.objects.filter(pk__in=waiting.values("service_request")).select_related(*related)
    return list(requests.order_by("pk"))


def _code(request: ServiceRequest, closed_at: datetime) -> str:
    """Give the code under which a request takes part: nobody finds the request by it."""
    return hashlib.sha256(b"portal round 1\x00" + bytes(request.salt) + closed_at.isoformat().encode()).hexdigest()[:32]


def _candidate(code: str, request: ServiceRequest, known: Places, at: datetime, evidence: dict[str, int]) -> Candidate:
    walk = Changes(request, at, evidence)
    variables = walk.variables()
    points = sum(number for when, number in known.points.items() if walk.expressions.holds_surely(when, variables))
    wishes = dict.fromkeys(item[known.wish] for item in request.answers.get(known.wishes, []) if known.wish in item)
    return Candidate(code, points, tuple(wishes))


def _free(walk: Changes, step: Step, known: Places, day: date) -> dict[str, int]:
    """Give the places of the year that nobody holds from an earlier round of it."""
    own = walk.service_request
    whole = read_places(str(walk.variables()["office"][known.places]))
    earlier = Round.objects.filter(service=own.service_id, office=own.office_id, step_key=step.key)
    since = walk.calendar.end_of(date(day.year - 1, 12, 31))
    taken = RoundEntry.objects.filter(round__in=earlier.filter(closed_at__gt=since), service_request__status__in=HELD)
    held = Counter(taken.exclude(place="").values_list("place", flat=True))
    return {place: max(number - held[place], 0) for place, number in whole.items()}


def _least_points(held: Round) -> dict[str, int]:
    """Give the points of the last one who got each place."""
    given = held.entries.exclude(place="").order_by("rank").values_list("code", "points", "place")
    order = [Candidate(code, points, ()) for code, points, _place in given]
    return last_admitted(order, {code: place for code, _points, place in given})


ACTION = Pure(Places, give, looks_further=True)
