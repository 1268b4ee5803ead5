"""Documents after they are issued: listed, shared, revoked, verified by their file; by whom they belong to."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from services.accounts.models import User
from services.requests import signing
from services.requests.models import Document
from services.requests.share_links import Opening, ShareLink
from services.workflow.operations.paper import end_sharing, revoke_document, share
from tests import worlds
from tests.access.world import DOCUMENT
from tests.citizens.test_my_data import copied

pytestmark = pytest.mark.django_db


@pytest.fixture
def aysel() -> User:
    worlds.build_agencies("north")
    return worlds.citizen()


@pytest.fixture
def document(aysel: User, settings: Any, tmp_path: Path) -> Document:
    """Give a document as a robot issued it."""
    settings.KEYS_DIR = tmp_path / "keys"
    signing.make_keys(settings.KEYS_DIR)
    issue = worlds.robot("issue", "issue_document", to="granted", settings={"document": "permit"})
    version = worlds.published([issue, worlds.desk("judge")], documents=[DOCUMENT])
    worlds.apply(version, by=aysel, at=timezone.now())
    worlds.run_robots()
    return Document.objects.get()


@pytest.fixture
def pdf(document: Document) -> bytes:
    with document.file.open() as file:
        return bytes(file.read())


@pytest.fixture
def signed(client: Client, aysel: User) -> Client:
    client.force_login(aysel)
    return client


def body(client: Client, name: str, *args: Any) -> str:
    return client.get(reverse(name, args=args)).content.decode()


class TestDocuments:
    @pytest.mark.parametrize(
        ("facts", "state"),
        [
            ({}, "Valid"),
            ({"valid_until": "2026-01-01"}, "Expired"),
            ({"revoked_at": worlds.NOON, "revoked_reason": "Forged."}, "Revoked"),
        ],
    )
    def test_are_listed_with_their_state(
        self, signed: Client, document: Document, facts: dict[str, Any], state: str
    ) -> None:
        Document.objects.update(**facts)
        page = body(signed, "my_documents")

        assert state in page.partition("<tbody>")[2].partition("</tbody>")[0]
        assert reverse("document", args=[document.pk]) in page

    @pytest.mark.parametrize(
        ("language", "said"),
        [("en", "Permit"), ("az", '<bdi lang="az">Permit</bdi>'), ("", '<bdi lang="">Permit</bdi>')],
    )
    def test_say_their_language_where_it_is_known(
        self, signed: Client, document: Document, language: str, said: str
    ) -> None:
        """On the list, where others verify it, and where it is shared; an older one's isn't recorded."""
        assert document.language == "en"
        Document.objects.update(language=language)

        for name, key in (("my_documents", None), ("verify_document", document.number)):
            page = body(signed, name, *[key] if key else [])
            assert said in page
            assert (f'lang="{language}">Permit<' in page) == (language != "en")

    def test_of_others_are_not_listed(self, client: Client, document: Document) -> None:
        client.force_login(worlds.citizen("sara"))

        assert "You have no documents yet." in body(client, "my_documents")

    def test_are_shared_by_a_link_that_is_shown_once(self, signed: Client, document: Document, pdf: bytes) -> None:
        address = reverse("my_document_share", args=[document.pk])
        assert signed.post(address, {"days": "365"}).status_code == 422
        shown = signed.post(address, {"days": "7"}).content.decode()
        secret = shown.partition("/shared/")[2].partition("/")[0]
        assert secret not in signed.get(address).content.decode()

        stranger = Client()
        page = stranger.get(reverse("shared", args=[secret]))
        file = stranger.get(reverse("shared_file", args=[secret]))
        assert b"".join(file.streaming_content) == pdf
        for answer in (page, file):
            assert answer["Referrer-Policy"] == "no-referrer"
            assert answer["Cache-Control"] == "no-store"
        assert "Aysel" not in page.content.decode()
        assert "Opened 2 times" in signed.get(address).content.decode()

    def test_language_can_be_changed_on_a_page_without_referrer(self) -> None:
        browser = Client(enforce_csrf_checks=True)
        answer = browser.post(reverse("set_language"), {"language": "az", "next": "/"}, headers={"Origin": "null"})

        assert answer.status_code == 302

    def test_behind_an_ended_link_answer_like_behind_none(
        self, client: Client, document: Document, aysel: User
    ) -> None:
        now = timezone.now()
        ended, expired = share(document, 7, aysel, now), share(document, 7, aysel, now)
        end_sharing(ended[0], aysel, now)
        ShareLink.objects.filter(pk=expired[0].pk).update(expires_at=now)
        answers = [client.get(reverse("shared", args=[secret])) for secret in (ended[1], expired[1], "nonsense")]

        assert {answer.status_code for answer in answers} == {404}
        assert "Links to documents end after some days" in answers[0].content.decode()
        assert len({answer.content.split(b"<main")[1].split(b"</main>")[0] for answer in answers}) == 1
        assert all(answer["Referrer-Policy"] == "no-referrer" for answer in answers)
        assert not Opening.objects.exists()

    def test_links_are_ended_by_their_owner_only(self, client: Client, document: Document, aysel: User) -> None:
        link, secret = share(document, 7, aysel, timezone.now())
        client.force_login(worlds.citizen("sara"))
        assert client.post(reverse("my_link_end", args=[link.pk])).status_code == 404
        client.force_login(aysel)
        client.post(reverse("my_link_end", args=[link.pk]))

        assert client.get(reverse("shared", args=[secret])).status_code == 404

    def test_are_revoked_at_the_desk_with_a_reason(self, client: Client, document: Document, aysel: User) -> None:
        client.force_login(worlds.clerk("bruno"))
        address = reverse("desk_document_revoke", args=[document.pk])
        assert "Why do you look into this request?" in body(client, "desk_request", document.service_request_id)
        client.post(reverse("desk_purpose", args=[document.service_request_id]), {"purpose": "document"})
        assert address in body(client, "desk_request", document.service_request_id)
        assert client.post(address, {"reason": ""}).status_code == 422
        told = client.post(address, {"reason": "Forged."}, follow=True).content.decode()
        assert "The document is revoked" in told
        assert address not in told
        client.force_login(aysel)
        assert "Forged." in body(client, "my_request", document.service_request_id)

        verified = Client().get(reverse("verify_document", args=[document.number])).content.decode()
        assert "This document was revoked" in verified
        assert "Forged." not in verified


class TestVerifyingByFile:
    def verified(self, content: bytes) -> str:
        upload = SimpleUploadedFile("permit.pdf", content)
        return Client().post(reverse("verify"), {"file": upload}).content.decode()

    def test_tells_a_valid_one_and_never_whom_it_is_about(self, pdf: bytes) -> None:
        told = self.verified(pdf)

        assert "This document is valid" in told
        assert "Aysel" not in told

    def test_tells_a_valid_one_of_a_former_key(self, pdf: bytes, settings: Any) -> None:
        signing.rotate_keys(settings.KEYS_DIR)

        assert "This document is valid" in self.verified(pdf)

    def test_tells_a_revoked_and_an_expired_one(self, document: Document, pdf: bytes) -> None:
        Document.objects.update(valid_until="2026-01-01")
        assert "This document has expired" in self.verified(pdf)
        revoke_document(document, "Forged.", worlds.clerk("bruno"), timezone.now())
        assert "This document was revoked" in self.verified(pdf)

    def test_knows_neither_a_changed_one_nor_one_that_was_never_issued(self, document: Document, pdf: bytes) -> None:
        changed = bytearray(pdf)
        changed[len(changed) // 2] ^= 1
        assert "This document is not ours" in self.verified(bytes(changed))
        document.delete()
        assert "no such document is on record" in self.verified(pdf)


def test_the_copy_of_ones_data_tells_each_link_and_its_openings(document: Document, aysel: User) -> None:
    link, secret = share(document, 7, aysel, timezone.now())
    Opening.objects.create(link=link, what=Opening.What.TAKEN, at=timezone.now())

    told = copied(aysel)

    (one,) = told["requests"][0]["share_links"]
    assert (one["document"], one["openings"][0]["what"]) == (document.number, "taken")
    assert secret not in str(told)
