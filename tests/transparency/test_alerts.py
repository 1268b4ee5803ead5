"""Alarms from the roll-ups: whole months, those of the service alone, and two queries for all services."""

from datetime import date

import pytest

from services.transparency.alerts import alerts_of
from services.transparency.models import Bucket, Count
from services.transparency.periods import months_after

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 26)


def month(back: int) -> date:
    return months_after(TODAY.replace(day=1), -back)


def add(service: str, back: int, *, days: int = 6, cut: str = "", **numbers: int) -> None:
    """Add the counts of a month, with all its decisions after so many working days."""
    place = {"service": service, "cut": cut, "key": "north" if cut else "", "month": month(back)}
    Count.objects.bulk_create([Count(**place, measure=name, number=number) for name, number in numbers.items()])
    decided = numbers.get("on_time", 0) + numbers.get("late", 0)
    Bucket.objects.create(**place, measure="running_days", bucket=days, number=decided)


def usual(service: str = "permit", *, since: int = 14, upto: int = 1) -> None:
    for back in range(since, upto, -1):
        more = back % 3
        add(service, back, received=100 + more, approved=99, on_time=90 + more, late=9 - more, first_time_right=80)


def found(*services: str) -> list[tuple[str, str, str, bool]]:
    return [
        (one.service, one.measure, one.alarm.kind, one.alarm.is_above)
        for one in alerts_of(services or ["permit"], TODAY)
    ]


def test_a_usual_month_alarms_nobody() -> None:
    usual()
    add("permit", 1, received=101, approved=99, on_time=91, late=8, first_time_right=79)

    assert found() == []


def test_each_measure_alarms_by_itself_and_names_its_month() -> None:
    usual()
    add("permit", 1, days=15, received=300, approved=60, refused=39, on_time=40, late=59, first_time_right=20)

    assert found() == [
        ("permit", "on_time", "beyond", False),
        ("permit", "median", "beyond", True),
        ("permit", "first_time_right", "beyond", False),
        ("permit", "refused", "beyond", True),
        ("permit", "received", "beyond", True),
    ]
    assert {one.month for one in alerts_of(["permit"], TODAY)} == {date(2026, 10, 1)}


def test_few_cases_alarm_nobody_whatever_they_show() -> None:
    usual()
    add("permit", 1, days=40, received=29, approved=29, late=29)

    assert [one[1] for one in found()] == ["received"]  # a hundred came each month before, which are enough to miss


def test_a_quiet_service_is_not_missed() -> None:
    for back in range(14, 1, -1):
        add("permit", back, received=8, approved=8, on_time=8)
    add("permit", 1, received=0)

    assert found() == []


def test_months_before_the_first_request_are_not_quiet_months() -> None:
    usual(since=8)
    add("permit", 1, received=500, on_time=10, late=300)

    assert found() == []  # only seven months are known
    usual(since=9, upto=8)
    assert [one[1] for one in found()] == ["on_time", "received"]


def test_this_month_and_cuts_are_left_out() -> None:
    usual(upto=0)
    add("permit", 0, days=30, received=900, on_time=1, late=900)
    add("permit", 1, cut="office", days=30, received=900, late=900)

    assert found() == []


def test_all_services_take_two_queries(django_assert_num_queries) -> None:
    for service in ("permit", "passport", "card"):
        usual(service)
        add(service, 1, received=100, on_time=20, late=80)
    with django_assert_num_queries(2):
        told = found("permit", "passport", "card")

    assert [one[0] for one in told if one[1] == "on_time"] == ["card", "passport", "permit"]
