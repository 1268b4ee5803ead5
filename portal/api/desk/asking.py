"""Asking another agency for its opinion by a program, and reading what came back."""

from typing import Any
from uuid import UUID

from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.desk.acts import known
from portal.api.desk.examples import TO_ANOTHER_AGENCY
from portal.api.desk.opinion_serializers import AskedOpinionSerializer, ConsultSerializer, OpinionsSerializer
from portal.api.desk.rights import AtDesk
from portal.api.desk.whole import AtWhole, looking, titled
from portal.api.giving_files import A_FILE, GivesBroughtFile
from portal.api.refusing import refusals
from services.workflow.asked_opinions import AskedOpinion
from services.workflow.consulting import desks_to_ask, opinions_asked
from services.workflow.models import Step
from services.workflow.operations import opinions
from services.workflow.operations.looking import open_file
from services.workflow.queries import requests_to_read, steps_to_act_at


class Opinions(AtWhole):
    """What is asked of other agencies about a request."""

    @extend_schema(operation_id="desk_opinions", responses=OpinionsSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """Read what was asked and answered; it is a look into the file. Where you hold the task: what you may ask."""
        step, user = self.task(pk), self.person()
        with looking():
            open_file(step.service_request, user, timezone.now())
        offered = _offered(step) if step.is_open and step.assignee_id == user.pk else {"desks": [], "papers": []}
        answers = titled({field.key: field.label for field in offered.get("answers", ())})
        asked = opinions_asked(step.service_request)
        return Response(OpinionsSerializer({**offered, "answers": answers, "asked": asked}).data)

    @extend_schema(
        operation_id="desk_consult",
        request=ConsultSerializer,
        responses={201: AskedOpinionSerializer},
        examples=[TO_ANOTHER_AGENCY],
    )
    def post(self, request: Request, pk: int) -> Response:
        """Ask a desk of another agency; your task goes on meanwhile. 409 when that desk is asked already."""
        step = get_object_or_404(steps_to_act_at(self.person()), pk=pk)
        said = self.data(ConsultSerializer, **_offered(step))
        question = opinions.Question(said["desk"], said["question"], said["days"], said["answers"], said["papers"])
        with refusals():
            asked = opinions.ask_opinion(step, question, self.person(), timezone.now())
        return Response(AskedOpinionSerializer(asked).data, status=status.HTTP_201_CREATED)


def _offered(step: Step) -> dict[str, Any]:
    """Give which desks may be asked at a step, and what of the file they may be shown."""
    assert step.desk is not None
    seen, at = step.service_request, known(step)
    return {
        "desks": desks_to_ask(step.desk.office.agency),
        "answers": opinions.answers_to_share(seen, at),
        "papers": opinions.papers_to_share(seen, at),
    }


class OpinionFile(AtDesk, GivesBroughtFile):
    """The file that came with an opinion, for who may read the request."""

    @extend_schema(operation_id="desk_opinion_file", responses=A_FILE)
    def get(self, request: Request, pk: UUID) -> FileResponse:
        """Fetch it; it is a look into the file of the request."""
        user = self.person()
        given = AskedOpinion.objects.filter(service_request__in=requests_to_read(user)).exclude(file="")
        answer = get_object_or_404(given.select_related("service_request__version"), pk=pk)
        with looking():
            open_file(answer.service_request, user, timezone.now())
        name = answer.file_name
        return FileResponse(answer.file.open(), as_attachment=True, filename=name, content_type=answer.file_type)
