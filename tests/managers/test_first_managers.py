"""The first managers of an agency, named on the server, and second factors that were lost: on record, and told."""

import pytest
from allauth.mfa.models import Authenticator
from django.core.mail import EmailMessage
from django.core.management import CommandError, call_command

from services.accounts.models import User
from services.agencies.models import Membership
from services.ledger.models import Event
from tests import worlds

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def people() -> list[User]:
    worlds.build_agencies("north")
    return [worlds.citizen("sevda"), worlds.citizen("dilara")]


class TestFirstManagers:
    def test_are_named_and_on_record(self, people: list[User]) -> None:
        call_command("name_managers", "north", "Sevda@example.org", "dilara@example.org", verbosity=0)

        managers = Membership.objects.managers().filter(agency__code="north")
        assert {member.user for member in managers} == set(people)
        assert {event.subject for event in Event.objects.filter(kind="first_manager_named")} == {
            user.pk for user in people
        }

    @pytest.mark.parametrize(
        ("words", "told"),
        [
            (["north", "sevda@example.org"], "Name two people"),
            (["north", "sevda@example.org", "SEVDA@example.org"], "Name two people"),
            (["north", "sevda@example.org", "nobody@example.org"], "Nobody has an account with nobody@example.org"),
            (["atlantis", "sevda@example.org", "dilara@example.org"], "no agency “atlantis”"),
        ],
    )
    def test_are_two_people_who_exist(self, words: list[str], told: str) -> None:
        with pytest.raises(CommandError, match=told):
            call_command("name_managers", *words)
        assert not Membership.objects.exists()

    def test_are_named_only_once(self) -> None:
        worlds.clerk("chloe", desks=(), role="manager")
        with pytest.raises(CommandError, match="has managers"):
            call_command("name_managers", "north", "sevda@example.org", "dilara@example.org")
        assert Membership.objects.count() == 1


class TestALostSecondFactor:
    def test_is_forgotten_on_record_and_told(self, people: list[User], mailoutbox: list[EmailMessage]) -> None:
        for kind in ("totp", "recovery_codes"):
            Authenticator.objects.create(user=people[0], type=kind, data={})
        Authenticator.objects.create(user=people[1], type="totp", data={})
        call_command("forget_second_factor", "sevda@example.org", why="Came with her card.", verbosity=0)

        assert [one.user for one in Authenticator.objects.all()] == [people[1]]
        facts = {"kinds": ["recovery_codes", "totp"], "why": "Came with her card."}
        assert Event.objects.get(kind="second_factor_forgotten").facts == facts
        assert [letter.to for letter in mailoutbox] == [["sevda@example.org"]]

    @pytest.mark.parametrize(
        "why",
        ["SEVDA showed a card", "Card 5ZK3Q1U", "Called from +994 50 555", "Wrote from x@y.az", "A card, No. 123-456"],
    )
    def test_is_not_forgotten_for_a_reason_that_names_somebody(self, people: list[User], why: str) -> None:
        """The ledger forgets nothing, so nobody's name may get there."""
        User.objects.filter(pk=people[0].pk).update(personal_identifier="5ZK3Q1U", name="Sevda Əliyeva")
        Authenticator.objects.create(user=people[0], type="totp", data={})
        with pytest.raises(CommandError, match="without a name"):
            call_command("forget_second_factor", "sevda@example.org", why=why)
        assert Authenticator.objects.exists()
        assert not Event.objects.exists()

    @pytest.mark.parametrize(("email", "told"), [("nobody@example.org", "Nobody"), ("sevda@example.org", "no second")])
    def test_must_be_there(self, email: str, told: str) -> None:
        with pytest.raises(CommandError, match=told):
            call_command("forget_second_factor", email, why="Lost.")
        assert not Event.objects.filter(kind="second_factor_forgotten").exists()
