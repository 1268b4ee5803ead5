"""The application form, sent as no browser should send it: an answer in words, nothing typed lost, never a fault."""

import re
from urllib.parse import urlencode

import pytest
from django.test import Client

from services.catalogue.operations import publish
from services.requests.models import Draft, ServiceRequest
from services.workflow.actions import FORMS
from tests import worlds
from tests.citizens.forms import (
    DECLARED,
    HOME,
    TYPED,
    begin,
    build_service,
    check_url,
    fill_in,
    options,
    page_url,
    upload,
)

pytestmark = pytest.mark.django_db
FORM, PARTS = "application/x-www-form-urlencoded", "multipart/form-data"


@pytest.fixture
def draft(client: Client) -> Draft:
    build_service()
    return begin(client)


def answers(draft: Draft) -> dict[str, object]:
    draft.refresh_from_db()
    return draft.answers


class TestFieldSentTwice:
    """Reliability's list A, number 4: the last one counts, where a field takes one."""

    def test_counts_as_sent_last(self, client: Client, draft: Draft) -> None:
        typed = {**TYPED, "street_sign": ["B7", "A1"], "heating": ["coal", "gas"], "home.city": ["Baku", "Sumgait"]}

        client.post(page_url(draft), urlencode(typed, doseq=True), content_type=FORM)

        kept = answers(draft)
        assert (kept["street_sign"], kept["heating"], kept["home"]["city"]) == ("A1", "gas", "Sumgait")  # type: ignore[index]

    def test_is_shown_as_it_counts_when_it_is_wrong(self, client: Client, draft: Draft) -> None:
        typed = {**TYPED, "street_sign": ["A1", "<nothing like it>"]}

        answer = client.post(page_url(draft), urlencode(typed, doseq=True), content_type=FORM)

        assert answer.status_code == 422
        assert 'value="&lt;nothing like it&gt;"' in answer.content.decode()

    def test_counts_once_where_several_may_be_chosen(self, client: Client, draft: Draft) -> None:
        fill_in(client, draft, pets=["cat", "cat", "dog"])

        client.post(check_url(draft), DECLARED)

        assert ServiceRequest.objects.get().answers["pets"] == ["cat", "dog"]


class TestRetiredOption:
    """Number 7: it was offered when it was chosen."""

    @pytest.fixture
    def chosen(self, client: Client, draft: Draft) -> Draft:
        fill_in(client, draft)
        left = {"heating": options("wood", "coal"), "pets": options("cat", "bird")}
        fields = [{**one, **({"options": left[one["key"]]} if one["key"] in left else {})} for one in HOME]
        pages = [{"key": "house", "title": worlds.text("House"), "fields": fields}]
        publish(worlds.definition([worlds.desk("judge")], identity="none", pages=pages), worlds.NOON, FORMS)
        return draft

    def test_is_told_at_its_field_and_loses_nothing_else(self, client: Client, chosen: Draft) -> None:
        answer = client.post(page_url(chosen), TYPED)

        body = answer.content.decode()
        assert answer.status_code == 422
        for name in ("heating", "pets"):
            assert "not offered any longer" in re.split(f'id="id_{name}_error"', body)[1][:300]
        assert 'value="450.50"' in body

    def test_can_not_be_sent(self, client: Client, chosen: Draft) -> None:
        answer = client.post(check_url(chosen), DECLARED)

        assert answer.status_code == 422
        assert answer.content.decode().count("not offered any longer") == 2 + 2  # in the list above and at each answer
        assert answers(chosen)["rooms"] == TYPED["rooms"]
        assert not ServiceRequest.objects.exists()


