"""Every stop of a clock in the public figures: how often, for how long, and why."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from services.ledger.models import Event
from services.ledger.operations import Entry, record
from services.transparency import automation
from services.transparency.queries import service_figures
from services.transparency.rules import Known, learn, share_of
from services.workflow.models import Step
from services.workflow.operations import applicant, desk, file
from tests import worlds
from tests.transparency.test_refresh import rolled_up
from tests.worlds import DAY, NOON, apply, open_step, published

TODAY = date(2026, 4, 20)
START = datetime(2026, 3, 2, 8, tzinfo=UTC)
PLACE = {"service": "permit", "version": 1, "office": "north", "channel": "online", "day": "2026-03-02"}
LIFE: list[tuple[str, dict[str, Any]]] = [
    ("submitted", PLACE),
    ("clock_stopped", {"reason": "payment", "day": "2026-03-03"}),
    ("clock_resumed", {"day": "2026-03-04"}),
    ("clock_stopped", {"reason": "question", "day": "2026-03-05"}),
    ("routed", {"office": "south"}),
    ("clock_resumed", {"day": "2026-03-07"}),
    ("clock_stopped", {"reason": "question", "day": "2026-03-08"}),
    ("clock_resumed", {"day": "2026-04-09"}),
    ("clock_stopped", {"day": "2026-04-10"}),
]


def learned(order: list[int]) -> Known:
    known = Known()
    for place in order:
        kind, facts = LIFE[place]
        learn(known, kind=kind, seq=place + 1, at=START + timedelta(days=place), facts=facts)
    return known


def told(known: Known) -> tuple[dict[tuple[date, str], int], dict[tuple[date, str], int]]:
    share = share_of(known)
    counts = {cell: number for cell, number in share.numbers.items() if cell[1].startswith("stops_")}
    return counts, dict(share.lengths)


def test_each_stop_counts_on_its_day_and_the_times_of_a_reason_together() -> None:
    counts, lengths = told(learned(list(range(len(LIFE)))))

    assert counts == {
        (date(2026, 3, 3), "stops_payment"): 1,
        (date(2026, 3, 5), "stops_question"): 1,
        (date(2026, 3, 8), "stops_question"): 1,
        (date(2026, 4, 10), "stops_unknown"): 1,
    }
    a_day = 86_400_000_000
    assert lengths == {
        (date(2026, 3, 4), "still_payment"): a_day,
        (date(2026, 4, 9), "still_question"): 3 * a_day,
    }


@given(st.permutations(range(len(LIFE))))
def test_events_in_any_order_give_the_same(order: list[int]) -> None:
    assert told(learned(order)) == told(learned(sorted(order)))


def lives(count: int) -> list[Entry]:
    return [
        Entry(subject, kind, "system", START + timedelta(days=place, hours=number), facts)
        for number in range(count)
        for subject in [uuid4()]
        for place, (kind, facts) in enumerate(LIFE)
    ]


@pytest.mark.usefixtures("ledger")
class TestRefresh:
    @pytest.mark.parametrize("chunk", [1, 2, 7, 5000])
    def test_gives_in_any_chunks_what_a_recount_gives(self, chunk: int) -> None:
        record(lives(6))

        automation.refresh(chunk=chunk)
        by_and_by = rolled_up()
        automation.rebuild()

        # The longest of a cell that requests left isn't measured again, and nobody is told it.
        again = rolled_up()
        assert {row[:-1] for row in by_and_by.pop(3)} == {row[:-1] for row in again.pop(3)}
        assert by_and_by == again

    def test_times_are_told_from_five_requests_on(self) -> None:
        record(lives(4))
        automation.refresh()
        few = {one.reason: (one.stops, one.mean) for one in service_figures("permit", TODAY, "all").standstills}
        record(lives(1))
        automation.refresh()
        enough = {one.reason: one for one in service_figures("permit", TODAY, "all").standstills}

        assert few == {"question": (8, None), "*": (8, None)}
        assert {one.reason: one.stops for one in enough.values()} == {"question": 10, "payment": 5, "unknown": 5}
        assert enough["question"].mean == 3 * 86_400
        assert enough["question"].median == pytest.approx(3 * 86_400, rel=0.01)
        assert enough["unknown"].median is None


class TestStops:
    @pytest.fixture(autouse=True)
    def agencies(self, ledger: None) -> None:
        worlds.build_agencies("north")

    def test_the_engine_says_why(self) -> None:
        bruno, aysel = worlds.clerk("bruno"), worlds.citizen()
        pay = {"key": "pay", "kind": "applicant", "title": worlds.text("Pay"), "waits_for": "payment"}
        factory = {"key": "factory", "kind": "wait", "title": worlds.text("Factory"), "span": {"days": 1}}
        steps = [
            worlds.desk("judge", to="pay"),
            {**pay, "next": [{"to": "factory"}]},
            {**factory, "stops_clock": True, "next": [{"to": "granted"}]},
        ]
        request = apply(published(steps), by=aysel)
        step = desk.claim(open_step(request), bruno, NOON)
        desk.ask_applicant(step, "Which?", bruno, NOON)
        applicant.answer(open_step(request, kind=Step.Kind.APPLICANT), "This", aysel, NOON + DAY)
        desk.decide(step, "yes", bruno, NOON + DAY)
        file.record_at_counter(open_step(request, kind=Step.Kind.APPLICANT), bruno, NOON + 2 * DAY)

        stopped = Event.objects.filter(subject=request.pk, kind="clock_stopped").order_by("seq")
        assert [(one.facts["reason"], one.facts["day"]) for one in stopped] == [
            ("question", "2026-03-02"),
            ("payment", "2026-03-03"),
            ("other_body", "2026-03-04"),
        ]

    def test_everybody_reads_them(self, client: Client) -> None:
        bruno = worlds.clerk("bruno")
        version = published([worlds.desk("judge")])
        for number in range(5):
            request = apply(version, by=worlds.citizen(f"aysel-{number}"))
            desk.ask_applicant(desk.claim(open_step(request), bruno, NOON), "Which?", bruno, NOON)
        automation.refresh()

        page = client.get("/figures/permit/").content.decode()
        lines = client.get("/figures/permit.csv?period=all").content.decode()

        assert "When the clock stood still" in page
        assert "The office asked the applicant something" in page
        assert "permit,all,stops,question,number,5" in lines
