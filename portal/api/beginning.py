"""How a program begins a person's drafts, and lists them."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, status
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.draft_serializers import BeginningSerializer, DraftInListSerializer, DraftSerializer
from portal.api.drafts import ETAG, DraftAct, fitted, told
from portal.api.refusing import AlreadySent, Conflict, KeyReused, key_of, refusals
from portal.api.views import Pages
from portal.filling import submission_key
from services.accounts.models import User
from services.catalogue.definition import Definition
from services.catalogue.models import Service
from services.requests.models import Draft, ServiceRequest
from services.requests.operations import start_draft
from services.workflow.operations.assisting import begin_help

MOST_DRAFTS = 100
BEGUN_ONCE = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, description="Any text that you use once a draft."
)


class Drafts(DraftAct):
    """The drafts of the person who asks."""

    pagination_class, ordering = Pages, ("-saved_at", "pk")

    @extend_schema(operation_id="drafts_list", responses=DraftInListSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List them without their answers, the one that was saved last first; also those begun on the pages."""
        pages = self.pagination_class()
        page = pages.paginate_queryset(self.drafts().defer("answers"), request, view=self)
        return pages.get_paginated_response(DraftInListSerializer(page, many=True).data)

    @extend_schema(
        operation_id="drafts_begin",
        request=BeginningSerializer,
        responses={201: DraftSerializer},
        parameters=[ETAG, BEGUN_ONCE],
    )
    def post(self, request: Request) -> Response:
        """Begin a draft. Nothing of the person's profile is put into it: a program learns what it sent itself.

        Sent again with the same `Idempotency-Key`, it gives the draft as it is now, or 409 once that was sent.
        """
        data = self.data(BeginningSerializer)
        service: Service = data["service"]
        assert service.current is not None
        definition = service.current.definition
        _refuse_unfit(definition, data["office"].code)
        answers = fitted(definition, {}, data["answers"])
        with transaction.atomic():
            User.objects.select_for_update().get(pk=self.person().pk)
            pk = self._pk()
            if pk and (earlier := self._earlier(pk, data)):
                return told(earlier, status.HTTP_201_CREATED)
            if Draft.objects.filter(applicant=self.person()).count() >= MOST_DRAFTS:
                raise Conflict(_("You have 100 drafts already. Throw one away first."))
            draft = self._begin(service, data, answers, pk)
        return told(draft, status.HTTP_201_CREATED)

    def _pk(self) -> UUID | None:
        """Give the number that a person's key stands for, if the call has one."""
        return UUID(key_of(self.request, self.person())[:32]) if "Idempotency-Key" in self.request.headers else None

    def _earlier(self, pk: UUID, data: dict[str, Any]) -> Draft | None:
        """Give the draft that an earlier call with this key began; raise `AlreadySent` or `KeyReused`."""
        draft = Draft.objects.filter(pk=pk).select_related("service__current", "office", "applicant").first()
        if draft is None:
            if ServiceRequest.objects.filter(submission_key=submission_key(pk)).exists():
                raise AlreadySent(reverse("api_draft_submission", args=[pk]))
            return None
        helped = self.help_of(data["helped"])[0] if "helped" in data else {}
        if (draft.service, draft.office, draft.helped) != (data["service"], data["office"], helped):
            raise KeyReused(_("This key was already used for another request."))
        return draft

    def _begin(self, service: Service, data: dict[str, Any], answers: dict[str, Any], pk: UUID | None) -> Draft:
        by = self.person()
        if "helped" not in data:
            return start_draft(service, by, data["office"], answers, pk)
        with refusals():
            return begin_help(service, data["office"], *self.help_of(data["helped"]), by, answers, pk)


def _refuse_unfit(definition: Definition, office: str) -> None:
    if definition.is_appeal:
        raise Conflict(_("Begin from the decision that you object to: open that request under “My requests”."))
    if "online" not in definition.channels:
        raise exceptions.ValidationError({"service": [_("This service isn't taken online.")]})
    if office not in {place.office for place in definition.delivered_by}:
        raise exceptions.ValidationError({"office": [_("This office doesn't deliver this service. Choose another.")]})
