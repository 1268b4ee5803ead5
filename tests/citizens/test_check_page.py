"""“Check your answers” shows what was typed and is faulty, with its fault and the way to mend it."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any, get_args

import pytest
from django.test import Client
from django.utils.html import strip_tags

from services.catalogue.definition import AnyField
from tests.citizens.forms import TYPED, begin, build_service, check_url, fill_in, page_url

pytestmark = pytest.mark.django_db
OWNERS = {f"owners.{number}.{part}": "1" for number in range(4) for part in ("name", "share")}
NAMELESS = {"owners.0.name": "", "owners.0.share": "a half", "owners.0.lives_here": "yes"}
# By kind of field: the question, what is typed, how it is shown, what is told, and where it is mended.
FAULTY = {
    "text": ("Street Sign", {"street_sign": "zz 1"}, "zz 1", "Write it like this: A1", "street_sign"),
    "long_text": ("Story", {"story": "x" * 5_000}, "xxxx", "Use at most 4000 characters.", "story"),
    "number": ("Rooms", {"rooms": "3.5"}, "3.5", "Give a whole number", "rooms"),
    "money": ("Rent", {"rent": "1,000.50"}, "1,000.50", "Give a number", "rent"),
    "date": ("Since", {"since": "2026-02-31"}, "2026-02-31", "Give a date that exists", "since"),
    "one_of": ("Heating", {"heating": "coal"}, "coal", "Choose one of the options.", "heating"),
    "several_of": ("Pets", {"pets": ["cat", "bird"]}, "Cat, bird", "Choose from the options.", "pets"),
    "email": ("Email", {"email": "nobody"}, "nobody", "Write an e-mail address", "email"),
    "phone": ("Phone", {"phone": "12"}, "12", "Write a phone number", "phone"),
    "address": (
        "Home",
        {"home.street": "Nizami", "home.house": "", "home.city": ""},
        "Nizami",
        "Give at least",
        "home",
    ),
    "personal_identifier": ("Pin", {"pin": "5ZK3Q1V"}, "5ZK3Q1V", "Check it for typing errors", "pin"),
    "location": ("Place", {"place.lat": "95", "place.lon": "49.6"}, "95, 49.6", "There is no such place", "place"),
    "group": (
        "Owners",
        NAMELESS,
        "Name: –; Share: a half;",
        "Owner 1, Name: Fill this in.",
        "owners.0.name",
    ),
}
# What can't be typed falsely: it is chosen or isn't, brought or isn't.
ONLY_MISSING = {"yes_no", "file"}


def kinds_of(union: Any) -> Iterator[str]:
    """Give the names of the kinds of fields that a definition may have."""
    for one in get_args(union):
        yield from get_args(one.model_fields["kind"].annotation) if hasattr(one, "model_fields") else kinds_of(one)


def row_of(body: str, question: str) -> str:
    return next(
        row for row in re.findall(r"<div><dt>.*?</div>", body, re.DOTALL) if f"<bdi>{question}</bdi></dt>" in row
    )


def checked(client: Client, given: dict[str, object]) -> str:
    build_service()
    draft = begin(client)
    fill_in(client, draft, **given)
    return client.get(check_url(draft)).content.decode()


def test_every_kind_of_field_is_tried() -> None:
    assert FAULTY.keys() | ONLY_MISSING == set(kinds_of(AnyField))


@pytest.mark.parametrize("kind", FAULTY)
def test_what_was_typed_stands_there_with_its_fault_and_the_way_to_mend_it(client: Client, kind: str) -> None:
    question, given, shown, fault, name = FAULTY[kind]

    row = row_of(checked(client, given), question)

    words = " ".join(unescape(strip_tags(row)).split())
    assert "Not answered" not in words
    assert shown in words
    assert fault in words
    assert f'name="do" value="change:{name}"' in row


def test_too_many_entries_are_all_shown(client: Client) -> None:
    row = row_of(checked(client, OWNERS), "Owners")

    assert row.count("Name: 1; Share: 1") == 4
    assert "Give at most 3." in row


@pytest.mark.parametrize("question", ["Owned", "Photo"])
def test_what_is_missing_is_told_as_missing(client: Client, question: str) -> None:
    row = row_of(checked(client, {"owned": "", "photo": ""}), question)

    assert re.search("Not answered|No file", row)
    assert 'class="error"' in row


def test_what_is_right_has_no_fault_and_is_told_in_words(client: Client) -> None:
    row = row_of(checked(client, {}), "Heating")

    assert "Gas" in row
    assert "error" not in row


def test_the_way_leads_to_the_field_and_back(client: Client) -> None:
    build_service()
    draft = begin(client)
    fill_in(client, draft, pin="5ZK3Q1V")

    answer = client.post(check_url(draft), {"do": "change:pin"})
    mended = client.post(f"{page_url(draft)}?to=check", {**TYPED, "do": "next"})

    assert answer.headers["Location"] == f"{page_url(draft)}?to=check#id_pin"
    assert mended.headers["Location"] == check_url(draft)


def test_what_was_typed_stays_text(client: Client) -> None:
    assert "<script>alert" not in checked(client, {"pin": "<script>alert(1)</script>"})
