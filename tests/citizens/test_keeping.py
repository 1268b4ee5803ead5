"""Nothing typed is ever lost: not by another tab's answer, not on the way to other pages."""

import pytest
from django.test import Client

from tests.citizens.forms import TYPED, begin, build_service, check_url, fill_in, page_url

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
