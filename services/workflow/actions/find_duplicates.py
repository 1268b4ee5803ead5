"""Find earlier requests that are about the same thing."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import FloatField, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast
from pydantic import Field

from services.catalogue.action_settings import SettingFault, Settings, Use, answer_fault
from services.catalogue.definition import Key
from services.requests.models import ServiceRequest
from services.workflow.actions.kinds import Finding, Pure
from services.workflow.changes import Changes
from services.workflow.comparing import Place, box_around, metres_between
from services.workflow.models import Step

MOST_LISTED = 20
COMPARABLE = ("text", "number", "money", "date", "yes_no", "one_of", "several_of", "email", "phone", "address")


class Alike(Settings):
    """By which questions requests are alike, how near their places are, and for how many days that counts."""

    fields: list[Key] = Field([], max_length=10)
    place: Key | None = None
    metres: int | None = Field(None, ge=1, le=10_000)
    days: int = Field(ge=1, le=730)
    save_as: Key

    def faults(self, use: Use) -> Iterator[SettingFault]:
        if not self.fields and self.place is None:
            yield "fields", "names nothing to compare", "Name questions, or a place."
        for key in self.fields:
            yield from answer_fault(use, "fields", key, *COMPARABLE, "personal_identifier")
        if self.place is not None:
            yield from answer_fault(use, "place", self.place, "location")
        if (self.place is None) != (self.metres is None):
            yield "metres", "has one of place and metres without the other", "Give both or neither."


def find(walk: Changes, step: Step) -> Finding:
    """Tell whether there are earlier requests like this one, not withdrawn, and keep which, for the clerk only."""
    known = walk.settings(step, Alike)
    answers = walk.service_request.answers
    values = {key: answers[key] for key in known.fields if key in answers}
    place = _place(answers[known.place]) if known.place in answers else None
    if place is None and (known.place or not values):
        return {"found": False, "count": 0, "requests": []}
    earlier = _earlier(walk, known.days).filter(answers__contains=values)
    alike = _near(earlier, known, place) if place else [str(pk) for pk in earlier.values_list("pk", flat=True)]
    return {"found": bool(alike), "count": len(alike), "requests": alike[:MOST_LISTED]}


def _earlier(walk: Changes, days: int) -> QuerySet[ServiceRequest]:
    """Give the requests of the service that came before this one; of two that came together only one is the earlier."""
    own = walk.service_request
    before = Q(submitted_at__lt=own.submitted_at) | Q(submitted_at=own.submitted_at, pk__lt=own.pk)
    since = own.submitted_at - timedelta(days=days)
    same = ServiceRequest.objects.filter(service=own.service_id, submitted_at__range=(since, own.submitted_at))
    return same.filter(before).exclude(status=ServiceRequest.Status.WITHDRAWN).order_by("-submitted_at")


def _near(earlier: QuerySet[ServiceRequest], known: Alike, place: Place) -> list[str]:
    assert known.metres is not None
    south, north, west, east = box_around(place, known.metres)
    where = KeyTransform(known.place, "answers")
    lat, lon = (Cast(KeyTextTransform(name, where), FloatField()) for name in ("lat", "lon"))
    inside = earlier.alias(lat=lat, lon=lon).filter(lat__range=(south, north), lon__range=(west, east))
    places = inside.values_list("pk", f"answers__{known.place}")
    return [str(pk) for pk, other in places if metres_between(place, _place(other)) <= known.metres]


def _place(answer: dict[str, str]) -> Place:
    return {"lat": float(answer["lat"]), "lon": float(answer["lon"])}


ACTION = Pure(Alike, find, looks_further=True)
