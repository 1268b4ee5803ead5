"""What waits at one's desks, the most urgent first, what one holds, and the next task."""

from datetime import datetime
from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import exceptions, status
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.desk.examples import A_PAGE, A_TASK
from portal.api.desk.rights import AtDesk
from portal.api.desk.serializers import DeskSerializer, NextSerializer, TaskSerializer, TasksSerializer, WishSerializer
from portal.api.personal import checked
from portal.api.refusing import refusals
from services.accounts.models import User
from services.workflow.desk_lists import desks_in, held_by, page_for, steps_of
from services.workflow.models import Step
from services.workflow.operations import desk
from services.workflow.paging import Place
from services.workflow.queries import desks_seen_by


def told(steps: list[Step], user: User, now: datetime) -> Any:
    """Tell steps as lists show them."""
    return TaskSerializer(steps, many=True, context={"user": user, "now": now}).data


class Desks(AtDesk):
    """The desks where one works."""

    @extend_schema(operation_id="desk_desks", responses=DeskSerializer(many=True))
    def get(self, request: Request) -> Response:
        desks = desks_in(desks_seen_by(self.person()))
        return Response(DeskSerializer(sorted(desks, key=lambda one: one.pk), many=True).data)


class Tasks(AtDesk):
    """What waits at one's desks and isn't in one's own hands, by legal due date."""

    @extend_schema(operation_id="desk_tasks", parameters=[WishSerializer], responses=TasksSerializer, examples=[A_PAGE])
    def get(self, request: Request) -> Response:
        """Give 25 tasks, the most urgent first; `next` leads on, as quickly on the last page as on the first."""
        user, wish = self.person(), checked(WishSerializer, request.query_params, {})
        own = _own_desks(user, wish.get("desk"))
        page = page_for(user, own, wish["state"], wish["service"], _place(wish.get("cursor", "")))
        results = told(steps_of(user, page.numbers), user, timezone.now())
        return Response({"next": _following(request, page.following), "results": results})


class Held(AtDesk):
    """What one holds, the most urgent first."""

    @extend_schema(operation_id="desk_held", responses=TaskSerializer(many=True))
    def get(self, request: Request) -> Response:
        user = self.person()
        return Response(told(held_by(user), user, timezone.now()))


class Next(AtDesk):
    """The most urgent free task."""

    @extend_schema(
        operation_id="desk_next",
        request=NextSerializer,
        responses={200: TaskSerializer, 204: OpenApiResponse(description="There is no free task.")},
        examples=[A_TASK],
    )
    def post(self, request: Request) -> Response:
        """Take it. Sent again it takes another one: when the answer was lost, look at what you hold first."""
        user, now, wanted = self.person(), timezone.now(), self.data(NextSerializer).get("desk")
        _own_desks(user, wanted)
        with refusals():
            step = desk.claim_next(user, now, wanted)
        if step is None:
            return Response(status=status.HTTP_204_NO_CONTENT)
        return Response(told(steps_of(user, [step.pk]), user, now)[0])


def _own_desks(user: User, wanted: int | None) -> list[int]:
    """Give one's desks, or the wanted one of them; that of others answers as one that isn't there."""
    own = [known for known in desks_seen_by(user) if wanted in (None, known)]
    if wanted is not None and not own:
        raise Http404
    return own


def _place(written: str) -> Place | None:
    place = Place.read(written)
    if written and place is None:
        raise exceptions.ValidationError({"cursor": [_("Take the address of the next page as it was given.")]})
    return place


def _following(request: Request, place: Place | None) -> str | None:
    if place is None:
        return None
    query = request.query_params.copy()
    query["cursor"] = str(place)
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
