"""One task in full, and its request's history: each look is put on record as that of the page is."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import exceptions, status
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.desk.acts import known
from portal.api.desk.examples import A_PURPOSE
from portal.api.desk.rights import AtDesk
from portal.api.desk.serializers import DeskHistorySerializer, PurposeSerializer, said
from portal.api.desk.whole_serializers import WholeSerializer
from portal.api.refusing import refusals
from portal.asking import answers_to_ask_about, papers_to_ask_for
from portal.findings import findings_of
from portal.reading import answers_of, history_of
from portal.templatetags.words import answer, unmarked
from services.accounts.models import User
from services.catalogue.definition import Definition, DeskStep
from services.requests.models import ServiceRequest
from services.workflow.desk_lists import steps_of
from services.workflow.models import Step
from services.workflow.operations.file import extends_until
from services.workflow.operations.looking import open_file, purpose_of_look, tell_purpose
from services.workflow.preparing import PreparedDecision
from services.workflow.queries import may_claim, requests_to_read
from services.workflow.refusals import Refused
from services.workflow.troubles import in_words

PURPOSE_NEEDED = OpenApiResponse(description="`purpose_needed`: tell a purpose first.")


class PurposeNeeded(exceptions.PermissionDenied):
    default_code = "purpose_needed"


@contextmanager
def looking(refusal: type[exceptions.PermissionDenied] = PurposeNeeded) -> Iterator[None]:
    """Answer 403 to a look that is refused; a look into a file is when it has no purpose yet."""
    try:
        yield
    except Refused as refused:
        raise refusal(str(refused.message)) from None


class AtWhole(AtDesk):
    """Something about a task of a request that the clerk may read."""

    def task(self, pk: int) -> Step:
        steps = Step.objects.filter(service_request__in=requests_to_read(self.person()), kind=Step.Kind.DESK)
        related = ("service_request__service", "service_request__version", "service_request__office__agency__calendar")
        return get_object_or_404(steps.select_related(*related, "desk__office__agency", "assignee"), pk=pk)


class Task(AtWhole):
    """One task in full."""

    @extend_schema(
        operation_id="desk_task",
        responses={200: WholeSerializer, 403: PURPOSE_NEEDED},
    )
    def get(self, request: Request, pk: int) -> Response:
        """Read it. The look is put on record and told to the applicant; one that isn't your work needs a purpose."""
        step, user, now = self.task(pk), self.person(), timezone.now()
        with looking():
            open_file(step.service_request, user, now)
        context = {"user": user, "now": now}
        return Response(WholeSerializer(whole_of(step, user, now), context=context).data)


class Purpose(AtWhole):
    """Why an official looks into a request that isn't the official's work."""

    @extend_schema(operation_id="desk_purpose", request=PurposeSerializer, responses={204: None}, examples=[A_PURPOSE])
    def post(self, request: Request, pk: int) -> Response:
        """Tell it; it holds for eight hours; the applicant sees the purpose, not the words."""
        return tell_it(self, self.task(pk).service_request)


def tell_it(call: AtDesk, seen: ServiceRequest) -> Response:
    """Put the purpose that a call tells on record."""
    told = call.data(PurposeSerializer)
    with refusals():
        tell_purpose(seen, call.person(), timezone.now(), **told)
    return Response(status=status.HTTP_204_NO_CONTENT)


class History(AtWhole):
    """What happened to a task's request, from the ledger, the latest first."""

    @extend_schema(operation_id="desk_history", responses=DeskHistorySerializer(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """Read it; it is a look into the file, too."""
        seen = self.task(pk).service_request
        with looking():
            open_file(seen, self.person(), timezone.now())
        return Response(DeskHistorySerializer(history_of(seen), many=True).data)


def whole_of(step: Step, user: User, now: datetime) -> dict[str, Any]:
    """Give all that is told of a task."""
    return {
        **request_of(step.service_request, user, now),
        "task": steps_of(user, [step.pk])[0],
        "may_claim": may_claim(step, user),
        "trouble": in_words(step.trouble),
        **_offered(step),
        "draft": PreparedDecision.objects.filter(step=step).first() if step.assignee_id == user.pk else None,
    }


def request_of(seen: ServiceRequest, user: User, now: datetime) -> dict[str, Any]:
    """Give all that is told of a request."""
    contact = {name: seen.contact.get(name, "") for name in ("name", "personal_identifier", "email", "phone")}
    return {
        "purpose": purpose_of_look(seen, user, now),
        "request": seen,
        "extends_until": extends_until(seen, now),
        "applicant": contact,
        "answers": list(given_in(seen)),
        "evidence": seen.evidence.order_by("supplied_at", "pk"),
        "findings": findings_of(seen),
        "messages": seen.messages.order_by("at", "pk"),
        "decisions": seen.decisions.select_related("by").order_by("pk"),
        "documents": seen.documents.order_by("issued_at", "pk"),
        "after_care": titled({} if seen.is_in_progress else after_care_of(seen.version.definition)),
    }


def given_in(seen: ServiceRequest) -> Iterator[dict[str, Any]]:
    """Tell the answers by page, as they are kept and in words."""
    for page in answers_of(seen):
        for field, value in page["rows"]:
            words = {"label": said(field.label), "words": unmarked(answer(field, value))}
            yield {"page": said(page["title"]), "key": field.key, "value": value, **words}


def _offered(step: Step) -> dict[str, Any]:
    """Tell what the definition lets an official do at a step."""
    definition, at = step.service_request.version.definition, known(step)
    asks = at.may_ask_applicant
    return {
        "outcomes": [
            {
                "key": outcome.key,
                "title": said(outcome.title),
                "is_refusal": outcome.is_refusal,
                "needs_words": bool(outcome.effect),
            }
            for outcome in at.outcomes
        ],
        "reasons": titled({reason.code: reason.text for reason in definition.rejection_reasons}),
        "activities": titled({activity.key: activity.title for activity in at.activities}),
        "may_ask": asks,
        "fields_to_ask_about": titled(answers_to_ask_about(definition) if asks else {}),
        "papers_to_ask_for": titled(papers_to_ask_for(definition) if asks else {}),
    }


def after_care_of(definition: Definition) -> dict[str, Any]:
    """Give the titles of what may be done once a request has ended, by their keys."""
    steps = [step for step in definition.workflow.steps if isinstance(step, DeskStep)]
    return {activity.key: activity.title for step in steps for activity in step.after_care}


def titled(texts: Mapping[str, Mapping[Any, str]]) -> list[dict[str, str]]:
    return [{"key": key, "title": said(text)} for key, text in texts.items()]
