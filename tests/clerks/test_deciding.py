"""Deciding with care: drafts, undoing, the letter beforehand, words to use, guidance, like cases, many at once."""

from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from portal.clerks.knowledge import PLACES
from services.accounts.models import User
from services.agencies.models import Agency
from services.catalogue.models import ServiceVersion
from services.ledger.models import Event
from services.requests.models import Decision, ServiceRequest
from services.requests.operations import add_evidence
from services.requests.previews import NoPreview, page_as_picture, pages_of
from services.workflow.bulk import BulkAct
from services.workflow.erasure import erase_content
from services.workflow.knowledge import Guidance, TextBlock
from services.workflow.letters import FACTS
from services.workflow.models import Step
from services.workflow.operations import desk
from services.workflow.operations.applicant import withdraw
from services.workflow.operations.bulk import ask_for_bulk, run_bulk
from services.workflow.operations.knowledge import guidance_of, write_block
from services.workflow.operations.preparing import decide_soon, keep_draft, take_effect, undo
from services.workflow.preparing import PreparedDecision
from services.workflow.refusals import Refused
from tests import worlds
from tests.access.world import one_page
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


class TestWords:
    def test_a_block_fills_itself_in(self, desk_client: Client, held: Step, bruno: User) -> None:
        agency = Agency.objects.get(code="north")
        text = {"en": "Dear {applicant_name},\nabout {reference}: {service}. {official}"}
        write_block(agency, "Greeting", text, bruno, timezone.now())

        body = told(desk_client, held.service_request)

        assert f"Dear Aysel,<br><br>about {held.service_request.written_reference}: Permit. Bruno" in body

    def test_is_written_changed_and_removed(self, desk_client: Client, bruno: User) -> None:
        agency = Agency.objects.get(code="north")
        said = {"agency": agency.pk, "title": "Thanks", "text_en": "Thank you.", "text_az": "Sağ olun."}
        desk_client.post(reverse("desk_new_block"), said)
        block = TextBlock.objects.get()
        assert block.text == {"en": "Thank you.", "az": "Sağ olun."}
        assert "<h1>Thanks</h1>" in desk_client.get(reverse("desk_block", args=[block.pk])).content.decode()

        desk_client.post(reverse("desk_block", args=[block.pk]), {**said, "text_az": ""})
        assert TextBlock.objects.get().text == {"en": "Thank you."}

        desk_client.post(reverse("desk_block_removal", args=[block.pk]))
        assert not TextBlock.objects.exists()

    @pytest.mark.parametrize(
        ("change", "fault"),
        [
            ({"title": ""}, "Give the block a title."),
            ({"text_en": ""}, "Write the text in one language at least."),
            ({"text_en": "Dear {nobody}"}, "Nothing fills {nobody} in."),
            ({"agency": 0}, "Select a valid choice."),
        ],
    )
    def test_says_what_is_wrong(self, desk_client: Client, change: dict[str, Any], fault: str) -> None:
        said = {"agency": Agency.objects.get(code="north").pk, "title": "Thanks", "text_en": "Thank you."}
        answer = desk_client.post(reverse("desk_new_block"), {**said, **change})

        assert answer.status_code == 422
        assert fault in answer.content.decode()
        assert not TextBlock.objects.exists()

    def test_its_places_are_told_in_words(self, desk_client: Client) -> None:
        page = desk_client.get(reverse("desk_new_block")).content.decode()

        assert PLACES.keys() == FACTS
        assert "<h1>Write a new block</h1>" in page
        assert all(f"&#123;{name}&#125;" in page and str(words) in page for name, words in PLACES.items())

    def test_two_blocks_have_two_titles(self, desk_client: Client, bruno: User) -> None:
        write_block(Agency.objects.get(code="north"), "Thanks", {"en": "A"}, bruno, timezone.now())
        said = {"agency": Agency.objects.get(code="north").pk, "title": "Thanks", "text_en": "B"}

        assert "with this title already" in desk_client.post(reverse("desk_new_block"), said).content.decode()


