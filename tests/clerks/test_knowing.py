"""What helps to decide: words to use again, guidance for a step, and how like cases ended."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.clerks.knowledge import PLACES
from services.accounts.models import User
from services.agencies.models import Agency
from services.catalogue.models import ServiceVersion
from services.workflow.knowledge import Guidance, TextBlock
from services.workflow.letters import FACTS
from services.workflow.models import Step
from services.workflow.operations import desk
from services.workflow.operations.knowledge import guidance_of, write_block
from tests import worlds
from tests.clerks import office
from tests.clerks.pages import told

pytestmark = pytest.mark.django_db


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
            ({"agency": 0}, "What was chosen is not offered any longer. Choose"),
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
