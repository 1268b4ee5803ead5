"""What a clerk does with one click, and what stays when it is refused."""

import re

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from services.accounts.models import User
from services.requests.models import ServiceRequest
from services.workflow.models import Step
from services.workflow.operations import desk
from services.workflow.operations.looking import tell_purpose
from tests import worlds
from tests.clerks import office
from tests.clerks.pages import NOTHING, fresh, post, told

pytestmark = pytest.mark.django_db


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
        sevda, chloe = worlds.clerk("sevda", role="supervisor"), worlds.clerk("chloe")
        client.force_login(sevda)
        tell_purpose(held.service_request, sevda, timezone.now(), purpose="supervision")
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
        assert "Why do you look into this request?" in told(desk_client, seen)
        desk_client.post(reverse("desk_purpose", args=[seen.pk]), {"purpose": "present"})
        assert button in told(desk_client, seen)
        body = post(desk_client, worlds.open_step(seen, kind=Step.Kind.APPLICANT), "record").content.decode()

        assert "It is on record. The request goes on." in body
        assert "Take this step" in body


class TestWholeRequest:
    def test_extend_the_deadline_once(self, desk_client: Client, seen: ServiceRequest) -> None:
        address = reverse("desk_extend", args=[seen.pk])
        with time_machine.travel(seen.due_at - worlds.DAY):
            body = desk_client.post(address, {"reason": "An expert is needed."}, follow=True).content.decode()
            again = desk_client.post(address, {"reason": "Once more."}, follow=True).content.decode()

        assert "The deadline is extended" in body
        assert "An expert is needed." in body
        assert "Deadline changed" in body
        assert address not in body
        assert "The deadline was already extended once." in again

    def test_tells_to_which_day_the_deadline_would_move(self, desk_client: Client, seen: ServiceRequest) -> None:
        before = date_format(timezone.localtime(seen.due_at), "DATE_FORMAT")
        with time_machine.travel(seen.due_at - worlds.DAY):
            told_before = told(desk_client, seen)
            desk_client.post(reverse("desk_extend", args=[seen.pk]), {"reason": "An expert is needed."})
            told_after = told(desk_client, seen)

        seen.refresh_from_db()
        after = date_format(timezone.localtime(seen.due_at), "DATE_FORMAT")
        assert before != after
        assert f"It moves from {before} to {after}." in told_before
        assert "It moves from" not in told_after

    def test_says_that_a_stopped_deadline_moves_on(self, desk_client: Client, held: Step, bruno: User) -> None:
        assert "both dates move on" not in told(desk_client, held.service_request)

        desk.ask_applicant(held, "Which room?", bruno, timezone.now())

        assert "both dates move on" in told(desk_client, held.service_request)

    def test_offers_no_extension_of_what_is_late(self, desk_client: Client, seen: ServiceRequest, bruno: User) -> None:
        address = reverse("desk_extend", args=[seen.pk])
        with time_machine.travel(seen.due_at - worlds.DAY):
            assert address in told(desk_client, seen)
        with time_machine.travel(seen.due_at + worlds.DAY):
            desk_client.force_login(bruno)
            late = told(desk_client, seen)

        assert seen.written_reference in late
        assert address not in late

    def test_extend_no_deadline_that_has_passed(self, desk_client: Client, seen: ServiceRequest) -> None:
        with time_machine.travel(seen.due_at + worlds.DAY):
            body = desk_client.post(reverse("desk_extend", args=[seen.pk]), {"reason": "Why?"}, follow=True)

        assert "The time limit has passed" in body.content.decode()

    def test_an_extension_needs_its_reason(self, desk_client: Client, seen: ServiceRequest) -> None:
        answer = desk_client.post(reverse("desk_extend", args=[seen.pk]), {"reason": " "})

        assert answer.status_code == 422
        assert "Fill this in." in answer.content.decode()

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
