"""A draft is opened elsewhere by its link only, noticed in two tabs, and forgotten when nobody comes back."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from services.requests import operations
from services.requests.evidence import Evidence
from services.requests.models import Draft
from services.requests.operations import (
    KEPT_WITHOUT_ACCOUNT,
    add_evidence,
    forget_drafts,
    forget_files,
    keep_for_later,
)
from services.workflow.erasure import erase_what_is_over
from tests import worlds
from tests.citizens.forms import upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(settings: Any, tmp_path: Any, client: Client) -> Draft:
    settings.MEDIA_ROOT = tmp_path
    worlds.build_agencies("north")
    fields = [{"key": key, "kind": "text", "label": worlds.text(key.title())} for key in ("story", "end")]
    pages = [{"key": "about", "title": worlds.text("About"), "fields": fields}]
    worlds.published([worlds.desk("judge")], pages=pages, identity="none")
    client.post(reverse("apply", kwargs={"code": "permit"}), {"office": "north-hall"})
    return Draft.objects.get()


def page(draft: Draft) -> str:
    return reverse("apply_page", args=[draft.pk, "about"])


def tab(client: Client, draft: Draft) -> str:
    found = re.search(r'name="tab" value="([^"]+)"', client.get(page(draft)).content.decode())
    assert found
    return found.group(1)


def save(client: Client, draft: Draft, tab: str, story: str, do: str = "keep") -> Any:
    return client.post(page(draft), {"tab": tab, "asked": ["story", "end"], "story": story, "end": "", "do": do})


def link_for(client: Client, draft: Draft) -> str:
    answer = client.post(reverse("apply_keep", args=[draft.pk]), {"email": "aysel@example.org"})
    assert answer.status_code == 302
    found = re.search(r"https?://[^/]+(/apply/resume/\S+)", mail.outbox[-1].body)
    assert found
    return found.group(1)


class TestLink:
    def test_opens_the_draft_elsewhere_and_leaves_the_address(self, client: Client, draft: Draft) -> None:
        save(client, draft, tab(client, draft), "Once upon a time")
        link, elsewhere = link_for(client, draft), Client()
        assert elsewhere.get(page(draft)).status_code == 302
        answer = elsewhere.get(link)
        draft.refresh_from_db()

        assert answer["Location"] == reverse("apply_check", args=[draft.pk])
        assert answer["Referrer-Policy"] == "no-referrer"
        assert "Once upon a time" in elsewhere.get(page(draft)).content.decode()
        assert link.split("/")[-2] not in draft.secret_digest

    def test_only_the_latest_opens_it_and_not_for_ever(self, client: Client, draft: Draft) -> None:
        first, second = link_for(client, draft), link_for(client, draft)
        assert [Client().get(link).status_code for link in (first, second)] == [404, 302]
        Draft.objects.update(saved_at=timezone.now() - KEPT_WITHOUT_ACCOUNT)

        assert Client().get(second).status_code == 404

    def test_guessing_is_slowed_down(self, client: Client, draft: Draft) -> None:
        link = link_for(client, draft)
        for number in range(30):
            Client().get(f"/apply/resume/guess{number}/")

        assert Client().get(link).status_code == 404

    @pytest.mark.parametrize(
        "address", ["", "aysel", "a@b\r\nBcc: c@d.example", "x" * 400 + "@example.org", "a@ex\u0430mple.org"]
    )
    def test_a_bad_address_is_told(self, client: Client, draft: Draft, address: str) -> None:
        answer = client.post(reverse("apply_keep", args=[draft.pk]), {"email": address})

        assert answer.status_code == 422
        assert mail.outbox == []

    def test_the_sixth_in_an_hour_waits(self, client: Client, draft: Draft) -> None:
        answers = [
            client.post(reverse("apply_keep", args=[draft.pk]), {"email": "a@example.org"}).status_code
            for _ in range(6)
        ]

        assert answers == [302] * 5 + [429]

    def test_a_mail_server_that_is_away_is_told(
        self, client: Client, draft: Draft, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: object, **__: object) -> None:
            raise OSError

        monkeypatch.setattr("portal.citizens.resuming.send_mail", refuse)
        answer = client.post(reverse("apply_keep", args=[draft.pk]), {"email": "a@example.org"})

        assert answer.status_code == 503
        assert "Your draft is safe" in answer.content.decode()

    def test_a_letter_that_is_not_sent_takes_nothing_from_the_one_before(
        self, client: Client, draft: Draft, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: object, **__: object) -> None:
            raise OSError

        first = link_for(client, draft)
        monkeypatch.setattr("portal.citizens.resuming.send_mail", refuse)
        client.post(reverse("apply_keep", args=[draft.pk]), {"email": "a@example.org"})

        assert Client().get(first).status_code == 302

    def test_nobody_is_written_to_by_many_drafts(self, client: Client, draft: Draft) -> None:
        for _ in range(5):
            client.post(reverse("apply_keep", args=[draft.pk]), {"email": "A@example.org"})
            client.post(reverse("apply", kwargs={"code": "permit"}), {"office": "north-hall"})
            draft = Draft.objects.latest("created_at")
        answer = client.post(reverse("apply_keep", args=[draft.pk]), {"email": "a@example.org"})

        assert answer.status_code == 429
        assert len(mail.outbox) == 5

    def test_of_a_person_s_draft_leads_to_signing_in(self, client: Client, draft: Draft) -> None:
        link, aysel = link_for(client, draft), worlds.citizen("aysel")
        Draft.objects.update(applicant=aysel)
        own, stranger = Client(), Client()
        own.force_login(aysel)
        stranger.force_login(worlds.citizen("elvin"))

        assert Client().get(link, follow=True).redirect_chain[-1][0].startswith(reverse("account_login"))
        assert own.get(link, follow=True).status_code == 200
        assert stranger.get(link).status_code == 404


class TestWithoutALink:
    def test_the_page_says_how_long_this_browser_finds_it(self, client: Client, draft: Draft, settings: Any) -> None:
        told = f"in this browser only, for {settings.SESSION_COOKIE_AGE // 3600} hours after you last saved."

        assert told in client.get(page(draft)).content.decode()
        link_for(client, draft)
        assert told not in client.get(page(draft)).content.decode()

    def test_this_browser_finds_it_that_long_after_the_last_save_not_after_the_first_visit(
        self, client: Client, draft: Draft, settings: Any
    ) -> None:
        last = timezone.now() + timedelta(hours=11)
        with time_machine.travel(last, tick=False):
            assert save(client, draft, "", "words").status_code == 204
        elsewhen = Client()
        elsewhen.cookies["session"] = client.cookies["session"].value
        ends = last + timedelta(seconds=settings.SESSION_COOKIE_AGE)
        with time_machine.travel(ends + timedelta(seconds=1), tick=False):
            late = elsewhen.get(page(draft))
        with time_machine.travel(ends - timedelta(minutes=2), tick=False):
            in_time = client.get(page(draft))

        assert (in_time.status_code, late.status_code) == (200, 302)


class TestTabs:
    def test_typed_on_a_page_that_the_other_tab_hides_is_chosen_and_kept(self, client: Client, draft: Draft) -> None:
        fields = [{"key": key, "kind": "text", "label": worlds.text(key.title())} for key in ("story", "end")]
        about = {"key": "about", "title": worlds.text("About"), "fields": fields[1:]}
        tale = {"key": "tale", "title": worlds.text("Tale"), "fields": fields[:1], "show": 'answers.end != "none"'}
        worlds.published([worlds.desk("judge")], pages=[about, tale], identity="none")
        second, first = tab(client, draft), tab(client, draft)
        client.post(page(draft), {"tab": first, "asked": "end", "end": "none", "do": "next"})
        address = reverse("apply_page", args=[draft.pk, "tale"])

        seen = client.post(address, {"tab": second, "asked": "story", "story": "Once", "do": "next"})
        chosen = re.search(r'name="tab" value="([^"]+)"', seen.content.decode())
        assert chosen
        client.post(address, {"tab": chosen.group(1), "asked": "story", "story": "Once", "do": "next"})
        draft.refresh_from_db()

        assert seen.status_code == 409
        assert draft.answers == {"end": "none", "story": "Once"}

    def test_the_second_tab_sees_both_and_loses_nothing(self, client: Client, draft: Draft) -> None:
        first, second = tab(client, draft), tab(client, draft)
        save(client, draft, first, "from the first")
        answer = save(client, draft, second, "from the second", do="next")
        body = answer.content.decode()
        draft.refresh_from_db()

        assert answer.status_code == 409
        for words in ("from the first", "from the second"):
            assert words in body
        assert draft.answers["story"] == "from the first"

        chosen = re.search(r'name="tab" value="([^"]+)"', body)
        assert chosen
        save(client, draft, chosen.group(1), "from the second")
        draft.refresh_from_db()
        assert draft.answers["story"] == "from the second"

    def test_both_are_told_in_the_words_of_the_question(self, client: Client, draft: Draft) -> None:
        options = [{"value": key, "label": worlds.text(f"A {key} one")} for key in ("red", "blue")]
        parts = [{"key": "colour", "kind": "one_of", "label": worlds.text("Colour"), "options": options}]
        parts += [{"key": "day", "kind": "date", "label": worlds.text("Day"), "required": False}]
        cars = {"key": "cars", "kind": "group", "label": worlds.text("Cars"), "item": worlds.text("Car")}
        fields = [*parts, {**cars, "fields": [{**part, "key": f"its_{part['key']}"} for part in parts]}]
        about = {"key": "about", "title": worlds.text("About"), "fields": fields}
        worlds.published([worlds.desk("judge")], pages=[about], identity="none")
        first, second = tab(client, draft), tab(client, draft)
        typed = {"day": "2026-02-03", "cars.0.its_colour": "red", "cars.0.its_day": "2026-02-30"}
        other = {"cars.0.its_colour": "blue"}
        client.post(page(draft), {"tab": first, "colour": "red", "do": "next", **typed})

        seen = client.post(page(draft), {"tab": second, "colour": "blue", "do": "next", "day": "2026-02-04", **other})

        body = seen.content.decode()
        assert seen.status_code == 409
        for words in ("A red one", "A blue one", "3 February 2026", "A red one, 2026-02-30"):
            assert words in body, words

    def test_one_tab_saves_as_often_as_it_likes(self, client: Client, draft: Draft) -> None:
        own = tab(client, draft)
        answers = [save(client, draft, own, words).status_code for words in ("a", "ab", "abc")]

        assert answers == [204] * 3

    def test_the_same_words_are_no_conflict(self, client: Client, draft: Draft) -> None:
        first, second = tab(client, draft), tab(client, draft)
        save(client, draft, first, "the same")

        assert save(client, draft, second, "the same").status_code == 204

    @pytest.mark.parametrize("odd", ["", "x", "9", "9.", "-1.x", "1." + "y" * 1000, "\0.\0", "1.\0"])
    def test_an_odd_name_of_a_tab_does_no_harm(self, client: Client, draft: Draft, odd: str) -> None:
        assert save(client, draft, odd, "words").status_code in (204, 409)


class TestFilesOfADraftThatNobodySends:
    """Docs/decisions/0024: those that somebody may come back to stay with their draft."""

    @pytest.fixture
    def left(self, draft: Draft) -> Draft:
        add_evidence(draft, "paper", upload(), accept=["pdf"], at_most=1, now=timezone.now())
        return draft

    def forgotten(self, committing: Any, **ago: Any) -> int:
        Draft.objects.update(saved_at=timezone.now() - timedelta(**ago))
        with committing():
            return forget_files(timezone.now())

    def test_go_within_two_days_with_what_was_typed_kept(self, left: Draft, committing: Any) -> None:
        path, answers = Path(Evidence.objects.get().file.path), left.answers
        early = self.forgotten(committing, hours=23)

        assert (early, self.forgotten(committing, hours=24)) == (0, 1)
        assert not path.exists()
        assert Draft.objects.get().answers == answers

    def test_stay_with_a_draft_whose_link_was_sent(self, left: Draft, committing: Any) -> None:
        keep_for_later(left, "secret")

        assert self.forgotten(committing, days=13) == 0
        assert Evidence.objects.exists()

    def test_stay_with_a_draft_of_an_account(self, left: Draft, committing: Any) -> None:
        Draft.objects.update(applicant=worlds.citizen())

        assert self.forgotten(committing, days=179) == 0

    def test_stay_when_the_link_is_sent_at_the_last_moment(
        self, left: Draft, committing: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It was asked for after the sweep had found the draft, and before the draft was locked."""
        real = transaction.atomic

        def asked_for(*known: Any) -> Any:
            monkeypatch.setattr(operations.transaction, "atomic", real)
            keep_for_later(left, "secret")
            return real(*known)

        monkeypatch.setattr(operations.transaction, "atomic", asked_for)

        assert self.forgotten(committing, days=2) == 0

    def test_are_forgotten_by_what_runs_every_day(self, left: Draft, committing: Any) -> None:
        Draft.objects.update(saved_at=timezone.now() - timedelta(days=1))
        with committing():
            erase_what_is_over(timezone.now())

        assert not Evidence.objects.exists()


def test_drafts_are_forgotten_with_their_files(draft: Draft, committing: Any) -> None:
    now = timezone.now()
    add_evidence(draft, "paper", upload(), accept=["pdf"], at_most=1, now=now)
    path = Path(Evidence.objects.get().file.path)
    Draft.objects.update(saved_at=now - KEPT_WITHOUT_ACCOUNT + timedelta(minutes=1))
    assert forget_drafts(now) == 0
    with committing():
        assert forget_drafts(now + timedelta(minutes=1)) == 1

    assert not Draft.objects.exists()
    assert not path.exists()
