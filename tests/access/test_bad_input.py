"""Every form of every page, filled with what nobody should send: told in words, never a fault, echoed as text."""

import re

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from portal.access import ACCESS
from services.requests.models import ServiceRequest
from tests.access.test_every_url import EXPECTED, visitors_of
from tests.access.world import SHARED, Town, addresses

pytestmark = pytest.mark.django_db
WORDS = (
    "text words reason name email phone personal_identifier relation language score days paper outcome "
    "activity to desk about code reference place next number declared agreed sure city street birth_date "
    "story asked do tab office q rating may_follow wants_mail wants_sms answers people.0.name home.lat wanted show "
    "key status applicant service measure value by_date first_day last_day is_public heard promised is_kept format "
    "gender may_be_counted"
)
NAMES = WORDS.split()
SCRIPT = "<script>alert(1)</script>"
BAD = {
    "nothing": "",
    "a script": SCRIPT,
    "a control character": "a\0b\x1b[2J\x08",
    "much": "ə" * 30_000,
    "another direction": "\u202egnp.exe\u2066",
    "many marks": "Z" + "\u0311" * 500,
    "an injection": "'; DROP TABLE x; -- %s %(a)s {0} {{ 7*7 }} ${7*7} \\ % _",
    "no day": "2026-02-30",
    "other digits": "٠٥٠١٢٣٤٥٦٧",
    "a number too large": "9" * 400,
    "not a number": "NaN",
    "a way out": "//evil.example/\r\nSet-Cookie: a=b",
    "half a letter": "\ud83d".encode("utf-8", "surrogatepass").decode("latin-1"),
}


def forms(town: Town, clients: dict[str, Client]) -> list[tuple[Client, str]]:
    """Give every address with somebody who may send something there."""
    found: list[tuple[Client, str]] = []
    for name in ACCESS:
        who = next((who for who, met in EXPECTED.get(name, {"anonymous": "ok"}).items() if met == "ok"), None)
        if who is not None:
            known = addresses(town).get(name, [SHARED.get(name)])
            found += [(clients[who], reverse(name, kwargs=kwargs)) for kwargs in known]
    return found


def assert_answered(answer: HttpResponse, address: str) -> None:
    assert answer.status_code < 500 or address.startswith("/health"), (address, answer.status_code)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    if "html" in answer.get("Content-Type", ""):
        assert SCRIPT.encode() not in body, address
    assert "a=b" not in str(answer.cookies)
    assert not re.match(r"(https?:)?//evil", answer.get("Location", "")), address


@pytest.mark.parametrize("kind", BAD)
def test_bad_words_in_every_field_of_every_form(towns: tuple[Town, Town], kind: str) -> None:
    for client, address in forms(towns[0], visitors_of(*towns)):
        going_on = {"do": "next"} if "/draft/" in address else {}  # any other button leaves the page unchecked
        assert_answered(client.post(address, {**dict.fromkeys(NAMES, BAD[kind]), **going_on}), address)
        assert_answered(client.get(address, {"q": BAD[kind], "page": BAD[kind], "place": BAD[kind]}), address)


def test_too_many_fields_are_refused(towns: tuple[Town, Town]) -> None:
    many = {f"field{number}": "x" for number in range(1_001)}
    for client, address in forms(towns[0], visitors_of(*towns)):
        # As for browsers, so that every address reads its fields.
        client.handler.enforce_csrf_checks, client.cookies["csrf"] = True, "c" * 32
        answer = client.post(address, many)
        assert_answered(answer, address)
        if address.startswith(("/api/", "/open311/", "/oauth/")):
            assert answer.status_code in (400, 405, 413, 415), (
                address
            )  # takes no fields at all, or tells it to programs
        else:
            assert answer.status_code == 413, address
            assert b"Too much was sent at once" in answer.content, address


def test_fields_that_nobody_asked_for_change_nothing(towns: tuple[Town, Town]) -> None:
    town = towns[0]
    before = list(ServiceRequest.objects.order_by("pk").values_list("pk", "status", "applicant", "service"))
    forged = {"status": "approved", "applicant": str(towns[1].citizen.pk), "service": "1", "is_superuser": "on"}
    clients = visitors_of(*towns)
    for name in ("my_profile", "my_notice_ways", "my_request_write", "apply_page", "my_request_complain"):
        for kwargs in addresses(town).get(name, [None]):
            clients["owner"].post(reverse(name, kwargs=kwargs), forged)
    town.citizen.refresh_from_db()

    assert list(ServiceRequest.objects.order_by("pk").values_list("pk", "status", "applicant", "service")) == before
    assert not town.citizen.is_superuser
