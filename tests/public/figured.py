"""A service whose figures are known by heart, and the pages that tell them."""

from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from services.catalogue.models import ServiceVersion
from services.transparency.models import Bucket, Count
from services.transparency.periods import months_after
from services.transparency.standings import renew_standings
from tests.worlds import build_agencies, desk, published

TOWNS = ("north", "south", "west")
LATE = {"north": 10, "south": 12, "west": 60}


def publish_figured() -> ServiceVersion:
    """Publish a service of three towns, each with 100 decisions last month; the west is often late."""
    build_agencies(*TOWNS)
    version = published([desk("judge")], towns=TOWNS)
    month = months_after(timezone.localdate().replace(day=1), -1)
    for town in TOWNS:
        late = LATE[town]
        for measure, number in (
            ("received", 100),
            ("approved", 90),
            ("refused", 10),
            ("late", late),
            ("on_time", 100 - late),
        ):
            add(measure, number, month, office=f"{town}-hall", channel="online", version="1")
        days = 4 if town == "west" else 2
        bucket = {"service": "permit", "month": month, "measure": "running_days", "bucket": days}
        Bucket.objects.create(**bucket, cut="office", key=f"{town}-hall", number=100)
        whole, _ = Bucket.objects.get_or_create(**bucket, cut="", key="", defaults={"number": 0})
        Bucket.objects.filter(pk=whole.pk).update(number=whole.number + 100)
    add("refused:unfit", 30, month)
    renew_standings(timezone.now(), all_of_them=True)
    return version


def add(measure: str, number: int, month: Any, **places: str) -> None:
    for cut, key in (("", ""), *places.items()):
        cell = {"service": "permit", "cut": cut, "key": key, "month": month, "measure": measure}
        known, _ = Count.objects.get_or_create(**cell, defaults={"number": 0})
        Count.objects.filter(pk=known.pk).update(number=known.number + number)


def page(client: Client, name: str, *args: str, **query: Any) -> str:
    return client.get(reverse(name, args=args), query).content.decode()
