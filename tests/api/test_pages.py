"""The pages of the API's description say what the API does, all of it, in few bytes."""

import gzip
import re

import pytest
from django.conf import settings
from django.test import Client
from django.urls import get_resolver, reverse

from portal.api.pages import MEANINGS, TAGS
from portal.api.reference import calls
from services.accounts.tokens import Token

pytestmark = pytest.mark.django_db
MOST_BYTES = 25_000  # as they travel


def page_of(client: Client, name: str, *args: str, **query: str) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


class TestOverview:
    def test_leads_to_every_call(self, client: Client) -> None:
        page = page_of(client, "calls")

        assert len(calls()) > 40
        assert all(f'href="{reverse("call", args=[code])}"' in page for code in calls())

    def test_finds_by_address_text_field_and_scope(self, client: Client) -> None:
        for words in ("desk/tasks/{id}/claim", "Take a task", "IF-MATCH", "desk:work claim"):
            page = page_of(client, "calls", q=words)

            assert "calls/" in page.partition("</h1>")[2]
            assert "calls/services_list/" not in page, words

    def test_says_what_to_do_when_nothing_is_found(self, client: Client) -> None:
        page = page_of(client, "calls", q="zzzz<b>")

        assert "No call has these words." in page
        assert "zzzz&lt;b&gt;" in page

    def test_speaks_the_language_of_who_reads(self, client: Client) -> None:
        page = client.get(reverse("calls"), headers={"Accept-Language": "fr"}).content.decode()

        assert '<html lang="fr"' in page
        assert '<p lang="en" dir="ltr">' in page


class TestOneCall:
    @pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
    def test_is_told_for_each(self, client: Client, language: str) -> None:
        for code, call in calls().items():
            answer = client.get(reverse("call", args=[code]), headers={"Accept-Language": language})

            assert answer.status_code == 200, code
            assert call.path in answer.content.decode()

    def test_tells_fields_scope_examples_and_faults(self, client: Client) -> None:
        page = page_of(client, "call", "desk_decide")

        for told in ("desk:work", "outcome", "The house stands less than 3 m", "takes_effect_at", "≤ 4000", "429"):
            assert told in page

    def test_tells_the_form_in_which_files_may_come_too(self, client: Client) -> None:
        page = page_of(client, "call", "desk_write")

        assert "Or, with files, as a form:" in page
        assert "<code>files</code>" in page
        assert "Or, with files, as a form:" not in page_of(client, "call", "drafts_add_file")

    def test_shows_a_line_for_the_shell(self) -> None:
        assert calls()["drafts_change"].curl.splitlines() == [
            "curl -X PATCH \\",
            "  'https://portal.example.org/api/drafts/{id}/' \\",
            "  -H 'Authorization: Bearer portal_…' \\",
            "  -H 'If-Match: …' \\",
            "  -H 'Content-Type: application/json' \\",
            """  -d '{"answers": {"rooms": 4, "owned": null}}'""",
        ]
        assert "-F file=@FILE" in calls()["drafts_add_file"].curl
        assert "Authorization" not in calls()["services_list"].curl
        assert calls()["requests_withdraw"].curl.startswith("curl -X POST")

    def test_answers_404_for_none(self, client: Client) -> None:
        assert client.get(reverse("call", args=["nothing"])).status_code == 404


class TestDescription:
    def test_names_the_scope_of_each_call_that_needs_a_token(self) -> None:
        scopes = {code: call.scopes for code, call in calls().items() if not call.is_open}

        assert scopes["requests_list"] == (Token.Scope.READ,)
        assert scopes["requests_create"] == (Token.Scope.SUBMIT,)
        assert {code for code, needed in scopes.items() if len(needed) != 1} == set()

    def test_gives_each_call_a_name_that_an_address_can_hold(self) -> None:
        assert [code for code in calls() if not re.fullmatch(r"[a-z_]+", code)] == []

    def test_uses_only_tags_and_statuses_that_have_words(self) -> None:
        assert {call.tag for call in calls().values()} <= TAGS.keys()
        used = {status for call in calls().values() for status in call.refusals}
        assert used | {answer.status for call in calls().values() for answer in call.answers} <= MEANINGS.keys()

    def test_is_about_every_address_of_the_api(self) -> None:
        names = {name for name in get_resolver().reverse_dict if isinstance(name, str) and name.startswith("api_")}

        assert len({call.path for call in calls().values()}) == len(names - {"api_schema"})


def test_pages_are_light(client: Client) -> None:
    pages = {code: page_of(client, "call", code) for code in calls()} | {"": page_of(client, "calls")}
    heavy = {code: size for code, page in pages.items() if (size := len(gzip.compress(page.encode()))) > MOST_BYTES}

    assert heavy == {}
