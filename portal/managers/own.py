"""What belongs to a manager: the agencies that the person manages, and the services that these answer for."""

from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from portal.people import person
from services.agencies.models import Agency, Membership
from services.catalogue.models import DefinitionDraft, Service
from services.workflow.trials import Trial


def agencies_of(request: HttpRequest) -> QuerySet[Agency]:
    members = Membership.objects.of(person(request)).managers()
    return Agency.objects.filter(pk__in=members.values("agency")).order_by("code")


def services_of(agencies: QuerySet[Agency]) -> QuerySet[Service]:
    """Give the services that the agencies answer for or deliver."""
    published = Service.objects.published().with_current()
    return published.filter(Q(responsible__in=agencies) | Q(offices__agency__in=agencies)).distinct().order_by("code")


def own_service(request: HttpRequest, code: str) -> Service:
    """Give a service that the manager's agencies answer for; else 404."""
    own = Service.objects.published().with_current().filter(responsible__in=agencies_of(request))
    return get_object_or_404(own, code=code)


def own_draft(request: HttpRequest, code: str, pk: UUID) -> DefinitionDraft:
    drafts = DefinitionDraft.objects.filter(service=own_service(request, code))
    return get_object_or_404(drafts.select_related("service__responsible", "service__current", "base", "by"), pk=pk)


def own_trial(request: HttpRequest, pk: UUID) -> Trial:
    trials = Trial.objects.filter(draft__service__responsible__in=agencies_of(request))
    return get_object_or_404(trials.select_related("draft__service", "by"), pk=pk)
