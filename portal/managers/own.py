"""What belongs to a manager: the agencies that the person manages, and the services that these answer for."""

from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from portal.people import person
from services.agencies.models import Agency
from services.catalogue.models import DefinitionDraft, Service
from services.transparency import managed
from services.workflow.trials import Trial


def agencies_of(request: HttpRequest) -> QuerySet[Agency]:
    return managed.agencies_of(person(request))


def own_service(request: HttpRequest, code: str) -> Service:
    """Give a service that the manager's agencies answer for; else 404."""
    own = Service.objects.published().with_current().filter(responsible__in=agencies_of(request))
    return get_object_or_404(own, code=code)


def own_begun(request: HttpRequest, code: str) -> Service:
    """Give a service that the manager's agencies answer for, or that they began and never published; else 404."""
    own = Service.objects.with_current().filter(responsible__in=agencies_of(request))
    return get_object_or_404(own, code=code)


def own_draft(request: HttpRequest, code: str, pk: UUID) -> DefinitionDraft:
    drafts = DefinitionDraft.objects.filter(service=own_begun(request, code))
    return get_object_or_404(drafts.select_related("service__responsible", "service__current", "base", "by"), pk=pk)


def own_trial(request: HttpRequest, pk: UUID) -> Trial:
    trials = Trial.objects.filter(draft__service__responsible__in=agencies_of(request))
    return get_object_or_404(trials.select_related("draft__service", "by"), pk=pk)
