"""What a program does about a person's drafts: begin, read, change, throw away, hear what is wrong, send."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.http import parse_etags
from django.utils.translation import get_language
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.draft_answers import changed
from portal.api.draft_serializers import (
    ChangeSerializer,
    DeclarationSerializer,
    DraftSerializer,
    FaultSerializer,
    HelpedSerializer,
    told_help,
)
from portal.api.personal import ByPerson, checked
from portal.api.refusing import (
    IDEMPOTENCY_KEY,
    ChangedMeanwhile,
    Unconditional,
    key_of,
    refusals,
)
from portal.api.serializers import ServiceRequestSerializer
from portal.errors import TooMuch
from portal.filling import CONTACT, Filling, submission_key
from services.accounts.models import User
from services.accounts.tokens import Token
from services.catalogue.answers import Problem
from services.catalogue.definition import Definition
from services.requests.assistance import MANDATE, Assistance
from services.requests.models import Draft, ServiceRequest
from services.requests.operations import discard_draft, save_draft
from services.workflow.operations.assisting import change_help, require_mandate
from services.workflow.operations.submission import submit
from services.workflow.refusals import Invalid, Refused

MOST_DRAFTS = 100
ETAG = OpenApiParameter("ETag", str, OpenApiParameter.HEADER, response=True, description="Changes with the answers.")
IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, required=True, description="The ETag of the draft that you read."
)
MAY_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description="The ETag of the draft that you mean: refused when it is old."
)
STALE = {
    412: OpenApiResponse(description="The draft was changed meanwhile; its ETag now comes with this."),
    428: OpenApiResponse(description="If-Match is missing."),
}


class DraftAct(ByPerson):
    """Something about a draft of the person who asks; that of anybody else answers 404."""

    scopes = dict.fromkeys(("GET", "POST", "PATCH", "DELETE"), Token.Scope.DRAFT)

    def drafts(self) -> QuerySet[Draft]:
        """Keep the person's own, also what they fill in for somebody else."""
        known = Draft.objects.filter(applicant=self.person())
        known = known.filter(service__current__isnull=False, office__isnull=False)
        return known.select_related("service__current", "office__agency__calendar", "applicant")

    def draft(self, pk: UUID) -> Draft:
        return get_object_or_404(self.drafts(), pk=pk)

    def locked(self, pk: UUID) -> Draft:
        """Give a draft that nobody else changes before the transaction ends, as `If-Match` means it."""
        draft = get_object_or_404(self.drafts().select_for_update(of=("self",)), pk=pk)
        match = self.request.headers.get("If-Match")
        if match is not None and not {etag(draft), "*"} & set(parse_etags(match)):
            raise ChangedMeanwhile(etag(draft))
        return draft


def etag(draft: Draft) -> str:
    """Give the counter by which two open pages notice each other, as programs know such things."""
    return f'"{draft.version}"'


def told(draft: Draft, code: int = status.HTTP_200_OK) -> Response:
    return Response(DraftSerializer(draft).data, status=code, headers={"ETag": etag(draft)})


def fitted(definition: Definition, kept: Mapping[str, Any], sent: Mapping[str, Any]) -> dict[str, Any]:
    """Give a draft's answers with what was sent; raise what can't be kept."""
    answers, problems = changed(definition.fields, kept, sent)
    if problems:
        with refusals():
            raise Invalid(problems)
    if sum(len(repr(answer)) for answer in answers.values()) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        raise TooMuch
    return answers


def help_of(said: Mapping[str, Any], by: User) -> tuple[dict[str, str], Assistance]:
    """Give who is helped, and how, of what was sent about both."""
    helped = {name: said[name] for name in (*CONTACT, "language") if said.get(name)}
    helped.setdefault("language", get_language() or "en")
    assistance = Assistance.told(said["relation"], said["reason"], str(by), may_follow=said["may_follow"])
    return helped, assistance


