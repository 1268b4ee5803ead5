"""Nothing typed is ever lost: not by another tab's answer, not on the way to other pages."""

import re

import pytest
from django.test import Client

from services.requests.models import Draft, ServiceRequest
from tests.citizens.forms import DECLARED, TYPED, begin, build_service, check_url, fill_in, page_url
from tests.worlds import citizen, desk, published, text

pytestmark = pytest.mark.django_db


class TestHiddenPage:
    @pytest.mark.parametrize(("do", "status"), [("next", 302), ("back", 302), ("keep", 204)])
    def test_what_was_typed_on_a_page_that_is_hidden_meanwhile_is_kept(
        self, client: Client, do: str, status: int
    ) -> None:
        build_service()
        draft = begin(client)
        fill_in(client, draft, heating="wood")
        fill_in(client, draft, heating="gas")

        answer = client.post(page_url(draft, "stoves"), {"stove": "yes", "chimney": "red", "do": do})
        draft.refresh_from_db()

        assert answer.status_code == status
        assert (draft.answers["stove"], draft.answers["chimney"]) == ("yes", "red")
        if status == 302:
            assert answer.url == check_url(draft)
            assert "What you typed there stays in your draft." in client.get(answer.url).content.decode()

    def test_nothing_is_kept_of_a_page_that_does_not_exist(self, client: Client) -> None:
        build_service()
        draft = begin(client)

        assert client.post(page_url(draft, "attic"), TYPED).status_code == 404
        draft.refresh_from_db()
        assert draft.answers == {}


class TestContact:
    """What somebody without an account types on “Check your answers” waits in the draft until it is sent."""

    REACHED = {"name": "Aysel", "email": "aysel@", "phone": "050 55\x00"}

    def shown(self, client: Client, draft: Draft) -> dict[str, str]:
        body = client.get(check_url(draft)).content.decode()
        form = body.partition('<form method="post" novalidate')[2].partition("</form>")[0]
        tags = {name: re.search(rf'<input[^>]*name="{name}"[^>]*>', form) for name in self.REACHED}
        values = {name: re.search(r'value="([^"]*)"', tag[0]) for name, tag in tags.items() if tag}
        return {name: value[1] for name, value in values.items() if value}

    @pytest.mark.parametrize(("do", "status"), [("keep", 204), ("back", 302), ("change:rooms", 302), ("", 422)])
    def test_is_given_back_whatever_is_pressed_right_or_wrong(self, client: Client, do: str, status: int) -> None:
        build_service()
        draft = begin(client)
        fill_in(client, draft)

        answer = client.post(check_url(draft), {**self.REACHED, **DECLARED, "do": do})

        assert answer.status_code == status
        assert do != "back" or answer.url == page_url(draft)
        assert self.shown(client, draft) == {**self.REACHED, "phone": "050 55\x1a"}
        assert not ServiceRequest.objects.exists()

    def test_may_be_taken_back(self, client: Client) -> None:
        build_service()
        draft = begin(client)
        client.post(check_url(draft), {**self.REACHED, "do": "keep"})
        client.post(check_url(draft), {"name": "", "email": "", "phone": "", "do": "keep"})

        assert self.shown(client, draft) == {}

    def test_is_saved_while_it_is_typed_and_the_declaration_is_made_anew(self, client: Client) -> None:
        build_service()
        draft = begin(client)
        client.post(check_url(draft), {**self.REACHED, **DECLARED, "do": "keep"})
        body = client.get(check_url(draft)).content.decode()

        assert "data-warn-unsaved data-autosave>" in body
        assert "data-autosave-status" in body
        assert "checked" not in body

    def test_goes_with_the_request_and_the_draft(self, client: Client) -> None:
        build_service()
        draft, other = begin(client), begin(client)
        fill_in(client, draft)
        good = {"name": "Aysel", "email": "aysel@example.org"}
        client.post(check_url(draft), {**good, "do": "keep"})
        client.post(check_url(draft), {**good, **DECLARED})

        assert ServiceRequest.objects.get().contact == good
        assert not Draft.objects.filter(pk=draft.pk).exists()
        assert self.shown(client, other) == {}

    def test_of_an_account_is_the_profile_s(self, signed_in: Client) -> None:
        build_service()
        draft = begin(signed_in)
        answer = signed_in.post(check_url(draft), {**self.REACHED, "do": "keep"})
        draft.refresh_from_db()

        assert answer.status_code == 204
        assert draft.contact == {}
        assert "data-autosave" not in signed_in.get(check_url(draft)).content.decode()

    def test_is_never_somebody_else_s(self, client: Client) -> None:
        build_service()
        draft, elvin = begin(client), Client()
        elvin.force_login(citizen("elvin"))

        assert elvin.post(check_url(draft), {**self.REACHED, "do": "keep"}).status_code == 404
        draft.refresh_from_db()
        assert draft.contact == {}


