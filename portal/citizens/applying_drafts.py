"""Whose draft it is, and what is wrong with it in words."""

import time
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.errors import SignInFirst
from portal.filling import objects_by_code, submission_key
from portal.held_requests import is_held
from portal.templatetags.words import labelled, marked
from services.accounts.models import User
from services.catalogue.answers import Problem
from services.catalogue.models import Service
from services.requests.models import Draft, ServiceRequest

CAME_BACK, NOTED_EVERY_S = "came_back_at", 60
DRAFTS, SUBMITTED = "drafts", "submitted"
MOST_REMEMBERED = 50


# --- whose it is --------------------------------------------------------------------------------------------------


def visitor(request: HttpRequest) -> User | None:
    """Give the signed-in person, or None for somebody who isn't."""
    return request.user if isinstance(request.user, User) else None


def sender_of(request: HttpRequest, draft: Draft) -> User | None:
    """Give who sends a draft: the signed-in person, or nobody's account."""
    return None if objects_by_code(draft) else visitor(request)


def needs_account(request: HttpRequest, service: Service) -> bool:
    """Tell whether a visitor has to sign in for a service first."""
    assert service.current is not None
    return service.current.definition.identity == "account" and not request.user.is_authenticated


def remember(request: HttpRequest, kind: str, pk: UUID) -> None:
    """Remember in the visitor's session that a draft or request is theirs."""
    request.session[kind] = [*request.session.get(kind, []), str(pk)][-MOST_REMEMBERED:]


def forget(request: HttpRequest, kind: str, pks: Iterable[UUID]) -> None:
    """Let the visitor's session forget drafts or requests."""
    gone = set(map(str, pks))
    request.session[kind] = [pk for pk in request.session.get(kind, []) if pk not in gone]


def is_remembered(request: HttpRequest, kind: str, pk: UUID) -> bool:
    return str(pk) in request.session.get(kind, [])


def own_draft(request: HttpRequest, pk: UUID, *, lock: bool = False) -> Draft:
    """Give the visitor's own draft; anybody else's answers 404, and who isn't signed in may sign in first."""
    drafts = Draft.objects.filter(_own(request, DRAFTS, pk), service__current__isnull=False, office__isnull=False)
    drafts = drafts.select_related("service__current", "office__agency__calendar")
    found = (drafts.select_for_update(of=("self",)) if lock else drafts).filter(pk=pk).first()
    if found is None:
        raise Http404 if request.user.is_authenticated else SignInFirst
    if not request.user.is_authenticated:
        _lengthen_way_back(request)
    return found


def _lengthen_way_back(request: HttpRequest) -> None:
    """Let the session, the only way back without an account or a link, last from this visit on, not from the first."""
    now = int(time.time())
    if now - request.session.get(CAME_BACK, 0) >= NOTED_EVERY_S:
        request.session[CAME_BACK] = now


def own_request(request: HttpRequest, pk: UUID) -> ServiceRequest:
    """Give a request that the visitor submitted, signed in or in this session."""
    seen = _own(request, SUBMITTED, pk) | _assisted(request, may_follow=not is_remembered(request, SUBMITTED, pk))
    return get_object_or_404(ServiceRequest.objects.filter(seen).with_service(), pk=pk)


def _assisted(request: HttpRequest, *, may_follow: bool = False) -> Q:
    """Keep what the visitor filed for somebody else, with or without being allowed to follow it; nothing once ended."""
    if not request.user.is_authenticated:
        return Q(pk__in=[])
    filed = Q(assistant=request.user, assistance__ended_at="")
    return filed & Q(assistance__may_follow=True) if may_follow else filed


def _own(request: HttpRequest, kind: str, pk: UUID) -> Q:
    own = Q(applicant=request.user) if request.user.is_authenticated else Q(pk__in=[])
    is_theirs = is_remembered(request, kind, pk) or (kind == SUBMITTED and is_held(request, pk))
    return own | Q(applicant=None) if is_theirs else own


def submitted_from(request: HttpRequest, draft: UUID) -> ServiceRequest | None:
    """Give the request that was made of the visitor's draft, if it was submitted already."""
    own = _own(request, DRAFTS, draft) | _assisted(request)
    return ServiceRequest.objects.filter(own, submission_key=submission_key(draft)).first()


def label_of(part: Any) -> Mapping[Any, str]:
    """Give the text by which a field or a paper is asked for."""
    return part.label if hasattr(part, "label") else part.title  # type: ignore[no-any-return]


def told(part: Any, problem: Problem) -> SafeString:
    """Tell a problem together with the question that it is about: `Owner 2, Name: Fill this in.`"""
    asked, item = part, SafeString()
    match problem.path.split("."):
        case [_key, number, key]:
            asked = next(one for one in part.fields if one.key == key)
            item = format_html("{} {}, ", marked(part.item), int(number) + 1)
    return labelled(format_html("{}{}", item, marked(label_of(asked))), problem.message)
