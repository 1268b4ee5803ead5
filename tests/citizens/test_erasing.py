"""An account is erased by a plan that is told before; what the law has kept goes when its time is over."""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from services.accounts.models import User
from services.ledger.queries import broken_links
from services.requests.models import Document, Draft, ServiceRequest
from services.requests.operations import add_evidence, start_draft
from services.requests.share_links import Opening
from services.workflow.erasure import erase_past_retention, erase_person, kept_until, plan_of
from services.workflow.exports import ask_for_export, make_exports
from services.workflow.operations import desk
from services.workflow.operations.applicant import withdraw
from services.workflow.operations.messages import write_to_office
from services.workflow.operations.paper import open_shared, share
from services.workflow.refusals import Refused
from tests import worlds
from tests.citizens.forms import PDF, upload

pytestmark = pytest.mark.django_db
NOON = worlds.NOON
CANARY = "kanarya"


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"
    worlds.build_agencies("north")
    return tmp_path


def service(years: int) -> Any:
    story = {"key": "story", "kind": "text", "label": worlds.text("Story")}
    pages = [{"key": "about", "title": worlds.text("About"), "fields": [story]}]
    law = {"years": years, "law": worlds.text("Archive law")}
    return worlds.published([worlds.desk("judge")], pages=pages, retention=law)


@pytest.fixture
def aysel(folder: Path) -> User:
    return worlds.citizen(CANARY)


def ended(user: User, years: int) -> ServiceRequest:
    """Give a request with a message, a file and an export of it, decided at noon."""
    version = service(years)
    request = worlds.apply(version, {"story": f"{CANARY} writes"}, by=user)
    write_to_office(request, f"{CANARY} asks", user, NOON, files=[upload(PDF + CANARY.encode(), f"{CANARY}.pdf")])
    clerk = User.objects.filter(email="bruno@north.example.org").first() or worlds.clerk("bruno")
    desk.decide(desk.claim(worlds.open_step(request), clerk, NOON), "yes", clerk, NOON, words=f"Yes, {CANARY}")
    worlds.run_robots()
    return ServiceRequest.objects.get(pk=request.pk)


def traces(folder: Path) -> Iterator[str]:
    """Give where the canary still sings: tables of the database, and files."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text ILIKE %s', [f"%{CANARY}%"])
            if cursor.fetchone()[0]:
                yield table
    for file in (folder / "files").rglob("*"):
        if file.is_file() and CANARY.encode() in file.read_bytes() + file.name.encode():
            yield str(file)


def test_nothing_is_left_of_what_no_law_keeps(aysel: User, folder: Path, committing: Any) -> None:
    request = ended(aysel, years=0)
    draft = start_draft(request.service, aysel, request.office, {"story": CANARY})
    add_evidence(draft, "paper", upload(PDF + CANARY.encode()), accept=["pdf"], at_most=1, now=NOON)
    ask_for_export(aysel, NOON)
    make_exports(NOON)
    assert len(list(traces(folder))) > 4

    with committing():
        erase_person(aysel, NOON + timedelta(days=1))

    assert list(traces(folder)) == []
    assert not Draft.objects.exists()
    assert ServiceRequest.objects.get().status == "approved"
    assert not list(broken_links())


def test_what_the_law_keeps_stays_until_its_day_and_then_goes(aysel: User, folder: Path, committing: Any) -> None:
    request = ended(aysel, years=5)
    plan = plan_of(aysel, NOON)
    erase_person(aysel, NOON)
    kept = ServiceRequest.objects.get()

    assert [(one.service_request, one.law) for one in plan.kept] == [(request, {"en": "Archive law"})]
    assert (kept.applicant, kept.answers) == (None, {"story": f"{CANARY} writes"})
    assert erase_past_retention(kept_until(request) - timedelta(seconds=1)) == 0
    with committing():
        assert erase_past_retention(kept_until(request)) == 1
    assert erase_past_retention(kept_until(request)) == 0
    assert list(traces(folder)) == []
    assert not list(broken_links())


def test_links_and_papers_of_what_was_erased_lead_nowhere(aysel: User, client: Client) -> None:
    request = ended(aysel, years=0)
    made = {"key": "permit", "title": "Permit", "number": "N-1", "sha256": "0" * 64, "issued_at": NOON}
    document = Document.objects.create(service_request=request, file=upload(), **made)
    _link, secret = share(document, 7, aysel, NOON)
    assert open_shared(secret, Opening.What.TAKEN, NOON)
    erase_past_retention(kept_until(request))
    client.force_login(User.objects.get(email="bruno@north.example.org"))

    assert open_shared(secret, Opening.What.TAKEN, NOON) is None
    assert client.get(reverse("desk_document", args=[document.pk])).status_code == 404


def test_an_erasure_that_fails_takes_nothing(aysel: User, monkeypatch: pytest.MonkeyPatch, committing: Any) -> None:
    request = ended(aysel, years=0)
    file = Path(request.evidence.get().file.path)
    monkeypatch.setattr("services.workflow.erasure.Rating", None)
    with committing(), pytest.raises(AttributeError):
        erase_past_retention(kept_until(request))

    assert file.exists()
    assert request.messages.exists()


def test_open_requests_hinder_it(aysel: User) -> None:
    request = worlds.apply(service(0), {"story": "open"}, by=aysel)
    with pytest.raises(Refused):
        erase_person(aysel, NOON)
    withdraw(request, aysel, NOON)
    erase_person(aysel, NOON)

    assert not User.objects.filter(pk=aysel.pk).exists()


def test_officials_are_not_erased_by_themselves(folder: Path) -> None:
    clerk = worlds.clerk("bruno")
    with pytest.raises(Refused):
        erase_person(clerk, NOON)

    assert User.objects.filter(pk=clerk.pk).exists()


class TestPage:
    def client(self, user: User) -> Client:
        client = Client()
        client.force_login(user)
        session = client.session
        session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
        session.save()
        return client

    def test_shows_the_plan_and_asks_whether_one_is_sure(self, aysel: User) -> None:
        ended(aysel, years=5)
        client = self.client(aysel)
        plan = client.get(reverse("my_data_erase")).content.decode()
        unsure = client.post(reverse("my_data_erase"))

        assert "Archive law" in plan
        assert unsure.status_code == 422
        assert User.objects.filter(pk=aysel.pk).exists()

    def test_erases_and_signs_out(self, aysel: User) -> None:
        ended(aysel, years=0)
        client = self.client(aysel)
        answer = client.post(reverse("my_data_erase"), {"sure": "on"}, follow=True)

        assert "Your account is erased." in answer.content.decode()
        assert not User.objects.filter(pk=aysel.pk).exists()
        assert client.get(reverse("my_data")).status_code == 302

    def test_wants_the_password_first(self, aysel: User) -> None:
        aysel.set_password("a long walk by the sea")
        aysel.save()
        client = Client()
        client.force_login(aysel)

        assert "reauthenticate" in client.get(reverse("my_data_erase"))["Location"]