class TestChange:
    """“Change” on “Check your answers” leads to the answer; what is typed on the way out goes along and is kept."""

    @pytest.mark.parametrize("name", ["rooms", "owners", "owners.1.share", "home.street", "photo"])
    def test_leads_to_the_answer_and_from_there_back(self, client: Client, name: str) -> None:
        build_service()
        draft = begin(client)
        fill_in(client, draft)

        answer = client.post(check_url(draft), {"name": "Aysel", "email": "aysel@", "do": f"change:{name}"})
        draft.refresh_from_db()

        assert answer.url == f"{page_url(draft)}?to=check#id_{name}"
        assert draft.contact == {"name": "Aysel", "email": "aysel@"}
        assert f'id="id_{name.partition(".")[0]}' in client.get(answer.url).content.decode()
        assert client.post(answer.url, {"asked": "rooms", "rooms": "2", "do": "next"}).url == check_url(draft)

    def test_leads_to_each_problem_that_is_told(self, client: Client) -> None:
        build_service()
        draft = begin(client)
        body = client.get(check_url(draft)).content.decode()
        problems = body.partition("Something is still missing")[2].partition("</ul>")[0]

        offered = re.findall(r'<button class="button link inline" form="check" name="do" value="(.*?)"', problems)

        assert {"change:street_sign", "change:home", "change:owners", "change:photo"} <= set(offered)
        for do in offered:
            assert client.post(check_url(draft), {"do": do}).url.endswith(f"?to=check#id_{do.removeprefix('change:')}")

    def test_of_an_answer_that_no_page_asks_for_any_more_stays_on_the_check(self, client: Client) -> None:
        build_service()
        draft = begin(client)
        fill_in(client, draft)

        assert client.post(check_url(draft), {"name": "A", "do": "change:stove"}).url == check_url(draft)
        draft.refresh_from_db()
        assert draft.contact == {"name": "A"}

    @pytest.mark.parametrize(
        "name",
        ["", "nothing", "owners.", "owners.\r\nSet-Cookie: a=b", "rooms#x", "owners." + "9" * 100_000, "../..", "\0"],
    )
    def test_of_nothing_known_stays_on_the_check(self, client: Client, name: str) -> None:
        build_service()
        draft = begin(client)
        fill_in(client, draft)

        assert client.post(check_url(draft), {"do": f"change:{name}"}).url == check_url(draft)

    def test_is_never_what_the_enter_key_does(self, client: Client) -> None:
        """The first button of a form is pressed by it, wherever in the page that stands: it sends."""
        build_service()
        draft = begin(client)
        fill_in(client, draft)
        body = client.get(check_url(draft)).content.decode()

        first = re.search(r'<button[^>]*form="check"[^>]*>', body)

        assert first
        assert first.start() < body.index('name="do"')
        assert 'type="submit"' in first[0]
        assert "name=" not in first[0]

    def test_of_a_draft_that_was_sent_meanwhile_tells_that_it_was(self, client: Client) -> None:
        build_service()
        draft = begin(client)
        fill_in(client, draft)
        done = client.post(check_url(draft), DECLARED).url

        assert client.post(check_url(draft), {"do": "change:rooms"}).url == done

    def test_keeps_no_contact_of_an_account(self, signed_in: Client) -> None:
        build_service()
        draft = begin(signed_in)
        fill_in(signed_in, draft)

        answer = signed_in.post(check_url(draft), {"name": "Elvin", "do": "change:rooms"})
        draft.refresh_from_db()

        assert answer.url == f"{page_url(draft)}?to=check#id_rooms"
        assert draft.contact == {}

    def test_of_a_question_called_back_is_no_way_back(self, client: Client) -> None:
        build_service()
        pages = [
            {"key": key, "title": text(key), "fields": [{"key": name, "kind": "text", "label": text(name)}]}
            for key, name in (("first", "back"), ("last", "keep"))
        ]
        published([desk("judge")], identity="none", service="permit", pages=pages)
        draft = begin(client)

        assert client.post(check_url(draft), {"do": "change:back"}).url.startswith(page_url(draft, "first"))
        assert client.post(check_url(draft), {"do": "change:keep"}).url.startswith(page_url(draft, "last"))
