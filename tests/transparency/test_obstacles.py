from datetime import date

import pytest

from services.transparency.models import Count
from services.transparency.obstacles import obstacles_of
from services.transparency.rules import Known, learn, share_of
from tests.worlds import NOON

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 2)


def count(measure: str, number: int, day: date = TODAY) -> None:
    Count.objects.create(service="permit", month=day.replace(day=1), measure=measure, number=number)


def told() -> list[tuple[str, str, int, int | str]]:
    found = obstacles_of("permit", TODAY)
    return [
        (one.kind, one.what, one.number, f"{one.in_ten} in 10" if one.in_ten else one.requests_to_one) for one in found
    ]


def test_the_most_frequent_come_first_with_how_many_requests_there_are_to_one():
    for measure, number in (("received", 50), ("refused:unfit", 10), ("asked:photo", 20), ("asked:", 5)):
        count(measure, number)

    assert told() == [("asked", "photo", 20, "4 in 10"), ("refused", "unfit", 10, 5), ("asked", "", 5, 10)]


def test_what_befell_few_is_not_told():
    count("received", 50)
    count("refused:unfit", 4)

    assert told() == []


def test_nothing_is_told_of_few_requests():
    count("received", 29)
    count("refused:unfit", 20)

    assert told() == []


def test_only_the_asked_span_counts():
    count("received", 50)
    count("refused:unfit", 20, date(2025, 1, 1))

    assert told() == []


def test_requests_are_counted_by_reason_and_paper_once_each():
    known = Known()
    learn(known, kind="submitted", seq=1, at=NOON, facts={
        "service": "permit", "version": 1, "channel": "online", "office": "north", "day": "2026-03-02",
    })  # fmt: skip
    learn(known, kind="applicant_asked", seq=2, at=NOON, facts={"step": "judge", "evidence": "photo"})
    learn(known, kind="decided", seq=3, at=NOON, facts={"step": "judge", "refusal": True, "reason": "unfit"})
    learn(known, kind="decided", seq=4, at=NOON, facts={"step": "judge", "refusal": False, "reason": ""})
    learn(known, kind="applicant_asked", seq=5, at=NOON, facts={"step": "judge", "evidence": "photo"})
    measures = {measure: number for (_, measure), number in share_of(known).numbers.items()}

    assert measures == {"received": 1, "open": 1, "asked": 1, "asked:photo": 1, "refused:unfit": 1}
