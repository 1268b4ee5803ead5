"""The ledger: one encoding, chains that break when anything is touched, and a database that refuses to touch it."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from services.ledger import rules
from services.ledger.models import Event
from services.ledger.operations import Entry, record
from services.ledger.queries import broken_links

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


def same(one: Any, other: Any) -> bool:
    """Compare as JSON does: true isn't 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return type(one) is type(other) and one == other


@given(PLAIN, PLAIN)
def test_two_contents_never_share_an_encoding(one: Any, other: Any) -> None:
    assert (rules.canonical(one) == rules.canonical(other)) == same(one, other)


@pytest.mark.parametrize("content", [1.5, {1: "a"}, b"x", {"a": [0.0]}, {1, 2}])
def test_what_has_no_single_form_is_refused(content: Any) -> None:
    with pytest.raises(rules.NotCanonical):
        rules.canonical(content)


@given(st.binary(min_size=32, max_size=32), PLAIN)
def test_a_commitment_tells_only_who_knows_salt_and_content(salt: bytes, content: Any) -> None:
    assert rules.commitment(content, salt) == rules.commitment(content, salt)
    assert rules.commitment(content, salt) != rules.commitment([content], salt)
    assert rules.commitment(content, salt) != rules.commitment(content, rules.new_salt())


def chain(subject: UUID, length: int = 4) -> None:
    record([Entry(subject, "claimed", "system", NOW, {"step": f"s{number}"}) for number in range(length)])


@pytest.mark.django_db
class TestChain:
    def test_holds_as_it_was_written(self) -> None:
        subjects = [uuid4() for _ in range(3)]
        for subject in subjects + subjects:
            chain(subject)
        assert list(broken_links()) == []
        assert Event.objects.filter(subject=subjects[0]).count() == 8

    @pytest.mark.parametrize(
        "change",
        [
            'facts = \'{"step": "other"}\'',
            "kind = 'released'",
            "actor = 'clerk:1'",
            "at = at + interval '1 microsecond'",
            "seq = 40",
            "previous = '\\x00'",
            "digest = '\\x00'",
        ],
    )
    def test_any_change_is_named(self, change: str) -> None:
        chain(uuid4())
        chain(subject := uuid4())
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE ledger_event DISABLE TRIGGER refuse_change")
            cursor.execute(f"UPDATE ledger_event SET {change} WHERE subject = %s AND seq = 2", [subject])
        assert {link.subject for link in broken_links()} == {subject}

    def test_a_removed_event_is_named(self) -> None:
        chain(subject := uuid4())
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE ledger_event DISABLE TRIGGER refuse_change")
            cursor.execute("DELETE FROM ledger_event WHERE subject = %s AND seq = 2", [subject])
        assert [link.why for link in broken_links()] == ["event 2 is missing"]

    @pytest.mark.parametrize(
        "statement", ["UPDATE ledger_event SET kind = 'x'", "DELETE FROM ledger_event", "TRUNCATE ledger_event"]
    )
    def test_the_database_refuses_to_change_it(self, statement: str) -> None:
        chain(uuid4())
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
        assert list(broken_links()) == []

    def test_two_writers_of_one_subject_can_not_both_win(self) -> None:
        chain(subject := uuid4())
        with pytest.raises(IntegrityError), transaction.atomic():
            record([Entry(subject, "claimed", "system", NOW)], new_subjects=True)
        assert list(broken_links()) == []
