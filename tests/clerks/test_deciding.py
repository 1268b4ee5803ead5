"""Deciding with care: drafts, undoing, what comes next, the letter beforehand, the form."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from services.accounts.models import User
from services.catalogue.models import ServiceVersion
from services.requests.models import Decision, ServiceRequest
from services.workflow.erasure import erase_content
from services.workflow.models import Step
from services.workflow.operations import desk
from services.workflow.operations.applicant import withdraw
from services.workflow.operations.preparing import decide_soon, keep_draft, take_effect, undo
from services.workflow.preparing import PreparedDecision
from services.workflow.refusals import Refused
from tests import worlds
from tests.clerks import office
from tests.clerks.pages import fresh, post, told

pytestmark = pytest.mark.django_db


class TestDraft:
    def test_is_kept_while_it_is_written_and_shown_again(self, desk_client: Client, held: Step) -> None:
        address = reverse("desk_act", args=[held.pk, "decide"])
        answer = desk_client.post(address, {"do": "keep", "outcome": "no", "words": "Half a sent\0"})

        assert answer.status_code == 204
        assert "Half a sent</textarea>" in told(desk_client, held.service_request)
        assert not Decision.objects.exists()

    def test_of_a_step_that_somebody_else_holds_is_refused(self, client: Client, held: Step) -> None:
        client.force_login(worlds.clerk("chloe"))

        answer = client.post(reverse("desk_act", args=[held.pk, "decide"]), {"do": "keep", "words": "Mine"})

        assert answer.status_code == 409
        assert not PreparedDecision.objects.exists()

    def test_goes_with_the_decision_and_with_the_content(self, held: Step, bruno: User) -> None:
        keep_draft(held, bruno, timezone.now(), words="She is ill.")
        erase_content(held.service_request, timezone.now())
        assert not PreparedDecision.objects.exists()

        keep_draft(held, bruno, timezone.now(), words="Well.")
        desk.decide(held, "yes", bruno, timezone.now())
        assert not PreparedDecision.objects.exists()


class TestUndo:
    @pytest.fixture(autouse=True)
    def half_a_minute(self, settings: Any) -> None:
        settings.UNDO_S = 30

    def test_a_decision_takes_effect_after_half_a_minute(self, desk_client: Client, held: Step) -> None:
        body = post(desk_client, held, "decide", {"outcome": "yes", "words": "Welcome"}).content.decode()
        assert "Decided, not yet in effect" in body
        now = timezone.now()

        assert take_effect(now) == 0
        assert fresh(held).state == Step.State.OPEN
        assert take_effect(now + timedelta(seconds=31)) == 1

        assert (fresh(held).state, Decision.objects.get().words) == (Step.State.DONE, "Welcome")
        assert take_effect(now + timedelta(seconds=31)) == 0

    def test_undone_it_is_a_draft_again(self, desk_client: Client, held: Step) -> None:
        post(desk_client, held, "decide", {"outcome": "yes", "words": "Welcome"})
        body = post(desk_client, held, "undo").content.decode()

        assert "The decision is undone." in body
        assert "Welcome</textarea>" in body
        assert take_effect(timezone.now() + timedelta(seconds=31)) == 0

    def test_it_is_offered_on_the_next_request_and_on_the_desk(
        self, desk_client: Client, held: Step, version: ServiceVersion
    ) -> None:
        following = worlds.apply(version, by=worlds.citizen("nigar"))
        answer = post(desk_client, held, "decide", {"outcome": "yes", "then": "next"})

        assert answer.context["service_request"] == following
        way = reverse("desk_act", args=[held.pk, "undo"])
        for page in (answer.content.decode(), desk_client.get(reverse("desk")).content.decode()):
            assert way in page
        undone = post(desk_client, held, "undo")
        assert undone.context["service_request"] == held.service_request

    def test_what_took_effect_cannot_be_undone(self, held: Step, bruno: User) -> None:
        decide_soon(held, "yes", bruno, timezone.now())
        take_effect(timezone.now() + timedelta(seconds=31))

        with pytest.raises(Refused, match="already taken effect"):
            undo(held, bruno, timezone.now())

    def test_meanwhile_nothing_else_can_be_done_with_the_step(self, held: Step, bruno: User) -> None:
        decide_soon(held, "yes", bruno, timezone.now())

        for act in (desk.release, lambda step, by, now: desk.decide(step, "no", by, now, reason="unfit")):
            with pytest.raises(Refused, match="Undo it first"):
                act(held, bruno, timezone.now())

    def test_faults_are_told_at_once(self, held: Step, bruno: User) -> None:
        with pytest.raises(Refused, match="reason of the refusal"):
            decide_soon(held, "no", bruno, timezone.now())

    def test_a_withdrawal_comes_before_it_and_the_clerk_is_told(
        self, desk_client: Client, held: Step, bruno: User, aysel: User
    ) -> None:
        decide_soon(held, "yes", bruno, timezone.now())
        withdraw(held.service_request, aysel, timezone.now())

        take_effect(timezone.now() + timedelta(seconds=31))

        assert not Decision.objects.exists()
        assert PreparedDecision.objects.get().refused == "This request has already come to an end."
        assert "could not take effect" in desk_client.get(reverse("desk")).content.decode()


class TestNext:
    def test_follows_the_decision(self, desk_client: Client, held: Step, version: ServiceVersion) -> None:
        other = worlds.apply(version, by=worlds.citizen("nigar"))
        address = reverse("desk_act", args=[held.pk, "decide"])

        answer = desk_client.post(address, {"outcome": "yes", "then": "next"})

        assert answer["Location"] == reverse("desk_request", args=[other.pk])
        assert worlds.open_step(other).assignee == held.assignee


class TestLetter:
    def test_shows_what_would_be_sent_in_the_applicants_language(self, desk_client: Client, held: Step) -> None:
        ServiceRequest.objects.update(language="fr")
        said = {"outcome": "no", "reason": "unfit", "words": "Pas assez de place."}
        body = desk_client.post(reverse("desk_letter", args=[held.pk]), said).content.decode()

        for words in ('lang="fr"', "It doesn&#x27;t fit.", "Pas assez de place.", "Votre demande"):
            assert words in body
        assert not Decision.objects.exists()

    def test_says_what_is_missing(self, desk_client: Client, held: Step) -> None:
        answer = desk_client.post(reverse("desk_letter", args=[held.pk]), {"outcome": "no"})

        assert answer.status_code == 422
        body = answer.content.decode()
        assert "There is no letter yet" in body
        assert "Choose the reason of the refusal." in body
        assert "#id_" not in body  # the fields are on another page

    def test_names_the_outcome_that_is_missing(self, desk_client: Client, held: Step) -> None:
        answer = desk_client.post(reverse("desk_letter", args=[held.pk]), {"words": "Well."})

        assert "Choose an outcome." in answer.content.decode()


class TestForm:
    def test_asks_for_a_reason_only_where_something_can_be_refused(
        self, desk_client: Client, held: Step, bruno: User, aysel: User
    ) -> None:
        assert "Reason of the refusal" in told(desk_client, held.service_request)
        yes = [{"key": "yes", "title": worlds.text("Yes"), "to": "judge"}]
        version = office.published(worlds.desk("look", outcomes=yes), service="house")
        step = desk.claim(worlds.open_step(worlds.apply(version, by=aysel)), bruno, timezone.now())

        assert "Reason of the refusal" not in told(desk_client, step.service_request)
        desk_client.post(reverse("desk_act", args=[step.pk, "decide"]), {"outcome": "yes"})
        assert fresh(step).outcome == "yes"
