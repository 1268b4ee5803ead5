"""The next version of a service: faults at their lines, what changes, a trial, and publication by two managers."""

import copy
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.managers.trials import harmless
from services.accounts.models import User
from services.catalogue.definition_text import write_text
from services.catalogue.drafting import CannotPublish, check_draft, publish_draft
from services.catalogue.models import DefinitionDraft, Service, ServiceVersion
from services.catalogue.operations import publish
from services.catalogue.rules import subject_of
from services.catalogue.soundness import Unsound
from services.ledger.models import Event
from services.ledger.queries import broken_links
from services.workflow.actions import FORMS
from services.workflow.models import Step
from services.workflow.trials import Trial
from services.workflow.what_if.running import run_trials
from tests import worlds
from tests.workflow.walks import decide
from tests.worlds import NOON

pytestmark = pytest.mark.django_db
STEPS = [worlds.desk("judge", minutes=20)]


@pytest.fixture
def version() -> ServiceVersion:
    worlds.build_agencies("north", "south")
    return worlds.published(STEPS, towns=("north", "south"), fee={"base": [{"amount": "5.00"}]})


@pytest.fixture
def dilara(version: ServiceVersion) -> User:
    return worlds.clerk("dilara", desks=(), role="manager")


@pytest.fixture
def gulnar(version: ServiceVersion) -> User:
    return worlds.clerk("gulnar", desks=(), role="manager")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": timezone.now().timestamp()}]
    session.save()
    return client


def text(version: ServiceVersion, **changes: Any) -> str:
    return write_text({**copy.deepcopy(version.source), **changes})


def send(user: User, written: str, **more: Any) -> Any:
    address = reverse("managers_versions", args=["permit"])
    return signed_in(user).post(address, {"text": written, **more}, follow=True)


def draft_of(version: ServiceVersion, by: User, **changes: Any) -> DefinitionDraft:
    return check_draft(version.service, text(version, **changes), by, NOON, FORMS)


class TestChecking:
    def test_begins_with_the_current_text(self, version: ServiceVersion, dilara: User) -> None:
        page = signed_in(dilara).get(reverse("managers_versions", args=["permit"])).content.decode()

        assert "service: permit" in page
        assert "This is version 1." in page

    def test_tells_a_name_that_stands_twice_with_its_path_and_both_lines(
        self, version: ServiceVersion, dilara: User
    ) -> None:
        answer = send(dilara, "service: permit\r\ntime_limit:\r\n  days: 5\r\n  days: 50\r\n")
        told = answer.content.decode()

        assert "time_limit.days" in told
        assert "on line 3 and on line 4" in told
        assert "Line 4<" in told
        assert DefinitionDraft.objects.get().text == "service: permit\ntime_limit:\n  days: 5\n  days: 50\n"

    def test_tells_each_fault_at_its_line(self, version: ServiceVersion, dilara: User) -> None:
        written = text(version, time_limit={"days": 10, "silence": "maybe"}, colour="red")
        told = send(dilara, written).content.decode()

        for name in ("time_limit.silence", "colour"):
            assert name in told
        line = 1 + next(number for number, words in enumerate(written.splitlines()) if words.startswith("colour"))
        assert f"Line {line}<" in told
        assert "Publish…" not in told

    def test_tells_each_fault_in_the_language_of_the_page(self, version: ServiceVersion, dilara: User) -> None:
        client = Client(headers={"accept-language": "fr"})
        client.force_login(dilara)
        address = reverse("managers_versions", args=["permit"])
        told = client.post(address, {"text": text(version, colour="red")}, follow=True).content.decode()

        assert "nom inconnu à cet endroit. Enlevez-le ou corrigez son orthographe." in told
        assert "Extra inputs" not in told

    def test_tells_what_changes(self, version: ServiceVersion, dilara: User) -> None:
        told = send(dilara, text(version, fee={"base": [{"amount": "7.50"}]})).content.decode()

        assert "This text is sound" in told
        assert "5.00" in told
        assert "7.50" in told

    def test_tells_what_each_example_comes_to_or_what_is_wrong_with_it(
        self, version: ServiceVersion, dilara: User
    ) -> None:
        good = {"key": "good", "title": worlds.text("A garden"), "answers": {"rooms": 2}, "fee": "5.00"}
        bad = {"key": "bad", "title": worlds.text("A yard"), "answers": {"trees": 3}}

        sound = send(dilara, text(version, examples=[good])).content.decode()
        faulty = send(dilara, text(version, examples=[good, bad])).content.decode()

        assert "A garden" in sound
        assert "5.00 AZN" in sound
        assert "10 working days" in sound
        assert "No paper is needed" in sound
        assert faulty.count("examples.1.answers.trees") == 2  # at its line, and at its example
        assert faulty.count("examples.0") == 0
        assert "5.00 AZN" not in faulty
        assert "are told when the text has no faults" in faulty

    def test_takes_a_file(self, version: ServiceVersion, dilara: User) -> None:
        file = SimpleUploadedFile("new.yaml", text(version, time_limit={"days": 7}).encode())
        send(dilara, "", file=file)

        assert DefinitionDraft.objects.get().is_sound

    @pytest.mark.parametrize("content", [b"\xff\xfe", b"a: \0", b"x" * 200_000])
    def test_refuses_a_file_that_can_be_no_definition(
        self, version: ServiceVersion, dilara: User, content: bytes
    ) -> None:
        answer = send(dilara, "typed before", file=SimpleUploadedFile("new.yaml", content))

        assert answer.status_code == 422
        assert "typed before" in answer.content.decode()
        assert not DefinitionDraft.objects.exists()

    def test_refuses_nothing_at_all(self, version: ServiceVersion, dilara: User) -> None:
        assert send(dilara, "  ").status_code == 422

    @pytest.mark.parametrize("change", [{"service": "other"}, {"responsible": "south"}])
    def test_neither_another_service_nor_another_agency(
        self, version: ServiceVersion, dilara: User, change: dict[str, str]
    ) -> None:
        draft = draft_of(version, dilara, **change)

        assert [fault["path"] for fault in draft.faults] == list(change)

    def test_the_same_text_again_is_the_same_draft(self, version: ServiceVersion, dilara: User, gulnar: User) -> None:
        assert draft_of(version, dilara, time_limit={"days": 3}) == draft_of(version, gulnar, time_limit={"days": 3})


