"""Another agency is asked on the spot: the pages of who asks, who is asked, and the applicant."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from services.accounts.models import User
from services.ledger.models import Event
from services.requests.evidence import Evidence
from services.requests.models import ServiceRequest
from services.requests.operations import add_evidence
from services.workflow.asked_opinions import AskedOpinion
from services.workflow.models import Step
from services.workflow.operations.opinions import end_silent_opinions
from tests import worlds
from tests.access.world import one_page
from tests.clerks.pages import post, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def carla(version: Any) -> User:
    return worlds.clerk("carla", "south")


@pytest.fixture
def carlas(carla: User) -> Client:
    client = Client()
    client.force_login(carla)
    return client


@pytest.fixture
def plan(seen: ServiceRequest) -> Evidence:
    now = timezone.now()
    return add_evidence(seen, "plan", ContentFile(one_page(), "plan.pdf"), accept=("pdf",), at_most=3, now=now)


def sent(**more: Any) -> dict[str, Any]:
    return {"desk": worlds.desk_of("south", "permits").pk, "question": "Is it safe?", "days": 5, **more}


@pytest.fixture
def asked(desk_client: Client, held: Step, carla: User) -> AskedOpinion:
    post(desk_client, held, "consult", sent())
    return AskedOpinion.objects.get()


def page_of(client: Client, opinion: AskedOpinion) -> str:
    return client.get(reverse("desk_opinion", args=[opinion.pk])).content.decode()


class TestAsking:
    def test_nothing_is_chosen_beforehand(self, desk_client: Client, held: Step, carla: User, plan: Evidence) -> None:
        body = told(desk_client, held.service_request)

        assert "Ask another agency for its opinion" in body
        assert 'name="answers"' in body
        assert str(plan.pk) in body
        form = body[body.index("/consult/") : body.index("Ask for the opinion")]
        assert "checked" not in form

    def test_tells_until_when_and_stays_at_the_step(self, desk_client: Client, held: Step, carla: User) -> None:
        body = post(desk_client, held, "consult", sent()).content.decode()

        assert "south is asked until" in body
        assert "no answer yet" in body
        assert "/decide/" in body

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            ({"question": ""}, "Write what you want to know."),
            ({"desk": ""}, "Choose whom you want to ask."),
            ({"days": "99"}, "Give a number of 60 or less"),
        ],
    )
    def test_faults_stand_at_their_fields(
        self, desk_client: Client, held: Step, carla: User, wrong: dict[str, str], words: str
    ) -> None:
        answer = post(desk_client, held, "consult", sent(**wrong))

        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert not AskedOpinion.objects.exists()


class TestBeingAsked:
    def test_it_stands_in_the_queue(self, carlas: Client, asked: AskedOpinion) -> None:
        body = carlas.get(reverse("desk")).content.decode()

        assert reverse("desk_opinion", args=[asked.pk]) in body

    def test_only_what_was_chosen_is_seen(
        self, desk_client: Client, carlas: Client, held: Step, plan: Evidence, aysel: User
    ) -> None:
        post(desk_client, held, "consult", sent())
        bare = AskedOpinion.objects.get()
        body = page_of(carlas, bare)

        assert "Is it safe?" in body
        assert "Nothing of the file was chosen." in body
        for hidden in ("Rooms", "plan.pdf", aysel.name, aysel.email):
            assert hidden not in body
        file = reverse("desk_opinion_paper", args=[bare.pk, plan.pk])
        assert carlas.get(file).status_code == 404

    def test_chosen_answers_and_files_are_seen(
        self, desk_client: Client, carlas: Client, held: Step, plan: Evidence
    ) -> None:
        post(desk_client, held, "consult", sent(answers=["rooms"], papers=[plan.pk]))
        opinion = AskedOpinion.objects.get()
        body = page_of(carlas, opinion)
        file = carlas.get(reverse("desk_opinion_paper", args=[opinion.pk, plan.pk]))

        assert "Rooms" in body
        assert b"".join(file.streaming_content)[:4] == b"%PDF"
        assert file["Content-Disposition"].startswith("attachment")
        assert carlas.get(reverse("desk_request", args=[held.service_request_id])).status_code == 404
        assert carlas.get(reverse("desk_evidence", args=[plan.pk])).status_code == 404

    def test_each_look_is_on_record(self, carlas: Client, asked: AskedOpinion, carla: User) -> None:
        page_of(carlas, asked)

        event = Event.objects.get(subject=asked.service_request_id, kind="file_read", actor=f"clerk:{carla.pk}")
        assert event.facts["purpose"] == "opinion"

    def test_an_answer_goes_back_and_closes_it(self, carlas: Client, desk_client: Client, asked: AskedOpinion) -> None:
        address = reverse("desk_opinion", args=[asked.pk])
        data = {"words": "It is safe.", "file": ContentFile(one_page(), name="sheet.pdf")}
        assert "is with the office that asked" in carlas.post(address, data, follow=True).content.decode()

        body = told(desk_client, asked.service_request)
        for words in ("It is safe.", "sheet.pdf", "has answered"):
            assert words in body
        file = desk_client.get(reverse("desk_opinion_file", args=[asked.pk]))
        assert b"".join(file.streaming_content)[:4] == b"%PDF"
        assert carlas.get(address).status_code == 404
        assert carlas.get(reverse("desk_opinion_file", args=[asked.pk])).status_code == 404

    def test_faults_stand_at_their_fields(self, carlas: Client, asked: AskedOpinion) -> None:
        address = reverse("desk_opinion", args=[asked.pk])
        empty = carlas.post(address, {})
        bad = carlas.post(address, {"words": "Yes", "file": ContentFile(b"MZ program", name="sheet.pdf")})

        assert (empty.status_code, bad.status_code) == (422, 422)
        assert "Write your opinion or add a file." in empty.content.decode()
        assert "none of these kinds" in bad.content.decode()

    def test_who_is_too_near_is_told(self, carlas: Client, asked: AskedOpinion, carla: User) -> None:
        known = asked.service_request
        known.contact = {**known.contact, "email": carla.email}
        known.save()

        body = carlas.get(reverse("desk_opinion", args=[asked.pk]), follow=True).content.decode()
        assert "nobody decides their own" in body or "too near" in body
        assert "Is it safe?" not in body


class TestTheApplicant:
    def test_reads_who_is_asked_until_when_and_who_looked(
        self, client: Client, desk_client: Client, carlas: Client, asked: AskedOpinion, aysel: User
    ) -> None:
        page_of(carlas, asked)
        client = Client()
        client.force_login(aysel)
        body = client.get(reverse("my_request", args=[asked.service_request_id])).content.decode()

        assert "Another agency is asked for its opinion" in body
        assert "Asked for an opinion: south, until" in body
        assert "Is it safe?" not in body
        assert "To give an opinion that was asked for" in client.get(reverse("my_readings")).content.decode()

    def test_reads_that_none_came(self, asked: AskedOpinion, desk_client: Client, aysel: User) -> None:
        end_silent_opinions(asked.due_at + timedelta(minutes=1))
        client = Client()
        client.force_login(aysel)
        body = client.get(reverse("my_request", args=[asked.service_request_id])).content.decode()

        assert "Gave no opinion in time, and the work goes on without it: south" in body
        assert "Another agency is asked" not in body
        assert "The step goes on without an opinion." in told(desk_client, asked.service_request)


def test_silence_counts_as_the_definition_says(client: Client, version: Any, bruno: User, carla: User) -> None:
    lenient = worlds.published([worlds.desk("judge", opinions={"silence": "no_objection"})], service="lenient")
    request = worlds.apply(lenient, by=worlds.citizen())
    client.force_login(bruno)
    post(client, worlds.open_step(request), "claim")
    body = post(client, worlds.open_step(request), "consult", sent()).content.decode()
    assert "If none comes, that counts as no objection." in body

    end_silent_opinions(AskedOpinion.objects.get().due_at + timedelta(minutes=1))
    assert "That counts as no objection." in told(client, request)
