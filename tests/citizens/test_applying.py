"""Apply for a service: begin, check, submit once, or give up."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from services.requests.evidence import Evidence
from services.requests.models import Draft, ServiceRequest
from tests.citizens.forms import (
    DECLARED,
    HOME,
    begin,
    build_service,
    check_url,
    fill_in,
    page_url,
    send_as,
)
from tests.worlds import citizen

pytestmark = pytest.mark.django_db


class TestBegin:
    def test_tells_what_is_needed(self, client: Client) -> None:
        build_service()

        page = client.get(reverse("apply", args=["permit"])).content.decode()

        assert "House" in page
        assert "Lease" in page

    def test_asks_to_sign_in_where_an_account_is_needed(self, client: Client) -> None:
        build_service(identity="account")

        page = client.get(reverse("apply", args=["permit"])).content.decode()
        answer = client.post(reverse("apply", args=["permit"]))

        assert "?next=/apply/permit/" in page
        assert answer.url == "/account/login/?next=/apply/permit/"
        assert not Draft.objects.exists()

    def test_asks_for_the_office_when_several_deliver(self, client: Client) -> None:
        build_service("north", "south")

        answer = client.post(reverse("apply", args=["permit"]), {"office": "elsewhere"})

        assert answer.status_code == 422
        assert b"<title>Error:" in answer.content
        assert str(begin(client, office="south-hall").office) == "south hall"

    def test_marks_the_office_in_the_persons_town(self, client: Client) -> None:
        build_service("north", "south")
        client.force_login(citizen(address={"city": "South"}))

        page = client.get(reverse("apply", args=["permit"])).content.decode()

        assert re.search(r'value="south-hall" checked', page)
        assert page.count('" checked') == 1

    def test_fills_in_what_the_profile_knows(self, signed_in: Client) -> None:
        build_service()

        draft = begin(signed_in)

        assert draft.answers == {
            "email": "aysel@example.org",
            "phone": "+994505551001",
            "home": {"street": "Nizami", "house": "1"},
            "pin": "5ZK3Q1U",
        }

    def test_knows_no_service_that_is_not_offered_online(self, client: Client) -> None:
        build_service(channels=["counter"])

        assert client.get(reverse("apply", args=["permit"])).status_code == 404


class TestCheck:
    def test_tells_answers_in_words_with_ways_to_change_them(self, client: Client) -> None:
        build_service()
        draft = begin(client)
        fill_in(client, draft)

        body = client.get(check_url(draft)).content.decode()

        assert "Cat, Fish" in body
        assert "450.50 AZN" in body
        assert re.findall('form="check" name="do" value="(.*?)"', body) == [f"change:{one['key']}" for one in HOME]
        assert "10 working days" in body
        assert "Free" in body

    def test_a_changed_answer_leads_back(self, client: Client) -> None:
        build_service()
        draft = begin(client)
        fill_in(client, draft, heating="wood")

        answer = client.post(f"{page_url(draft)}?to=check", {"asked": "rooms", "rooms": "2", "do": "next"})

        assert answer.url == check_url(draft)

    def test_an_unfinished_draft_is_not_sent(self, client: Client) -> None:
        build_service()
        draft = begin(client)

        client.post(page_url(draft), {"owners.0.asked": ""})
        seen = client.get(check_url(draft))
        sent = client.post(check_url(draft), DECLARED)

        assert seen.status_code == 200
        assert sent.status_code == 422
        assert 'name="do" value="change:owners.0.name"' in sent.content.decode()
        assert "Owner 1, Name: Fill this in." in sent.content.decode()
        assert not ServiceRequest.objects.exists()

    def test_nothing_is_sent_without_the_declaration(self, client: Client) -> None:
        build_service()
        draft = begin(client)
        fill_in(client, draft)

        answer = client.post(check_url(draft), {"email": "nobody", "phone": "1"})

        assert answer.status_code == 422
        assert b"Tick the box" in answer.content
        assert b"Write an e-mail address like" in answer.content
        assert b"Write a phone number" in answer.content
        assert not ServiceRequest.objects.exists()

    def test_a_second_click_makes_no_second_request(self, client: Client) -> None:
        build_service()
        draft = begin(client)
        fill_in(client, draft)

        first = client.post(check_url(draft), {**DECLARED, "email": "aysel@example.org"})
        second = client.post(check_url(draft), {**DECLARED, "email": "aysel@example.org"})

        request = ServiceRequest.objects.get()
        assert first.url == second.url == reverse("apply_done", args=[request.pk])
        assert request.contact == {"email": "aysel@example.org"}
        assert request.evidence.get().draft is None
        assert not Draft.objects.exists()

    @pytest.mark.usefixtures("ledger")
    def test_two_clicks_at_once_make_one_request(self, client: Client) -> None:
        build_service()
        draft = begin(client)
        fill_in(client, draft)
        cookie = client.cookies["session"].value

        with ThreadPoolExecutor(4) as clicks:
            urls = set(clicks.map(lambda _: send_as(cookie, check_url(draft)), range(4)))

        assert urls == {reverse("apply_done", args=[ServiceRequest.objects.get().pk])}

    def test_the_profile_tells_who_applies(self, signed_in: Client) -> None:
        build_service()
        draft = begin(signed_in)
        fill_in(signed_in, draft)

        signed_in.post(check_url(draft), DECLARED)

        request = ServiceRequest.objects.get()
        assert str(request.applicant) == "Aysel"
        assert request.contact["personal_identifier"] == "5ZK3Q1U"


class TestDone:
    def test_gives_the_reference_to_who_sent_it_only(self, client: Client) -> None:
        build_service()
        draft = begin(client)
        fill_in(client, draft)
        client.post(check_url(draft), DECLARED)
        request = ServiceRequest.objects.get()
        done = reverse("apply_done", args=[request.pk])

        assert request.written_reference in client.get(done).content.decode()
        assert Client().get(done).status_code == 404
        stranger = Client()
        stranger.force_login(citizen("elvin"))
        assert stranger.get(done).status_code == 404
        assert stranger.get(check_url(draft)).status_code == 404

    def test_leads_on_to_following(self, signed_in: Client) -> None:
        build_service()
        draft = begin(signed_in)
        fill_in(signed_in, draft)

        page = signed_in.post(check_url(draft), DECLARED, follow=True).content.decode()

        assert reverse("my_request", args=[ServiceRequest.objects.get().pk]) in page


class TestDiscard:
    def test_asks_first_and_then_deletes_draft_and_files(self, client: Client, committing: Any) -> None:
        build_service()
        draft = begin(client)
        fill_in(client, draft)
        file = Path(draft.evidence.get().file.path)
        discard = reverse("apply_discard", args=[draft.pk])

        assert client.get(discard).status_code == 200
        assert Draft.objects.exists()
        with committing():
            assert client.post(discard).url == reverse("service", args=["permit"])
        assert not Draft.objects.exists()
        assert not Evidence.objects.exists()
        assert not file.exists()
