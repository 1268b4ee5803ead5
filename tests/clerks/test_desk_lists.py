"""The lists of a clerk's page: composed once, they give what the plain queries give, for every filter and place."""

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from services.accounts.models import User
from services.requests.models import ServiceRequest
from services.workflow.desk_lists import STATES, counts_of, in_state, lists_of, page_for
from services.workflow.models import Step
from services.workflow.operations import desk
from services.workflow.paging import A_PAGE, Place
from services.workflow.queries import queue_of
from tests import worlds
from tests.clerks import office

pytestmark = pytest.mark.django_db
SERVICES = ("", "permit", "paving", "nothing")


@pytest.fixture
def bruno() -> User:
    """Give a clerk at two desks with late, soon and later steps of two services, some held by another or stopped."""
    worlds.build_agencies("north", "south")
    bruno, erna = worlds.clerk("bruno"), worlds.clerk("erna")
    roads, now = worlds.desk_of("north", "roads"), timezone.now()
    versions = [office.published(), office.published(service="paving")]
    for number in range(A_PAGE + 7):
        step = worlds.open_step(worlds.apply(versions[number % 2]))
        changes: dict[str, Any] = {"due_at": now + timedelta(days=number % 6 - 2)}
        if number % 3 == 0:
            changes["desk"] = roads
        if number % 5 == 0:
            changes |= {"assignee": erna, "claimed_at": now}
        if number % 7 == 0:
            changes["state"] = Step.State.WAITING
        if number % 11 == 0:
            changes["instead_of"] = step
        Step.objects.filter(pk=step.pk).update(**changes)
    worlds.apply(versions[0], by=bruno)
    return bruno


def waiting(user: User, desks: list[int], state: str, service: str) -> list[tuple[object, int]]:
    steps = queue_of(user, desks).filter(Q(assignee=None) | ~Q(assignee=user)).filter(in_state(state))
    named = steps.filter(service_request__service__code=service) if service else steps
    return list(named.order_by("due_at", "pk").values_list("due_at", "pk"))


def test_pages_and_counts_are_those_of_the_plain_queries(bruno: User) -> None:
    both = [worlds.desk_of("north", code).pk for code in ("permits", "roads")]
    for desks, service in product((both, both[:1], both[1:]), SERVICES):
        counts = counts_of(bruno, desks, service)
        for state in ("", *STATES):
            expected = waiting(bruno, desks, state, service)
            assert counts[state or "all"] == len(expected), (desks, service, state)
            first = page_for(bruno, desks, state, service, None)
            assert first.numbers == [number for _due_at, number in expected[:A_PAGE]]
            assert (first.following is not None) == (len(expected) > A_PAGE)
            for at in range(0, len(expected), 4):
                after = page_for(bruno, desks, state, service, Place(*expected[at]))  # type: ignore[arg-type]
                assert after.numbers == [number for _due_at, number in expected[at + 1 : at + 1 + A_PAGE]]
    assert len(waiting(bruno, both, "", "")) == A_PAGE + 7


def test_what_is_held_comes_once_and_apart(bruno: User) -> None:
    desks = [worlds.desk_of("north", code).pk for code in ("permits", "roads")]
    held = desk.claim_next(bruno, timezone.now())
    assert held
    shown = page_for(bruno, desks, "", "", None).numbers

    lists = lists_of(bruno, desks, shown, timezone.now())

    assert lists["mine"] == [held]
    assert [step.pk for step in lists["steps"]] == shown
    assert {str(place) for place in lists["desks"]} == {"permits", "roads"}
    assert [service.code for service in lists["services"]] == ["paving", "permit"]
    assert [lists[name] for name in ("stuck", "pending", "told", "complaints", "to_give", "consultations")] == [()] * 6


def test_a_page_of_a_long_queue_is_read_in_order_from_an_index(bruno: User) -> None:
    permits, now = worlds.desk_of("north", "permits"), timezone.now()
    request = ServiceRequest.objects.latest("pk")
    common = {"service_request": request, "key": "judge", "kind": "desk", "state": "open", "desk": permits}
    Step.objects.bulk_create(
        Step(**common, opened_at=now, due_at=now + timedelta(minutes=number)) for number in range(5_000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE workflow_step")
        with CaptureQueriesContext(connection) as asked:
            page_for(bruno, [permits.pk], "", "", Place(now, 0))
        cursor.execute("EXPLAIN " + asked[0]["sql"])
        told = "\n".join(line for (line,) in cursor.fetchall())

    assert "Index Scan using" in told
    assert "Sort" not in told, told
