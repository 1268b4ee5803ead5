"""What a clerk does at a task by a program: the operations of the desk's pages, with the same rules and refusals."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.act_serializers import MessageSerializer
from portal.api.desk.examples import A_DECISION, A_QUESTION, A_TASK, TO_DECIDE
from portal.api.desk.lists import told
from portal.api.desk.rights import AtDesk
from portal.api.desk.serializers import (
    ActivitySerializer,
    AskSerializer,
    DecidedSerializer,
    DecisionSerializer,
    DoneSerializer,
    LetterOfDecisionSerializer,
    TaskSerializer,
)
from portal.api.refusing import refusals
from portal.decided_letter import letter_of
from services.catalogue.definition import DeskStep
from services.workflow.desk_lists import steps_of
from services.workflow.models import Step
from services.workflow.operations import desk, preparing
from services.workflow.queries import steps_to_act_at


class AtTask(AtDesk):
    """Something about a task of a request that the clerk may open."""

    def task(self, pk: int) -> Step:
        return get_object_or_404(steps_to_act_at(self.person()), pk=pk)

    def decision(self, step: Step) -> dict[str, Any]:
        """Give what was sent to be decided at a task."""
        reasons = {reason.code for reason in step.service_request.version.definition.rejection_reasons}
        return self.data(DecisionSerializer, step=known(step), reasons=reasons)

    def told(self, step: Step) -> Response:
        """Tell the task as it is now."""
        user = self.person()
        return Response(told(steps_of(user, [step.pk]), user, timezone.now())[0])


def known(step: Step) -> DeskStep:
    """Give what the definition says of a desk step."""
    definition = step.service_request.version.definition.workflow.by_key[step.key]
    assert isinstance(definition, DeskStep)
    return definition


class Claim(AtTask):
    """The hold on a task."""

    @extend_schema(operation_id="desk_claim", request=None, responses=TaskSerializer, examples=[A_TASK])
    def post(self, request: Request, pk: int) -> Response:
        """Take a task where its desk lets you choose. Taking it again changes nothing; 409 when another has it."""
        step = self.task(pk)
        with refusals():
            desk.claim(step, self.person(), timezone.now())
        return self.told(step)

    @extend_schema(operation_id="desk_release", request=None, responses={200: TaskSerializer})
    def delete(self, request: Request, pk: int) -> Response:
        """Give it back to its desk; 409 when you don't hold it."""
        step = self.task(pk)
        with refusals():
            desk.release(step, self.person(), timezone.now())
        return self.told(step)


class Decision(AtTask):
    """The decision of a task."""

    @extend_schema(
        operation_id="desk_decide",
        request=DecisionSerializer,
        responses={201: DecidedSerializer, 202: DecidedSerializer},
        examples=[TO_DECIDE, A_DECISION],
    )
    def post(self, request: Request, pk: int) -> Response:
        """Decide. 202: it counts from `takes_effect_at` on and can be undone until then; 201: it counts now."""
        step, by, now = self.task(pk), self.person(), timezone.now()
        said = self.decision(step)
        chosen: dict[str, Any] = {"reason": said["reason"], "words": said["words"]}
        with refusals():
            soon = preparing.decide_with_time_to_undo(step, said["outcome"], by, now, **chosen)
        answer = DecidedSerializer({**said, "takes_effect_at": soon.takes_effect_at if soon else now})
        return Response(answer.data, status=status.HTTP_202_ACCEPTED if soon else status.HTTP_201_CREATED)

    @extend_schema(operation_id="desk_undo", request=None, responses={200: DecidedSerializer})
    def delete(self, request: Request, pk: int) -> Response:
        """Take it back; it stays as a draft. 409 when it counts already."""
        step = self.task(pk)
        with refusals():
            draft = preparing.undo(step, self.person(), timezone.now())
        return Response(DecidedSerializer(draft).data)


class Letter(AtTask):
    """What the applicant would read of a decision."""

    @extend_schema(
        operation_id="desk_letter",
        request=DecisionSerializer,
        responses={200: LetterOfDecisionSerializer},
        examples=[TO_DECIDE],
    )
    def post(self, request: Request, pk: int) -> Response:
        """Show it in the applicant's language; nothing is decided, kept or sent. 409 when you don't hold the task."""
        step = self.task(pk)
        said = self.decision(step)
        with refusals():
            desk.require_held(step, self.person())
        return Response(LetterOfDecisionSerializer(letter_of(step, known(step), said)).data)


class Question(AtTask):
    """A question to the applicant; until the answer comes the legal clock stands still."""

    @extend_schema(
        operation_id="desk_ask", request=AskSerializer, responses={201: MessageSerializer}, examples=[A_QUESTION]
    )
    def post(self, request: Request, pk: int) -> Response:
        """Ask for more; `field` opens that answer again. 409 when you don't hold the task or have asked already."""
        step = self.task(pk)
        asked = self.data(AskSerializer, definition=step.service_request.version.definition)
        about = {"evidence_key": asked.get("paper", ""), "field_key": asked.get("field", "")}
        with refusals():
            message = desk.ask_applicant(step, asked["text"], self.person(), timezone.now(), **about)
        return Response(MessageSerializer(message).data, status=status.HTTP_201_CREATED)


class Activities(AtTask):
    """What is done at a task besides deciding."""

    @extend_schema(operation_id="desk_complete", request=ActivitySerializer, responses={201: DoneSerializer})
    def post(self, request: Request, pk: int) -> Response:
        """Put on record that an activity was done; each call is one more time."""
        step = self.task(pk)
        activity = self.data(ActivitySerializer, step=known(step))["activity"]
        with refusals():
            done = desk.complete_activity(step, activity, self.person(), timezone.now())
        return Response(DoneSerializer(done).data, status=status.HTTP_201_CREATED)
