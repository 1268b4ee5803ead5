"""Which agencies a person manages, and which services these answer for or deliver."""

from collections.abc import Collection

from django.db.models import Q, QuerySet

from services.accounts.models import User
from services.agencies.models import Agency, Membership
from services.catalogue.models import Service


def agencies_of(user: User) -> QuerySet[Agency]:
    """Give the agencies that a person manages."""
    members = Membership.objects.of(user).managers()
    return Agency.objects.filter(pk__in=members.values("agency")).order_by("code")


def services_of(agencies: QuerySet[Agency] | Collection[Agency]) -> QuerySet[Service]:
    """Give the services that the agencies answer for or deliver."""
    published = Service.objects.published().with_current()
    return published.filter(Q(responsible__in=agencies) | Q(offices__agency__in=agencies)).distinct().order_by("code")
