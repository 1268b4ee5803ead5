"""One request on one page: every act of a clerk through HTTP, on real rows."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from services.accounts.models import User
from services.catalogue.models import ServiceVersion
from services.ledger.models import Event
from services.requests.models import ServiceRequest
from services.requests.operations import add_evidence
from services.workflow.models import Step
from services.workflow.operations import desk
from services.workflow.troubles import trouble
from tests import worlds
from tests.access.world import PDF
from tests.clerks import office

pytestmark = pytest.mark.django_db
NOTHING: dict[str, str] = {}


@pytest.fixture
def version() -> ServiceVersion:
    worlds.build_agencies("north", "south")
    return office.published()


@pytest.fixture
def aysel(version: ServiceVersion) -> User:
    return worlds.citizen()


@pytest.fixture
def bruno(version: ServiceVersion) -> User:
    return worlds.clerk("bruno")


@pytest.fixture
def seen(version: ServiceVersion, aysel: User) -> ServiceRequest:
    """Give a request that waits at the desk for permits."""
    return worlds.apply(version, {"rooms": 4}, by=aysel)


@pytest.fixture
def desk_client(client: Client, bruno: User) -> Client:
    client.force_login(bruno)
    return client


@pytest.fixture
def held(seen: ServiceRequest, bruno: User) -> Step:
    """Give the step that Bruno has taken."""
    return desk.claim(worlds.open_step(seen), bruno, timezone.now())


def post(client: Client, step: Step, act: str, data: dict[str, Any] = NOTHING) -> HttpResponse:
    return client.post(reverse("desk_act", args=[step.pk, act]), data, follow=True)


def told(client: Client, seen: ServiceRequest) -> str:
    return client.get(reverse("desk_request", args=[seen.pk])).content.decode()


def fresh(step: Step) -> Step:
    return Step.objects.select_related("service_request").get(pk=step.pk)


class TestRequest:
    def test_is_whole_on_one_page(self, desk_client: Client, seen: ServiceRequest) -> None:
        body = told(desk_client, seen)

        for words in ("Permit", seen.written_reference, "Aysel", "Rooms", "4", "Take this step", "Request submitted"):
            assert words in body

    def test_puts_the_reading_on_record_once(self, desk_client: Client, seen: ServiceRequest) -> None:
        told(desk_client, seen)
        told(desk_client, seen)

        assert Event.objects.filter(subject=seen.pk, kind="file_read").count() == 1

    def test_hides_what_the_clerk_cannot_do(self, desk_client: Client, seen: ServiceRequest) -> None:
        desk.claim(worlds.open_step(seen), worlds.clerk("chloe"), timezone.now())
        body = told(desk_client, seen)

        assert "held by Chloe" in body
        for act in ("claim", "decide", "ask", "release", "reassign", "pass-on", "complete"):
            assert f"/{act}/" not in body

    def test_tells_why_a_robot_gave_up(self, desk_client: Client, version: ServiceVersion, aysel: User) -> None:
        seen = worlds.apply(version, by=aysel)
        seen.steps.all().update(trouble=trouble("no_answer", what="vehicles", times=5))

        assert "The register “vehicles” did not answer in 5 attempts." in told(desk_client, seen)

    def test_tells_yes_and_no_of_what_robots_found(self, desk_client: Client, aysel: User) -> None:
        look = worlds.robot(
            "look", "registry_lookup", settings={"registry": "vehicles", "key": "'10-AB'", "save_as": "car"}
        )
        seen = worlds.apply(office.published(look, service="parking"), {"rooms": 4}, by=aysel)
        seen.facts["found"] = {"car": {"found": True, "is_taxed": False, "since": 2020.0}}
        seen.save(update_fields=["facts"])
        body = told(desk_client, seen)

        assert "is taxed" in body
        assert "False" not in body
        assert "2020.0" not in body

    def test_counts_the_opinions_that_are_in(self, desk_client: Client, bruno: User, aysel: User) -> None:
        version = office.published(*office.consulting("fire", "water"), service="house")
        seen = worlds.apply(version, by=aysel)
        now = timezone.now()
        desk.decide(desk.claim(worlds.open_step(seen, "fire"), bruno, now), "yes", bruno, now)

        assert "1 of 2 opinions are in" in told(desk_client, seen)

    def test_needs_few_queries(self, desk_client: Client, held: Step, django_assert_max_num_queries: Any) -> None:
        with django_assert_max_num_queries(32):
            told(desk_client, held.service_request)


class TestActs:
    def test_claim_and_release(self, desk_client: Client, seen: ServiceRequest, bruno: User) -> None:
        step = worlds.open_step(seen)

        assert "You have taken this step." in post(desk_client, step, "claim").content.decode()
        assert fresh(step).assignee == bruno
        assert "given this step back" in post(desk_client, step, "release").content.decode()
        assert fresh(step).assignee is None

    def test_claim_of_what_another_holds_is_told(self, desk_client: Client, seen: ServiceRequest) -> None:
        step = desk.claim(worlds.open_step(seen), worlds.clerk("chloe"), timezone.now())

        assert "Chloe has already taken this step." in post(desk_client, step, "claim").content.decode()

    def test_reassign(self, desk_client: Client, held: Step) -> None:
        chloe = worlds.clerk("chloe")

        assert "Chloe now holds this step." in post(desk_client, held, "reassign", {"to": chloe.pk}).content.decode()
        assert fresh(held).assignee == chloe

    def test_reassign_offers_colleagues_of_the_desk_only(self, desk_client: Client, held: Step) -> None:
        stranger = worlds.clerk("sara", "south")
        answer = post(desk_client, held, "reassign", {"to": stranger.pk})

        assert answer.status_code == 422
        assert fresh(held).assignee != stranger

    def test_a_supervisor_hands_over_what_an_absent_colleague_holds(self, client: Client, held: Step) -> None:
        client.force_login(worlds.clerk("sevda", role="supervisor"))
        chloe = worlds.clerk("chloe")
        body = told(client, held.service_request)

        assert "Give to this colleague" in body
        assert "/decide/" not in body
        assert post(client, held, "reassign").status_code == 422
        post(client, held, "reassign", {"to": chloe.pk})
        assert fresh(held).assignee == chloe

    def test_pass_on(self, desk_client: Client, held: Step) -> None:
        roads = worlds.desk_of("north", "roads")
        answer = post(desk_client, held, "pass-on", {"desk": roads.pk})

        assert "The step is now at the desk “roads”." in answer.content.decode()
        assert (fresh(held).desk, fresh(held).assignee) == (roads, None)

    def test_complete_an_activity_as_often_as_needed(self, desk_client: Client, held: Step) -> None:
        for _ in range(2):
            body = post(desk_client, held, "complete", {"activity": "visit"}).content.decode()

        assert held.activities.count() == 2
        assert "Visit the place" in body

    def test_ask_the_applicant(self, desk_client: Client, held: Step) -> None:
        body = post(desk_client, held, "ask", {"text": "Which plan?", "about": "paper:plan"}).content.decode()

        for words in ("Your question is sent.", "Waits for the applicant", "Which plan?"):
            assert words in body
        assert "/decide/" not in body
        assert held.service_request.messages.get().evidence_key == "plan"

    def test_decide(self, desk_client: Client, held: Step) -> None:
        body = post(desk_client, held, "decide", {"outcome": "yes", "words": "Good luck"}).content.decode()

        for words in ("Your decision is on record.", "judge: Yes", "Good luck", "Approved"):
            assert words in body

    def test_a_refusal_needs_a_reason_and_keeps_what_was_typed(self, desk_client: Client, held: Step) -> None:
        answer = post(desk_client, held, "decide", {"outcome": "no", "words": "Far too tall"})
        body = answer.content.decode()

        assert answer.status_code == 422
        for words in ("Something needs your attention", "Choose the reason of the refusal.", "Far too tall"):
            assert words in body
        assert fresh(held).is_open

    def test_refuse_with_a_reason(self, desk_client: Client, held: Step) -> None:
        post(desk_client, held, "decide", {"outcome": "no", "reason": "unfit"})

        assert ServiceRequest.objects.get(pk=held.service_request_id).status == "refused"

    @pytest.mark.parametrize(
        ("act", "data"),
        [("ask", NOTHING), ("decide", NOTHING), ("decide", {"outcome": "nonsense"}), ("complete", NOTHING)],
    )
    def test_faults_are_shown_in_place(self, desk_client: Client, held: Step, act: str, data: dict[str, str]) -> None:
        assert post(desk_client, held, act, data).status_code == 422

    def test_an_unknown_act_is_missing(self, desk_client: Client, held: Step) -> None:
        assert post(desk_client, held, "explode").status_code == 404

    def test_acts_need_a_post(self, desk_client: Client, held: Step) -> None:
        assert desk_client.get(reverse("desk_act", args=[held.pk, "release"])).status_code == 405

    @pytest.mark.parametrize("act", ["claim", "release", "reassign", "pass-on", "complete", "ask", "decide"])
    def test_acts_of_a_clerk_do_not_fit_other_steps(
        self, desk_client: Client, held: Step, bruno: User, act: str
    ) -> None:
        desk.ask_applicant(held, "Which plan?", bruno, timezone.now())
        question = worlds.open_step(held.service_request, kind=Step.Kind.APPLICANT)
        notice = held.service_request.steps.all().filter(kind=Step.Kind.NOTICE).first()

        for step in (question, notice):
            assert post(desk_client, step, act, {"outcome": "yes"}).status_code == 404

    def test_record_at_the_counter_fits_no_desk_step(self, desk_client: Client, held: Step) -> None:
        assert post(desk_client, held, "record").status_code == 404

    @pytest.mark.parametrize(
        ("waits_for", "button"),
        [
            ("payment", "Record the payment"),
            ("visit", "Record the visit"),
            ("papers", "The papers were handed in here"),
        ],
    )
    def test_record_at_the_counter(self, desk_client: Client, aysel: User, waits_for: str, button: str) -> None:
        version = office.published(office.waiting_for(waits_for), service="counter")
        seen = worlds.apply(version, by=aysel)
        assert button in told(desk_client, seen)
        body = post(desk_client, worlds.open_step(seen, kind=Step.Kind.APPLICANT), "record").content.decode()

        assert "It is on record. The request goes on." in body
        assert "Take this step" in body


class TestWholeRequest:
    def test_extend_the_deadline_once(self, desk_client: Client, seen: ServiceRequest) -> None:
        address = reverse("desk_extend", args=[seen.pk])
        body = desk_client.post(address, {"reason": "An expert is needed."}, follow=True).content.decode()

        assert "The deadline is extended" in body
        assert address not in body
        again = desk_client.post(address, {"reason": "Once more."}, follow=True).content.decode()
        assert "The deadline was already extended once." in again

    def test_an_extension_needs_its_reason(self, desk_client: Client, seen: ServiceRequest) -> None:
        answer = desk_client.post(reverse("desk_extend", args=[seen.pk]), {"reason": " "})

        assert answer.status_code == 422
        assert "This field is required." in answer.content.decode()

    def test_fields_of_all_forms_have_ids_of_their_own(self, desk_client: Client, held: Step) -> None:
        ids = re.findall(r' id="([^"]+)"', told(desk_client, held.service_request))
        assert sorted(ids) == sorted(set(ids))

    def test_after_care_begins_with_the_end(self, desk_client: Client, held: Step, bruno: User) -> None:
        address = reverse("desk_after_care", args=[held.service_request_id])
        assert address not in told(desk_client, held.service_request)
        early = desk_client.post(address, {"activity": "letter"}, follow=True).content.decode()
        assert "After-care begins when the request has ended." in early

        desk.decide(held, "yes", bruno, timezone.now())
        assert address in told(desk_client, held.service_request)
        body = desk_client.post(address, {"activity": "letter"}, follow=True).content.decode()
        assert "The activity is on record." in body
        assert held.service_request.activities.get().is_after_care


class TestOthers:
    def test_a_clerk_of_another_town_finds_nothing(self, client: Client, seen: ServiceRequest, bruno: User) -> None:
        client.force_login(worlds.clerk("sara", "south"))

        assert client.get(reverse("desk_request", args=[seen.pk])).status_code == 404
        assert post(client, worlds.open_step(seen), "claim").status_code == 404
        assert client.post(reverse("desk_extend", args=[seen.pk]), {"reason": "Why not"}).status_code == 404
        assert client.post(reverse("desk_after_care", args=[seen.pk]), {"activity": "letter"}).status_code == 404
        found = client.get(reverse("desk_find"), {"reference": seen.written_reference}, follow=True)
        assert "No request at your desks has this reference." in found.content.decode()

    def test_files_go_to_clerks_of_the_office_only(
        self, desk_client: Client, seen: ServiceRequest, settings: Any, tmp_path: Any
    ) -> None:
        settings.MEDIA_ROOT = tmp_path
        upload = ContentFile(PDF, name="plan.pdf")
        file = add_evidence(seen, "plan", upload, accept=["pdf"], at_most=3, now=timezone.now() - timedelta(days=1))
        address = reverse("desk_evidence", args=[file.pk])

        answer = desk_client.get(address)
        assert b"".join(answer.streaming_content) == PDF
        assert answer["Content-Disposition"].startswith("attachment")
        assert "Plan of the house" in told(desk_client, seen)
        desk_client.force_login(worlds.clerk("sara", "south"))
        assert desk_client.get(address).status_code == 404
