"""One request in full by a program, whatever it waits for, with its files: each look is put on record."""

from uuid import UUID

from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import renderers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.desk.examples import A_PURPOSE
from portal.api.desk.rights import AtDesk
from portal.api.desk.serializers import DeskHistorySerializer, PurposeSerializer
from portal.api.desk.whole import PURPOSE_NEEDED, looking, request_of, tell_it
from portal.api.desk.whole_serializers import PaperSerializer, WholeRequestSerializer
from portal.api.giving_files import A_FILE, AsPDF, GivesBroughtFile, GivesFile
from portal.brought_files import to_save
from portal.reading import history_of
from services.requests.models import ServiceRequest
from services.workflow.desk_lists import steps_of
from services.workflow.models import Step
from services.workflow.operations.looking import open_file
from services.workflow.queries import current_steps, requests_to_read


class AtFile(AtDesk):
    """Something in the file of a request that the clerk or program may read."""

    def seen(self, pk: UUID) -> ServiceRequest:
        related = ("service", "version", "office__agency__calendar")
        return get_object_or_404(requests_to_read(self.person()).select_related(*related), pk=pk)

    def opened(self, pk: UUID) -> ServiceRequest:
        """Give a request, and put on record that it is looked into."""
        seen = self.seen(pk)
        with looking():
            open_file(seen, self.person(), timezone.now())
        return seen


class WholeRequest(AtFile):
    """One request in full."""

    @extend_schema(operation_id="desk_request", responses={200: WholeRequestSerializer, 403: PURPOSE_NEEDED})
    def get(self, request: Request, pk: UUID) -> Response:
        """Read it, also when it has ended. The look is on record; one that isn't your work needs a purpose."""
        seen, user, now = self.opened(pk), self.person(), timezone.now()
        at_desks = current_steps(seen).filter(kind=Step.Kind.DESK).values_list("pk", flat=True)
        told = {**request_of(seen, user, now), "tasks": steps_of(user, list(at_desks))}
        return Response(WholeRequestSerializer(told, context={"user": user, "now": now}).data)


class PurposeOfRequest(AtFile):
    """Why an official looks into a request that isn't the official's work."""

    @extend_schema(
        operation_id="desk_request_purpose", request=PurposeSerializer, responses={204: None}, examples=[A_PURPOSE]
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Tell it; it holds for eight hours; the applicant sees the purpose, not the words."""
        return tell_it(self, self.seen(pk))


class HistoryOfRequest(AtFile):
    """What happened to a request, from the ledger, the latest first."""

    @extend_schema(operation_id="desk_request_history", responses=DeskHistorySerializer(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        """Read it; it is a look into the file, too."""
        return Response(DeskHistorySerializer(history_of(self.opened(pk)), many=True).data)


class Files(AtFile):
    """The files that came with a request and its messages."""

    @extend_schema(operation_id="desk_files", responses=PaperSerializer(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        """List them, the earliest first; it is a look into the file."""
        files = self.opened(pk).evidence.order_by("supplied_at", "pk")
        return Response(PaperSerializer(files, many=True).data)


class File(AtFile, GivesBroughtFile):
    """One file that came with a request."""

    @extend_schema(operation_id="desk_file", responses=A_FILE)
    def get(self, request: Request, pk: UUID, file: UUID) -> FileResponse:
        """Fetch it; it is a look into the file. 404 as long as it isn't known to be harmless."""
        wanted = get_object_or_404(self.seen(pk).evidence.readable(), pk=file)
        self.opened(pk)
        return to_save(wanted)


class Issued(AtFile, GivesFile):
    """A document or letter about a request, as it was signed."""

    renderer_classes = [renderers.JSONRenderer, AsPDF]

    @extend_schema(operation_id="desk_document", responses={(200, AsPDF.media_type): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: UUID, document: UUID) -> FileResponse:
        """Fetch it; it is a look into the file."""
        issued = get_object_or_404(self.seen(pk).documents.exclude(file=""), pk=document)
        self.opened(pk)
        name = f"{issued.number}.pdf"
        return FileResponse(issued.file.open(), as_attachment=True, filename=name, content_type=AsPDF.media_type)
