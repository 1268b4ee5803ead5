"""How much programs may change within an hour: counted by person, told in headers, and only what changes something."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone

from portal import tasks
from portal.api.limiting import WRITES
from portal.celery import app
from portal.limits import HOUR
from services.accounts.models import User
from services.requests.models import Draft
from tests import worlds
from tests.api.programs import DRAFT, READ, Program, faults

pytestmark = pytest.mark.django_db
LIST, BODY = "/api/drafts/", {"service": "permit", "office": "north-hall"}
POLICY = f'"writes";q={WRITES.most};w={HOUR}'


@pytest.fixture
def aysel() -> User:
    worlds.build_agencies("north")
    worlds.published([worlds.desk("judge")])
    return worlds.citizen()


def test_what_is_left_is_told_with_every_change(aysel: User) -> None:
    program = Program(aysel, DRAFT)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        first = program.send("POST", LIST, BODY)
        clock.shift(timedelta(seconds=600))
        bad = program.send("POST", LIST, {})

    assert (first["RateLimit-Policy"], first["RateLimit"]) == (POLICY, f'"writes";r={WRITES.most - 1};t={HOUR}')
    assert (bad.status_code, bad["RateLimit"]) == (400, f'"writes";r={WRITES.most - 2};t={HOUR - 600}')
    assert not program.get(LIST).has_header("RateLimit")


def test_nothing_more_is_changed_once_it_is_used_up_until_the_hour_is_over(aysel: User) -> None:
    program, second = Program(aysel, DRAFT), Program(aysel, DRAFT)
    elvin = Program(worlds.citizen("elvin"), DRAFT)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        WRITES.count(str(aysel.pk), WRITES.most - 1)
        last, over = program.send("POST", LIST, BODY), second.send("POST", LIST, BODY)
        others = elvin.send("POST", LIST, BODY)
        reading = program.get(LIST)
        clock.shift(timedelta(seconds=HOUR))
        later = program.send("POST", LIST, BODY)

    assert (last.status_code, last["RateLimit"]) == (201, f'"writes";r=0;t={HOUR}')
    assert (over.status_code, faults(over)) == (429, [("throttled", None)])
    assert (over["Retry-After"], over["RateLimit"]) == (str(HOUR), f'"writes";r=0;t={HOUR}')
    assert [one.status_code for one in (others, reading, later)] == [201, 200, 201]
    assert Draft.objects.filter(applicant=aysel).count() == 2


def test_counters_of_many_people_stand_beside_each_other() -> None:
    for number in range(400):
        WRITES.count(f"person {number}")

    assert {WRITES.left(f"person {number}")[0] for number in range(400)} == {WRITES.most - 1}


def test_counters_that_are_over_are_deleted_and_no_others() -> None:
    WRITES.count("over")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE portal_cache SET expires = now() - interval '1 second'")
        WRITES.count("going on")

        tasks.forget_expired_counters()

        cursor.execute("SELECT count(*) FROM portal_cache")
        assert cursor.fetchone() == (1,)
    assert WRITES.left("going on")[0] == WRITES.most - 1
    assert app.conf.beat_schedule["counters"]["task"] == tasks.forget_expired_counters.name


def test_what_the_scope_forbids_is_not_counted_nor_are_sessions(aysel: User) -> None:
    forbidden, session = Program(aysel, READ).send("POST", LIST, BODY), Client()
    session.force_login(aysel)
    by_hand = session.post(LIST, BODY, content_type="application/json")

    assert (forbidden.status_code, by_hand.status_code) == (403, 201)
    assert WRITES.left(str(aysel.pk)) == (WRITES.most, HOUR)
