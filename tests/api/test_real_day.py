"""One real day of New York's 311 by Open311: each report is taken once, or refused with the column that lacks."""

import csv
import gzip
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from services.accounts.models import User
from services.requests.models import ServiceRequest
from services.workflow.operations.tokens import make_token
from tests import worlds

DAY = Path(settings.BASE_DIR).parent / "shared" / "data" / "nyc311_2013-12-25.csv.gz"
CUT_AT = 300
COLUMNS = {"lat": "Latitude", "long": "Longitude", "attribute[complaint]": "Complaint Type"}
Row = dict[str, str]

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.slow,
    pytest.mark.skipif(not DAY.exists(), reason=f"the real day isn't there: {DAY}"),
]


def rows() -> Iterator[Row]:
    with gzip.open(DAY, "rt", encoding="utf-8", newline="") as day:
        yield from csv.DictReader(day)


def office_of(row: Row) -> str:
    return f"{row['Agency'].lower()}-hall"


def open_city() -> None:
    """Publish one service that the agencies of that day deliver."""
    towns = sorted({row["Agency"].lower() for row in rows()})
    worlds.build_agencies(*towns)
    fields = [
        {"key": "complaint", "kind": "text", "label": {"en": "Complaint"}},
        {"key": "detail", "kind": "text", "label": {"en": "Detail"}, "required": False},
        {"key": "words", "kind": "long_text", "label": {"en": "Words"}, "required": False},
        {"key": "place", "kind": "location", "label": {"en": "Place"}},
    ]
    pages = [{"key": "about", "title": {"en": "About"}, "fields": fields}]
    judge = worlds.desk("judge")
    worlds.published([judge], towns=towns, service="city", identity="none", open_reports=True, pages=pages)


def key_of(user: User) -> str:
    return make_token(user=user, name="City app", scopes=["reports:submit"], days=30, now=timezone.now())[1]


def post(row: Row, key: str) -> HttpResponse:
    body = {
        "api_key": key,
        "service_code": "city",
        "jurisdiction_id": office_of(row),
        "lat": row["Latitude"],
        "long": row["Longitude"],
        "address_string": row["Incident Address"],
        "attribute[complaint]": row["Complaint Type"],
        "attribute[detail]": row["Descriptor"],
    }
    return Client().post("/open311/v2/requests.json", body, headers={"Idempotency-Key": row["Unique Key"]})


def columns_of(answer: HttpResponse) -> str:
    return ", ".join(COLUMNS[one["description"].removesuffix(" required")] for one in answer.json())


def test_each_report_is_taken_once_or_refused_with_its_column() -> None:
    open_city()
    key, taken, refused = key_of(worlds.citizen()), Counter[str](), Counter[str]()
    for row in islice(rows(), CUT_AT):  # interrupted, and begun again from the first
        post(row, key)
    for row in rows():
        answer = post(row, key)
        if answer.status_code == 201:
            taken[office_of(row)] += 1
        else:
            assert answer.status_code == 400, answer.content
            refused[columns_of(answer)] += 1

    nowhere = sum(1 for row in rows() if not row["Latitude"])
    assert taken.total() + refused.total() == 2386
    assert refused == {"Latitude, Longitude": nowhere}
    assert Counter(ServiceRequest.objects.values_list("office__code", flat=True)) == taken