class TestGuidance:
    def test_is_written_in_versions_and_stands_beside_the_step(self, desk_client: Client, held: Step) -> None:
        address = reverse("desk_guidance", args=["north", "permit", "judge"])
        for text in ("Look twice.", "Look three times.", "Look three times."):
            desk_client.post(address, {"text": text})

        service, north = held.service_request.service, Agency.objects.get(code="north")
        latest = guidance_of(service, "judge", north)
        assert latest is not None
        assert (latest.text, Guidance.objects.count()) == ("Look three times.", 2)
        assert "Look three times." in told(desk_client, held.service_request)
        assert "Look twice." in desk_client.get(address).content.decode()

    def test_of_another_agency_is_not_there(self, desk_client: Client, held: Step) -> None:
        assert desk_client.get(reverse("desk_guidance", args=["south", "permit", "judge"])).status_code == 404
        assert desk_client.get(reverse("desk_guidance", args=["north", "permit", "granted"])).status_code == 404


class TestLikeCases:
    def test_stand_beside_with_outcome_and_reason_and_without_names(
        self, desk_client: Client, version: ServiceVersion, held: Step, bruno: User
    ) -> None:
        for rooms, outcome in ((4, "no"), (9, "yes")):
            other = worlds.apply(version, {"rooms": rooms}, by=worlds.citizen("nigar"))
            step = desk.claim(worlds.open_step(other), bruno, timezone.now())
            desk.decide(step, outcome, bruno, timezone.now(), reason="unfit" if outcome == "no" else "")

        body = told(desk_client, held.service_request)

        assert "1 of 1 answers alike" in body
        assert "It doesn&#x27;t fit." in body
        assert "Nigar" not in body
        assert body.count("answers alike") == 1

    @pytest.mark.parametrize(("allowed", "seen"), [("none", False), ("service", True), ("agency", True)])
    def test_earlier_requests_stand_there_only_where_the_law_lets_them(
        self, desk_client: Client, aysel: User, bruno: User, allowed: str, seen: bool
    ) -> None:
        version = office.published(service="known", earlier_requests=allowed)
        earlier = worlds.apply(version, by=aysel)
        later = worlds.apply(version, by=aysel)
        desk.claim(worlds.open_step(later), bruno, timezone.now())

        assert (earlier.written_reference in told(desk_client, later)) == seen


class TestPreview:
    @pytest.fixture
    def files(self, held: Step, settings: Any, tmp_path: Any) -> Any:
        settings.MEDIA_ROOT = tmp_path

        def add(content: bytes, name: str) -> Any:
            upload = ContentFile(content, name=name)
            known = {"accept": ["pdf", "png"], "at_most": 3, "now": timezone.now()}
            return add_evidence(held.service_request, "plan", upload, **known)

        return add

    def test_draws_pages_of_a_pdf(self, desk_client: Client, files: Any) -> None:
        file = files(one_page(), "plan.pdf")
        picture = desk_client.get(reverse("desk_evidence_page", args=[file.pk, 1]))

        assert picture["Content-Type"] == "image/png"
        assert Image.open(BytesIO(b"".join(picture.streaming_content))).width == 1000
        assert desk_client.get(reverse("desk_evidence_page", args=[file.pk, 2])).status_code == 404
        body = desk_client.get(reverse("desk_evidence_preview", args=[file.pk]), {"page": "99"}).content.decode()
        assert "plan.pdf, page 1" in body

    def test_says_when_a_file_cannot_be_drawn(self, desk_client: Client, files: Any) -> None:
        file = files(one_page(), "broken.pdf")
        Path(file.file.path).write_bytes(b"%PDF-1.7\nas taken before PDFs were opened")

        body = desk_client.get(reverse("desk_evidence_preview", args=[file.pk])).content.decode()

        assert "This file can’t be shown here." in body

    def test_a_hostile_file_ends_its_own_process_only(self) -> None:
        for content in (b"", b"%PDF-1.4" + b"\0" * 100_000):
            with pytest.raises(NoPreview):
                page_as_picture(content, 1)
        assert pages_of(one_page()) == 1
        assert Image.open(BytesIO(page_as_picture(one_page(side=14_400), 1))).size == (1000, 1000)


