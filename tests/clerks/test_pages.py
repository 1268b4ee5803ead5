"""One request on one page, as its clerk sees it and as others don't."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from services.accounts.models import User
from services.agencies.models import Desk
from services.catalogue.models import ServiceVersion
from services.ledger.models import Event
from services.requests.models import ServiceRequest
from services.requests.operations import add_evidence
from services.workflow.looking import Look
from services.workflow.models import Step
from services.workflow.operations import desk
from services.workflow.operations.looking import purpose_of_look, tell_purpose
from services.workflow.troubles import trouble
from tests import worlds
from tests.citizens.forms import PDF
from tests.clerks import office
from tests.clerks.pages import post, told

pytestmark = pytest.mark.django_db


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
        tell_purpose(seen, worlds.clerk("bruno"), timezone.now(), purpose="colleague")
        body = told(desk_client, seen)

        assert "held by Chloe" in body
        for act in ("claim", "decide", "ask", "release", "reassign", "pass-on", "complete"):
            assert f"/{act}/" not in body

    def test_tells_why_a_robot_gave_up(self, desk_client: Client, version: ServiceVersion, aysel: User) -> None:
        seen = worlds.apply(version, by=aysel)
        seen.steps.all().update(trouble=trouble("no_answer", what="vehicles", times=5))

        assert "The register “vehicles” did not answer in 5 attempts." in told(desk_client, seen)

    def test_tells_yes_and_no_of_what_robots_found(self, desk_client: Client, aysel: User) -> None:
        worlds.build_connectors(worlds.connector("vehicles"))
        look = worlds.robot(
            "look", "registry_lookup", settings={"registry": "vehicles", "key": "'10-AB'", "save_as": "car"}
        )
        seen = worlds.apply(office.published(look, service="parking"), {"rooms": 4}, by=aysel)
        seen.facts["found"] = {"car": {"found": True, "is_taxed": False, "since": 2020.0}}
        seen.save(update_fields=["facts"])
        desk_client.post(reverse("desk_purpose", args=[seen.pk]), {"purpose": "colleague"})
        body = told(desk_client, seen)

        assert "is taxed" in body
        assert "From the register “vehicles”" in body
        assert "False" not in body
        assert "2020.0" not in body

    def test_counts_the_opinions_that_are_in(self, desk_client: Client, bruno: User, aysel: User) -> None:
        version = office.published(*office.consulting("fire", "water"), service="house")
        seen = worlds.apply(version, by=aysel)
        now = timezone.now()
        desk.decide(desk.claim(worlds.open_step(seen, "fire"), bruno, now), "yes", bruno, now)

        desk_client.post(reverse("desk_purpose", args=[seen.pk]), {"purpose": "colleague"})
        body = told(desk_client, seen)
        assert "1 of 2 have answered" in body
        assert body.count("no answer yet") == 1
        queue = desk_client.get(reverse("desk")).content.decode()
        assert queue.count("1 of 2 have answered") == 2  # beside the step of "water", and in the list of consultations

    def test_offers_no_step_of_a_desk_that_is_not_ones_own(
        self, desk_client: Client, aysel: User, client: Client
    ) -> None:
        version = office.published(*office.consulting("fire"), service="house")
        seen = worlds.apply(version, by=aysel)
        address = reverse("desk_act", args=[worlds.open_step(seen, "fire").pk, "claim"])
        assert address in told(desk_client, seen)
        roads = worlds.clerk("rauf", desks=["roads"])
        client.force_login(roads)
        tell_purpose(seen, roads, timezone.now(), purpose="present")

        body = told(client, seen)

        assert seen.written_reference in body
        assert address not in body

    def test_tells_of_a_question_at_its_step_and_until_when(self, desk_client: Client, held: Step, bruno: User) -> None:
        panels = told(desk_client, held.service_request).count('class="panel"')
        desk.ask_applicant(held, "Which room?", bruno, timezone.now())
        question = worlds.open_step(held.service_request, kind=Step.Kind.APPLICANT)

        body = told(desk_client, held.service_request)

        assert question.run_at is not None
        day = date_format(timezone.localtime(question.run_at), "DATE_FORMAT")
        assert re.search(f"Waits for the applicant</span>\\s+until {day}", body)
        assert body.count('class="panel"') == panels

    def test_tells_until_when_silence_is_awaited(self, desk_client: Client, aysel: User) -> None:
        consult, *desks = office.consulting("fire")
        seen = worlds.apply(office.published({**consult, "within": {"days": 4}}, *desks, service="house"), by=aysel)

        consultation = worlds.open_step(seen, kind=Step.Kind.PARALLEL)
        assert consultation.run_at is not None
        day = date_format(timezone.localtime(consultation.run_at), "DATE_FORMAT")
        assert f"Who has not answered by {day} counts as having no objection." in told(desk_client, seen)
        assert worlds.open_step(seen).due_at == consultation.run_at

    def test_needs_few_queries(self, desk_client: Client, held: Step, django_assert_max_num_queries: Any) -> None:
        with django_assert_max_num_queries(46):
            told(desk_client, held.service_request)


class TestPurpose:
    """Reading without a reason of work."""

    @pytest.fixture
    def not_mine(self, desk_client: Client, seen: ServiceRequest) -> ServiceRequest:
        desk.claim(worlds.open_step(seen), worlds.clerk("chloe"), timezone.now())
        return seen

    def test_is_asked_before_anything_is_shown(self, desk_client: Client, not_mine: ServiceRequest) -> None:
        body = told(desk_client, not_mine)

        assert "Why do you look into this request?" in body
        assert "Aysel" not in body
        assert not Event.objects.filter(subject=not_mine.pk, kind="file_read").exists()

    def test_page_tells_which_colleague_has_it(self, desk_client: Client, not_mine: ServiceRequest) -> None:
        assert "Chloe works on it at the desk “permits”." in told(desk_client, not_mine)

    def test_page_leads_to_the_next_where_nobody_picks(
        self, desk_client: Client, seen: ServiceRequest, bruno: User
    ) -> None:
        Desk.objects.update(allows_picking=False)

        body = told(desk_client, seen)

        assert "the most urgent request comes first" in body
        desk_client.post(reverse("desk_next"), {"desk": re.findall('name="desk" value="([0-9]+)"', body)[0]})
        assert worlds.open_step(seen).assignee == bruno

    def test_page_tells_that_a_second_official_is_needed(
        self, desk_client: Client, seen: ServiceRequest, bruno: User
    ) -> None:
        seen.barred.add(bruno)

        body = told(desk_client, seen)

        assert "Needs a second official" in body
        assert reverse("desk_next") not in body

    def test_is_on_record_and_the_applicant_sees_it(
        self, desk_client: Client, not_mine: ServiceRequest, client: Client, aysel: User
    ) -> None:
        answer = desk_client.post(reverse("desk_purpose", args=[not_mine.pk]), {"purpose": "colleague"}, follow=True)

        assert "Aysel" in answer.content.decode()
        assert Event.objects.get(subject=not_mine.pk, kind="file_read").facts == {"purpose": "colleague"}
        client.force_login(aysel)
        assert "A colleague asked me for advice" in client.get(reverse("my_readings")).content.decode()

    @pytest.mark.parametrize(
        "said", [{}, {"purpose": "curiosity"}, {"purpose": "other"}, {"purpose": "other", "words": " "}]
    )
    def test_has_to_be_told(self, desk_client: Client, not_mine: ServiceRequest, said: dict[str, str]) -> None:
        answer = desk_client.post(reverse("desk_purpose", args=[not_mine.pk]), said)

        assert answer.status_code == 422
        assert not Look.objects.exists()

    def test_lasts_for_the_working_day(self, desk_client: Client, not_mine: ServiceRequest, bruno: User) -> None:
        tell_purpose(not_mine, bruno, timezone.now() - timedelta(hours=9), purpose="colleague")

        assert "Why do you look into this request?" in told(desk_client, not_mine)

    def test_is_needed_for_files_too(
        self, desk_client: Client, not_mine: ServiceRequest, settings: Any, tmp_path: Any
    ) -> None:
        settings.MEDIA_ROOT = tmp_path
        upload = ContentFile(PDF, name="plan.pdf")
        file = add_evidence(not_mine, "plan", upload, accept=["pdf"], at_most=3, now=timezone.now())

        answer = desk_client.get(reverse("desk_evidence", args=[file.pk]))

        assert answer["Location"] == reverse("desk_request", args=[not_mine.pk])

    def test_is_the_work_for_who_holds_it_or_just_decided_it(
        self, desk_client: Client, held: Step, bruno: User
    ) -> None:
        assert purpose_of_look(held.service_request, bruno, timezone.now()) == "work"

        desk.decide(held, "yes", bruno, timezone.now())

        assert purpose_of_look(held.service_request, bruno, timezone.now()) == "work"
        assert purpose_of_look(held.service_request, bruno, timezone.now() + timedelta(days=2)) == ""

    def test_is_the_work_for_who_may_pick_it(self, desk_client: Client, seen: ServiceRequest, bruno: User) -> None:
        assert purpose_of_look(seen, bruno, timezone.now()) == "work"

        Desk.objects.update(allows_picking=False)

        assert purpose_of_look(seen, bruno, timezone.now()) == ""

    def test_ones_own_request_is_followed_like_everybody_else_does(
        self, desk_client: Client, version: ServiceVersion, bruno: User
    ) -> None:
        own = worlds.apply(version, by=bruno)

        assert desk_client.get(reverse("desk_request", args=[own.pk])).status_code == 404
        assert desk_client.get(reverse("my_request", args=[own.pk])).status_code == 200


class TestOthers:
    def test_a_clerk_of_another_town_finds_nothing(self, client: Client, seen: ServiceRequest, bruno: User) -> None:
        client.force_login(worlds.clerk("sara", "south"))

        assert client.get(reverse("desk_request", args=[seen.pk])).status_code == 404
        assert post(client, worlds.open_step(seen), "claim").status_code == 404
        assert client.post(reverse("desk_extend", args=[seen.pk]), {"reason": "Why not"}).status_code == 404
        assert client.post(reverse("desk_after_care", args=[seen.pk]), {"activity": "letter"}).status_code == 404
        found = client.post(reverse("desk_find"), {"words": seen.written_reference})
        assert "No request at your desks fits." in found.content.decode()

    def test_the_first_file_is_shown_beside_the_answers_to_who_holds_the_step(
        self, desk_client: Client, held: Step, settings: Any, tmp_path: Any
    ) -> None:
        settings.MEDIA_ROOT = tmp_path
        for name in ("plan.pdf", "more.pdf"):
            upload = ContentFile(PDF, name=name)
            add_evidence(held.service_request, "plan", upload, accept=["pdf"], at_most=3, now=timezone.now())

        beside = told(desk_client, held.service_request).partition('class="beside"')[2]

        assert beside.index("What the applicant told us") < beside.index("Files of the applicant")
        assert beside.count("<details open") == 1

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
        body = told(desk_client, seen)
        assert "Plan of the house" in body
        assert "<details open" not in body.partition("Files of the applicant")[2]
        desk_client.force_login(worlds.clerk("sara", "south"))
        assert desk_client.get(address).status_code == 404
