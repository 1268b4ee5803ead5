"""Documents shared and revoked, papers added later: who may, until when, and what is on record."""

from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.files.base import ContentFile

from services.accounts.models import User
from services.ledger.models import Event
from services.requests.models import Document, ServiceRequest
from services.requests.share_links import Opening, ShareLink
from services.requests.signing import make_keys
from services.requests.supplying import BadEvidence
from services.workflow.operations.applicant import withdraw
from services.workflow.operations.paper import end_sharing, open_shared, revoke_document, share, supply
from services.workflow.refusals import Refused
from tests import worlds
from tests.access.world import DOCUMENT
from tests.citizens.forms import PDF
from tests.clerks import office
from tests.objections import decide
from tests.worlds import DAY, NOON

pytestmark = pytest.mark.django_db
SEEN = Opening.What.SEEN


@pytest.fixture
def aysel() -> User:
    return worlds.citizen()


@pytest.fixture
def document(settings: Any, tmp_path: Path, aysel: User) -> Document:
    settings.KEYS_DIR, settings.MEDIA_ROOT = tmp_path / "keys", tmp_path / "files"
    make_keys(settings.KEYS_DIR)
    worlds.build_agencies("north", "south")
    issue = worlds.robot("issue", "issue_document", to="granted", settings={"document": "permit"}, if_stuck="judge")
    steps = [worlds.desk("judge", to="issue"), issue]
    document = {**DOCUMENT, "valid_days": 20}
    request = worlds.apply(worlds.published(steps, documents=[document]), by=aysel)
    decide(worlds.open_step(request), worlds.clerk("bruno"), "yes", NOON)
    worlds.run_robots()
    Document.objects.update(issued_at=NOON, valid_until=(NOON + 20 * DAY).date())
    return Document.objects.get()


def kinds(document: Document) -> list[str]:
    events = Event.objects.filter(subject=document.service_request_id).order_by("seq")
    return list(events.values_list("kind", flat=True))


class TestSharing:
    @pytest.mark.parametrize("days", [1, 7, 30])
    def test_opens_until_its_end(self, document: Document, aysel: User, days: int) -> None:
        _link, secret = share(document, days, aysel, NOON)

        assert open_shared(secret, SEEN, NOON + days * DAY - DAY / 24) == document
        assert open_shared(secret, SEEN, NOON + days * DAY) is None
        assert kinds(document)[-2:] == ["document_shared", "shared_opened"]
        assert Opening.objects.count() == 1

    def test_keeps_no_secret(self, document: Document, aysel: User) -> None:
        link, secret = share(document, 7, aysel, NOON)

        assert len(secret) >= 32
        assert secret not in str(ShareLink.objects.values().get())
        assert secret not in str(list(Event.objects.values_list("facts", flat=True)))
        assert open_shared(link.digest, SEEN, NOON) is None

    def test_ends_after_many_openings(self, document: Document, aysel: User) -> None:
        link, secret = share(document, 7, aysel, NOON)
        Opening.objects.bulk_create([Opening(link=link, what=SEEN, at=NOON) for _ in range(499)])

        assert open_shared(secret, SEEN, NOON) == document
        assert open_shared(secret, SEEN, NOON) is None

    def test_ends_at_once_and_for_good(self, document: Document, aysel: User) -> None:
        link, secret = share(document, 7, aysel, NOON)
        end_sharing(link, aysel, NOON)
        end_sharing(link, aysel, NOON)

        assert open_shared(secret, SEEN, NOON) is None
        assert kinds(document).count("sharing_ended") == 1

    def test_by_somebody_else_is_refused(self, document: Document, aysel: User) -> None:
        link, _secret = share(document, 7, aysel, NOON)
        sara = worlds.citizen("sara")
        with pytest.raises(Refused, match="somebody else"):
            share(document, 7, sara, NOON)
        with pytest.raises(Refused, match="somebody else"):
            end_sharing(link, sara, NOON)

    def test_for_another_span_or_too_often_is_refused(self, document: Document, aysel: User) -> None:
        with pytest.raises(Refused, match="how long"):
            share(document, 365, aysel, NOON)
        for _ in range(20):
            share(document, 1, aysel, NOON)
        with pytest.raises(Refused, match="20 links"):
            share(document, 1, aysel, NOON)
        assert share(document, 1, aysel, NOON + 2 * DAY)

    def test_of_an_expired_document_is_refused(self, document: Document, aysel: User) -> None:
        with pytest.raises(Refused, match="Only a valid document"):
            share(document, 1, aysel, NOON + 22 * DAY)


