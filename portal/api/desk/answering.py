"""What other agencies ask of one's desks: read by a program with what was chosen for it, and answered."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import exceptions, generics, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.desk.opinion_serializers import (
    AnsweredOpinionSerializer,
    AnswerOpinionSerializer,
    AnswerWithFileSerializer,
    ToAnswerSerializer,
    ToGiveSerializer,
)
from portal.api.desk.requests import FORM
from portal.api.desk.rights import AtDesk
from portal.api.desk.whole import given_in, looking
from portal.api.giving_files import A_FILE, GivesBroughtFile
from portal.api.parsers import StrictJSONParser, is_form
from portal.api.refusing import file_refusals, refusals
from portal.api.views import Pages
from portal.brought_files import to_save
from portal.upload_limit import count_uploads
from services.workflow.asked_opinions import AskedOpinion
from services.workflow.consulting import opinions_to_give
from services.workflow.operations import opinions
from services.workflow.queries import desks_of

TOO_NEAR = OpenApiResponse(description="`too_near`: another official of the desk has to answer.")


class TooNear(exceptions.PermissionDenied):
    """The official is too near to the applicant."""

    default_code = "too_near"


class AtOpinions(AtDesk):
    """Opinions that are asked of the person's desks, as long as each may be given."""

    def to_give(self) -> QuerySet[AskedOpinion]:
        user = self.person()
        return opinions_to_give(user, desks_of(user), timezone.now())

    def asked(self, pk: UUID) -> AskedOpinion:
        related = ("service_request__applicant", "service_request__version")
        return get_object_or_404(self.to_give().select_related(*related), pk=pk)


class OpinionsToGive(AtOpinions, generics.ListAPIView[AskedOpinion]):
    """What other agencies ask of one's desks, the next to end first."""

    serializer_class = ToGiveSerializer
    pagination_class, ordering = Pages, ("due_at", "pk")
    queryset = AskedOpinion.objects.none()  # tells OpenAPI the model

    def get_queryset(self) -> QuerySet[AskedOpinion]:
        return self.to_give()

    @extend_schema(operation_id="desk_opinions_to_give")
    def get(self, request: Request) -> Response:
        return self.list(request)


class OpinionToGive(AtOpinions):
    """One opinion that is asked of one's desk."""

    @extend_schema(operation_id="desk_opinion_to_give", responses={200: ToAnswerSerializer, 403: TOO_NEAR})
    def get(self, request: Request, pk: UUID) -> Response:
        """Read the question and what was chosen for it to be seen; the look is put on record."""
        asked = self.asked(pk)
        with looking(TooNear):
            opinions.open_opinion(asked, self.person(), timezone.now())
        return Response(ToAnswerSerializer(_told(asked)).data)


def _told(asked: AskedOpinion) -> dict[str, Any]:
    seen, shown = asked.service_request, set(asked.answers)
    return {
        "opinion": asked,
        "reference": seen.written_reference,
        "question": asked.question,
        "answers": [answer for answer in given_in(seen) if answer["key"] in shown],
        "papers": asked.papers.readable().order_by("supplied_at"),
    }


class OpinionAnswer(AtOpinions):
    """The answer to another agency."""

    parser_classes = [StrictJSONParser, MultiPartParser]

    @extend_schema(
        operation_id="desk_opine",
        request={"application/json": AnswerOpinionSerializer, FORM: AnswerWithFileSerializer},
        responses={201: AnsweredOpinionSerializer},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Give your desk's opinion; as a form, with a file. Once it is given it is closed to you: again answers 404."""
        asked, by = self.asked(pk), self.person()
        has_file = is_form(request)
        said = self.data(AnswerWithFileSerializer if has_file else AnswerOpinionSerializer)
        with refusals(), file_refusals("file"):
            count_uploads(request._request, 1 if said.get("file") else 0)
            opinions.give_opinion(asked, by, timezone.now(), words=said["words"], file=said.get("file"))
        given = AskedOpinion.objects.get(pk=asked.pk)
        return Response(AnsweredOpinionSerializer(given).data, status=status.HTTP_201_CREATED)


class OpinionPaper(AtOpinions, GivesBroughtFile):
    """A file that was chosen for the asked desk to see."""

    @extend_schema(operation_id="desk_opinion_paper", responses={**A_FILE, 403: TOO_NEAR})
    def get(self, request: Request, pk: UUID, paper: UUID) -> FileResponse:
        """Fetch it; the look is put on record."""
        asked = self.asked(pk)
        chosen = get_object_or_404(asked.papers.readable(), pk=paper)
        with looking(TooNear):
            opinions.open_opinion(asked, self.person(), timezone.now())
        return to_save(chosen)
