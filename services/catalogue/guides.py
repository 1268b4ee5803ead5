"""Guides through what happens in a life: which service first, which also, which perhaps, and when."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field, ValidationError

from services.catalogue.definition import Part
from services.catalogue.definition.terms import Code, Text
from services.catalogue.models import LifeEvent, Service

Role = Literal["first", "also", "maybe"]


class Advice(Part):
    """What to do about one service, and by when or in which case."""

    service: Code
    role: Role = "also"
    words: Text | None = None


class Event(Part):
    """A life event as it is written in a file."""

    code: Code
    name: Text
    summary: Text = Field(default_factory=dict)
    guide: list[Advice] = Field(default=[], max_length=40)


class BadEvent(Exception):
    """A life event isn't written right; the message names the place and the fault."""


def read_event(data: Mapping[str, Any]) -> Event:
    """Give a life event from plain data; raise `BadEvent`."""
    try:
        return Event.model_validate(data)
    except ValidationError as error:
        where = f"life event '{data.get('code', '?')}'"
        faults = [f"{where}, {'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors()]
        raise BadEvent("\n".join(faults)) from None


@dataclass(frozen=True)
class Guided:
    """A service on a guide, with the words of advice in all their languages."""

    service: Service
    words: Mapping[str, str]


def guide_of(event: LifeEvent) -> dict[Role, list[Guided]]:
    """Give the published services of a life event as its guide orders them; those without advice come under "also"."""
    services = {one.code: one for one in event.services.published().with_current().order_by("code")}
    advised = [Advice.model_validate(one) for one in event.guide if one["service"] in services]
    groups: dict[Role, list[Guided]] = {"first": [], "also": [], "maybe": []}
    for one in advised:
        groups[one.role].append(
            Guided(services[one.service], {str(code): words for code, words in (one.words or {}).items()})
        )
    groups["also"] += [Guided(one, {}) for one in _others(services, advised)]
    return groups


def _others(services: Mapping[str, Service], advised: Iterable[Advice]) -> list[Service]:
    known = {one.service for one in advised}
    return [service for code, service in services.items() if code not in known]