class TestRevoking:
    def test_is_told_to_its_holder_and_on_record(self, document: Document) -> None:
        bruno = worlds.clerk("bruno")
        revoke_document(document, "It was forged.", bruno, NOON + DAY)
        worlds.run_robots()
        document.refresh_from_db()

        assert document.state(NOON.date()) == "revoked"
        assert (document.revoked_by, document.revoked_reason) == (bruno, "It was forged.")
        assert "A document of yours was revoked" in [letter.subject for letter in mail.outbox]
        facts = Event.objects.get(kind="document_revoked").facts
        assert facts == {"document": "permit", "sha256": document.sha256}

    def test_without_reason_or_twice_is_refused(self, document: Document) -> None:
        bruno = worlds.clerk("bruno")
        with pytest.raises(Refused, match="Give the reason"):
            revoke_document(document, " ", bruno, NOON)
        revoke_document(document, "Forged.", bruno, NOON)
        with pytest.raises(Refused, match="already revoked"):
            revoke_document(document, "Forged.", bruno, NOON)

    def test_elsewhere_is_refused(self, document: Document) -> None:
        with pytest.raises(Refused, match="isn't at one of your desks"):
            revoke_document(document, "Mine.", worlds.clerk("carla", "south"), NOON)


class TestSupplying:
    @pytest.fixture
    def own(self, settings: Any, tmp_path: Path, aysel: User) -> ServiceRequest:
        settings.MEDIA_ROOT = tmp_path
        worlds.build_agencies("north")
        return worlds.apply(office.published(), by=aysel)

    def paper(self, name: str = "plan.pdf") -> "ContentFile[bytes]":
        return ContentFile(PDF, name=name)

    def test_keeps_the_file_and_tells_it(self, own: ServiceRequest, aysel: User) -> None:
        kept = supply(own, "plan", self.paper(), aysel, NOON + DAY)

        facts = Event.objects.get(kind="evidence_added").facts
        assert (kept.key, facts["evidence"]) == ("plan", "plan")
        assert kept.sha256 not in str(facts)

    @pytest.mark.parametrize("key", ["nothing", "", "answer"])
    def test_of_an_unknown_paper_is_refused(self, own: ServiceRequest, aysel: User, key: str) -> None:
        with pytest.raises(Refused, match="can't be added now"):
            supply(own, key, self.paper(), aysel, NOON + DAY)

    def test_beyond_the_number_allowed_is_refused(self, own: ServiceRequest, aysel: User) -> None:
        for number in range(3):
            supply(own, "plan", self.paper(f"{number}.pdf"), aysel, NOON)
        with pytest.raises(Refused, match="can't be added now"):
            supply(own, "plan", self.paper(), aysel, NOON)

    def test_adds_the_same_file_once(self, own: ServiceRequest, aysel: User) -> None:
        first, again = (supply(own, "plan", self.paper(), aysel, NOON) for _ in range(2))

        assert first == again
        assert (own.evidence.count(), Event.objects.filter(kind="evidence_added").count()) == (1, 1)

    def test_of_a_bad_file_writes_nothing(self, own: ServiceRequest, aysel: User) -> None:
        with pytest.raises(BadEvidence):
            supply(own, "plan", ContentFile(b"MZ", name="plan.pdf"), aysel, NOON)
        assert not Event.objects.filter(kind="evidence_added").exists()

    def test_after_the_end_or_by_others_is_refused(self, own: ServiceRequest, aysel: User) -> None:
        with pytest.raises(Refused, match="somebody else"):
            supply(own, "plan", self.paper(), worlds.citizen("sara"), NOON)
        withdraw(own, aysel, NOON)
        with pytest.raises(Refused, match="already come to an end"):
            supply(own, "plan", self.paper(), aysel, NOON)
