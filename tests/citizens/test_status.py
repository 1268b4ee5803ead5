"""Where a request is, told to whoever holds its reference and code, and to nobody else."""

import pytest
from django.test import Client
from django.urls import reverse

from services.ledger.models import Event
from services.requests.models import ServiceRequest
from services.requests.status_codes import opens, status_code_of, write_status_code
from tests import worlds

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent() -> ServiceRequest:
    worlds.build_agencies("north")
    version = worlds.published([worlds.desk("judge")])
    return worlds.apply(version, by=worlds.citizen())


def look_up(client: Client, reference: str, code: str) -> tuple[int, str]:
    answer = client.post(reverse("status"), {"reference": reference, "code": code})
    assert "no-store" in answer.headers["Cache-Control"]
    return answer.status_code, answer.content.decode()


def test_the_holder_of_both_sees_where_it_is_and_no_personal_data(client: Client, sent: ServiceRequest) -> None:
    code = write_status_code(status_code_of(sent.pk))
    status, body = look_up(client, sent.written_reference.lower(), f" {code.lower()} ")

    assert status == 200
    for words in ("judge", "Request submitted", sent.written_reference):
        assert words in body
    assert "aysel" not in body.lower()


def test_it_is_on_record_once_and_told_to_the_applicant(client: Client, sent: ServiceRequest) -> None:
    for _ in range(2):
        look_up(client, sent.reference, status_code_of(sent.pk))
    client.force_login(sent.applicant)
    body = client.get(reverse("my_request", kwargs={"pk": sent.pk})).content.decode()

    assert Event.objects.filter(subject=sent.pk, kind="status_read", actor="holder").count() == 1
    assert "Somebody with the code" in body


@pytest.mark.parametrize("code", ["", "0" * 16, "K7M2-9QXD-4TAB-3F0Z", "\0", "x" * 41, "ə" * 16])
def test_a_wrong_code_opens_nothing_and_says_what_an_unknown_reference_says(
    client: Client, sent: ServiceRequest, code: str
) -> None:
    (status, body), (other_status, other_body) = (
        look_up(client, reference, code) for reference in (sent.reference, "K7M29QXD4T")
    )

    assert status == other_status == 422
    assert ("No request has this" in body) == ("No request has this" in other_body)
    assert "judge" not in body


def test_the_sixth_try_waits_even_with_the_right_code(client: Client, sent: ServiceRequest) -> None:
    tries = [look_up(client, sent.reference, "0" * 16)[0] for _ in range(5)]
    wrong, right = (look_up(client, sent.reference, code) for code in ("0" * 16, status_code_of(sent.pk)))

    assert tries == [422] * 5
    assert (wrong[0], right[0]) == (429, 429)
    assert "judge" not in right[1]


def test_one_address_cannot_try_many_references(client: Client, sent: ServiceRequest) -> None:
    tries = [look_up(client, f"K7M29QXD{number:02}", "0" * 16)[0] for number in range(20)]

    assert tries == [422] * 20
    assert look_up(client, sent.reference, status_code_of(sent.pk))[0] == 429


def test_forwarded_addresses_count_only_behind_a_trusted_proxy(client: Client, sent: ServiceRequest) -> None:
    for number in range(20):
        form = {"reference": f"K7M29QXD{number:02}", "code": "0" * 16}
        client.post(reverse("status"), form, headers={"X-Forwarded-For": f"10.0.0.{number}"})

    assert look_up(client, sent.reference, status_code_of(sent.pk))[0] == 429


def test_codes_differ_and_survive_a_change_of_key(sent: ServiceRequest, settings: object) -> None:
    code = status_code_of(sent.pk)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]  # type: ignore[attr-defined]
    settings.SECRET_KEY = "another key of the portal, as long as it must be"  # type: ignore[attr-defined]

    assert len(code) == 16
    assert status_code_of(sent.pk) != code
    assert opens(sent.pk, code)
