"""One act on a selection of tasks by a program: taken at once, done in the background, with progress and failures."""

from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.desk.bulk_serializers import ManySerializer, ProgressSerializer
from portal.api.desk.examples import TO_TAKE_MANY
from portal.api.desk.rights import AtDesk
from portal.api.refusing import refusals
from services.accounts.models import User
from services.workflow.bulk import BulkAct
from services.workflow.colleagues import colleagues_at
from services.workflow.operations.bulk import ask_for_bulk
from services.workflow.queries import queue_of, told_to


class Bulk(AtDesk):
    """Acts on selections of tasks."""

    @extend_schema(
        operation_id="desk_bulk",
        request=ManySerializer,
        responses={202: ProgressSerializer},
        examples=[TO_TAKE_MANY],
    )
    def post(self, request: Request) -> Response:
        """Let it be done to each task by itself; `Location` tells how far it is and what failed.

        Sent again it is tried once more at each task. 409 while five that you asked for before aren't done.
        """
        by = self.person()

        def colleagues(desks: set[int | None]) -> QuerySet[User]:
            return colleagues_at(desks).exclude(pk=by.pk)

        said = self.data(ManySerializer, queue=told_to(by, queue_of(by)), colleagues=colleagues)
        details = {name: str(said[name]) for name in ("to", "outcome", "reason", "words") if name in said}
        with refusals():
            act = ask_for_bulk(said["act"], [step.pk for step in said["tasks"]], by, timezone.now(), details)
        where = {"Location": request.build_absolute_uri(reverse("api_desk_bulk_act", args=[act.pk]))}
        return Response(ProgressSerializer(act).data, status=status.HTTP_202_ACCEPTED, headers=where)


class Progress(AtDesk):
    """One act on a selection of tasks."""

    @extend_schema(operation_id="desk_progress", responses=ProgressSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """Tell how far it is, and at which tasks it failed."""
        return Response(ProgressSerializer(get_object_or_404(BulkAct, pk=pk, by=self.person())).data)
