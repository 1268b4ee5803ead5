"""What a program does about a person's own request: read, write, answer, confirm, withdraw, fetch documents."""

from uuid import UUID

from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import renderers, status
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.act_serializers import (
    A_CONFIRMATION,
    AnswerSerializer,
    ConfirmationSerializer,
    DocumentSerializer,
    HistorySerializer,
    MessageSerializer,
    WordsSerializer,
)
from portal.api.giving_files import AsPDF, GivesFile
from portal.api.personal import ByPerson
from portal.api.refusing import IDEMPOTENCY_KEY, Conflict, key_of, refusals
from portal.api.serializers import ServiceRequestSerializer
from portal.api.views import own_requests
from portal.reading import history_of
from services.accounts.tokens import Token
from services.requests.models import Message, ServiceRequest
from services.workflow.models import Step
from services.workflow.operations import applicant
from services.workflow.operations.messages import write_to_office
from services.workflow.queries import question_of


class Act(ByPerson):
    """Something about a request of the person who asks; that of anybody else answers 404."""

    scopes = {"GET": Token.Scope.READ, "POST": Token.Scope.ACT}

    def seen(self, pk: UUID) -> ServiceRequest:
        return get_object_or_404(own_requests(self.request), pk=pk)


class History(Act):
    """What happened to a request, from the ledger, the latest first."""

    @extend_schema(operation_id="requests_history", responses=HistorySerializer(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        return Response(HistorySerializer(history_of(self.seen(pk)), many=True).data)


class Messages(Act):
    """Words between the office and the applicant, the earliest first."""

    @extend_schema(operation_id="requests_messages", responses=MessageSerializer(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        """Read all messages. That a program read them isn't told to the office: the person may not have."""
        messages = self.seen(pk).messages.order_by("at", "pk")
        return Response(MessageSerializer(messages, many=True).data)

    @extend_schema(
        operation_id="requests_write",
        request=WordsSerializer,
        responses={201: MessageSerializer},
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Write to the office while the request is in progress. The same key and words again give the same message."""
        seen, by, text = self.seen(pk), self.person(), self.data(WordsSerializer)["text"]
        with refusals():
            written = write_to_office(seen, text, by, timezone.now(), key=key_of(request, by))
        message = written or Message.objects.filter(service_request=seen, author=by, text=text).latest("at")
        return Response(MessageSerializer(message).data, status=status.HTTP_201_CREATED)


class Answer(Act):
    """The answer to what an official asks."""

    @extend_schema(
        operation_id="requests_answer",
        request=AnswerSerializer,
        responses=ServiceRequestSerializer,
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Answer with words, or by the answer of the form that was asked about. 409 when nothing is asked any more."""
        seen, by, given = self.seen(pk), self.person(), self.data(AnswerSerializer)
        key, question = key_of(request, by), question_of(seen)
        if question is None:
            raise Conflict(_("There is no question to answer."))
        with refusals():
            applicant.answer(question, given["text"], by, timezone.now(), corrected=given["answers"], key=key)
        return Response(ServiceRequestSerializer(self.seen(pk)).data)


def waiting_step(seen: ServiceRequest, key: str) -> Step:
    """Give the step of a request that waits for its applicant; raise `Conflict` when it doesn't, or no longer."""
    waiting = seen.steps.all().active().filter(kind=Step.Kind.APPLICANT, key=key).first()
    if waiting is None:
        raise Conflict(_("The request doesn't wait for this now."))
    return waiting


class Confirmation(Act):
    """What a request waits for its applicant to confirm."""

    @extend_schema(
        operation_id="requests_confirm",
        request=ConfirmationSerializer,
        responses=ServiceRequestSerializer,
        examples=[A_CONFIRMATION],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Confirm, or say that the papers are supplied. 409 when the request doesn't wait for it now."""
        waiting = waiting_step(self.seen(pk), self.data(ConfirmationSerializer)["step"])
        with refusals():
            applicant.confirm(waiting, self.person(), timezone.now())
        return Response(ServiceRequestSerializer(self.seen(pk)).data)


class Withdrawal(Act):
    """The end of a request by its applicant."""

    @extend_schema(operation_id="requests_withdraw", request=None, responses=ServiceRequestSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """End the request; it stays on record as withdrawn. 409 when it has already come to an end."""
        with refusals():
            applicant.withdraw(self.seen(pk), self.person(), timezone.now())
        return Response(ServiceRequestSerializer(self.seen(pk)).data)


class Documents(Act):
    """What was issued about a request, letters too, the earliest first."""

    @extend_schema(operation_id="requests_documents", responses=DocumentSerializer(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        issued = self.seen(pk).documents.order_by("issued_at", "pk")
        return Response(DocumentSerializer(issued, many=True).data)


class DocumentFile(Act, GivesFile):
    """A document as it was signed."""

    renderer_classes = [renderers.JSONRenderer, AsPDF]

    @extend_schema(operation_id="requests_document_file", responses={(200, AsPDF.media_type): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: UUID, document: UUID) -> FileResponse:
        issued = get_object_or_404(self.seen(pk).documents, pk=document)
        return FileResponse(issued.file.open(), filename=f"{issued.number}.pdf", content_type=AsPDF.media_type)
