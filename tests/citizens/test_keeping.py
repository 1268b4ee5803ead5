"""Nothing typed is ever lost: not by another tab's answer, not on the way to other pages."""

import re

import pytest
from django.test import Client

from services.requests.models import Draft, ServiceRequest
from tests.citizens.forms import DECLARED, TYPED, begin, build_service, check_url, fill_in, page_url
from tests.worlds import citizen

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

    @pytest.mark.parametrize(("do", "status"), [("keep", 204), ("back", 302), ("", 422)])
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