class DraftDetail(DraftAct):
    """One draft."""

    @extend_schema(operation_id="drafts_read", responses=DraftSerializer, parameters=[ETAG])
    def get(self, request: Request, pk: UUID) -> Response:
        return told(self.draft(pk))

    @extend_schema(
        operation_id="drafts_change",
        request=ChangeSerializer,
        responses={200: DraftSerializer, **STALE},
        parameters=[ETAG, IF_MATCH],
    )
    def patch(self, request: Request, pk: UUID) -> Response:
        """Change answers of the draft that `If-Match` names. Right or wrong they are kept, as on the pages."""
        draft = self.draft(pk)
        if "If-Match" not in request.headers:
            raise Unconditional
        sent = self.data(ChangeSerializer)["answers"]
        with transaction.atomic():
            draft = self.locked(pk)
            assert draft.service.current is not None
            save_draft(draft, fitted(draft.service.current.definition, draft.answers, sent))
        return told(draft)

    @extend_schema(operation_id="drafts_throw_away", responses={204: None, 412: STALE[412]}, parameters=[MAY_MATCH])
    def delete(self, request: Request, pk: UUID) -> Response:
        """Throw the draft away, with its files."""
        with transaction.atomic():
            discard_draft(self.locked(pk))
        return Response(status=status.HTTP_204_NO_CONTENT)


class DraftHelp(DraftAct):
    """Whom a draft is for that isn't for its author."""

    @extend_schema(
        operation_id="drafts_change_helped",
        request=HelpedSerializer,
        responses={200: DraftSerializer, 412: STALE[412]},
        parameters=[ETAG, MAY_MATCH],
    )
    def patch(self, request: Request, pk: UUID) -> Response:
        """Change whom a draft is for, or how its author helps; what isn't sent stays. 404 for one's own draft."""
        known, by = get_object_or_404(self.drafts().exclude(assistance={}), pk=pk), self.person()
        sent = self.request.data if isinstance(self.request.data, dict) else {}
        said = checked(HelpedSerializer, {**told_help(known), "agreed": True, **sent}, {})
        with transaction.atomic(), refusals():
            draft = self.locked(pk)
            change_help(draft, *help_of(said, by), by)
        return told(draft)


class DraftFaults(DraftAct):
    """What keeps a draft from being sent."""

    @extend_schema(operation_id="drafts_faults", responses=FaultSerializer(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        """Tell every fault, in the order of the form; nothing when it can be sent."""
        filling = Filling(self.draft(pk), timezone.now())
        found = [*_without_mandate(filling), *filling.in_order(filling.all_problems())]
        return Response(FaultSerializer(found, many=True).data)


def _without_mandate(filling: Filling) -> Iterator[Problem]:
    """Tell that a mandate lacks, where the help needs one."""
    if assistance := Assistance.of(filling.draft.assistance):
        try:
            require_mandate(assistance, filling.counts)
        except Refused as refused:
            yield Problem(MANDATE, str(refused.message), "required")


class DraftSubmission(DraftAct):
    """A draft handed in."""

    scopes = {"POST": Token.Scope.SUBMIT}

    @extend_schema(
        operation_id="drafts_submit",
        request=DeclarationSerializer,
        responses={201: ServiceRequestSerializer, 412: STALE[412]},
        parameters=[IDEMPOTENCY_KEY, MAY_MATCH],
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Send a draft. It becomes one request, however often it is sent, from here or from its page."""
        earlier = None if self.drafts().filter(pk=pk).exists() else self._earlier(pk)
        key_of(request, self.person())
        self.data(DeclarationSerializer)
        try:
            with transaction.atomic():
                submitted = earlier or self._submit(self.locked(pk))
        except Http404:  # the button on the page, or the same call, made a request of it while this one waited
            submitted = self._earlier(pk)
        return Response(ServiceRequestSerializer(submitted).data, status=status.HTTP_201_CREATED)

    def _earlier(self, pk: UUID) -> ServiceRequest:
        """Give the request that was made of a draft."""
        own = Q(applicant=self.person()) | Q(assistant=self.person(), assistance__ended_at="")
        return get_object_or_404(ServiceRequest.objects.filter(own), submission_key=submission_key(pk))

    def _submit(self, draft: Draft) -> ServiceRequest:
        filling = Filling(draft, timezone.now())
        with refusals():
            if refused := filling.refused_files(filling.sheets):
                raise Invalid(refused)
            return submit(filling.submission(self.person()), timezone.now())
