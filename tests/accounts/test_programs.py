"""Programs that act for a person: made, renewed and ended by that person alone, on record; a secret is shown once."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from services.accounts.models import User
from services.accounts.tokens import Token, digest_of
from services.agencies.models import Agency, Membership
from services.ledger.models import Event
from services.workflow.operations.tokens import end_token, make_token, renew_token
from services.workflow.refusals import Refused
from tests import worlds
from tests.accounts.conftest import PASSWORD
from tests.accounts.test_signing_in import give_password

pytestmark = pytest.mark.django_db
READ, SUBMIT, WORK = "requests:read", "requests:submit", "desk:work"
WANTED = {"name": "Firm", "scopes": [READ], "days": 30}


@pytest.fixture
def signed_in(aysel: User, client: Client) -> Client:
    give_password(client)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


def made(user: User, **more: Any) -> tuple[Token, str]:
    return make_token(**{"user": user, "name": "Firm", "scopes": [READ], "days": 30, "now": timezone.now(), **more})


def shown_secret(body: str) -> str:
    found = re.findall(r"portal_[A-Za-z0-9_-]{43}", body)
    assert len(found) == 1
    return str(found[0])


def on_record() -> list[tuple[str, Any]]:
    events = Event.objects.filter(kind__startswith="token_").order_by("seq")
    return [(event.kind, event.facts) for event in events]


class TestPages:
    def test_make_a_token_whose_secret_is_shown_this_once(self, signed_in: Client, aysel: User) -> None:
        assert "No program acts for you." in signed_in.get(reverse("my_programs")).content.decode()

        page = signed_in.post(reverse("my_programs"), {"name": "Firm", "scopes": [READ, SUBMIT], "days": "90"})
        secret = shown_secret(page.content.decode())

        token = Token.objects.get()
        assert (token.user, token.name, token.scopes) == (aysel, "Firm", [READ, SUBMIT])
        assert token.digest == digest_of(secret)
        assert timedelta(days=90) == token.expires_at - token.made_at
        again = signed_in.get(reverse("my_programs")).content.decode()
        assert secret not in again
        for words in ("Firm", "See my requests, Send requests in my name", "Never"):
            assert words in again
        assert on_record() == [("token_made", {"scopes": [READ, SUBMIT], "days": 90})]
        assert page["Cache-Control"] == "private, no-store" or "no-store" in page["Cache-Control"]

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            ({"name": " "}, "Give the program a name."),
            ({"name": "x" * 61}, "60"),
            ({"scopes": []}, "Choose what the program may do."),
            ({"scopes": ["everything"]}, "everything"),
            ({"days": "4000"}, "Choose one of the options"),
        ],
    )
    def test_tell_what_is_wrong(self, signed_in: Client, wrong: dict[str, Any], words: str) -> None:
        page = signed_in.post(reverse("my_programs"), {**WANTED, **wrong})

        assert page.status_code == 422
        assert words in page.content.decode()
        assert not Token.objects.exists()

    def test_renew_one_after_asking(self, signed_in: Client, aysel: User) -> None:
        old, _secret = made(aysel)
        address = reverse("my_program_renewal", args=[old.pk])
        assert "A new token?" in signed_in.get(address).content.decode()
        assert Token.objects.count() == 1

        secret = shown_secret(signed_in.post(address).content.decode())

        fresh = Token.objects.get(digest=digest_of(secret))
        assert (fresh.name, fresh.scopes) == (old.name, old.scopes)
        assert Token.objects.valid(timezone.now()).count() == 2
        assert Token.objects.valid(timezone.now() + timedelta(hours=25)).get() == fresh

    def test_renew_none_for_work_that_isnt_ones_own_any_more(self) -> None:
        worlds.build_agencies("north")
        bruno, now = worlds.clerk("bruno"), timezone.now()
        token, _secret = make_token(user=bruno, name="Inbox", scopes=[Token.Scope.DESK], days=1, now=now)
        Membership.objects.of(bruno).update(ended_at=now)

        with pytest.raises(Refused, match="Only who works at a desk"):
            renew_token(token, now)
        assert Token.objects.get() == token

    def test_tell_a_purpose_of_a_newer_release_by_its_name(self, aysel: User) -> None:
        assert Token(user=aysel, scopes=["moon:land"]).purposes == ["moon:land"]

    def test_end_one_after_asking(self, signed_in: Client, aysel: User) -> None:
        token, _secret = made(aysel)
        address = reverse("my_program_end", args=[token.pk])
        assert "End the program?" in signed_in.get(address).content.decode()
        assert Token.objects.valid(timezone.now()).exists()

        page = signed_in.post(address, follow=True).content.decode()

        assert "“Firm” may do nothing in your name any more." in page
        assert not Token.objects.valid(timezone.now()).exists()
        assert on_record()[-1] == ("token_ended", {"scopes": [READ]})
        again = signed_in.post(address, follow=True).content.decode()
        assert "This program may do nothing any more." in again
        assert len(on_record()) == 2

    def test_ask_for_the_password_first_and_then_do_what_was_asked(self, aysel: User, client: Client) -> None:
        give_password(client)

        asked = client.post(reverse("my_programs"), WANTED)
        assert asked.status_code == 302
        assert asked["Location"].startswith(reverse("account_reauthenticate"))
        assert not Token.objects.exists()
        assert client.post(asked["Location"], {"password": "wrong"}).status_code in (200, 422)
        assert not Token.objects.exists()

        page = client.post(asked["Location"], {"password": PASSWORD})

        assert Token.objects.get().digest == digest_of(shown_secret(page.content.decode()))

    def test_a_new_secret_needs_the_password_too(self, aysel: User, client: Client) -> None:
        token, _secret = made(aysel)
        client.force_login(aysel)

        answer = client.post(reverse("my_program_renewal", args=[token.pk]))

        assert answer["Location"].startswith(reverse("account_reauthenticate"))
        assert Token.objects.get() == token


class TestWorkAtDesks:
    def offered(self, client: Client) -> bool:
        return 'value="desk:work"' in client.get(reverse("my_programs")).content.decode()

    def test_is_offered_to_officials_with_their_second_factor(
        self, signed_in: Client, aysel: User, settings: Any
    ) -> None:
        refused = signed_in.post(reverse("my_programs"), {**WANTED, "scopes": [WORK]})
        assert (self.offered(signed_in), refused.status_code) == (False, 422)
        worlds.build_agencies("north")
        at_desk = Membership.objects.create(user=aysel, agency=Agency.objects.get(), role="clerk")
        assert self.offered(signed_in)
        settings.STAFF_NEED_SECOND_FACTOR = True
        assert not self.offered(signed_in)
        settings.STAFF_NEED_SECOND_FACTOR = False

        signed_in.post(reverse("my_programs"), {**WANTED, "scopes": [WORK]})

        assert Token.objects.get().scopes == [WORK]
        assert on_record() == [("token_made", {"scopes": [WORK], "days": 30})]
        Membership.objects.filter(pk=at_desk.pk).update(ended_at=timezone.now())
        assert not self.offered(signed_in)

    def test_is_refused_to_others_by_the_operation(self, aysel: User) -> None:
        with pytest.raises(Refused, match="Only who works at a desk"):
            made(aysel, scopes=[READ, WORK])


class TestOperations:
    def test_refuse_what_no_form_offers(self, aysel: User) -> None:
        for wrong in ({"scopes": ["all"]}, {"scopes": []}, {"days": 0}, {"days": 366}, {"name": ""}):
            with pytest.raises(Refused):
                made(aysel, **wrong)
        assert not Token.objects.exists()

    def test_twenty_at_most(self, aysel: User) -> None:
        first, _secret = made(aysel)
        for number in range(19):
            made(aysel, name=f"Program {number}")
        with pytest.raises(Refused, match="20 programs"):
            made(aysel)
        end_token(first, timezone.now())
        made(aysel)

    def test_nothing_is_renewed_or_ended_twice(self, aysel: User) -> None:
        token, _secret = made(aysel)
        later = timezone.now() + timedelta(days=31)
        for act in (renew_token, end_token):
            with pytest.raises(Refused, match="nothing any more"):
                act(token, later)