class TestPublishing:
    def test_takes_two_managers_and_is_put_on_record(self, version: ServiceVersion, dilara: User, gulnar: User) -> None:
        draft = draft_of(version, dilara, time_limit={"days": 7})
        address = reverse("managers_publish", args=["permit", draft.pk])

        assert "Ask another manager" in signed_in(dilara).post(address, follow=True).content.decode()
        assert Service.objects.get().current == version
        assert "Both of you are put on record" in signed_in(gulnar).get(address).content.decode()
        assert "Version 2 is published" in signed_in(gulnar).post(address, follow=True).content.decode()

        current = Service.objects.get().current
        assert current is not None
        assert (current.number, current.definition.time_limit.days, current.by_only_manager) == (2, 7, False)
        event = Event.objects.filter(subject=subject_of("permit")).order_by("-seq")[0]
        assert (event.kind, event.actor) == ("version_published", f"manager:{gulnar.pk}")
        assert event.facts["proposed_by"] == f"manager:{dilara.pk}"
        assert event.facts["digest"] == current.digest
        assert not list(broken_links())

    def test_the_only_manager_publishes_alone_and_everybody_is_told(
        self, version: ServiceVersion, dilara: User
    ) -> None:
        draft = draft_of(version, dilara, time_limit={"days": 7})
        address = reverse("managers_publish", args=["permit", draft.pk])

        assert "Nobody reads it before you publish it" in signed_in(dilara).get(address).content.decode()
        signed_in(dilara).post(address)

        figures = Client().get(reverse("figures_of", args=["permit"])).content.decode()
        assert "without a second person’s approval" in figures
        assert Event.objects.get(subject=subject_of("permit"), seq=2).facts["only_manager"] is True

    def test_asks_who_it_is_first(self, version: ServiceVersion, dilara: User) -> None:
        dilara.set_password("a long walk by the sea")
        dilara.save()
        draft = draft_of(version, dilara, time_limit={"days": 7})
        stale = Client()
        stale.force_login(dilara)
        answer = stale.post(reverse("managers_publish", args=["permit", draft.pk]))

        assert (answer.status_code, "reauthenticate" in answer["Location"]) == (302, True)
        assert Service.objects.get().current == version

    def test_only_once(self, version: ServiceVersion, dilara: User) -> None:
        draft = draft_of(version, dilara, time_limit={"days": 7})
        publish_draft(draft, dilara, NOON, FORMS)

        with pytest.raises(CannotPublish):
            publish_draft(draft, dilara, NOON, FORMS)

    def test_not_over_a_version_that_came_in_between(self, version: ServiceVersion, dilara: User, gulnar: User) -> None:
        mine, other = draft_of(version, dilara, time_limit={"days": 7}), draft_of(version, gulnar, fee={})
        publish_draft(other, dilara, NOON, FORMS)

        with pytest.raises(CannotPublish, match="in the meantime"):
            publish_draft(mine, gulnar, NOON, FORMS)

    def test_not_what_changes_nothing_or_has_faults(self, version: ServiceVersion, dilara: User) -> None:
        for changes in ({}, {"colour": "red"}):
            with pytest.raises(CannotPublish):
                publish_draft(draft_of(version, dilara, **changes), dilara, NOON, FORMS)
        assert ServiceVersion.objects.count() == 1

    def test_a_manager_of_a_delivering_agency_can_not(self, version: ServiceVersion, dilara: User) -> None:
        stranger = worlds.clerk("elnur", "south", desks=(), role="manager")
        draft = draft_of(version, dilara, time_limit={"days": 7})

        with pytest.raises(CannotPublish):
            publish_draft(draft, stranger, NOON, FORMS)
        assert signed_in(stranger).get(reverse("managers_versions", args=["permit"])).status_code == 404


