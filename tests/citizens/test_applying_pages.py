"""Fill a form in: every kind of answer kept, wrong ones told, questions that come and go."""

import re
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from services.requests.evidence import Evidence
from services.requests.models import Draft, ServiceRequest
from tests.citizens.forms import (
    ANSWERS,
    DECLARED,
    TYPED,
    begin,
    build_service,
    check_url,
    fields_named,
    fill_in,
    page_url,
    upload,
)
from tests.worlds import citizen

pytestmark = pytest.mark.django_db


class TestPage:
    def test_shows_every_kind_of_field(self, client: Client) -> None:
        build_service()
        draft = begin(client)

        body = client.get(page_url(draft)).content.decode()

        expected = {name for name in TYPED if not name.startswith("owners.1")} | {"photo", "home.postal_code"}
        assert expected <= fields_named(body)

    @pytest.mark.parametrize(
        ("name", "mode"),
        [
            ("rooms", 'inputmode="numeric"'),
            ("area", 'inputmode="decimal"'),
            ("rent", 'inputmode="decimal"'),
            ("place.lat", 'inputmode="decimal"'),
            ("phone", 'type="tel"'),
            ("email", 'type="email"'),
            ("pin", 'autocapitalize="characters"'),
            ("photo", 'accept="'),
        ],
    )
    def test_each_kind_of_field_brings_up_the_right_keys_on_a_phone(self, client: Client, name: str, mode: str) -> None:
        build_service()
        body = client.get(page_url(begin(client))).content.decode()
        [tag] = re.findall(rf'<input[^>]*name="{re.escape(name)}"[^>]*>', body)

        assert mode in tag

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
        told = ["Street Sign: ", "Home: ", "Photo: Add the file.", "Owners: Give at least 1."]
        assert re.findall("|".join(told), answer.content.decode()) == told

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

        answer = client.post(page_url(draft), {"story": "x" * 3_000_000})

        assert answer.status_code == 413
        assert "Make the longest text shorter" in answer.content.decode()
        draft.refresh_from_db()
        assert "story" not in draft.answers

    def test_refuses_more_files_than_are_taken_at_once(self, client: Client) -> None:
        build_service()
        answer = client.post(page_url(begin(client)), {"photo": [upload() for _ in range(21)]})

        assert answer.status_code == 413
        assert "At most 20 files are taken at once." in answer.content.decode()
        assert not Evidence.objects.exists()

    def test_refuses_a_damaged_form_in_the_language_of_the_page(self, client: Client) -> None:
        build_service()
        draft = begin(client)
        client.cookies["language"] = "fr"
        answer = client.post(page_url(draft), b"story=x", "multipart/form-data")

        assert answer.status_code == 400
        assert '<html lang="fr"' in answer.content.decode()
        assert "Revenez en arrière" in answer.content.decode()

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
            nowhere = url.replace(str(draft.pk), str(uuid4()))
            answers = [ask(address, TYPED) for ask in (stranger.get, stranger.post) for address in (url, nowhere)]
            assert all(answer["Location"].startswith(reverse("account_login")) for answer in answers)
        assert stranger.post(file).status_code == 302
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

    def test_a_change_replaces_only_what_depends_on_it(self, client: Client) -> None:
        build_service()
        draft = begin(client)
        fill_in(client, draft, heating="wood")

        body = client.get(page_url(draft, "stoves")).content.decode()

        assert re.search(r'id="place_stove" hx-post=.* hx-select-oob="#place_chimney"', body)
        assert 'id="place_chimney">' in body
        assert "<noscript>" in body

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


class TestNewVersion:
    def test_a_draft_fits_the_form_as_it_is_now(self, client: Client) -> None:
        build_service()
        draft = begin(client)
        typed = [{"name": "Aysel", "gone": "x"}, "x"]
        Draft.objects.update(
            answers={"gone": "x", "owners": typed, "pets": "cat", "rooms": ["1"], "home": "x", "place": 1}
        )

        checked = client.post(check_url(draft), DECLARED)
        filled = fill_in(client, draft)

        assert client.get(page_url(draft)).status_code == 200
        assert checked.status_code == 422
        assert filled.url == check_url(draft)

    def test_a_group_made_of_another_field_starts_empty(self, client: Client) -> None:
        build_service()
        draft = begin(client)
        Draft.objects.update(answers={"owners": "Aysel"})

        client.post(page_url(draft), {"do": "add:owners"})
        draft.refresh_from_db()

        assert draft.answers == {"owners": [{}]}

    def test_asks_to_sign_in_where_an_account_is_needed_now(self, client: Client) -> None:
        build_service()
        draft = begin(client)
        build_service(identity="account")

        assert client.post(check_url(draft), DECLARED).url.startswith("/account/login/?next=/apply/draft/")
