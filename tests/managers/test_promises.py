"""What was promised after what people said, and what came of it: public, on record, and never taken back."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from services.accounts.models import User
from services.catalogue.models import Service
from services.ledger.models import Event
from services.transparency.promises import close_promise, make_promise, promises_beside, told_promises
from services.transparency.steering import Promise
from services.workflow.refusals import Refused
from tests import worlds
from tests.worlds import DAY, NOON

pytestmark = pytest.mark.django_db
SUMMER = date(2026, 7, 1)
HEARD, PROMISED, DONE = {"en": "The form is <long>."}, {"en": "A shorter form."}, {"en": "Six questions fewer."}


@pytest.fixture
def permit() -> Service:
    worlds.build_agencies("north", "south")
    return worlds.published([worlds.desk("judge")]).service


@pytest.fixture
def dilara(permit: Service) -> User:
    return worlds.clerk("dilara", desks=(), role="manager")


def promise(service: Service, by: User, **more: Any) -> Promise:
    known = {"service": service, "heard": HEARD, "promised": PROMISED, "by_date": SUMMER, "by": by, "now": NOON}
    return make_promise(**{**known, **more})


def close(made: Promise, by: User, **more: Any) -> None:
    close_promise(**{"promise": made, "is_kept": True, "outcome": DONE, "by": by, "now": NOON + DAY, **more})


class TestPromises:
    def test_are_on_record_without_their_words(self, permit, dilara) -> None:
        made = promise(permit, dilara)
        close(made, dilara)

        told = Event.objects.filter(subject=made.pk).order_by("seq").values_list("kind", "actor", "facts")
        facts, who = {"service": "permit", "by_date": "2026-07-01"}, f"clerk:{dilara.pk}"
        assert list(told) == [("promise_made", who, facts), ("promise_closed", who, {**facts, "is_kept": True})]

    def test_are_closed_once_and_by_nobody_else(self, permit, dilara) -> None:
        made = promise(permit, dilara)
        for other in (worlds.clerk("bruno"), worlds.clerk("dima", "south", desks=(), role="manager")):
            with pytest.raises(Refused):
                promise(permit, other)
            with pytest.raises(Refused):
                close(made, other)
        close(made, dilara, is_kept=False)
        with pytest.raises(Refused):
            close(made, dilara)

        made.refresh_from_db()
        assert (made.is_kept, made.closed_by) == (False, dilara)

    @pytest.mark.parametrize(
        "bad", [{"heard": {"en": " "}}, {"promised": {}}, {"promised": {"en": "x" * 301}}, {"by_date": NOON.date()}]
    )
    def test_are_refused_where_they_make_no_sense(self, permit, dilara, bad) -> None:
        with pytest.raises(Refused):
            promise(permit, dilara, **bad)

    def test_the_database_refuses_an_end_without_words(self, permit, dilara) -> None:
        made = promise(permit, dilara)
        with pytest.raises(IntegrityError), transaction.atomic():
            Promise.objects.filter(pk=made.pk).update(is_kept=True, closed_by=dilara, closed_at=NOON)

    @pytest.mark.parametrize(
        ("today", "is_kept", "state"),
        [
            (SUMMER, None, "stands"),
            (SUMMER + DAY, None, "overdue"),
            (SUMMER + DAY, True, "kept"),
            (SUMMER + DAY, False, "given_up"),
        ],
    )
    def test_are_told_with_their_state(self, permit, dilara, today, is_kept, state) -> None:
        made = promise(permit, dilara)
        if is_kept is not None:
            close(made, dilara, is_kept=is_kept)

        [rows] = Service.objects.annotate(rows=promises_beside()).values_list("rows", flat=True)
        [told] = told_promises(rows, today)

        assert (told.state, told.promised, told.by_date, told.made_at) == (state, PROMISED, SUMMER, NOON)
        assert told.outcome == ({} if is_kept is None else DONE)


class TestPages:
    def test_a_manager_promises_and_everybody_reads_what_came_of_it(self, permit, dilara, client: Client) -> None:
        client.force_login(dilara)
        by_date = (timezone.localdate() + timedelta(days=30)).isoformat()
        said = {"heard": HEARD["en"], "promised": PROMISED["en"], "by_date": by_date}
        client.post(reverse("managers_promises", args=["permit"]), said)
        anybody = Client()
        before = anybody.get(reverse("figures_of", args=["permit"])).content.decode()
        address = reverse("managers_promise_close", args=[Promise.objects.get().pk])
        client.post(address, {"is_kept": "no", "outcome": "The law changed."})
        after = anybody.get(reverse("figures_of", args=["permit"])).content.decode()

        assert "The form is &lt;long&gt;." in before
        assert "not yet due" in before
        assert "given up" in after
        assert "The law changed." in after
        assert "Dilara" not in before + after

    @pytest.mark.parametrize(
        ("said", "told"),
        [
            ({"heard": ""}, "Write what people said."),
            ({"promised": ""}, "Write what you promise."),
            ({"by_date": "2026-02-30"}, "Give a date that exists"),
        ],
    )
    def test_bad_input_is_told_at_its_field(self, permit, dilara, client: Client, said: Any, told: str) -> None:
        client.force_login(dilara)
        plain = {"heard": "Long", "promised": "Short", "by_date": "2099-01-01"}
        answer = client.post(reverse("managers_promises", args=["permit"]), {**plain, **said})

        assert answer.status_code == 422
        assert told in answer.content.decode()
        assert not Promise.objects.exists()

    def test_an_end_without_words_is_told_at_its_field(self, permit, dilara, client: Client) -> None:
        client.force_login(dilara)
        answer = client.post(reverse("managers_promise_close", args=[promise(permit, dilara).pk]), {"is_kept": "yes"})

        assert answer.status_code == 422
        assert "Write what came of it." in answer.content.decode()
