"""A manager's program manages webhooks by the rules of the pages: made, paused, renewed, replayed and ended."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from services.accounts.models import User
from services.accounts.tokens import Token
from services.ledger.models import Event
from services.webhooks.models import Attempt, Delivery, Webhook
from services.webhooks.secrets import secret_of
from services.workflow.operations.tokens import make_token, scopes_open_to
from services.workflow.refusals import Refused
from tests import worlds
from tests.api.programs import Program, faults

pytestmark = pytest.mark.django_db
LIST, SCOPE = "/api/webhooks/", "webhooks:manage"
BODY = {"agency": "north", "url": "https://8.8.8.8/hooks/city", "kinds": ["request.ended", "step.opened"]}


@pytest.fixture
def dilara() -> User:
    worlds.build_agencies("north", "south")
    return worlds.clerk("dilara", desks=(), role="manager")


@pytest.fixture
def program(dilara: User) -> Program:
    return Program(dilara, SCOPE)


@pytest.fixture
def where(program: Program) -> str:
    return f"{LIST}{program.send('POST', LIST, BODY).json()['id']}/"


def test_one_is_made_paused_renewed_and_ended(program: Program, dilara: User) -> None:
    made, twice = (program.send("POST", LIST, BODY) for _ in range(2))
    webhook = Webhook.objects.get()
    where = f"{LIST}{webhook.pk}/"
    paused, resumed = program.send("POST", f"{where}pause/"), program.send("DELETE", f"{where}pause/")
    secret, ended, again = program.send("POST", f"{where}secret/"), *(program.send("DELETE", where) for _ in range(2))

    assert (made.status_code, made.json()["secret"]) == (201, secret_of(webhook.pk, 1))
    assert made.json()["kinds"] == ["step.opened", "request.ended"]
    assert (twice.status_code, faults(twice)) == (400, [("invalid", "url")])
    assert [one.json()["state"] for one in (paused, resumed)] == ["paused", "new"]
    assert (secret.status_code, secret.json()["secret"]) == (201, secret_of(webhook.pk, 2))
    assert secret.json()["former_until"]
    assert (ended.status_code, again.status_code) == (204, 409)
    (told,) = program.get(LIST).json()["results"]
    assert (told["state"], "secret" in told) == ("ended", False)
    kinds = ["made", "paused", "resumed", "secret_renewed", "ended"]
    events = Event.objects.filter(subject=webhook.pk).order_by("seq")
    assert list(events.values_list("kind", "actor")) == [(f"webhook_{kind}", f"clerk:{dilara.pk}") for kind in kinds]


def test_messages_are_tested_listed_and_replayed(program: Program, where: str) -> None:
    sent, early = program.send("POST", f"{where}test/"), program.send("POST", f"{where}replay/", {"hours": 1})
    message = Delivery.objects.get()
    one = f"{where}messages/{message.pk}/replay/"
    waits = program.send("POST", one)
    Attempt.objects.create(delivery=message, at=timezone.now(), status=500, trouble="status", took_ms=3)
    Delivery.objects.update(finished_at=timezone.now())
    (told,) = program.get(f"{where}messages/").json()["results"]
    alone, all_of_it = program.send("POST", one), program.send("POST", f"{where}replay/", {"hours": 1})
    Delivery.objects.update(finished_at=timezone.now())
    replayed = program.send("POST", f"{where}replay/", {"hours": 1})

    assert (sent.status_code, early.status_code, waits.status_code) == (202, 409, 409)
    assert (told["message_id"], told["is_failed"]) == (message.message_id, True)
    assert [(tried["status"], tried["trouble"]) for tried in told["tries"]] == [(500, "status")]
    assert (alone.status_code, alone.json()["is_failed"], all_of_it.status_code) == (202, False, 409)
    assert (replayed.status_code, replayed.json()) == (202, {"messages": 1})
    assert program.send("POST", f"{where}replay/", {"hours": 0}).status_code == 400


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"url": "https://127.0.0.1/"}, ("invalid", "url")),
        ({"url": "http://8.8.8.8/"}, ("invalid", "url")),
        ({"url": "hooks.example.org"}, ("invalid", "url")),
        ({"kinds": []}, ("min_length", "kinds")),
        ({"kinds": ["request.nothing"]}, ("invalid_choice", "kinds.0")),
        ({"agency": "south"}, ("invalid", "agency")),
    ],
)
def test_what_cant_be_so_is_told_by_name(program: Program, change: dict[str, Any], fault: tuple[str, str]) -> None:
    answer = program.send("POST", LIST, {**BODY, **change})

    assert (answer.status_code, faults(answer)) == (400, [fault])
    assert not Webhook.objects.exists()


def test_they_are_there_for_managers_of_the_agency_alone(where: str, program: Program, settings: Any) -> None:
    foreign = Program(worlds.clerk("orkhan", "south", desks=(), role="manager"), SCOPE)
    bruno = worlds.clerk("bruno")
    other = Program(program.token.user, "requests:act")

    for what in ("", "pause/", "messages/"):
        assert foreign.get(f"{where}{what}").status_code in (404, 405), what
    for what in ("pause/", "secret/", "test/", "replay/"):
        assert foreign.send("POST", f"{where}{what}", {"hours": 1}).status_code == 404, what
    assert foreign.send("DELETE", where).status_code == 404
    assert [other.get(LIST).status_code, other.send("POST", LIST, BODY).status_code] == [403, 403]
    assert Token.Scope.WEBHOOKS not in scopes_open_to(bruno)
    with pytest.raises(Refused, match="Only managers"):
        make_token(user=bruno, name="Hooks", scopes=[SCOPE], days=1, now=timezone.now())
    settings.STAFF_NEED_SECOND_FACTOR = True
    assert faults(program.get(LIST)) == [("second_factor_needed", None)]
    settings.STAFF_NEED_SECOND_FACTOR = False
    program.token.user.memberships.update(ended_at=timezone.now())
    assert program.get(LIST).status_code == 404


def test_no_list_takes_more_statements_for_more(program: Program, where: str) -> None:
    counts = []
    for number in range(2):
        program.send("POST", f"{where}test/")
        program.send("POST", LIST, {**BODY, "url": f"https://8.8.8.8/{number}"})
        for address in (LIST, f"{where}messages/"):
            with CaptureQueriesContext(connection) as queries:
                rows = program.get(address).json()["results"]
            counts.append((address, len(rows) - number, len(queries)))

    assert counts[:2] == counts[2:]
