"""What a program does about the files of a draft: bring, list and remove them, with the same checks as on the pages."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, parsers, status
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.draft_serializers import DraftFileSerializer, UploadSerializer
from portal.api.drafts import DraftAct
from portal.api.refusing import file_refusals
from portal.filling import Filling
from portal.upload_limit import count_uploads
from services.catalogue.definition import Evidence as Paper
from services.catalogue.definition import FileField
from services.requests.assistance import MANDATE, MOST_MANDATES
from services.requests.evidence import Evidence
from services.requests.models import Draft
from services.requests.operations import keep_evidence, remove_evidence
from services.requests.supplying import look_over
from services.workflow.operations.walking import citizen

MANDATES = Paper(key=MANDATE, title={"en": "Mandate"}, at_most=MOST_MANDATES)


class DraftFiles(DraftAct):
    """The files of a draft."""

    parser_classes = [parsers.MultiPartParser]

    @extend_schema(operation_id="drafts_files", responses=DraftFileSerializer(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        """List them, the earliest first."""
        files = self.draft(pk).evidence.order_by("supplied_at", "pk")
        return Response(DraftFileSerializer(files, many=True).data)

    @extend_schema(
        operation_id="drafts_add_file",
        request={"multipart/form-data": UploadSerializer},
        responses={201: DraftFileSerializer},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Bring a file to a question or paper that takes files. The same file again gives the one that is there."""
        draft, sent = self.draft(pk), self.data(UploadSerializer)
        taker = _taker(draft, sent["field"])
        with file_refusals("file"):
            file = self._keep(draft, taker, sent["file"])
        return Response(DraftFileSerializer(file).data, status=status.HTTP_201_CREATED)

    def _keep(self, draft: Draft, taker: FileField | Paper, upload: Any) -> Evidence:
        """Look a file over while nothing is locked, and keep it where it still is asked for."""
        now, by = timezone.now(), citizen(self.person())
        count_uploads(self.request._request)
        looked = look_over(draft, taker.key, upload, accept=taker.accept, by=by, now=now)
        with transaction.atomic():
            draft = self.locked(draft.pk)
            at_most = _taker(draft, taker.key).at_most
            return keep_evidence(draft, taker.key, looked, at_most=at_most, now=now)


def _taker(draft: Draft, key: str) -> FileField | Paper:
    """Give what takes files under a key; raise `ValidationError` when the form asks for no such file now."""
    takers = {**Filling(draft, timezone.now()).takers(), **({MANDATE: MANDATES} if draft.assistance else {})}
    if key not in takers:
        known = ", ".join(takers) or "none"
        raise exceptions.ValidationError({"field": [f"The form takes no file here now. Those that it takes: {known}."]})
    return takers[key]


class DraftFileDetail(DraftAct):
    """One file of a draft."""

    @extend_schema(operation_id="drafts_remove_file", responses={204: None})
    def delete(self, request: Request, pk: UUID, file: UUID) -> Response:
        """Remove it."""
        with transaction.atomic():
            remove_evidence(get_object_or_404(self.locked(pk).evidence, pk=file))
        return Response(status=status.HTTP_204_NO_CONTENT)