class TestExampleWhoseDayHasPassed:
    START = {"key": "start", "kind": "date", "label": worlds.text("Start"), "earliest": "today"}
    MARCH = {"key": "march", "title": worlds.text("In March"), "answers": {"start": "2026-03-20"}}
    CHANGES = {
        "pages": [{"key": "what", "title": worlds.text("What"), "fields": [START]}],
        "examples": [MARCH],
        "fee": {},
    }

    @pytest.fixture(autouse=True)
    def clock(self) -> Iterator[time_machine.Traveller]:
        with time_machine.travel(NOON, tick=False) as clock:
            yield clock

    def test_does_not_stand_against_the_same_text_again(
        self, version: ServiceVersion, clock: time_machine.Traveller
    ) -> None:
        source = {**version.source, **self.CHANGES}
        first = publish(source, NOON, FORMS)
        clock.shift(timedelta(days=60))

        assert (first[1], publish(source, timezone.now(), FORMS)) == (True, (first[0], False))
        with pytest.raises(Unsound, match=r"examples\.0\.answers\.start"):
            publish({**source, "time_limit": {"days": 7}}, timezone.now(), FORMS)

    def test_is_named_where_a_sound_draft_can_not_be_published_and_when_it_is_checked_again(
        self, version: ServiceVersion, dilara: User, clock: time_machine.Traveller
    ) -> None:
        draft = draft_of(version, dilara, **self.CHANGES)
        clock.shift(timedelta(days=60))

        refused = signed_in(dilara).post(reverse("managers_publish", args=["permit", draft.pk]))
        again = draft_of(version, dilara, **self.CHANGES)

        told = refused.content.decode()
        assert (refused.status_code, draft.is_sound) == (409, True)
        assert "Something has changed since this text was checked" in told
        assert told.count("examples.0.answers.start") == 2  # at its line, and at its example
        assert "Publish…" not in told
        assert [fault["path"] for fault in again.faults] == ["examples.0.answers.start"]
        assert Service.objects.get().current == version


class TestTrial:
    @pytest.fixture
    def trial(self, version: ServiceVersion, dilara: User) -> Trial:
        """Replay one request of the north and one of the south through a draft in which both fees differ."""
        for town in ("north", "south"):
            decide(worlds.apply(version, office=f"{town}-hall"), worlds.clerk("bruno", town))
        price = worlds.robot("price", "compute_fee")
        steps = {"start": "price", "steps": [price, *version.source["workflow"]["steps"]]}
        draft = draft_of(version, dilara, workflow=steps)
        address = reverse("managers_try", args=["permit", draft.pk])
        signed_in(dilara).post(address, {"wanted": "10"})
        return Trial.objects.get()

    def test_shows_its_progress_and_then_what_changes(self, trial: Trial, dilara: User) -> None:
        address = reverse("managers_trial", args=[trial.pk])
        assert "Being replayed: 0 of 2 requests." in signed_in(dilara).get(address).content.decode()
        assert run_trials(timezone.now()) == 1
        told = signed_in(dilara).get(address).content.decode()

        assert "Of 2 requests 2 end as before." in told
        assert "The fee differs in 2, together by 10.00 AZN." in told
        assert "New: price" in told

    def test_names_requests_of_the_managers_own_agency_only(self, trial: Trial, dilara: User) -> None:
        run_trials(timezone.now())
        own, other = (Step.objects.filter(desk__office__code=f"{town}-hall")[0] for town in ("north", "south"))
        for name in ("managers_trial", "managers_trial_csv"):
            told = signed_in(dilara).get(reverse(name, args=[trial.pk])).content.decode()
            assert own.service_request.written_reference in told
            assert other.service_request.written_reference not in told

    def test_shows_only_what_changes_unless_asked(self, trial: Trial, dilara: User) -> None:
        run_trials(timezone.now())
        trial.results.filter(number=0).update(changes=[])
        address = reverse("managers_trial", args=[trial.pk])
        client = signed_in(dilara)

        assert [client.get(address, {"show": show}).context["page"].paginator.count for show in ("", "all")] == [1, 2]

    def test_gives_no_results_before_its_end(self, trial: Trial, dilara: User) -> None:
        assert signed_in(dilara).get(reverse("managers_trial_csv", args=[trial.pk])).status_code == 404

    def test_refuses_another_number_and_a_draft_with_faults(self, version: ServiceVersion, dilara: User) -> None:
        sound, bad = draft_of(version, dilara, fee={}), draft_of(version, dilara, colour="red")
        client = signed_in(dilara)
        answers = [
            client.post(reverse("managers_try", args=["permit", draft.pk]), {"wanted": wanted}).status_code
            for draft, wanted in ((sound, "7"), (bad, "10"))
        ]

        assert answers == [422, 302]
        assert not Trial.objects.exists()

    @pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@a", "\t=1"])
    def test_no_cell_is_a_formula(self, cell: str) -> None:
        assert harmless(cell) == f"'{cell}"
        assert harmless(-1) == -1
