"""The weekly letter: once to each who wants it, every try counted, ended by one click."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from services.accounts.models import User
from services.agencies.models import Membership
from services.transparency.background import Subscription, WeeklyLetter
from services.transparency.models import DayCount
from services.transparency.weekly import due_week, read_token, send_weekly, subscribe, token_of, unsubscribe
from services.workflow.background import LEASE
from tests import worlds

pytestmark = pytest.mark.django_db
SUNDAY = datetime(2026, 3, 1, 8, tzinfo=UTC)
MONDAY = datetime(2026, 3, 2, 4, tzinfo=UTC)  # eight in the morning in Baku
WEEK = timedelta(days=7)


@pytest.fixture
def dilara() -> User:
    worlds.build_agencies("north", "south")
    worlds.published([worlds.desk("judge")])
    worlds.published([worlds.desk("judge")], towns=("south",), service="other", title=worlds.text("Other"))
    return worlds.clerk("dilara", desks=(), role="manager")


def refuse(*_: object) -> None:
    raise OSError


class TestLetter:
    def test_tells_the_week_before_in_text_and_html(self, dilara) -> None:
        for day, number in (
            (date(2026, 2, 22), 50),
            (date(2026, 2, 23), 4),
            (date(2026, 3, 1), 3),
            (date(2026, 3, 2), 60),
        ):
            DayCount.objects.create(service="permit", day=day, measure="received", number=number)
        subscription = subscribe(dilara, SUNDAY)

        assert send_weekly(MONDAY) == 1

        [letter] = mail.outbox
        [(html, kind)] = letter.alternatives
        assert letter.to == [dilara.email]
        assert kind == "text/html"
        for words in (letter.body, html):
            assert "Received: 7. Decided: 0. Open now: 0." in words
            assert "Permit" in words
            assert "Other" not in words
            assert reverse("managers_steering", args=["permit"]) in words
        assert f"/unsubscribe/{token_of(subscription)}/" in letter.body

    def test_speaks_the_managers_language(self, dilara) -> None:
        User.objects.filter(pk=dilara.pk).update(language="fr")
        subscribe(dilara, SUNDAY)
        send_weekly(MONDAY)

        assert "Reçues" in mail.outbox[0].body
        assert 'lang="fr"' in mail.outbox[0].alternatives[0][0]

    def test_carries_the_headers_of_one_click(self, dilara) -> None:
        subscription = subscribe(dilara, SUNDAY)
        send_weekly(MONDAY)

        headers = mail.outbox[0].extra_headers
        assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert headers["List-Unsubscribe"].endswith(f"/unsubscribe/{token_of(subscription)}/>")
        assert headers["Message-ID"] == f"<weekly.{subscription.pk}.2026-03-02@127.0.0.1>"

    def test_comes_once_a_week(self, dilara) -> None:
        subscribe(dilara, SUNDAY)

        assert [send_weekly(MONDAY + timedelta(hours=more)) for more in (0, 1, 48)] == [1, 0, 0]
        assert send_weekly(MONDAY + WEEK) == 1
        assert len(mail.outbox) == 2

    def test_the_database_refuses_a_second_row_of_a_week(self, dilara) -> None:
        known = {"subscription": subscribe(dilara, SUNDAY), "week": date(2026, 3, 2), "asked_at": MONDAY}
        WeeklyLetter.objects.create(**known)
        with pytest.raises(IntegrityError), transaction.atomic():
            WeeklyLetter.objects.create(**known)

    def test_every_try_is_counted_and_five_are_enough(self, dilara, monkeypatch) -> None:
        subscribe(dilara, SUNDAY)
        with monkeypatch.context() as away:
            away.setattr("django.core.mail.EmailMultiAlternatives.send", refuse)
            for number in range(9):
                send_weekly(MONDAY + number * (LEASE + timedelta(seconds=1)))

        letter = WeeklyLetter.objects.get()
        assert (letter.attempts, letter.sent_at) == (5, None)
        assert letter.finished_at
        assert send_weekly(MONDAY + timedelta(hours=2)) == 0

    def test_a_mail_server_that_was_away_is_tried_again(self, dilara, monkeypatch) -> None:
        subscribe(dilara, SUNDAY)
        with monkeypatch.context() as away:
            away.setattr("django.core.mail.EmailMultiAlternatives.send", refuse)
            assert send_weekly(MONDAY) == 0

        assert send_weekly(MONDAY + LEASE) == 1
        assert WeeklyLetter.objects.get().attempts == 2

    def test_who_manages_nothing_any_more_gets_none(self, dilara) -> None:
        subscribe(dilara, SUNDAY)
        Membership.objects.update(ended_at=SUNDAY)

        assert send_weekly(MONDAY) == 0
        assert not mail.outbox
        assert WeeklyLetter.objects.get().sent_at is None

    @pytest.mark.parametrize(
        ("now", "week"),
        [
            (MONDAY, date(2026, 3, 2)),
            (MONDAY - timedelta(hours=2), date(2026, 2, 23)),  # six in the morning
            (MONDAY - timedelta(hours=1), date(2026, 3, 2)),
            (MONDAY + timedelta(days=6), date(2026, 3, 2)),
        ],
    )
    def test_is_due_on_monday_at_seven(self, now, week) -> None:
        assert due_week(now) == week

    def test_begins_with_the_next_one(self, dilara) -> None:
        subscribe(dilara, MONDAY)

        assert send_weekly(MONDAY + timedelta(hours=1)) == 0
        assert send_weekly(MONDAY + WEEK) == 1


class TestEnding:
    def test_takes_one_click_without_a_page_or_a_sign_in(self, dilara) -> None:
        subscription = subscribe(dilara, SUNDAY)
        outside = Client(enforce_csrf_checks=True)
        answer = outside.post(reverse("unsubscribe", args=[token_of(subscription)]), {"List-Unsubscribe": "One-Click"})

        assert answer.status_code == 200
        assert "The weekly letter is ended" in answer.content.decode()
        assert send_weekly(MONDAY) == 0

    def test_a_link_that_is_only_fetched_ends_nothing(self, dilara, client: Client) -> None:
        subscription = subscribe(dilara, SUNDAY)

        told = client.get(reverse("unsubscribe", args=[token_of(subscription)])).content.decode()

        assert "End the weekly letter?" in told
        assert Subscription.objects.get().ended_at is None

    def test_ends_one_that_waits_to_be_sent(self, dilara, monkeypatch) -> None:
        subscription = subscribe(dilara, SUNDAY)
        with monkeypatch.context() as away:
            away.setattr("django.core.mail.EmailMultiAlternatives.send", refuse)
            send_weekly(MONDAY)
        unsubscribe(subscription.pk, MONDAY)

        assert send_weekly(MONDAY + LEASE) == 0

    @pytest.mark.parametrize("token", ["nonsense", "a:b:c"])
    def test_nonsense_ends_nothing(self, dilara, client: Client, token: str) -> None:
        subscribe(dilara, SUNDAY)

        assert read_token(token) is None
        assert client.post(reverse("unsubscribe", args=[token])).status_code == 404
        assert Subscription.objects.get().ended_at is None

    def test_too_many_fields_are_refused_in_words(self, dilara, client: Client) -> None:
        many = {f"field{number}": "x" for number in range(1_001)}

        assert client.post(reverse("unsubscribe", args=["nonsense"]), many).status_code == 413

    def test_is_on_the_managers_page_too(self, dilara, client: Client) -> None:
        client.force_login(dilara)
        begun = client.post(reverse("managers_letters"), {"wanted": "yes"}, follow=True).content.decode()
        ended = client.post(reverse("managers_letters"), {"wanted": "no"}, follow=True).content.decode()

        assert dilara.email in begun
        assert "Get the weekly letter" in ended
        assert Subscription.objects.get().ended_at
