"""What a visitor may see and act on: by the account, or by reference and code where a request was sent without one."""

from uuid import UUID

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from portal.held_requests import held_by
from portal.kept_words import use_code_of
from portal.people import person
from services.accounts.models import User
from services.requests.models import ServiceRequest, ServiceRequestQuerySet
from services.requests.queries import acts_by_code


def own_requests(request: HttpRequest) -> ServiceRequestQuerySet:
    """Give what is one's own, by the account or by the codes."""
    held = ServiceRequest.objects.filter(pk__in=held_by(request), applicant=None)
    return ServiceRequest.objects.of(person(request)) | held if request.user.is_authenticated else held


def followed_requests(request: HttpRequest) -> ServiceRequestQuerySet:
    """Give what is one's own, and what one helps with and may follow."""
    helped = ServiceRequest.objects.followed_by(person(request)) if request.user.is_authenticated else None
    return own_requests(request) | helped if helped is not None else own_requests(request)


def own_request(request: HttpRequest, pk: UUID) -> ServiceRequest:
    return _used(request, get_object_or_404(own_requests(request).with_service(), pk=pk))


def followed_request(request: HttpRequest, pk: UUID) -> ServiceRequest:
    """Give one's own request, or one that the person helps with and may follow."""
    return _used(request, get_object_or_404(followed_requests(request).with_service(), pk=pk))


def actor_on(request: HttpRequest, seen: ServiceRequest) -> User | None:
    """Give who acts on a request: the person with the account, else None, who showed reference and code."""
    user = request.user
    if not isinstance(user, User):
        return None
    helps = seen.assistant_id == user.pk and seen.assistance.get("may_follow", False)
    return user if helps or seen.applicant_id == user.pk else None


def _used(request: HttpRequest, seen: ServiceRequest) -> ServiceRequest:
    """Answer 404 to a code that gives no right any longer; remember which code a form is sent by."""
    if actor_on(request, seen) is None:
        if not acts_by_code(seen):
            raise Http404
        use_code_of(request, seen.pk)
    return seen
