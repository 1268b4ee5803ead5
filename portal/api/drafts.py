"""What a program does about a person's drafts: begin, read, change, throw away, hear what is wrong, send."""

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from hashlib import sha256
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
from rest_framework import exceptions, status
from rest_framework.request import Request
from rest_framework.response import Response

from portal.access import lacks_second_factor
from portal.api.draft_answers import changed
from portal.api.draft_serializers import (
    ChangeSerializer,
    DeclarationSerializer,
    DraftSerializer,
    FaultSerializer,
    HelpedSerializer,
    told_help,
)
from portal.api.personal import ByPerson, checked, require_second_factor
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
from services.accounts.tokens import Token
from services.catalogue.answers import Problem
from services.catalogue.definition import Definition
from services.requests.assistance import MANDATE, Assistance, Relation
from services.requests.models import Draft, ServiceRequest
from services.requests.operations import discard_draft, save_draft
from services.workflow.operations.assisting import change_help, require_mandate
from services.workflow.operations.submission import submit
from services.workflow.refusals import Invalid, Refused

GIVEN_AGAIN = timedelta(days=1)
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
        """Keep the person's own, also what they fill in for somebody else; at a counter as an official only."""
        known = Draft.objects.filter(applicant=self.person())
        if not self.may_serve() or lacks_second_factor(self.person()):
            known = known.filter(Q(assistance__relation__isnull=True) | ~Q(assistance__relation=Relation.OFFICIAL))
        known = known.filter(service__current__isnull=False, office__isnull=False)
        return known.select_related("service__current", "office__agency__calendar", "applicant")

    def may_serve(self) -> bool:
        """Tell whether the call may do what officials do at a counter, as far as its token goes."""
        return not isinstance(self.request.auth, Token) or self.request.auth.allows(Token.Scope.DESK)

    def help_of(self, said: Mapping[str, Any]) -> tuple[dict[str, str], Assistance]:
        """Give who is helped, and how, of what was sent about both; an official needs what all desks ask for."""
        if said["relation"] == Relation.OFFICIAL:
            if not self.may_serve():
                raise exceptions.PermissionDenied(f"The token needs the scope {Token.Scope.DESK}, too.")
            require_second_factor(self.person())
        helped = {name: said[name] for name in (*CONTACT, "language") if said.get(name)}
        helped.setdefault("language", get_language() or "en")
        by = str(self.person())
        return helped, Assistance.told(said["relation"], said["reason"], by, may_follow=said["may_follow"])

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
    """Give the counter by which two open pages notice each other, as programs know such things, and whom it is for."""
    if not draft.assistance:
        return f'"{draft.version}"'
    plain = json.dumps([draft.helped, draft.assistance], sort_keys=True)
    return f'"{draft.version}-{sha256(plain.encode()).hexdigest()[:16]}"'


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
        if not isinstance(request.data, dict):
            raise exceptions.ValidationError("Send an object with what shall change.")
        with transaction.atomic(), refusals():
            draft = self.locked(pk)
            if not draft.assistance:
                raise Http404
            said = checked(HelpedSerializer, {**told_help(draft), "agreed": True, **request.data}, {})
            change_help(draft, *self.help_of(said), self.person())
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
        """Give the request that was made of a draft; who only files for another is given it for a day."""
        follows = Q(assistance__may_follow=True) | Q(submitted_at__gt=timezone.now() - GIVEN_AGAIN)
        own = Q(applicant=self.person()) | Q(follows, assistant=self.person(), assistance__ended_at="")
        return get_object_or_404(ServiceRequest.objects.filter(own), submission_key=submission_key(pk))

    def _submit(self, draft: Draft) -> ServiceRequest:
        filling = Filling(draft, timezone.now())
        with refusals():
            if refused := filling.refused_files(filling.sheets):
                raise Invalid(refused)
            return submit(filling.submission(self.person()), timezone.now())
