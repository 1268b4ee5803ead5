"""Giving a task away: to a colleague, to another desk, or for a conflict of interest."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.desk.acts import AtTask
from portal.api.desk.examples import A_TIE, TO_A_DESK
from portal.api.desk.handing_serializers import HandoverSerializer, ReceiversSerializer, TieSerializer
from portal.api.desk.serializers import TaskSerializer
from portal.api.refusing import refusals
from services.workflow.colleagues import colleagues_for, desks_beside, may_hand_over
from services.workflow.operations import desk, standing_aside


class Handover(AtTask):
    """To whom a task goes."""

    @extend_schema(operation_id="desk_receivers", responses=ReceiversSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """Tell to whom you may give it: colleagues where you hold it or supervise, desks where you hold it."""
        step, user = self.task(pk), self.person()
        colleagues, desks = colleagues_for(step).order_by("name", "pk"), desks_beside(step).order_by("pk")
        may_give = may_hand_over(step, user)
        receivers = {
            "colleagues": colleagues if may_give else [],
            "desks": desks if may_give and step.assignee_id == user.pk else [],
        }
        return Response(ReceiversSerializer(receivers).data)

    @extend_schema(
        operation_id="desk_hand_over", request=HandoverSerializer, responses={200: TaskSerializer}, examples=[TO_A_DESK]
    )
    def post(self, request: Request, pk: int) -> Response:
        """Give it to a colleague of its desk, or pass it on to another desk. 409 when it isn't yours to give."""
        step, by, now = self.task(pk), self.person(), timezone.now()
        receiver = self.data(HandoverSerializer, to=colleagues_for(step), desk=desks_beside(step))
        with refusals():
            if "to" in receiver:
                desk.reassign(step, receiver["to"], by, now)
            else:
                desk.pass_on(step, receiver["desk"], by, now)
        return self.told(step)


class StandingAside(AtTask):
    """A conflict of interest that an official declares."""

    @extend_schema(
        operation_id="desk_stand_aside", request=TieSerializer, responses={200: TaskSerializer}, examples=[A_TIE]
    )
    def post(self, request: Request, pk: int) -> Response:
        """Stand aside from the request of a task that you hold; another official takes over. It can't be undone."""
        step = self.task(pk)
        words = self.data(TieSerializer)["words"]
        with refusals():
            standing_aside.stand_aside(step, self.person(), timezone.now(), words=words)
        return self.told(step)
