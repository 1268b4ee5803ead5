"""Which services and places the public event log may name: those of five requests."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from services.ledger.models import NamedPlace
from services.ledger.operations import Entry, record
from services.transparency import automation

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _emptied(ledger: None) -> None:
    """Let the ledger be emptied at the end."""


def submit(number: int, office: str, channel: str = "online", service: str = "permit") -> None:
    facts = {"service": service, "version": 1, "office": office, "channel": channel, "day": "2026-03-02"}
    record([Entry(uuid4(), "submitted", "system", NOW, facts) for _ in range(number)])
    automation.refresh()


def named(cut: str = "") -> set[str]:
    return set(NamedPlace.objects.filter(cut=cut).values_list("key" if cut else "service", flat=True))


def test_a_service_is_named_by_its_fifth_request() -> None:
    submit(4, "north")
    before = named()
    submit(1, "north")

    assert before == set()
    assert named() == {"permit"}


def test_other_services_are_others() -> None:
    submit(5, "north")
    submit(4, "north", service="rare")

    assert named() == {"permit"}


def test_an_office_is_named_by_its_fifth_request_and_keeps_its_name() -> None:
    submit(5, "north")
    submit(4, "south")
    before = named("office")
    submit(1, "south")

    assert before == {"north"}
    assert named("office") == {"north", "south"}


def test_who_came_alone_stays_without_a_name() -> None:
    submit(9, "north")
    submit(7, "south")
    submit(1, "west")

    assert named("office") == {"north", "south"}


def test_versions_and_whatever_else_is_counted_are_not_places() -> None:
    submit(9, "north", "counter")

    assert set(NamedPlace.objects.values_list("cut", flat=True)) == {"", "office", "channel"}


def test_counting_from_scratch_names_what_has_no_name_yet() -> None:
    submit(9, "north")
    NamedPlace.objects.all().delete()

    automation.rebuild()

    assert named("office") == {"north"}
