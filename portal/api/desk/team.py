"""What a supervisor does by a program: hand out tasks of the agency's desks, and enter who is away."""

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.desk.examples import A_TASK, AN_ABSENCE
from portal.api.desk.handing_serializers import ColleagueSerializer
from portal.api.desk.lists import told
from portal.api.desk.rights import AtDesk
from portal.api.desk.serializers import TaskSerializer
from portal.api.desk.team_serializers import AbsenceSerializer, BeingAwaySerializer, GivingSerializer
from portal.api.refusing import refusals
from services.accounts.models import User
from services.agencies.models import Absence
from services.workflow.colleagues import colleagues_for
from services.workflow.desk_lists import steps_of
from services.workflow.models import Step
from services.workflow.operations import desk
from services.workflow.operations.absences import end_absence, record_absence
from services.workflow.queries import supervised_by
from services.workflow.team import SHOWN, officials_of, to_hand_out


class AsSupervisor(AtDesk):
    """Something that only who supervises an agency does; for others it isn't there."""

    def agencies(self) -> list[int]:
        """Give the agencies that one supervises."""
        agencies = list(supervised_by(self.person()))
        if not agencies:
            raise Http404
        return agencies


class ToHandOut(AsSupervisor):
    """Tasks at the desks of the agencies that one supervises."""

    @extend_schema(operation_id="desk_team_tasks", responses=TaskSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Give the 50 most urgent ones that you don't hold yourself, also of desks where you don't work."""
        user = self.person()
        urgent = to_hand_out(self.agencies(), user).values_list("pk", flat=True)[:SHOWN]
        return Response(told(steps_of(user, list(urgent)), user, timezone.now()))


class Giving(AsSupervisor):
    """Who of a desk gets one of its tasks."""

    def task(self, pk: int) -> Step:
        known = to_hand_out(self.agencies(), self.person()).select_related("desk__office__agency")
        return get_object_or_404(known, pk=pk)

    @extend_schema(operation_id="desk_team_receivers", responses=ColleagueSerializer(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """Tell who may get it."""
        return Response(ColleagueSerializer(colleagues_for(self.task(pk)).order_by("name", "pk"), many=True).data)

    @extend_schema(
        operation_id="desk_team_give", request=GivingSerializer, responses={200: TaskSerializer}, examples=[A_TASK]
    )
    def post(self, request: Request, pk: int) -> Response:
        """Give it to an official, whoever holds it now. 409 where that official had a part in it or is too near."""
        step, user, now = self.task(pk), self.person(), timezone.now()
        to = self.data(GivingSerializer, colleagues=colleagues_for(step))["to"]
        with refusals():
            desk.reassign(step, to, user, now)
        return Response(told(steps_of(user, [step.pk]), user, now)[0])


class AtAbsence(AsSupervisor):
    def officials(self) -> QuerySet[User]:
        return officials_of(self.agencies())


class Absences(AtAbsence):
    """Days on which officials of the agencies that one supervises aren't there."""

    @extend_schema(operation_id="desk_absences", responses=AbsenceSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List those of today and to come, by their first day."""
        coming = Absence.objects.filter(user__in=self.officials(), last_day__gte=timezone.localdate())
        rows = coming.select_related("user", "stand_in").order_by("first_day", "pk")
        return Response(AbsenceSerializer(rows, many=True).data)

    @extend_schema(
        operation_id="desk_enter_absence",
        request=BeingAwaySerializer,
        responses={201: AbsenceSerializer},
        examples=[AN_ABSENCE],
    )
    def post(self, request: Request) -> Response:
        """Enter one; from its first day on the stand-in gets what the official holds. 409 where it can't be so."""
        said = self.data(BeingAwaySerializer, officials=self.officials())
        with refusals():
            absence = record_absence(by=self.person(), now=timezone.now(), **said)
        return Response(AbsenceSerializer(absence).data, status=status.HTTP_201_CREATED)


class OneAbsence(AtAbsence):
    """Days on which an official isn't there."""

    @extend_schema(operation_id="desk_end_absence", request=None, responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Let the official be there again, or take back an absence that was to come."""
        absence = get_object_or_404(Absence, pk=pk, user__in=self.officials())
        with refusals():
            end_absence(absence, self.person(), timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)