class TestWithoutToken:
    """Number 9, also from a browser that doesn't name the sender as new ones do."""

    TYPED = {"street_sign": "Z9", "story": "Once upon a time", "do": "next", "tab": "1.x"}

    @pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://testserver"}])
    def test_gives_back_what_was_typed_in_words(self, headers: dict[str, str]) -> None:
        build_service()
        strict = Client(enforce_csrf_checks=True)
        strict.get("/", headers={"Accept-Language": "en"})
        draft = Draft.objects.get(pk=self.begun(strict))

        refused = strict.post(page_url(draft), self.TYPED, headers=headers)
        fields = dict(
            re.findall(r'name="([^"]+)" value="([^"]*)"', refused.content.decode().partition(page_url(draft))[2])
        )
        taken = strict.post(page_url(draft), {**fields, "do": "leave"}, headers=headers)

        assert refused.status_code == 403
        assert ">Once upon a time<" in refused.content.decode()
        assert taken.status_code == 302
        assert answers(draft)["street_sign"] == "Z9"

    def begun(self, strict: Client) -> object:
        strict.handler.enforce_csrf_checks = False
        draft = begin(strict)
        strict.handler.enforce_csrf_checks = True
        return draft.pk

    def test_as_plain_text_is_refused(self) -> None:
        """So a page from elsewhere could send it, and without a token that can be read."""
        build_service()
        strict = Client(enforce_csrf_checks=True)
        draft = Draft.objects.get(pk=self.begun(strict))

        refused = strict.post(page_url(draft), "street_sign=Z9\r\ndo=next", content_type="text/plain")

        assert refused.status_code == 403
        assert answers(draft) == {}

    @pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "FOO"])
    def test_by_another_method_is_refused(self, client: Client, method: str) -> None:
        build_service()
        draft = begin(client)

        refused = client.generic(method, page_url(draft), urlencode(self.TYPED), content_type=FORM)

        assert refused.status_code == 405
        assert answers(draft) == {}

    def test_from_elsewhere_learns_and_changes_nothing(self) -> None:
        build_service()
        strict = Client(enforce_csrf_checks=True)
        draft = Draft.objects.get(pk=self.begun(strict))

        refused = strict.post(page_url(draft), self.TYPED, headers={"Origin": "http://evil.example"})

        assert refused.status_code == 403
        assert "Once upon a time" not in refused.content.decode()
        assert answers(draft) == {}


class TestParts:
    """Number 15: what says that it has parts, and doesn't say how they are divided."""

    BODY = b'--x\r\nContent-Disposition: form-data; name="street_sign"\r\n\r\nA1\r\n--x--\r\n'

    @pytest.mark.parametrize(
        "kind",
        [PARTS, f"{PARTS}; boundary=", f"{PARTS}; boundary={'x' * 8192}", f"{PARTS}; boundary=\u0259", f"{PARTS};;;=x"],
        ids=["none", "empty", "8 kB", "not ASCII", "nonsense"],
    )
    @pytest.mark.parametrize("language", ["en", "fr", "ar"])
    def test_is_refused_in_words_of_the_page_and_keeps_what_was_there(
        self, client: Client, draft: Draft, kind: str, language: str
    ) -> None:
        fill_in(client, draft)
        before = answers(draft)
        client.cookies["language"] = language

        answer = client.generic("POST", page_url(draft), self.BODY, content_type=kind)

        assert answer.status_code == 400
        assert f'<html lang="{language}"' in answer.content.decode()
        assert ("can’t be read" in answer.content.decode()) == (language == "en")
        assert answers(draft) == before

    @pytest.mark.parametrize("body", [BODY[:40], b"", b"\0" * 100, BODY.replace(b"--x--", b"")])
    def test_that_break_off_are_never_a_fault(self, client: Client, draft: Draft, body: bytes) -> None:
        fill_in(client, draft)
        before = answers(draft)

        answer = client.generic("POST", page_url(draft), body, content_type=f"{PARTS}; boundary=x")

        assert answer.status_code in (302, 400, 422)
        assert {key: kept for key, kept in answers(draft).items() if key != "street_sign"}.items() <= before.items()

    def test_in_pieces_of_unknown_length_are_refused(self, client: Client, draft: Draft) -> None:
        answer = client.post(page_url(draft), {**TYPED, "photo": upload()}, headers={"Transfer-Encoding": "chunked"})

        assert answer.status_code == 400
        assert "can’t be read" in answer.content.decode()
        assert answers(draft) == {}
