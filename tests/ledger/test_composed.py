"""Queries that are composed once: the answer is the composed anew one's, whatever values come and however often."""

from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.db.models import F, Q, QuerySet
from django.test.utils import CaptureQueriesContext

from services.accounts.models import User
from services.ledger.composed import AnyOf, Composed
from services.workflow.models import Step
from tests import worlds
from tests.clerks import office

pytestmark = pytest.mark.django_db
NOBODY = UUID(int=0)


def steps_free_for(user: UUID) -> QuerySet[Step]:
    return Step.objects.all().free_for(User(pk=user)).as_far_as_conflicts_go().by_due_date()


def names_of(user: UUID) -> QuerySet[Any, Any]:
    return User.objects.filter(pk=user).values_list("name", "language")


@pytest.fixture
def people() -> list[User]:
    worlds.build_agencies("north")
    version = office.published()
    people = [worlds.clerk("bruno"), worlds.citizen("aysel")]
    for applicant in (*people, None):
        worlds.apply(version, by=applicant)
    return people


def test_each_gets_their_own_rows_and_what_is_read_beside_them(people: list[User]) -> None:
    free = Composed(steps_free_for, NOBODY)
    for user in (*people, *people):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            found = free.rows(user.pk)
            read = [(step.key, step.service_request.applicant, step.service_request.version.digest) for step in found]
            answers = [step.service_request.answers for step in found]
        assert len(asked) == 1
        expected = list(steps_free_for(user.pk))
        assert [step.pk for step in found] == [step.pk for step in expected]
        assert len(found) == 2  # one's own is not among them
        assert read == [
            (one.key, one.service_request.applicant, one.service_request.version.digest) for one in expected
        ]
        assert answers == [one.service_request.answers for one in expected]


def test_values_come_as_they_would(people: list[User]) -> None:
    names = Composed(names_of, NOBODY)
    assert [names.rows(user.pk) for user in people] == [list(names_of(user.pk)) for user in people]


def test_what_is_worked_out_beside_the_rows_comes_with_them(people: list[User]) -> None:
    def marked(user: UUID) -> QuerySet[Step]:
        return Step.objects.annotate(is_own=Q(service_request__applicant=user)).order_by("pk")

    composed = Composed(marked, NOBODY)
    for user in people:
        assert [step.is_own for step in composed.rows(user.pk)] == [step.is_own for step in marked(user.pk)]
        assert any(step.is_own for step in composed.rows(user.pk))


@pytest.mark.parametrize("size", range(4))
def test_any_of_takes_however_many(people: list[User], size: int) -> None:
    composed = Composed(lambda chosen: User.objects.filter(AnyOf(F("pk"), chosen)).values_list("pk"), [NOBODY])
    chosen = [user.pk for user in people][:size]

    assert {found for (found,) in composed.rows(chosen)} == set(chosen)


def test_a_stand_in_that_is_nowhere_in_the_query_is_refused() -> None:
    with pytest.raises(AssertionError, match="no place for"):
        Composed(lambda _user: User.objects.values_list("name"), NOBODY).rows(NOBODY)


def test_a_statement_that_comes_again_is_planned_once(people: list[User]) -> None:
    names = Composed(names_of, NOBODY)
    found = [names.rows(people[0].pk) for _time in range(8)]

    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        kept = [statement for (statement,) in cursor.fetchall()]
    assert any('"accounts_user"."language"' in statement for statement in kept)
    assert found == [list(names_of(people[0].pk))] * 8


@pytest.mark.usefixtures("ledger")
def test_a_connection_that_was_cut_is_opened_anew() -> None:
    names = Composed(names_of, NOBODY)
    assert names.rows(NOBODY) == []
    cut = connection.connection.info.backend_pid
    another = connection.copy()
    with another.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [cut])
    another.close()
    connection.health_check_enabled, connection.health_check_done = True, False

    assert names.rows(NOBODY) == []
    assert connection.connection.info.backend_pid != cut


def test_what_is_the_same_each_time_stands_in_the_statement(people: list[User]) -> None:
    """Only so a plan that is kept can use an index of some rows."""

    def odd(user: UUID) -> QuerySet[Any, Any]:
        return User.objects.filter(pk=user).exclude(name="50 % 'of' %s").filter(wants_mail=True).values_list("email")

    composed = Composed(odd, NOBODY)
    found = [composed.rows(people[0].pk) for _time in range(8)]

    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements WHERE statement LIKE '%%50 %%'")
        [(kept,)] = cursor.fetchall()
    assert "50 % ''of'' %s" in kept
    assert ("$1" in kept, "$2" in kept) == (True, False)
    assert found == [[(people[0].email,)]] * 8
