"""Complaints, objections and ratings in the figures: counted from events, and ratings only where they are enough."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ledger.operations import Entry, record
from services.transparency import automation, queries
from services.transparency.rules import Known, learn, share_of

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
PLACE = {"service": "permit", "version": 1, "office": "north", "channel": "online", "day": "2026-03-02"}
LIFE: list[tuple[str, dict[str, Any]]] = [
    ("submitted", PLACE),
    ("complained", {"day": "2026-03-20"}),
    ("ended", {"outcome": "refused", "day": "2026-03-25", "on_time": False}),
    ("rated", {"score": 1, "day": "2026-03-25"}),
    ("objected", {"day": "2026-03-26"}),
    ("decision_annulled", {"day": "2026-04-02"}),
    ("reopened", {"day": "2026-04-02"}),
    ("ended", {"outcome": "approved", "day": "2026-04-03", "on_time": True}),
    ("rated", {"score": 5, "day": "2026-04-04"}),
]


def learned(order: list[int], upto: int = len(LIFE)) -> Known:
    known = Known()
    for place in order:
        kind, facts = LIFE[place]
        if place < upto:
            learn(known, kind=kind, seq=place + 1, at=START + timedelta(days=place), facts=facts)
    return known


def counted(known: Known) -> dict[tuple[date, str], int]:
    return dict(share_of(known).numbers)


@given(st.permutations(range(len(LIFE))))
def test_events_in_any_order_give_the_same(order: list[int]) -> None:
    assert counted(learned(order)) == counted(learned(sorted(order)))


def test_the_last_end_and_the_last_rating_count() -> None:
    counts = counted(learned(list(range(len(LIFE)))))

    assert counts[date(2026, 4, 3), "approved"] == counts[date(2026, 4, 3), "on_time"] == 1
    assert not [measure for _, measure in counts if measure in ("refused", "late")]
    assert counts[date(2026, 4, 4), "satisfied"] == 1
    assert counts[date(2026, 3, 20), "complaints"] == counts[date(2026, 4, 2), "annulled"] == 1


def test_a_request_opened_again_is_open() -> None:
    counts = counted(learned(list(range(7)), upto=7))

    assert not [measure for _, measure in counts if measure in ("refused", "approved")]


def rated(number: int, score: int | None) -> list[Entry]:
    def entry(kind: str, **facts: Any) -> Entry:
        return Entry(UUID(int=number), kind, "system", START, facts)

    life = [entry("submitted", **PLACE), entry("ended", outcome="approved", day="2026-03-03", on_time=True)]
    return [*life, entry("rated", score=score, day="2026-03-03")] if score else life


@pytest.mark.usefixtures("ledger")
class TestSatisfaction:
    @pytest.mark.parametrize(
        ("scores", "share"),
        [([5, 5, 4, 5], None), ([5] * 5 + [1], None), ([5] * 6 + [1] * 5, 6 / 11)],
        ids=["four", "all but one", "enough"],
    )
    def test_is_told_when_five_or_more_are_satisfied_and_five_or_more_or_none_are_not(
        self, scores: list[int], share: float | None
    ) -> None:
        lives = [rated(number, score) for number, score in enumerate([*scores, None, None, None], start=1)]
        record([entry for life in lives for entry in life])
        automation.refresh()

        told = queries.service_figures("permit", START.date(), "all").whole
        assert (told.rated, told.share_satisfied) == ((len(scores) if share else None), share)
