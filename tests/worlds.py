"""Small worlds for tests: agencies, people and services made through the portal's own operations."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from services.accounts.models import User
from services.agencies.models import Desk, Office
from services.agencies.operations import load_agencies, load_person
from services.catalogue.models import ServiceVersion
from services.catalogue.operations import load_life_events, publish
from services.connectors.operations import load_connectors
from services.requests.models import ServiceRequest
from services.workflow.actions import FORMS
from services.workflow.automation import run_lane
from services.workflow.models import Step
from services.workflow.operations.submission import Submission, submit

NOON = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)  # a Monday, noon in Baku
DAY = timedelta(days=1)


def text(words: str) -> dict[str, str]:
    return {"en": words}


def town(code: str) -> dict[str, Any]:
    desks = [{"code": desk, "name": text(desk), "allows_picking": True} for desk in ("permits", "roads")]
    office = {"code": f"{code}-hall", "name": text(f"{code} hall"), "desks": desks}
    return {"code": code, "name": text(code), "kind": "municipal", "calendar": "baku", "offices": [office]}


def build_agencies(*codes: str) -> None:
    """Make towns with one office and two desks each, on one calendar: Monday to Friday, one holiday."""
    calendar = {"code": "baku", "timezone": "Asia/Baku", "weekdays": [0, 1, 2, 3, 4]}
    holidays = [{"date": "2026-03-09", "name": text("holiday")}]
    load_agencies([{**calendar, "holidays": holidays}], [town(code) for code in codes])
    load_life_events([{"code": "moving-home", "name": text("Moving home")}])


def connector(code: str, url: str = "http://127.0.0.1:9", **more: Any) -> dict[str, Any]:
    """Give a connector to a register on this machine, which can look up and enter."""
    operations = {
        "look_up": {"method": "GET", "path": f"/{code}/{{key}}"},
        "enter": {"method": "POST", "path": f"/{code}/{{key}}", "answer": {"receipt": "receipt"}},
    }
    plain = {"code": code, "title": text(code.title()), "agency": "north", "base_url": url, "operations": operations}
    return {**plain, "allow": [url.removeprefix("http://").removeprefix("https://")], **more}


def build_connectors(*connectors: dict[str, Any]) -> None:
    load_connectors({"connectors": list(connectors)}, NOON)


def clerk(name: str, town: str = "north", desks: Iterable[str] = ("permits", "roads"), role: str = "clerk") -> User:
    places = [f"{town}-hall/{desk}" for desk in desks]
    memberships = [{"agency": town, "role": role, "desks": places}]
    return load_person({"email": f"{name}@{town}.example.org", "name": name.title(), "memberships": memberships}, "!")


def citizen(name: str = "aysel", **known: Any) -> User:
    return load_person({"email": f"{name}@example.org", "name": name.title(), **known}, "!")


def robot(key: str, action: str, to: str = "judge", **more: Any) -> dict[str, Any]:
    following = more.pop("next", [{"to": to}])
    step = {"key": key, "kind": "robot", "title": text(key), "action": action, "next": following, "if_stuck": "judge"}
    return {**step, **more}


def desk(key: str, to: str = "granted", **more: Any) -> dict[str, Any]:
    outcomes = [
        {"key": "yes", "title": text("Yes"), "to": to},
        {"key": "no", "title": text("No"), "to": "refused", "is_refusal": True},
    ]
    step = {"key": key, "kind": "desk", "title": text(key), "desk": "permits", "outcomes": outcomes}
    return {**step, **more}


ENDS = [
    {"key": "granted", "kind": "end", "title": text("Granted"), "outcome": "approved"},
    {"key": "refused", "kind": "end", "title": text("Refused"), "outcome": "refused"},
]


def definition(steps: list[dict[str, Any]], towns: Iterable[str] = ("north",), **more: Any) -> dict[str, Any]:
    """Give a definition with one optional question and these steps, followed by the ends that they lead to."""
    ends = [end for end in ENDS if repr(end["key"]) in repr(steps)]
    plain: dict[str, Any] = {
        "service": "permit",
        "languages": ["en"],
        "title": text("Permit"),
        "summary": text("Get a permit"),
        "responsible": next(iter(towns)),
        "delivered_by": [{"office": f"{code}-hall"} for code in towns],
        "life_events": ["moving-home"],
        "legal_basis": [{"title": text("Law")}],
        "pages": [
            {
                "key": "about",
                "title": text("About"),
                "fields": [{"key": "rooms", "kind": "number", "label": text("Rooms"), "required": False}],
            }
        ],
        "time_limit": {"days": 10},
        "rejection_reasons": [{"code": "unfit", "text": text("It doesn't fit.")}],
        "workflow": {"start": steps[0]["key"], "steps": [*steps, *ends]},
    }
    return {**plain, **more}


def published(steps: list[dict[str, Any]], **more: Any) -> ServiceVersion:
    version, _ = publish(definition(steps, **more), NOON, FORMS)
    return version


def apply(
    version: ServiceVersion,
    answers: Mapping[str, Any] | None = None,
    *,
    by: User | None = None,
    at: datetime = NOON,
    office: str = "north-hall",
    **more: Any,
) -> ServiceRequest:
    """Submit a request to an office."""
    place = Office.objects.select_related("agency__calendar").get(code=office)
    contact = more.pop("contact", {"name": by.name, "email": by.email} if by else {})
    submission = Submission(version=version, office=place, answers=answers or {}, contact=contact, applicant=by, **more)
    return submit(submission, at)


def run_robots() -> None:
    """Run every lane until nothing is due."""
    while sum(run_lane(lane) for lane in Step.Lane.values):
        pass


def open_step(request: ServiceRequest, key: str | None = None, kind: str = Step.Kind.DESK) -> Step:
    steps = request.steps.all().filter(kind=kind, state__in=[Step.State.OPEN, Step.State.WAITING])
    return (steps.filter(key=key) if key else steps).get()


def desk_of(town: str, code: str) -> Desk:
    return Desk.objects.select_related("office").get(office__code=f"{town}-hall", code=code)
