"""A service whose form has every kind of field, and a visitor who fills it in."""

import re
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from services.catalogue.models import ServiceVersion
from services.requests.models import Draft
from tests.worlds import build_agencies, desk, published, text

DECLARED = {"declared": "on"}
PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>endobj
trailer<</Root 1 0 R>>
%%EOF
"""


def options(*values: str) -> list[dict[str, Any]]:
    return [{"value": value, "label": text(value.title())} for value in values]


def field(key: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "kind": kind, "label": text(key.replace("_", " ").title()), **more}


OWNER = [field("name", "text"), field("share", "number"), field("lives_here", "yes_no")]
HOME = [
    field("street_sign", "text", pattern=r"[A-Z]\d", example="A1"),
    field("story", "long_text"),
    field("rooms", "number"),
    field("area", "number", decimals=1),
    field("rent", "money"),
    field("since", "date", latest="today"),
    field("owned", "yes_no"),
    field("heating", "one_of", options=options("gas", "wood")),
    field("town", "one_of", options=options(*"abcdefghi")),
    field("pets", "several_of", options=options("cat", "dog", "fish")),
    field("email", "email", prefill="email"),
    field("phone", "phone", prefill="phone"),
    field("home", "address", prefill="address"),
    field("pin", "personal_identifier", prefill="personal_identifier"),
    field("place", "location"),
    field("photo", "file", accept=["png", "pdf"]),
    field("owners", "group", item=text("Owner"), at_most=3, fields=OWNER),
]
WOOD = [
    field("stove", "one_of", options=options("yes", "none")),
    field("chimney", "text", show='answers.stove == "yes"'),
]
PAPER = {"key": "lease", "title": text("Lease"), "show": "answers.rooms > 3", "at_most": 2}
PAGES = [
    {"key": "house", "title": text("House"), "fields": HOME},
    {"key": "stoves", "title": text("Stoves"), "fields": WOOD, "show": 'answers.heating == "wood"'},
]

TYPED = {
    "street_sign": "A1",
    "story": "Once\r\nupon",
    "rooms": "3",
    "area": "1 234,5",
    "rent": "450.50",
    "since": "2020-05-17",
    "owned": "yes",
    "heating": "gas",
    "town": "c",
    "pets": ["fish", "cat"],
    "email": "aysel@example.org",
    "phone": "050 555 10 01",
    "home.street": "Nizami",
    "home.house": "14",
    "home.city": "Sumgait",
    "pin": "5zk3q1u",
    "place.lat": "40.5",
    "place.lon": "49.6",
    "owners.0.name": "Aysel",
    "owners.0.share": "50",
    "owners.0.lives_here": "yes",
    "owners.1.name": "Bruno",
    "owners.1.share": "50",
    "owners.1.lives_here": "no",
}
ANSWERS = {
    "street_sign": "A1",
    "story": "Once\nupon",
    "rooms": 3,
    "area": "1234.5",
    "rent": "450.50",
    "since": "2020-05-17",
    "owned": True,
    "heating": "gas",
    "town": "c",
    "pets": ["cat", "fish"],
    "email": "aysel@example.org",
    "phone": "+994505551001",
    "home": {"street": "Nizami", "house": "14", "apartment": "", "city": "Sumgait", "postal_code": ""},
    "pin": "5ZK3Q1U",
    "place": {"lat": "40.500000", "lon": "49.600000"},
    "owners": [
        {"name": "Aysel", "share": 50, "lives_here": True},
        {"name": "Bruno", "share": 50, "lives_here": False},
    ],
}


def build_service(*towns: str, **more: Any) -> ServiceVersion:
    """Publish the service with every kind of field, open to visitors without an account."""
    build_agencies(*(towns or ("north",)))
    plain = {"identity": "none", "pages": PAGES, "evidence": [PAPER], "service": "permit", **more}
    return published([desk("judge")], towns=towns or ("north",), **plain)


def begin(client: Client, **data: str) -> Draft:
    """Start a draft as a visitor does."""
    before = set(Draft.objects.values_list("pk", flat=True))
    client.post(reverse("apply", args=["permit"]), data)
    return Draft.objects.exclude(pk__in=before).get()


def page_url(draft: Draft, page: str = "house") -> str:
    return reverse("apply_page", args=[draft.pk, page])


def check_url(draft: Draft) -> str:
    return reverse("apply_check", args=[draft.pk])


def upload(content: bytes = PDF, name: str = "photo.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def fill_in(client: Client, draft: Draft, **more: Any) -> Any:
    return client.post(page_url(draft), {**TYPED, "photo": upload(), **more})


def fields_named(body: str) -> set[str]:
    return set(re.findall(r'name="([^"]+)"', body))


def send_as(session: str, url: str) -> str:
    """Submit in a thread of its own, with a connection that is closed afterwards."""
    client = Client()
    client.cookies["session"] = session
    try:
        return str(client.post(url, DECLARED).headers["Location"])
    finally:
        connection.close()
