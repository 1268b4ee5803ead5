"""Files that came while the scanner was away are scanned later, once; what it finds everybody learns who should."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from portal.celery import app
from services.ledger.models import Event
from services.requests.evidence import Evidence, Scan
from services.requests.models import Draft, ServiceRequest
from services.requests.operations import add_evidence, remove_evidence, start_draft
from services.requests.queries import evidence_counts
from services.workflow.models import Step
from services.workflow.operations import scanning
from services.workflow.operations.messages import write_to_applicant, write_to_office
from services.workflow.operations.paper import papers_to_add, supply
from services.workflow.operations.scanning import scan_what_waits
from services.workflow.operations.walking import walking
from tests import worlds
from tests.citizens.forms import PDF
from tests.clerks import office
from tests.requests.clamd import EICAR, NOWHERE, Clamd, clamd
from tests.worlds import NOON

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def files_folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT, settings.CLAMD_URL = tmp_path, NOWHERE


@pytest.fixture
def sent() -> ServiceRequest:
    worlds.build_agencies("north")
    return worlds.apply(office.published(), by=worlds.citizen())


@pytest.fixture
def committing(django_capture_on_commit_callbacks: Any) -> Any:
    return django_capture_on_commit_callbacks


@pytest.fixture
def scanner(settings: Any) -> Iterator[Clamd]:
    with clamd() as server:
        yield server


def file(content: bytes = PDF, name: str = "plan.pdf") -> "ContentFile[bytes]":
    return ContentFile(content, name)


def three_files() -> list["ContentFile[bytes]"]:
    return [file(name=name) for name in ("first.pdf", "second.pdf", "third.pdf")]


def supplied(sent: ServiceRequest, content: bytes = PDF) -> Evidence:
    assert sent.applicant is not None
    return supply(sent, "plan", file(content), sent.applicant, NOON)


def kinds(sent: ServiceRequest) -> list[str]:
    return list(Event.objects.filter(subject=sent.pk).order_by("seq").values_list("kind", flat=True))


def state(evidence: Evidence) -> str:
    return Evidence.objects.get(pk=evidence.pk).scan


def desk_page(sent: ServiceRequest) -> str:
    client = Client()
    client.force_login(worlds.clerk("bruno"))
    return client.get(reverse("desk_request", args=[sent.pk])).content.decode()


class TestScannerAgain:
    def test_lets_a_clean_file_be_read(self, sent: ServiceRequest, scanner: Clamd, settings: Any) -> None:
        held = supplied(sent)
        before = desk_page(sent)
        settings.CLAMD_URL = scanner.url

        scan_what_waits(NOON)

        assert state(held) == Scan.CLEAN
        assert reverse("desk_evidence_preview", args=[held.pk]) not in before
        assert reverse("desk_evidence_preview", args=[held.pk]) in desk_page(sent)
        assert "file_cleared" in kinds(sent)
        assert not Step.objects.filter(key="file_refused").exists()

    def test_withholds_a_harmful_one_for_ever(
        self, sent: ServiceRequest, scanner: Clamd, settings: Any, committing: Any
    ) -> None:
        held = supplied(sent, PDF + EICAR)
        path = Path(held.file.path)
        settings.CLAMD_URL = scanner.url

        with committing(execute=True):
            scan_what_waits(NOON)

        body = desk_page(sent)
        assert state(held) == Scan.REFUSED
        assert not path.exists()
        assert "Could not be accepted" in body
        assert reverse("desk_evidence_preview", args=[held.pk]) not in body
        event = Event.objects.get(kind="file_refused")
        assert (event.subject, event.actor, event.facts["evidence"]) == (sent.pk, "system", "plan")
        assert event.facts["found"] == "Eicar-Signature"

    def test_tells_the_person_who_can_bring_another(
        self, sent: ServiceRequest, scanner: Clamd, settings: Any, mailoutbox: Any
    ) -> None:
        supplied(sent, PDF + EICAR)
        before = evidence_counts([sent.pk])[sent.pk]
        settings.CLAMD_URL = scanner.url
        scan_what_waits(NOON)
        worlds.run_robots()

        with walking(sent.pk, NOON) as walk:
            assert "plan" in [paper.key for paper in papers_to_add(walk)]
        assert (before, evidence_counts([sent.pk])[sent.pk]) == ({"plan": 1}, {})
        assert [mail.subject for mail in mailoutbox if "could not be accepted" in mail.subject]
        assert supplied(sent).scan == Scan.CLEAN

    def test_tells_nobody_that_a_file_of_the_office_was_theirs(
        self, sent: ServiceRequest, scanner: Clamd, settings: Any
    ) -> None:
        write_to_applicant(sent, "See", worlds.clerk("bruno"), NOON, files=[file(PDF + EICAR)])
        settings.CLAMD_URL = scanner.url

        scan_what_waits(NOON)

        assert Evidence.objects.get().scan == Scan.REFUSED
        assert not Step.objects.filter(key="file_refused").exists()

    def test_scans_files_of_messages_and_drafts_too(self, sent: ServiceRequest, scanner: Clamd, settings: Any) -> None:
        assert sent.applicant is not None
        write_to_office(sent, "See", sent.applicant, NOON, files=[file()])
        draft = start_draft(sent.service, sent.applicant, sent.office, {})
        good = add_evidence(draft, "plan", file(), accept=["pdf"], at_most=3, now=NOON)
        bad = add_evidence(draft, "plan", file(PDF + EICAR), accept=["pdf"], at_most=3, now=NOON)
        settings.CLAMD_URL = scanner.url

        scan_what_waits(NOON)

        assert (state(good), state(bad), Evidence.objects.get(message__isnull=False).scan) == (
            Scan.CLEAN,
            Scan.REFUSED,
            Scan.CLEAN,
        )
        assert Event.objects.get(kind="file_refused").subject == draft.pk

    def test_takes_one_that_is_too_large_for_refused(self, sent: ServiceRequest, settings: Any) -> None:
        held = supplied(sent)
        with clamd(most=100) as scanner:
            settings.CLAMD_URL = scanner.url
            scan_what_waits(NOON)

        assert state(held) == Scan.REFUSED
        assert Event.objects.get(kind="file_refused").facts["found"] == "larger than the scanner takes"

    def test_follows_a_draft_into_its_request(
        self, sent: ServiceRequest, scanner: Clamd, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It was sent while its file was scanned."""
        draft = start_draft(sent.service, sent.applicant, sent.office, {})
        held = add_evidence(draft, "plan", file(PDF + EICAR), accept=["pdf"], at_most=3, now=NOON)
        settings.CLAMD_URL = scanner.url
        real = scanning.scan

        def sends(*known: Any) -> str:
            Evidence.objects.update(draft=None, service_request=sent)
            return real(*known)

        monkeypatch.setattr(scanning, "scan", sends)
        scan_what_waits(NOON)

        assert state(held) == Scan.REFUSED
        assert Event.objects.get(kind="file_refused").subject == sent.pk

    def test_leaves_a_file_alone_that_is_gone(
        self, sent: ServiceRequest, scanner: Clamd, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        draft = start_draft(sent.service, sent.applicant, sent.office, {})
        held = add_evidence(draft, "plan", file(PDF + EICAR), accept=["pdf"], at_most=3, now=NOON)
        other = supplied(sent)
        settings.CLAMD_URL = scanner.url
        Evidence.objects.filter(pk=other.pk).update(scan_at=NOON + MINUTE)
        real = scanning.scan

        def removes(*known: Any) -> str:
            if Draft.objects.exists():
                remove_evidence(held)
                draft.delete()
            return real(*known)

        monkeypatch.setattr(scanning, "scan", removes)
        scan_what_waits(NOON + MINUTE)

        assert state(other) == Scan.CLEAN
        assert not Event.objects.filter(kind="file_refused").exists()


class TestSweep:
    def test_comes_every_ten_seconds(self) -> None:
        line = app.conf.beat_schedule["scans"]

        assert (line["task"], line["schedule"]) == ("services.workflow.tasks.scan_what_waits", 10)

    def test_stops_at_once_while_the_scanner_is_away(self, sent: ServiceRequest) -> None:
        assert sent.applicant is not None
        write_to_office(sent, "See", sent.applicant, NOON, files=three_files())

        scan_what_waits(NOON)

        assert Evidence.objects.waiting().filter(scan_at=NOON).count() == 2

    def test_loses_nothing_and_comes_back(self, sent: ServiceRequest, scanner: Clamd, settings: Any) -> None:
        held = supplied(sent)
        scan_what_waits(NOON)
        settings.CLAMD_URL = scanner.url

        scan_what_waits(NOON)
        too_early = state(held)
        scan_what_waits(NOON + MINUTE)

        assert (too_early, state(held)) == (Scan.WAITING, Scan.CLEAN)

    def test_lets_an_odd_file_rest_longer_and_longer(self, sent: ServiceRequest) -> None:
        held, rests = supplied(sent), []
        for _ in range(12):
            held.refresh_from_db()
            assert held.scan_at is not None
            now = held.scan_at
            scan_what_waits(now)
            held.refresh_from_db()
            rests.append(held.scan_at - now)

        assert rests == sorted(rests)
        assert (rests[0], rests[-1]) == (MINUTE, 15 * MINUTE)

    def test_gives_a_file_to_one_of_two_at_the_same_time(
        self, sent: ServiceRequest, scanner: Clamd, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        held = supplied(sent)
        settings.CLAMD_URL = scanner.url
        real = scanning._rest

        def another_claims(*known: Any) -> timedelta:
            Evidence.objects.update(scan_at=NOON + MINUTE)
            return real(*known)

        monkeypatch.setattr(scanning, "_rest", another_claims)
        scan_what_waits(NOON)

        assert (scanner.asked, state(held)) == (0, Scan.WAITING)

    def test_tells_of_a_file_once_though_two_scanned_it(
        self, sent: ServiceRequest, scanner: Clamd, settings: Any
    ) -> None:
        held = supplied(sent, PDF + EICAR)
        settings.CLAMD_URL = scanner.url
        scan_what_waits(NOON)

        scanning._settle(held, "Eicar-Signature", NOON)

        assert Event.objects.filter(kind="file_refused").count() == 1

    def test_of_a_file_that_storage_lost_goes_on_with_the_others(
        self, sent: ServiceRequest, scanner: Clamd, settings: Any
    ) -> None:
        assert sent.applicant is not None
        write_to_office(sent, "See", sent.applicant, NOON, files=three_files()[:2])
        lost, other = Evidence.objects.order_by("scan_at", "pk")
        Evidence.objects.filter(pk=other.pk).update(scan_at=NOON + MINUTE)
        Path(lost.file.path).unlink()
        settings.CLAMD_URL = scanner.url

        scan_what_waits(NOON + MINUTE)

        assert (state(lost), state(other)) == (Scan.WAITING, Scan.CLEAN)

    def test_asks_nobody_when_there_is_no_scanner(self, sent: ServiceRequest, settings: Any) -> None:
        held = supplied(sent)
        settings.CLAMD_URL = ""

        scan_what_waits(NOON)

        held.refresh_from_db()
        assert (held.scan, held.scan_at) == (Scan.WAITING, NOON)


class TestRow:
    @pytest.mark.parametrize(
        "wrong",
        [{"scan": Scan.WAITING, "scan_at": None}, {"scan": Scan.CLEAN, "scan_at": NOON}, {"scan": Scan.REFUSED}],
        ids=["waits for ever", "clean and waits", "refused and still there"],
    )
    def test_can_not_be(self, sent: ServiceRequest, wrong: dict[str, Any], settings: Any) -> None:
        settings.CLAMD_URL = ""
        held = supplied(sent)

        with pytest.raises(IntegrityError), transaction.atomic():
            Evidence.objects.filter(pk=held.pk).update(**wrong)