class TestManyAtOnce:
    @pytest.fixture
    def held_steps(self, version: ServiceVersion, bruno: User) -> list[Step]:
        requests = [worlds.apply(version, by=worlds.citizen(f"citizen{number}")) for number in range(3)]
        return [desk.claim(worlds.open_step(request), bruno, timezone.now()) for request in requests]

    def ask(self, client: Client, steps: list[Step], **said: Any) -> Any:
        return client.post(reverse("desk_bulk"), {"step": [step.pk for step in steps], **said})

    def test_decides_alike_with_an_event_for_each(self, desk_client: Client, held_steps: list[Step]) -> None:
        offered = self.ask(desk_client, held_steps)
        assert "3 requests chosen" in offered.content.decode()
        said = {"act": "decide", "outcome": "no", "reason": "unfit", "words": "No.", "go": "1"}
        answer = self.ask(desk_client, held_steps, **said)

        assert run_bulk(timezone.now()) == 3

        assert Decision.objects.filter(outcome="no", reason="unfit").count() == 3
        assert Event.objects.filter(kind="decided").count() == 3
        assert "3 of 3 are done." in desk_client.get(answer["Location"]).content.decode()

    def test_lists_what_failed_and_goes_on(self, desk_client: Client, held_steps: list[Step], bruno: User) -> None:
        act = ask_for_bulk("release", [step.pk for step in held_steps], bruno, timezone.now(), {})
        desk.release(held_steps[1], bruno, timezone.now())

        run_bulk(timezone.now())

        assert [failure["step"] for failure in BulkAct.objects.get().failures] == [held_steps[1].pk]
        body = desk_client.get(reverse("desk_bulk_act", args=[act.pk])).content.decode()
        assert "2 of 3 are done." in body
        assert held_steps[1].service_request.written_reference in body

    def test_a_worker_that_dies_in_the_middle_repeats_nothing(
        self, held_steps: list[Step], bruno: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ask_for_bulk("release", [step.pk for step in held_steps], bruno, timezone.now(), {})
        save = BulkAct.save

        def die(act: BulkAct, **known: Any) -> None:
            save(act, **known)
            if act.done == 2:
                raise RuntimeError

        monkeypatch.setattr(BulkAct, "save", die)
        with pytest.raises(RuntimeError):
            run_bulk(timezone.now())
        monkeypatch.undo()
        assert BulkAct.objects.get().done == 1

        run_bulk(timezone.now())

        assert BulkAct.objects.get().failures == []
        assert Event.objects.filter(kind="released").count() == 3

    @pytest.mark.parametrize(
        ("said", "fault"),
        [
            ({}, "Choose what is to be done."),
            ({"act": "reassign"}, "Choose who gets them."),
            ({"act": "decide"}, "Choose one of the outcomes"),
            ({"act": "decide", "outcome": "no"}, "Choose the reason of the refusal."),
        ],
    )
    def test_says_what_is_missing(
        self, desk_client: Client, held_steps: list[Step], said: dict[str, str], fault: str
    ) -> None:
        answer = self.ask(desk_client, held_steps, go="1", **said)

        assert answer.status_code == 422
        assert fault in answer.content.decode()
        assert not BulkAct.objects.exists()

    def test_takes_only_what_stands_in_ones_queue(
        self, desk_client: Client, held_steps: list[Step], version: ServiceVersion
    ) -> None:
        south = office.published(service="southern", towns=("south",))
        foreign = worlds.open_step(worlds.apply(south, by=worlds.citizen(), office="south-hall"))

        assert self.ask(desk_client, [foreign]).status_code == 422
        answer = desk_client.post(reverse("desk_bulk"), {"step": ["x", "²", "9" * 40]})
        assert "You have chosen no request." in answer.content.decode()
