"""Managers set targets and write remarks at charts: who did it and when is on record, and nobody else may."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from services.accounts.models import User
from services.catalogue.models import Service
from services.ledger.models import Event
from services.transparency.models import Count
from services.transparency.operations import end_target, set_target, withdraw_remark, write_remark
from services.transparency.periods import months_after
from services.transparency.steering import Remark, Target
from services.transparency.tables import Figures, Took
from services.transparency.targets import gap_of
from services.workflow.refusals import Refused
from tests import worlds
from tests.worlds import DAY, NOON

pytestmark = pytest.mark.django_db
SUMMER = date(2026, 7, 1)
MARCH = date(2026, 3, 2)
WORDS = {"en": "New form since 2 March."}


@pytest.fixture
def permit() -> Service:
    worlds.build_agencies("north", "south")
    return worlds.published([worlds.desk("judge")]).service


@pytest.fixture
def dilara(permit: Service) -> User:
    return worlds.clerk("dilara", desks=(), role="manager")


@pytest.fixture
def outsiders(permit: Service) -> list[User]:
    return [worlds.clerk("bruno"), worlds.clerk("dima", "south", desks=(), role="manager"), worlds.citizen()]


def target(service: Service, by: User, **more: Any) -> Target:
    return set_target(
        **{"service": service, "measure": "on_time", "value": 90, "by_date": SUMMER, "by": by, "now": NOON, **more}
    )


def remark(service: Service, by: User, **more: Any) -> Remark:
    known = {"service": service, "first_day": MARCH, "last_day": None, "words": WORDS, "is_public": True}
    return write_remark(**{**known, "by": by, "now": NOON, **more})


def told_of(subject: Any) -> list[tuple[str, str]]:
    return list(Event.objects.filter(subject=subject).order_by("seq").values_list("kind", "actor"))


class TestTargets:
    def test_a_new_one_takes_the_place_of_the_old_and_both_are_on_record(self, permit, dilara) -> None:
        first, other = target(permit, dilara), target(permit, dilara, measure="median", value=4)
        second = target(permit, dilara, value=95, now=NOON + DAY)

        first.refresh_from_db()
        assert (first.ended_by, first.ended_at) == (dilara, NOON + DAY)
        assert set(Target.objects.standing()) == {second, other}
        who = f"clerk:{dilara.pk}"
        assert told_of(first.pk) == [("target_set", who), ("target_ended", who)]
        facts = Event.objects.get(subject=second.pk).facts
        assert facts == {"service": "permit", "measure": "on_time", "value": 95, "by_date": "2026-07-01"}

    def test_are_given_up_once(self, permit, dilara) -> None:
        set_ = target(permit, dilara)
        end_target(target=set_, by=dilara, now=NOON)

        assert not Target.objects.standing().exists()
        with pytest.raises(Refused):
            end_target(target=set_, by=dilara, now=NOON)

    def test_are_nobody_elses(self, permit, dilara, outsiders) -> None:
        set_ = target(permit, dilara)
        for other in outsiders:
            with pytest.raises(Refused):
                target(permit, other)
            with pytest.raises(Refused):
                end_target(target=set_, by=other, now=NOON)
        assert Target.objects.standing().get() == set_

    @pytest.mark.parametrize(
        "bad",
        [
            {"value": 0},
            {"value": 101},
            {"measure": "received"},
            {"by_date": NOON.date()},
            {"by_date": date(2040, 1, 1)},
            {"measure": "median", "value": 1001},
        ],
    )
    def test_are_refused_where_they_make_no_sense(self, permit, dilara, bad) -> None:
        with pytest.raises(Refused):
            target(permit, dilara, **bad)

    def test_the_database_refuses_two_that_stand_and_what_is_off_its_scale(self, permit, dilara) -> None:
        known = {"service": permit, "by_date": SUMMER, "set_by": dilara, "set_at": NOON}
        Target.objects.create(**known, measure="on_time", value=90)
        for bad in ({"measure": "on_time", "value": 80}, {"measure": "satisfied", "value": 101}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Target.objects.create(**known, **bad)


def figures(on_time: int | None, late: int | None, days: int | None = 5) -> Figures:
    return Figures("", {"on_time": on_time, "late": late}, Took(days), Took())


class TestGaps:
    @pytest.mark.parametrize(
        ("on_time", "late", "state"),
        [
            (980, 20, "reached"),
            (700, 300, "missed"),
            (17, 3, "unsure"),  # 85 % of twenty: the true share may be 90 %
            (29, 1, "unsure"),
            (None, None, "unknown"),
            (0, 0, "unknown"),
        ],
    )
    def test_chance_is_not_called_a_miss_nor_a_success(self, on_time, late, state) -> None:
        gap = gap_of(Target(measure="on_time", value=90), figures(on_time, late))

        assert gap.state == state
        assert (gap.by is None) == (state == "unknown")

    @pytest.mark.parametrize(("days", "by", "state"), [(4, 1, "reached"), (5, 0, "reached"), (7, -2, "missed")])
    def test_fewer_days_are_better(self, days, by, state) -> None:
        gap = gap_of(Target(measure="median", value=5), figures(1, 1, days))

        assert (gap.by, gap.state) == (by, state)


class TestRemarks:
    def test_are_on_record_without_their_words_and_are_withdrawn_once(self, permit, dilara) -> None:
        written = remark(permit, dilara, last_day=MARCH + DAY)
        withdraw_remark(remark=written, by=dilara, now=NOON + DAY)

        who = f"clerk:{dilara.pk}"
        assert told_of(written.pk) == [("remark_written", who), ("remark_withdrawn", who)]
        facts = Event.objects.filter(subject=written.pk).first().facts
        assert facts == {"service": "permit", "first_day": "2026-03-02", "last_day": "2026-03-03", "is_public": True}
        with pytest.raises(Refused):
            withdraw_remark(remark=written, by=dilara, now=NOON + DAY)

    def test_are_nobody_elses(self, permit, dilara, outsiders) -> None:
        written = remark(permit, dilara)
        for other in outsiders:
            with pytest.raises(Refused):
                remark(permit, other)
            with pytest.raises(Refused):
                withdraw_remark(remark=written, by=other, now=NOON)
        assert Remark.objects.standing().get() == written

    @pytest.mark.parametrize(
        "bad",
        [
            {"words": {"en": "  "}},
            {"words": {}},
            {"words": {"en": "x" * 301}},
            {"last_day": MARCH - DAY},
            {"first_day": date(2050, 1, 1)},
        ],
    )
    def test_are_refused_where_they_make_no_sense(self, permit, dilara, bad) -> None:
        with pytest.raises(Refused):
            remark(permit, dilara, **bad)

    def test_the_database_refuses_an_end_before_the_beginning(self, permit, dilara) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            Remark.objects.create(
                service=permit,
                first_day=MARCH,
                last_day=MARCH - DAY,
                is_public=False,
                written_by=dilara,
                written_at=NOON,
            )


def some_months() -> None:
    this = timezone.localdate().replace(day=1)
    for back in (1, 2, 3):
        for name, number in {"received": 50, "approved": 50, "on_time": 45, "late": 5}.items():
            Count.objects.create(service="permit", month=months_after(this, -back), measure=name, number=number)


class TestPublicCharts:
    def test_show_what_is_public_and_stands_and_nothing_else(self, permit, dilara, client: Client) -> None:
        some_months()
        day = months_after(timezone.localdate().replace(day=1), -2)
        known = {"first_day": day, "now": timezone.now()}
        remark(permit, dilara, words={"en": "A new <form>."}, **known)
        remark(permit, dilara, words={"en": "Only ours."}, is_public=False, **known)
        gone = remark(permit, dilara, words={"en": "A mistake."}, **known)
        withdraw_remark(remark=gone, by=dilara, now=timezone.now())

        told = client.get(reverse("figures_of", args=["permit"])).content.decode()

        assert "A new &lt;form&gt;." in told
        assert "Only ours." not in told
        assert "A mistake." not in told
        assert told.count('class="chart-marks"') == 2  # of times nothing is known here
        assert "Dilara" not in told

    def test_leave_out_what_lies_outside_them(self, permit, dilara, client: Client) -> None:
        some_months()
        remark(permit, dilara, words={"en": "Long ago."}, first_day=date(2001, 1, 1))

        told = client.get(reverse("figures_of", args=["permit"])).content.decode()

        assert "Long ago." not in told
        assert "chart-marks" not in told


class TestPages:
    @pytest.fixture
    def managing(self, client: Client, dilara: User) -> Client:
        client.force_login(dilara)
        return client

    def test_a_target_is_set_seen_with_its_gap_and_given_up(self, managing: Client, permit) -> None:
        some_months()
        by_date = (timezone.localdate() + timedelta(days=90)).isoformat()
        said = {"measure": "on_time", "value": "99", "by_date": by_date}
        told = managing.post(reverse("managers_targets", args=["permit"]), said, follow=True).content.decode()

        assert "9 points short" in told
        assert "not reached" in told
        assert "Dilara" in told
        address = reverse("managers_target_end", args=[Target.objects.get().pk])
        assert "No target stands." in managing.post(address, follow=True).content.decode()

    def test_a_remark_is_written_seen_and_withdrawn(self, managing: Client, permit) -> None:
        some_months()
        day = months_after(timezone.localdate().replace(day=1), -1).isoformat()
        said = {"words": "A flood", "first_day": day}
        told = managing.post(reverse("managers_remarks", args=["permit"]), said, follow=True).content.decode()

        assert "A flood" in told
        assert "chart-marks" in told
        written = Remark.objects.get()
        assert not written.is_public
        told = managing.post(reverse("managers_remark_withdraw", args=[written.pk]), follow=True).content.decode()
        assert "Withdrawn" in told

    @pytest.mark.parametrize(
        ("page", "said", "told"),
        [
            ("managers_targets", {"measure": "on_time", "value": "", "by_date": "2027-01-01"}, "Write a number."),
            (
                "managers_targets",
                {"measure": "magic", "value": "5", "by_date": "2027-01-01"},
                "What was chosen is not offered any longer. Choose",
            ),
            ("managers_targets", {"measure": "on_time", "value": "x", "by_date": "x"}, "Give a whole number, like 12."),
            ("managers_remarks", {"words": "", "first_day": "2026-03-02"}, "Write what people should know."),
            ("managers_remarks", {"words": "x", "first_day": "2026-02-31"}, "Give a date that exists"),
            ("managers_remarks", {"words": "x" * 301, "first_day": "2026-03-02"}, "at most 300"),
        ],
    )
    def test_bad_input_is_told_at_its_field(self, managing: Client, permit, page: str, said: Any, told: str) -> None:
        answer = managing.post(reverse(page, args=["permit"]), said)

        assert answer.status_code == 422
        assert told in answer.content.decode()
        assert not Target.objects.exists()
        assert not Remark.objects.exists()

    def test_what_only_the_operation_knows_is_told_too(self, managing: Client, permit) -> None:
        said = {"measure": "on_time", "value": "101", "by_date": "2026-07-01"}
        with time_machine.travel(NOON):
            told = managing.post(reverse("managers_targets", args=["permit"]), said).content.decode()

        assert "Write a number from 1 to 100." in told

    def test_a_chart_with_remarks_takes_as_few_queries(
        self, permit, dilara, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        some_months()
        for _ in range(5):
            remark(permit, dilara, first_day=timezone.localdate(), now=timezone.now())
        with django_assert_max_num_queries(8):
            client.get(reverse("figures_of", args=["permit"]))
