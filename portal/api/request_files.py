"""What a program does about the files of a person's request: list, fetch, and add a paper while it is worked."""

from uuid import UUID

from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import parsers, status
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.acts import Act
from portal.api.draft_serializers import DraftFileSerializer, UploadSerializer
from portal.api.giving_files import A_FILE, GivesBroughtFile
from portal.api.refusing import file_refusals, refusals
from portal.brought_files import to_save
from portal.upload_limit import count_uploads
from services.workflow.operations.paper import supply


class RequestFiles(Act):
    """The files that came with a request, its messages and answers."""

    parser_classes = [parsers.MultiPartParser]

    @extend_schema(operation_id="requests_files", responses=DraftFileSerializer(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        """List them, the earliest first."""
        files = self.seen(pk).evidence.order_by("supplied_at", "pk")
        return Response(DraftFileSerializer(files, many=True).data)

    @extend_schema(
        operation_id="requests_add_file",
        request={"multipart/form-data": UploadSerializer},
        responses={201: DraftFileSerializer},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Add a paper that the service knows, while the request is worked; `field` is its key.

        The same file again gives the one that is there. 409 where this paper can't be added now.
        """
        seen, sent = self.seen(pk), self.data(UploadSerializer)
        with refusals(), file_refusals("file"):
            count_uploads(request._request)
            file = supply(seen, sent["field"], sent["file"], self.person(), timezone.now())
        return Response(DraftFileSerializer(file).data, status=status.HTTP_201_CREATED)


class RequestFile(Act, GivesBroughtFile):
    """One file that came with a request."""

    @extend_schema(operation_id="requests_file", responses=A_FILE)
    def get(self, request: Request, pk: UUID, file: UUID) -> FileResponse:
        """Fetch it. 404 as long as it isn't known to be harmless."""
        return to_save(get_object_or_404(self.seen(pk).evidence.readable(), pk=file))
