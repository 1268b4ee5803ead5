"""Object, complain, rate, add papers: through the pages, by the person and by nobody else."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from services.accounts.models import User
from services.catalogue.models import ServiceVersion
from services.ledger.public_events import bucket_of
from services.requests.models import ServiceRequest
from services.transparency.models import Forecast
from services.workflow.models import Complaint, Rating
from services.workflow.notices import rating_token
from services.workflow.operations.complaint import answer_complaint, complain
from services.workflow.operations.rating import rate
from tests import objections, worlds
from tests.citizens.forms import PDF
from tests.clerks import office

pytestmark = pytest.mark.django_db


@pytest.fixture
def version() -> ServiceVersion:
    return objections.with_appeals(evidence=[office.PAPER])


@pytest.fixture
def aysel(version: ServiceVersion) -> User:
    return worlds.citizen()


@pytest.fixture
def signed(client: Client, aysel: User) -> Client:
    client.force_login(aysel)
    return client


@pytest.fixture
def own(version: ServiceVersion, aysel: User) -> ServiceRequest:
    return worlds.apply(version, by=aysel, at=timezone.now())


@pytest.fixture
def late(version: ServiceVersion, aysel: User) -> ServiceRequest:
    return worlds.apply(version, by=aysel, at=timezone.now() - timedelta(days=60))


@pytest.fixture
def refused(version: ServiceVersion, aysel: User) -> ServiceRequest:
    return objections.refused(version, aysel, worlds.clerk("bruno"), timezone.now() - timedelta(days=2))


def body(client: Client, name: str, *args: Any) -> str:
    return client.get(reverse(name, args=args)).content.decode()


class TestObjecting:
    def test_goes_from_the_refusal_through_the_form_to_a_linked_request(
        self, signed: Client, refused: ServiceRequest
    ) -> None:
        address = reverse("my_request_object", args=[refused.pk])
        assert address in body(signed, "my_request", refused.pk)
        assert "You can object until" in signed.get(address).content.decode()

        form = signed.post(address)["Location"]
        check = signed.post(form, {"grounds": "It fits.", "do": "next"})["Location"]
        sent = signed.post(check, {"declared": "on"}, follow=True)
        assert sent.status_code == 200, sent.content.decode()

        appeal = ServiceRequest.objects.get(appeal_of=refused)
        assert reverse("my_request", args=[refused.pk]) in body(signed, "my_request", appeal.pk)
        first = body(signed, "my_request", refused.pk)
        assert reverse("my_request", args=[appeal.pk]) in first
        assert address not in first

    def test_late_is_no_dead_end(self, signed: Client, version: ServiceVersion, aysel: User) -> None:
        old = objections.refused(version, aysel, worlds.clerk("bruno"), timezone.now() - timedelta(days=90))

        assert "The time to object ended on" in body(signed, "my_request", old.pk)
        page = body(signed, "my_request_object", old.pk)
        assert "You can still send an objection" in page
        assert "Write my objection" in page

    def test_to_nothing_leads_back(self, signed: Client, own: ServiceRequest) -> None:
        address = reverse("my_request_object", args=[own.pk])

        assert signed.get(address)["Location"] == reverse("my_request", args=[own.pk])
        assert "There is no decision yet" in signed.post(address, follow=True).content.decode()

    def test_without_a_decision_leads_to_my_requests(self, signed: Client, version: ServiceVersion) -> None:
        answer = signed.get(reverse("apply", args=["appeal"]), follow=True)

        assert "Begin from the decision" in answer.content.decode()


class TestComplaining:
    def test_is_offered_only_when_it_takes_too_long(
        self, signed: Client, own: ServiceRequest, late: ServiceRequest
    ) -> None:
        for request, offered in ((own, False), (late, True)):
            address = reverse("my_request_complain", args=[request.pk])
            assert (address in body(signed, "my_request", request.pk)) == offered
            assert (signed.get(address).status_code == 200) == offered

    def test_is_offered_after_the_time_in_which_nine_of_ten_are_decided(
        self, signed: Client, version: ServiceVersion, aysel: User
    ) -> None:
        young = worlds.apply(version, by=aysel, at=timezone.now() - timedelta(days=3))
        address = reverse("my_request_complain", args=[young.pk])
        assert address not in body(signed, "my_request", young.pk)
        curve = [(bucket_of(2 * 86_400_000_000), 0.05)]
        Forecast.objects.create(service="permit", curve=curve, decided=30, made_at=timezone.now())

        assert address in body(signed, "my_request", young.pk)
        assert signed.post(address, {"words": "Slow."})["Location"] == reverse("my_request", args=[young.pk])
        assert Complaint.objects.exists()

    def test_reaches_the_supervisor_and_comes_back_answered(
        self, signed: Client, late: ServiceRequest, client: Client, aysel: User
    ) -> None:
        address = reverse("my_request_complain", args=[late.pk])
        assert signed.post(address, {"words": " "}).status_code == 422
        signed.post(address, {"words": "My baby waits."})
        complaint = Complaint.objects.get()
        at_desk = reverse("desk_complaint", args=[complaint.pk])

        client.force_login(worlds.clerk("vusala", role="supervisor"))
        assert at_desk in body(client, "desk")
        assert "My baby waits." in client.get(at_desk).content.decode()
        assert client.post(at_desk, {"words": ""}).status_code == 422
        client.post(at_desk, {"words": "By Friday."})
        assert at_desk not in body(client, "desk")

        client.force_login(aysel)
        page = body(client, "my_request", late.pk)
        assert "By Friday." in page
        assert address not in page

    def test_is_told_to_the_manager_until_it_is_answered(
        self, late: ServiceRequest, aysel: User, client: Client
    ) -> None:
        complaint = complain(late, "Slow.", aysel, timezone.now(), usual_until=None)
        client.force_login(worlds.clerk("dilara", desks=(), role="manager"))
        assert "1 complaint since" in body(client, "managers")
        answer_complaint(complaint, "By Friday.", worlds.clerk("vusala", role="supervisor"), timezone.now())

        assert "1 complaint since" not in body(client, "managers")

    def test_is_not_for_clerks_to_answer(self, late: ServiceRequest, aysel: User, client: Client) -> None:
        complaint = complain(late, "Slow.", aysel, timezone.now(), usual_until=None)
        client.force_login(worlds.clerk("bruno"))

        assert client.get(reverse("desk_complaint", args=[complaint.pk])).status_code == 404
        assert "Complaints for you" not in body(client, "desk")

    def test_twice_is_told(self, signed: Client, late: ServiceRequest, aysel: User) -> None:
        complain(late, "Slow.", aysel, timezone.now(), usual_until=None)
        again = signed.post(reverse("my_request_complain", args=[late.pk]), {"words": "Well, and now?"})

        assert again.status_code == 422
        for words in ("You have complained already", "Well, and now?"):  # what was typed isn't lost
            assert words in again.content.decode()

    def test_answered_once_only(self, late: ServiceRequest, aysel: User, client: Client) -> None:
        complaint = complain(late, "Slow.", aysel, timezone.now(), usual_until=None)
        vusala = worlds.clerk("vusala", role="supervisor")
        answer_complaint(complaint, "By Friday.", vusala, timezone.now())
        client.force_login(vusala)
        again = client.post(reverse("desk_complaint", args=[complaint.pk]), {"words": "No."}, follow=True)

        assert "already answered" in again.content.decode()


class TestRating:
    def test_takes_one_click_and_words_after_it(self, signed: Client, refused: ServiceRequest) -> None:
        address = reverse("my_request_rate", args=[refused.pk])
        assert 'name="score" value="5"' in body(signed, "my_request", refused.pk)

        clicked = signed.post(address, {"score": "2"}, follow=True).content.decode()
        assert "Your rating is kept" in clicked
        signed.post(address, {"score": "2", "words": "Nobody told me why."})
        assert (Rating.objects.get().score, Rating.objects.get().words) == (2, "Nobody told me why.")

    @pytest.mark.parametrize("score", ["", "0", "6", "x", "5.0"])
    def test_off_the_scale_writes_nothing(self, signed: Client, refused: ServiceRequest, score: str) -> None:
        answer = signed.post(reverse("my_request_rate", args=[refused.pk]), {"score": score})

        assert answer.status_code == 422
        assert not Rating.objects.exists()

    def test_by_the_letters_link_needs_no_account(self, client: Client, refused: ServiceRequest) -> None:
        address = reverse("rate", args=[rating_token(refused.pk)])
        page = client.get(address).content.decode()
        assert "Aysel" not in page
        assert refused.written_reference not in page
        client.post(address, {"score": "5"})

        assert Rating.objects.get().score == 5
        assert client.get(reverse("rate", args=["nonsense"])).status_code == 404

    def test_words_are_for_managers_of_the_service(self, signed: Client, refused: ServiceRequest) -> None:
        signed.post(reverse("my_request_rate", args=[refused.pk]), {"score": "2", "words": "Nobody told me why."})
        dilara = worlds.clerk("dilara", desks=(), role="manager")
        signed.force_login(dilara)
        page = body(signed, "managers_service", "permit")

        assert "Nobody told me why." in page
        assert "Aysel" not in page
        assert "Nobody told me why." not in body(signed, "figures_of", "permit")

    def test_words_are_not_for_managers_of_other_offices(self, client: Client, aysel: User) -> None:
        worlds.build_agencies("north", "south")
        version = worlds.published([worlds.desk("judge")], towns=("north", "south"))
        request = objections.refused(version, aysel, worlds.clerk("bruno"))
        rate(request, 1, timezone.now(), words="Nobody told me why.")
        for town, told in (("north", True), ("south", False)):
            client.force_login(worlds.clerk("dilara", town, desks=(), role="manager"))
            assert ("Nobody told me why." in body(client, "managers_service", "permit")) == told

    def test_before_the_decision_is_not_offered(self, signed: Client, own: ServiceRequest) -> None:
        assert 'name="score"' not in body(signed, "my_request", own.pk)
        assert "has been decided" in body(signed, "my_request_rate", own.pk)


class TestAddingPapers:
    def test_is_possible_at_any_time_while_it_is_worked(self, signed: Client, own: ServiceRequest) -> None:
        address = reverse("my_request_papers", args=[own.pk])
        assert address in body(signed, "my_request", own.pk)
        told = signed.post(address, {"paper": "plan", "file": SimpleUploadedFile("plan.pdf", PDF)}, follow=True)

        assert "Your file is with the office." in told.content.decode()
        assert own.evidence.get().key == "plan"

    @pytest.mark.parametrize(
        ("said", "words"),
        [
            ({"paper": "plan"}, "Choose the file of the paper."),
            ({"paper": "plan", "file": b""}, "empty"),
            ({"paper": "plan", "file": b"MZ"}, "none of these kinds"),
            ({"paper": "nothing", "file": PDF}, "What was chosen is not offered any longer. Choose"),
        ],
    )
    def test_tells_what_is_wrong(self, signed: Client, own: ServiceRequest, said: dict[str, Any], words: str) -> None:
        if "file" in said:
            said = {**said, "file": SimpleUploadedFile("plan.pdf", said["file"])}
        answer = signed.post(reverse("my_request_papers", args=[own.pk]), said)

        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert not own.evidence.exists()

    def test_of_an_ended_request_leads_back(self, signed: Client, refused: ServiceRequest) -> None:
        answer = signed.get(reverse("my_request_papers", args=[refused.pk]), follow=True)

        assert "No paper can be added now." in answer.content.decode()
