"""Apply for a service: from what is typed to a request, with nothing lost on the way."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from services.requests.models import Draft, Evidence, ServiceRequest
from tests.citizens.forms import ANSWERS, PDF, TYPED, begin, build_service, check_url, page_url
from tests.worlds import citizen

pytestmark = pytest.mark.django_db
DECLARED = {"declared": "on"}


@pytest.fixture(autouse=True)
def files_folder(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def signed_in(client: Client) -> Client:
    known: dict[str, Any] = {
        "phone": "+994505551001",
        "personal_identifier": "5ZK3Q1U",
        "address": {"street": "Nizami", "house": "1"},
    }
    client.force_login(citizen(**known))
    return client


@pytest.fixture
def ledger(transactional_db: None) -> Iterator[None]:
    """Let the test's end empty the ledger, which refuses it otherwise."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_event ENABLE TRIGGER refuse_truncate")
    yield
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_event DISABLE TRIGGER refuse_truncate")


def upload(content: bytes = PDF, name: str = "photo.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def fill_in(client: Client, draft: Draft, **more: Any) -> Any:
    return client.post(page_url(draft), {**TYPED, "photo": upload(), **more})


def send_as(session: str, url: str) -> str:
    """Submit in a thread of its own, with a connection that is closed afterwards."""
    client = Client()
    client.cookies["session"] = session
    try:
        return str(client.post(url, DECLARED).headers["Location"])
    finally:
        connection.close()


def fields_named(body: str) -> set[str]:
    return set(re.findall(r'name="([^"]+)"', body))


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


class TestPage:
    def test_shows_every_kind_of_field(self, client: Client) -> None:
        build_service()
        draft = begin(client)

        body = client.get(page_url(draft)).content.decode()

        expected = {name for name in TYPED if not name.startswith("owners.1")} | {"photo", "home.postal_code"}
        assert expected <= fields_named(body)

    def test_keeps_every_kind_of_answer_until_the_request(self, client: Client) -> None:
        build_service()
        draft = begin(client)

        answer = fill_in(client, draft)
        client.post(check_url(draft), DECLARED)

        assert answer.url == check_url(draft)
        assert ServiceRequest.objects.get().answers == ANSWERS

    def test_shows_again_what_was_typed(self, client: Client) -> None:
        build_service()
        draft = begin(client)
        fill_in(client, draft)

        body = client.get(page_url(draft)).content.decode()

        for typed in (
            "A1",
            "1234.5",
            "450.50",
            "2020-05-17",
            "aysel@example.org",
            "Nizami",
            "5zk3q1u",
            "49.6",
            "Bruno",
        ):
            assert f'value="{typed}"' in body
        assert body.count(" checked") == 6
        assert '<option value="c" selected>' in body
        assert "photo.pdf" in body

    def test_loses_nothing_when_something_is_wrong(self, client: Client) -> None:
        build_service()
        draft = begin(client)
        wrong = {
            "rooms": "many",
            "since": "31.02.2020",
            "email": "aysel@",
            "owners.1.share": "half",
            "place.lat": "north",
        }

        answer = fill_in(client, draft, **wrong)
        body = answer.content.decode()

        assert answer.status_code == 422
        assert "<title>Error:" in body
        for name, typed in wrong.items():
            assert f'value="{typed}"' in body
            assert f'href="#id_{name.removesuffix(".lat")}"' in body
        assert "Owner 2, Share: Give a number, like 12." in body
        assert client.get(page_url(draft)).content.decode().count('value="many"') == 1

    def test_asks_for_what_is_required(self, client: Client) -> None:
        build_service()
        draft = begin(client)

        answer = client.post(page_url(draft), {"asked": ["owned", "photo"], "do": "next"})

        assert answer.status_code == 422
        assert "Owned: Choose an answer." in answer.content.decode()
        assert "Photo: Add the file." in answer.content.decode()

    @pytest.mark.parametrize("typed", ["a\x00b", "x" * 1_000_000, "\ud83d", "<script>"])
    def test_refuses_texts_that_can_not_be_kept(self, client: Client, typed: str) -> None:
        build_service()
        draft = begin(client)

        answer = client.post(
            page_url(draft), b"street_sign=" + typed.encode(errors="surrogatepass"), "application/x-www-form-urlencoded"
        )

        assert answer.status_code == 422
        assert "<script>" not in answer.content.decode().partition("<main")[2]

    def test_refuses_a_flood(self, client: Client) -> None:
        build_service()
        draft = begin(client)

        assert client.post(page_url(draft), {"story": "x" * 3_000_000}).status_code in (400, 413)

    def test_is_left_and_turned_back_with_everything_kept(self, signed_in: Client) -> None:
        build_service()
        draft = begin(signed_in)
        fill_in(signed_in, draft, heating="wood")

        left = signed_in.post(page_url(draft), {"rooms": "?", "do": "leave"})
        back = signed_in.post(page_url(draft, "stoves"), {"stove": "yes", "do": "back"})
        draft.refresh_from_db()

        assert left.url == reverse("my_requests")
        assert back.url == page_url(draft)
        assert draft.answers["rooms"] == "?"
        assert draft.answers["stove"] == "yes"

    def test_is_unknown_to_everybody_else(self, client: Client) -> None:
        build_service()
        draft, stranger = begin(client), Client()
        file = reverse("apply_remove_file", args=[draft.pk, draft.pk])

        for url in (page_url(draft), check_url(draft), reverse("apply_discard", args=[draft.pk])):
            assert stranger.get(url).status_code == 404
            assert stranger.post(url, TYPED).status_code == 404
        assert stranger.post(file).status_code == 404
        stranger.force_login(citizen("elvin"))
        assert stranger.get(page_url(draft)).status_code == 404

    def test_is_unknown_when_the_form_has_no_such_page(self, client: Client) -> None:
        build_service()

        assert client.get(page_url(begin(client), "attic")).status_code == 404


class TestConditions:
    def test_a_page_appears_when_an_answer_asks_for_it(self, client: Client) -> None:
        build_service()
        draft = begin(client)

        assert client.get(page_url(draft, "stoves")).url == check_url(draft)
        assert fill_in(client, draft, heating="wood").url == page_url(draft, "stoves")
        assert client.get(page_url(draft, "stoves")).status_code == 200

    def test_a_question_appears_when_an_answer_asks_for_it(self, client: Client) -> None:
        build_service()
        draft = begin(client)
        fill_in(client, draft, heating="wood")
        stoves = page_url(draft, "stoves")

        before = fields_named(client.get(stoves).content.decode())
        shown = client.post(stoves, {"asked": "stove", "stove": "yes", "do": "show"}, follow=True)

        assert "chimney" not in before
        assert "chimney" in fields_named(shown.content.decode())

    def test_going_on_shows_new_questions_first(self, client: Client) -> None:
        build_service()
        draft = begin(client)
        fill_in(client, draft, heating="wood")
        stoves = page_url(draft, "stoves")

        answer = client.post(stoves, {"asked": "stove", "stove": "yes", "do": "next"})
        again = client.post(stoves, {"asked": ["stove", "chimney"], "stove": "yes", "do": "next"})

        assert answer.url == f"{stoves}#id_chimney"
        assert again.status_code == 422

    def test_a_hidden_answer_is_kept_but_not_handed_in(self, client: Client) -> None:
        build_service()
        draft = begin(client)
        fill_in(client, draft, heating="wood")
        stoves = page_url(draft, "stoves")
        client.post(stoves, {"stove": "yes", "chimney": "red"})
        client.post(stoves, {"asked": ["stove"], "stove": "none"})

        draft.refresh_from_db()
        client.post(check_url(draft), DECLARED)

        assert draft.answers["chimney"] == "red"
        assert ServiceRequest.objects.get().answers == {**ANSWERS, "heating": "wood", "stove": "none"}


class TestGroups:
    def test_entries_are_added_and_removed_with_what_was_typed(self, client: Client) -> None:
        build_service()
        draft = begin(client)

        added = client.post(page_url(draft), {"owners.0.name": "Aysel", "street_sign": "?", "do": "add:owners"})
        two = {"owners.0.name": "Aysel", "owners.1.name": "Bruno"}
        removed = client.post(page_url(draft), {**two, "do": "remove:owners:0"})
        draft.refresh_from_db()

        assert added.url == f"{page_url(draft)}#id_owners.1.name"
        assert removed.url == f"{page_url(draft)}#id_owners"
        assert draft.answers == {"street_sign": "?", "owners": [{"name": "Bruno"}]}

    def test_are_never_longer_than_the_definition_says(self, client: Client) -> None:
        build_service()
        draft = begin(client)
        three = {f"owners.{number}.name": "x" for number in range(3)}

        client.post(page_url(draft), {**three, "do": "add:owners"})
        draft.refresh_from_db()

        assert len(draft.answers["owners"]) == 3
        assert b"add:owners" not in client.get(page_url(draft)).content

    @pytest.mark.parametrize(
        "wanted", ["add:rooms", "add:nothing", "remove:owners:x", "remove:owners:9", "drop:1", "??"]
    )
    def test_ignore_what_makes_no_sense(self, client: Client, wanted: str) -> None:
        build_service()
        draft = begin(client)

        assert client.post(page_url(draft), {"owners.0.name": "Aysel", "do": wanted}).status_code == 302
        draft.refresh_from_db()
        assert draft.answers["owners"] == [{"name": "Aysel"}]


class TestFiles:
    @pytest.mark.parametrize(
        ("content", "told"),
        [(b"", "is empty"), (b"MZ\x90", "none of these kinds"), (b"%PDF-" + b"x" * 10_000_001, "larger than 10 MB")],
    )
    def test_that_can_not_be_taken_are_told_at_the_field(self, client: Client, content: bytes, told: str) -> None:
        build_service()
        draft = begin(client)

        answer = fill_in(client, draft, photo=upload(content))

        assert answer.status_code == 422
        assert told in answer.content.decode()
        assert 'href="#id_photo"' in answer.content.decode()
        assert not Evidence.objects.exists()

    def test_are_asked_for_on_a_page_of_their_own(self, client: Client) -> None:
        build_service()
        draft = begin(client)
        papers = page_url(draft, "papers")

        assert fill_in(client, draft, rooms="4").url == papers
        assert client.post(papers, {"do": "next"}).status_code == 422
        assert client.post(papers, {"do": "next", "lease": upload()}).url == check_url(draft)
        assert set(draft.evidence.values_list("key", flat=True)) == {"photo", "lease"}

    def test_are_removed_with_what_was_typed_kept(self, client: Client) -> None:
        build_service()
        draft = begin(client)
        fill_in(client, draft)
        file = draft.evidence.get()

        client.post(page_url(draft), {**TYPED, "rooms": "5", "do": f"drop:{file.pk}"})
        draft.refresh_from_db()

        assert draft.answers["rooms"] == "5"
        assert not draft.evidence.exists()
        assert not Path(file.file.path).exists()

    def test_of_the_review_are_removed_by_their_own_address(self, client: Client) -> None:
        build_service()
        draft = begin(client)
        fill_in(client, draft)
        address = reverse("apply_remove_file", args=[draft.pk, draft.evidence.get().pk])

        assert client.post(address).url == page_url(draft)
        assert client.post(address).status_code == 404


class TestCheck:
    def test_tells_answers_in_words_with_ways_to_change_them(self, client: Client) -> None:
        build_service()
        draft = begin(client)
        fill_in(client, draft)

        body = client.get(check_url(draft)).content.decode()

        assert "Cat, Fish" in body
        assert "450.50 AZN" in body
        assert f'{page_url(draft)}?to=check#id_owners"' in body
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

        seen = client.get(check_url(draft))
        sent = client.post(check_url(draft), DECLARED)

        assert seen.status_code == 200
        assert sent.status_code == 422
        assert f"{page_url(draft)}?to=check#id_rooms" in sent.content.decode()
        assert not ServiceRequest.objects.exists()

    def test_nothing_is_sent_without_the_declaration(self, client: Client) -> None:
        build_service()
        draft = begin(client)
        fill_in(client, draft)

        answer = client.post(check_url(draft), {"email": "nobody", "phone": "1"})

        assert answer.status_code == 422
        assert b"Tick the box" in answer.content
        assert b"Enter a valid email address" in answer.content
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
    def test_asks_first_and_then_deletes_draft_and_files(self, client: Client) -> None:
        build_service()
        draft = begin(client)
        fill_in(client, draft)
        file = Path(draft.evidence.get().file.path)
        discard = reverse("apply_discard", args=[draft.pk])

        assert client.get(discard).status_code == 200
        assert Draft.objects.exists()
        assert client.post(discard).url == reverse("service", args=["permit"])
        assert not Draft.objects.exists()
        assert not Evidence.objects.exists()
        assert not file.exists()
