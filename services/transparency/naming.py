"""Decide which services, and which of their offices and channels, the public event log may name."""

from collections.abc import Collection

from django.db.models import Sum

from services.ledger.models import NamedPlace, Sealing
from services.ledger.public_events import SHUT
from services.transparency.models import Count
from services.transparency.rules import FEWEST_CASES

Place = tuple[str, str, str]  # the service, by what it is cut, the key


def name_places(received: Collection[Place]) -> int:
    """Name what has got enough requests to be named, of what got some; give how many names are new.

    Five requests ever: so whatever row a table shows by itself has a name. What once had a name keeps it.
    """
    asked = {place for place in received if place[1] in ("", *SHUT)}
    services = {service for service, _cut, _key in asked}
    named = set(NamedPlace.objects.filter(service__in=services).values_list("service", "cut", "key"))
    groups = {(service, cut) for service, cut, _key in asked - named}
    if not groups:
        return 0
    may_be = {place for place, number in _received(groups).items() if number >= FEWEST_CASES}
    size = Sealing.objects.values_list("size", flat=True).first() or 0
    new = [NamedPlace(service=one, cut=cut, key=key, since=size) for one, cut, key in sorted(may_be - named)]
    NamedPlace.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)


def _received(groups: Collection[tuple[str, str]]) -> dict[Place, int]:
    counts = Count.objects.filter(service__in={service for service, _cut in groups}, measure="received")
    sums = counts.values_list("service", "cut", "key").annotate(Sum("number"))
    return {(service, cut, key): int(number) for service, cut, key, number in sums if (service, cut) in groups}
