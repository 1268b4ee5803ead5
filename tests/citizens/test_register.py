"""A form is filled in from the population register when the person says so: asked over HTTP, once, on record."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from services.accounts.models import User
from services.ledger.models import Event
from services.ledger.queries import broken_links
from services.requests.models import Draft
from services.workflow.models import Breaker
from tests import worlds

pytestmark = pytest.mark.django_db
PIN = "5ZK3Q1U"
ENTRY = {"name": "Aysel Məmmədova", "city": "Sumqayıt", "street": "Nizami küçəsi", "house": "14", "sex": "f"}


class Register(ThreadingHTTPServer):
    """A register that answers what it is told to, and remembers what it was asked."""

    status, asked = 200, list[str]()


@pytest.fixture
def register(db: None) -> Iterator[Register]:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.asked.append(self.path)
            self.send_response(server.status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(ENTRY).encode())

        def log_message(self, *_: object) -> None:
            pass

    server = Register(("127.0.0.1", 0), Answer)
    server.asked = []
    worlds.build_agencies("north")
    worlds.build_connectors(worlds.connector("population", f"http://127.0.0.1:{server.server_port}"))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def aysel() -> User:
    worlds.build_agencies("north")
    fields = [
        {"key": "name", "kind": "text", "label": worlds.text("Name"), "prefill": "name"},
        {"key": "home", "kind": "address", "label": worlds.text("Home"), "prefill": "address"},
        {"key": "phone", "kind": "phone", "label": worlds.text("Phone"), "prefill": "phone"},
    ]
    worlds.published([worlds.desk("judge")], pages=[{"key": "about", "title": worlds.text("About"), "fields": fields}])
    return worlds.citizen(personal_identifier=PIN, phone="+994501234567")


def begin(user: User, **said: str) -> Any:
    client = Client()
    client.force_login(user)
    return client.post(reverse("apply", args=["permit"]), said, follow=True)


def test_fills_in_what_it_knows_beside_the_profile(register: Register, aysel: User) -> None:
    begin(aysel, register="on")
    event = Event.objects.get(kind="register_asked")

    assert register.asked == [f"/population/{PIN}"]
    assert Draft.objects.get().answers == {
        "name": "Aysel Məmmədova",
        "home": {"street": "Nizami küçəsi", "house": "14", "city": "Sumqayıt"},
        "phone": "+994501234567",
    }
    assert (event.subject, event.facts) == (aysel.pk, {"register": "population", "found": True})
    assert not list(broken_links())


def test_is_not_asked_without_consent(register: Register, aysel: User) -> None:
    begin(aysel)

    assert register.asked == []
    assert not Event.objects.filter(kind="register_asked").exists()


@pytest.mark.parametrize(("status", "told"), [(404, "knows nothing"), (500, "answer now"), (400, "answer now")])
def test_that_helps_not_is_told_and_the_form_begins_all_the_same(
    register: Register, aysel: User, status: int, told: str
) -> None:
    register.status = status
    page = begin(aysel, register="on")

    assert told in page.content.decode()
    assert Draft.objects.get().answers["phone"] == "+994501234567"


def test_that_is_down_is_spared(register: Register, aysel: User) -> None:
    register.status = 500
    for _ in range(6):
        begin(aysel, register="on")

    assert len(register.asked) == 5
    assert Breaker.objects.get().failures == 5


def test_is_offered_only_with_an_identifier(aysel: User) -> None:
    User.objects.update(personal_identifier=None)
    client = Client()
    client.force_login(User.objects.get())

    assert 'name="register"' not in client.get(reverse("apply", args=["permit"])).content.decode()
    assert begin(User.objects.get(), register="on").status_code == 200
    assert not Event.objects.filter(kind="register_asked").exists()
