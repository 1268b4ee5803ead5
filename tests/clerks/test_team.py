"""The supervisor's page: load, forecast, absences, handing over, and numbers that are unlike the others."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from services.accounts.models import User
from services.agencies.models import Absence, Agency, Desk, Membership
from services.catalogue.models import ServiceVersion
from services.ledger.models import Event
from services.requests.models import ServiceRequest
from services.workflow.looking import Look
from services.workflow.models import Step
from services.workflow.operations import desk
from services.workflow.operations.absences import hand_over_absent, record_absence
from services.workflow.operations.looking import search, tell_purpose
from services.workflow.operations.roles import confirm, propose_end, propose_role, refuse
from services.workflow.operations.standing_aside import stand_aside
from services.workflow.refusals import Refused
from services.workflow.role_changes import RoleChange
from services.workflow.signal_rules import interval, is_unlike, late_soon, times_as_long
from services.workflow.signals import numbers_of
from services.workflow.team import desk_loads, without_anybody
from tests import worlds

pytestmark = pytest.mark.django_db


@pytest.fixture
def sevda(version: ServiceVersion) -> User:
    return worlds.clerk("sevda", role="supervisor")


@pytest.fixture
def chloe(version: ServiceVersion) -> User:
    return worlds.clerk("chloe")


@pytest.fixture
def north(version: ServiceVersion) -> Agency:
    return Agency.objects.get(code="north")


@pytest.fixture
def team_client(client: Client, sevda: User) -> Client:
    client.force_login(sevda)
    return client


class TestRules:
    @given(st.integers(0, 200), st.integers(0, 200))
    def test_an_interval_holds_its_share(self, hits: int, more: int) -> None:
        low, high = interval(hits, hits + more)

        assert 0 <= low <= high <= 1
        assert not (hits + more) or low - 1e-9 <= hits / (hits + more) <= high + 1e-9

    def test_chance_is_not_called_unlike(self) -> None:
        assert not is_unlike(5, 40, 10, 100)
        assert not is_unlike(29, 29, 0, 1000)  # too few cases
        assert is_unlike(35, 40, 10, 100)
        assert is_unlike(0, 100, 50, 100)

    def test_times_are_compared_from_twenty_on(self) -> None:
        assert times_as_long([3.0] * 20, [1.0] * 20) == 3
        assert times_as_long([3.0] * 19, [1.0] * 20) is None

    @pytest.mark.parametrize(
        ("left", "per_day", "late"),
        [([], 1.0, 0), ([1, 2, 3], 1.0, 0), ([1, 1, 1], 1.0, 2), ([-1, 5], 1.0, 1), ([5, 5], 0.0, 2), ([1, 1], 2.0, 0)],
    )
    def test_what_will_be_late_follows_from_what_is_done_a_day(
        self, left: list[float], per_day: float, late: int
    ) -> None:
        assert late_soon(left, per_day) == late


class TestPage:
    def test_shows_load_and_hands_over(
        self, team_client: Client, held: Step, chloe: User, seen: ServiceRequest
    ) -> None:
        body = team_client.get(reverse("desk_team")).content.decode()
        assert seen.written_reference in body

        team_client.post(reverse("desk_team_give", args=[held.pk]), {"to": chloe.pk})

        assert worlds.open_step(seen).assignee == chloe

    def test_gives_out_what_nobody_has_taken(self, team_client: Client, seen: ServiceRequest, chloe: User) -> None:
        body = team_client.get(reverse("desk_team")).content.decode()
        assert "nobody yet" in body

        team_client.post(reverse("desk_team_give", args=[worlds.open_step(seen).pk]), {"to": chloe.pk})

        assert worlds.open_step(seen).assignee == chloe
        assert Event.objects.filter(subject=seen.pk, kind="reassigned").count() == 1

    def test_says_that_somebody_has_to_be_chosen(self, team_client: Client, held: Step) -> None:
        answer = team_client.post(reverse("desk_team_give", args=[held.pk]), {"to": ""}, follow=True)

        assert "Choose who gets the step." in answer.content.decode()

    def test_is_for_supervisors_only(self, desk_client: Client) -> None:
        assert desk_client.get(reverse("desk_team")).status_code == 404
        assert desk_client.get(reverse("desk_signals")).status_code == 404

    def test_counts_each_desk(self, north: Agency, held: Step, version: ServiceVersion) -> None:
        worlds.apply(version, by=worlds.citizen("nigar"), at=timezone.now())

        load = next(one for one in desk_loads([north.pk], timezone.now()) if one.desk.code == "permits")

        assert (load.desk.open, load.desk.late, load.desk.free) == (2, 1, 1)  # type: ignore[attr-defined]
        assert load.ages == [2, 0, 0, 0] or load.ages == [1, 0, 0, 1]
        assert (load.a_day, load.will_be_late) == (0, 2)  # nobody has done anything in four weeks

    def test_names_what_nobody_may_take(
        self, team_client: Client, north: Agency, seen: ServiceRequest, bruno: User, sevda: User
    ) -> None:
        assert not without_anybody([north.pk]).exists()
        for user in (bruno, sevda):
            step = desk.claim(worlds.open_step(seen), user, timezone.now())
            stand_aside(step, user, timezone.now(), words="My cousin.")

        assert list(without_anybody([north.pk])) == [worlds.open_step(seen)]
        body = team_client.get(reverse("desk_team")).content.decode()
        assert "Nobody may take these" in body
        assert "My cousin." in team_client.get(reverse("desk_signals")).content.decode()


class TestAbsence:
    def test_gives_what_is_held_to_the_stand_in(self, held: Step, bruno: User, chloe: User, sevda: User) -> None:
        today = timezone.localdate()
        record_absence(bruno, today, today, sevda, timezone.now(), stand_in=chloe)

        assert hand_over_absent(timezone.now()) == 1
        assert hand_over_absent(timezone.now()) == 0
        assert worlds.open_step(held.service_request).assignee == chloe
        told = Event.objects.get(subject=held.service_request_id, kind="reassigned")
        assert (told.actor, told.facts["to"]) == ("system", f"clerk:{chloe.pk}")

    def test_waits_for_its_first_day(self, held: Step, bruno: User, chloe: User) -> None:
        tomorrow = timezone.localdate() + timedelta(days=1)
        record_absence(bruno, tomorrow, tomorrow, bruno, timezone.now(), stand_in=chloe)

        assert hand_over_absent(timezone.now()) == 0
        assert hand_over_absent(timezone.now() + timedelta(days=1)) == 1

    def test_gives_it_back_to_the_desk_where_the_stand_in_may_not(
        self, held: Step, bruno: User, chloe: User, aysel: User
    ) -> None:
        ServiceRequest.objects.update(applicant=chloe)
        today = timezone.localdate()
        record_absence(bruno, today, today, bruno, timezone.now(), stand_in=chloe)

        hand_over_absent(timezone.now())

        assert worlds.open_step(held.service_request).assignee is None

    def test_is_entered_and_removed_on_the_page(self, team_client: Client, bruno: User) -> None:
        today = timezone.localdate()
        said = {"user": bruno.pk, "first_day": today.isoformat(), "last_day": today.isoformat()}
        team_client.post(reverse("desk_team"), said)
        absence = Absence.objects.get()
        assert (absence.user, absence.first_day) == (bruno, today)

        team_client.post(reverse("desk_absence_end", args=[absence.pk]))
        assert not Absence.objects.exists()

    @pytest.mark.parametrize(
        ("first", "last", "fault"),
        [
            (date(2026, 3, 5), date(2026, 3, 4), "before the first"),
            (date(2026, 2, 1), date(2026, 2, 2), "are over"),
        ],
    )
    def test_refuses_days_that_make_no_sense(self, bruno: User, first: date, last: date, fault: str) -> None:
        with pytest.raises(Refused, match=fault):
            record_absence(bruno, first, last, bruno, worlds.NOON)

    def test_is_nobody_elses_business(self, bruno: User, chloe: User) -> None:
        today = timezone.localdate()
        with pytest.raises(Refused, match="Only the person or a supervisor"):
            record_absence(bruno, today, today, chloe, timezone.now())
        record_absence(bruno, today, today, bruno, timezone.now())
        with pytest.raises(Refused, match="already"):
            record_absence(bruno, today, today, bruno, timezone.now())


class TestSignals:
    def test_who_always_picks_is_seen(
        self, version: ServiceVersion, north: Agency, bruno: User, chloe: User, team_client: Client
    ) -> None:
        now = timezone.now()
        for number in range(66):
            worlds.apply(version, by=worlds.citizen(f"citizen{number}"), at=now + timedelta(minutes=number))
        for _ in range(31):
            desk.claim_next(chloe, now)
        free = Step.objects.open_at_desks().filter(assignee=None)
        for step in list(free.order_by("-due_at", "-pk"))[:31]:
            desk.claim(step, bruno, now)

        numbers = {str(one.user): one for one in numbers_of([north.pk], now)}

        assert numbers["Bruno"].picks_unlike
        assert (numbers["Chloe"].passed_over, numbers["Bruno"].passed_over) == (0, 31)
        assert "unlike the others" in team_client.get(reverse("desk_signals")).content.decode()

    def test_many_looks_in_an_hour_are_seen(
        self, north: Agency, seen: ServiceRequest, bruno: User, chloe: User
    ) -> None:
        at = timezone.now().replace(minute=0)
        for number in range(30):
            tell_purpose(seen, bruno, at + timedelta(seconds=number), purpose="colleague")
        tell_purpose(seen, chloe, at, purpose="message")
        search("aysel", chloe, timezone.now())

        numbers = {str(one.user): one for one in numbers_of([north.pk], timezone.now())}

        assert (numbers["Bruno"].looks, numbers["Bruno"].looks_unlike) == (30, True)
        assert (numbers["Chloe"].looks, numbers["Chloe"].looks_unlike, numbers["Chloe"].searches) == (1, False, 1)
        assert Look.objects.count() == 31

    def test_needs_few_queries_however_many_people_there_are(
        self, north: Agency, held: Step, chloe: User, django_assert_num_queries: Any
    ) -> None:
        with django_assert_num_queries(5):
            numbers_of([north.pk], timezone.now())


class TestRoles:
    @pytest.fixture
    def dilara(self, version: ServiceVersion) -> User:
        return worlds.clerk("dilara", role="manager", desks=())

    @pytest.fixture
    def erna(self, version: ServiceVersion) -> User:
        return worlds.citizen("erna")

    def test_two_people_give_a_role(self, north: Agency, dilara: User, sevda: User, erna: User) -> None:
        permits = worlds.desk_of("north", "permits")
        change = propose_role(erna, north, "clerk", dilara, worlds.NOON, desks=[permits])
        assert not Membership.objects.of(erna).exists()

        confirm(change, sevda, worlds.NOON)

        assert Membership.objects.of(erna).get().desks.get() == permits
        events = Event.objects.filter(subject=change.pk).order_by("seq")
        assert [(event.kind, event.actor) for event in events] == [
            ("role_proposed", f"clerk:{dilara.pk}"),
            ("role_confirmed", f"clerk:{sevda.pk}"),
        ]

    def test_nobody_does_it_alone(self, north: Agency, dilara: User, sevda: User) -> None:
        change = propose_role(sevda, north, "manager", dilara, worlds.NOON)

        for one in (dilara, sevda):
            with pytest.raises(Refused, match="A second person"):
                confirm(change, one, worlds.NOON)
        with pytest.raises(IntegrityError), transaction.atomic():
            RoleChange.objects.update(outcome="confirmed", settled_by=dilara, settled_at=worlds.NOON)
        assert not Membership.objects.of(sevda).filter(role="manager").exists()

    def test_others_can_neither_propose_nor_confirm(self, north: Agency, dilara: User, bruno: User, erna: User) -> None:
        with pytest.raises(Refused, match="Only managers"):
            propose_role(erna, north, "clerk", bruno, worlds.NOON)
        change = propose_role(erna, north, "clerk", dilara, worlds.NOON)
        for one in (bruno, worlds.clerk("selim", "south", desks=(), role="manager")):
            with pytest.raises(Refused):
                confirm(change, one, worlds.NOON)

    def test_the_end_of_a_role_gives_its_steps_back(
        self, north: Agency, dilara: User, sevda: User, held: Step, bruno: User
    ) -> None:
        change = propose_end(Membership.objects.of(bruno).get(), dilara, worlds.NOON)
        assert worlds.open_step(held.service_request).assignee == bruno

        confirm(change, sevda, worlds.NOON)

        assert not Membership.objects.of(bruno).exists()
        assert worlds.open_step(held.service_request).assignee is None

    def test_a_proposal_can_be_refused_or_taken_back_once(
        self, north: Agency, dilara: User, sevda: User, erna: User
    ) -> None:
        change = propose_role(erna, north, "clerk", dilara, worlds.NOON)
        with pytest.raises(Refused, match="proposed already"):
            propose_role(erna, north, "clerk", dilara, worlds.NOON)
        refuse(change, dilara, worlds.NOON)
        with pytest.raises(Refused, match="settled already"):
            confirm(change, sevda, worlds.NOON)

    def test_a_supervisor_settles_it_on_the_team_s_page(
        self, team_client: Client, north: Agency, dilara: User, erna: User
    ) -> None:
        change = propose_role(erna, north, "clerk", dilara, worlds.NOON)
        way = reverse("desk_role_settle", args=[change.pk, "confirm"])
        assert way in team_client.get(reverse("desk_team")).content.decode()

        team_client.post(way)

        assert Membership.objects.of(erna).get().role == "clerk"
        assert way not in team_client.get(reverse("desk_team")).content.decode()

    def test_is_done_on_the_page(self, client: Client, north: Agency, dilara: User, erna: User) -> None:
        other = worlds.clerk("danil", role="manager", desks=())
        client.force_login(dilara)
        said = {"email": "ERNA@example.org", "agency": north.pk, "role": "clerk", "desks": Desk.objects.first().pk}  # type: ignore[union-attr]
        client.post(reverse("managers_people"), said)
        change = RoleChange.objects.get()
        assert "Take it back" in client.get(reverse("managers_people")).content.decode()

        client.force_login(other)
        client.post(reverse("managers_role_settle", args=[change.pk, "confirm"]))

        assert Membership.objects.of(erna).get().role == "clerk"

    @pytest.mark.parametrize(
        ("change", "fault"),
        [
            ({"email": "nobody@example.org"}, "Nobody has an account with this address. Ask"),
            ({"email": ""}, "Write the e-mail address of the person."),
            ({"role": "king"}, "What was chosen is not offered any longer. Choose"),
        ],
    )
    def test_says_what_is_wrong(
        self, client: Client, north: Agency, dilara: User, erna: User, change: dict[str, str], fault: str
    ) -> None:
        client.force_login(dilara)
        said = {"email": erna.email, "agency": north.pk, "role": "clerk", **change}

        answer = client.post(reverse("managers_people"), said)

        assert answer.status_code == 422
        assert fault in answer.content.decode()
