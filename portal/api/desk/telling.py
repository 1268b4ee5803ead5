"""What an official saw and tells by a program: what happened at the counter, and whether a robot's act was done."""

from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.act_serializers import A_CONFIRMATION, ConfirmationSerializer
from portal.api.acts import waiting_step
from portal.api.desk.acts import AtTask
from portal.api.desk.examples import FOUND_DONE
from portal.api.desk.request_serializers import FoundOutSerializer
from portal.api.desk.requests import AtRequest
from portal.api.refusing import refusals
from portal.api.serializers import ServiceRequestSerializer
from services.workflow.operations import file, outcomes


class AtCounter(AtRequest):
    """What the applicant did at the counter: paid, came, signed, handed papers in."""

    @extend_schema(
        operation_id="desk_record",
        request=ConfirmationSerializer,
        responses=ServiceRequestSerializer,
        examples=[A_CONFIRMATION],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Record it, and the request goes on. 409 when it doesn't wait for this, or you don't serve there."""
        waiting = waiting_step(self.seen(pk), self.data(ConfirmationSerializer)["step"])
        with refusals():
            file.record_at_counter(waiting, self.person(), timezone.now())
        return Response(ServiceRequestSerializer(self.seen(pk)).data)


class FoundOut(AtTask):
    """Whether an entry elsewhere was made of which no robot knows it."""

    @extend_schema(
        operation_id="desk_found_out", request=FoundOutSerializer, responses={204: None}, examples=[FOUND_DONE]
    )
    def post(self, request: Request, pk: int) -> Response:
        """Tell what you found out there: the request goes on, or the robot does it. 409 when it is known already."""
        step, said = self.task(pk), self.data(FoundOutSerializer)
        by, now = self.person(), timezone.now()
        with refusals():
            if said["was_done"]:
                outcomes.tell_done(step, by, now, receipt=said["receipt"])
            else:
                outcomes.tell_not_done(step, by, now)
        return Response(status=status.HTTP_204_NO_CONTENT)
