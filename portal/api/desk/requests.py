"""What a clerk does with a whole request by a program: extend its deadline, write to its applicant, after-care."""

from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.act_serializers import DocumentSerializer, MessageSerializer
from portal.api.desk.examples import A_REVOCATION, AN_EXTENSION
from portal.api.desk.request_serializers import (
    AfterCareSerializer,
    ExtendedSerializer,
    ExtendSerializer,
    LetterSerializer,
    LetterWithFilesSerializer,
    RevokeSerializer,
)
from portal.api.desk.rights import AtDesk
from portal.api.desk.serializers import DoneSerializer
from portal.api.desk.whole import after_care_of
from portal.api.parsers import StrictJSONParser, is_form
from portal.api.refusing import IDEMPOTENCY_KEY, file_refusals, key_of, refusals
from portal.upload_limit import count_uploads
from services.requests.models import Message, ServiceRequest
from services.workflow.operations import file
from services.workflow.operations.messages import write_to_applicant
from services.workflow.operations.paper import revoke_document
from services.workflow.queries import requests_at_desks_of

FORM = "multipart/form-data"


class AtRequest(AtDesk):
    """Something about a request that the clerk may open."""

    def seen(self, pk: UUID) -> ServiceRequest:
        return get_object_or_404(requests_at_desks_of(self.person()), pk=pk)


class Extension(AtRequest):
    """The extension of a request's legal deadline."""

    @extend_schema(
        operation_id="desk_extend",
        request=ExtendSerializer,
        responses={201: ExtendedSerializer},
        examples=[AN_EXTENSION],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Extend it by what the law allows; the applicant reads the reason. 409 when it allows none, or no more."""
        seen = self.seen(pk)
        reason = self.data(ExtendSerializer)["reason"]
        with refusals():
            change = file.extend_deadline(seen, self.person(), timezone.now(), reason=reason)
        return Response(ExtendedSerializer(change).data, status=status.HTTP_201_CREATED)


class Revocation(AtRequest):
    """The end of a document's validity."""

    @extend_schema(
        operation_id="desk_revoke",
        request=RevokeSerializer,
        responses={201: DocumentSerializer},
        examples=[A_REVOCATION],
    )
    def post(self, request: Request, pk: UUID, document: UUID) -> Response:
        """Revoke a document; the applicant reads the reason, others that it was revoked. It can't be undone.

        409 when it was revoked already.
        """
        issued = get_object_or_404(self.seen(pk).documents.filter(is_letter=False), pk=document)
        reason = self.data(RevokeSerializer)["reason"]
        with refusals():
            revoke_document(issued, reason, self.person(), timezone.now())
        issued.refresh_from_db()
        return Response(DocumentSerializer(issued).data, status=status.HTTP_201_CREATED)


class AfterCare(AtRequest):
    """What is done about a request that has ended."""

    @extend_schema(operation_id="desk_after_care", request=AfterCareSerializer, responses={201: DoneSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        """Put on record that it was done, once more with each call. 409 while the request is in progress."""
        seen = self.seen(pk)
        known = after_care_of(seen.version.definition)
        activity = self.data(AfterCareSerializer, known=known)["activity"]
        with refusals():
            done = file.after_care(seen, activity, self.person(), timezone.now())
        return Response(DoneSerializer(done).data, status=status.HTTP_201_CREATED)


class Letters(AtRequest):
    """Words of the office to the applicant."""

    parser_classes = [StrictJSONParser, MultiPartParser]

    @extend_schema(
        operation_id="desk_write",
        request={"application/json": LetterSerializer, FORM: LetterWithFilesSerializer},
        responses={201: MessageSerializer},
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Write to the applicant; as a form, with up to five files. The same key and content again change nothing."""
        seen, by = self.seen(pk), self.person()
        has_files = is_form(request)
        said, key = self.data(LetterWithFilesSerializer if has_files else LetterSerializer), key_of(request, by)
        text, files = said["text"], said.get("files", [])
        with refusals(), file_refusals("files"):
            count_uploads(request._request, len(files))
            written = write_to_applicant(seen, text, by, timezone.now(), files=files, key=key)
        message = written or Message.objects.filter(service_request=seen, author=by, text=text).latest("at")
        return Response(MessageSerializer(message).data, status=status.HTTP_201_CREATED)
