"""The receipt: a signed, tagged PDF of what was handed in, in the reader's language, for the applicant only."""

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from portal.citizens.receipts import content_of
from services.accounts.models import User
from services.ledger.models import Event
from services.ledger.public_events import bucket_of
from services.requests import signing
from services.requests.models import ServiceRequest
from services.requests.operations import add_evidence
from services.requests.status_codes import status_code_of, write_status_code
from services.requests.typesetting import typeset
from services.transparency.models import Forecast
from tests import worlds
from tests.citizens.forms import upload
from tests.requests.test_documents import CONTENT

pytestmark = pytest.mark.django_db
STORY = "O’Neill Çiğdəm #read(1) *bold* $x$"


@pytest.fixture
def submitted(settings: Any, tmp_path: Path) -> ServiceRequest:
    settings.KEYS_DIR, settings.MEDIA_ROOT = tmp_path / "keys", tmp_path / "files"
    signing.make_keys(settings.KEYS_DIR)
    worlds.build_agencies("north")
    story = {"key": "story", "kind": "text", "label": worlds.text("Story")}
    pages = [{"key": "about", "title": worlds.text("About"), "fields": [story]}]
    version = worlds.published([worlds.desk("judge")], pages=pages)
    request = worlds.apply(version, {"story": STORY}, by=worlds.citizen("aysel"))
    add_evidence(request, "plan", upload(name="plan.pdf"), accept=["pdf"], at_most=1, now=worlds.NOON)
    return request


def receipt(submitted: ServiceRequest, language: str = "en") -> bytes:
    client = Client(headers={"Accept-Language": language})
    client.force_login(User.objects.get(email="aysel@example.org"))
    answer = client.get(reverse("apply_receipt", args=[submitted.pk]))
    assert answer["Content-Type"] == "application/pdf"
    return answer.content


def test_says_what_was_handed_in_and_when(submitted: ServiceRequest) -> None:
    with override("en"):
        told = repr(content_of(ServiceRequest.objects.with_service().get()))
    event, file = Event.objects.get(kind="submitted"), submitted.evidence.get()

    for expected in (
        submitted.written_reference,
        write_status_code(status_code_of(submitted.pk)),
        "Permit, version 1",
        "12:00",
        "+04",
        "O’Neill Çiğdəm",
        "plan.pdf",
        file.sha256,
        bytes(event.digest).hex(),
        "17 March 2026",
        "judge",
    ):
        assert expected in told


@pytest.mark.parametrize("language", ["en", "az", "fr", "ar"])
def test_is_tagged_and_signed_in_every_language(submitted: ServiceRequest, language: str) -> None:
    pdf = receipt(submitted, language)
    told = signing.verify(pdf)

    assert b"pdfuaid" in pdf
    assert (told.why, told.is_receipt) == ("ours", True)
    assert f"/Lang ({language})".encode() in pdf


def test_is_no_document_of_a_decision(submitted: ServiceRequest, client: Client) -> None:
    pdf = receipt(submitted)
    genuine, forged = (
        client.post(reverse("verify"), {"file": SimpleUploadedFile("x.pdf", content)}).content.decode()
        for content in (pdf, pdf.replace(b"%%EOF", b"%%EOX", 1))
    )

    assert "This receipt is ours" in genuine
    assert "it is no decision" in genuine
    assert "This receipt is ours" not in forged
    assert hashlib.sha256(pdf).hexdigest() not in genuine


def test_a_document_s_signature_is_no_receipt(submitted: ServiceRequest) -> None:
    assert not signing.verify(signing.sign(typeset(CONTENT))).is_receipt


def test_is_offered_on_both_pages_and_to_nobody_else(submitted: ServiceRequest, client: Client) -> None:
    address = reverse("apply_receipt", args=[submitted.pk])
    own = Client()
    own.force_login(User.objects.get(email="aysel@example.org"))
    pages = [own.get(reverse(name, args=[submitted.pk])).content.decode() for name in ("apply_done", "my_request")]

    assert all(address in page for page in pages)
    assert client.get(address).status_code == 404


def test_the_expected_date_stands_wherever_the_request_does(submitted: ServiceRequest, client: Client) -> None:
    client.force_login(User.objects.get(email="aysel@example.org"))
    pages = [reverse(name, args=[submitted.pk]) for name in ("apply_done", "my_request")]
    assert not any("9 of 10" in client.get(page).content.decode() for page in pages)
    half, most = (bucket_of(days * worlds.DAY // timedelta(microseconds=1)) for days in (3, 8))
    facts = {"service": "permit", "office": "", "decided": 40, "made_at": worlds.NOON}
    Forecast.objects.create(curve=[[half, 0.5], [most, 0.1]], **facts)

    with time_machine.travel(worlds.NOON, tick=False):
        told = [client.get(page).content.decode() for page in pages]
        written = repr(content_of(ServiceRequest.objects.with_service().get()))
    assert all("9 of 10 by <strong>10 March 2026</strong>" in page for page in told)
    assert "9 of 10 are decided by" in written
    assert "10 March 2026" in written


def test_the_page_after_sending_says_when_it_was_received(submitted: ServiceRequest, client: Client) -> None:
    client.force_login(User.objects.get(email="aysel@example.org"))
    assert "Received on 2 March 2026, 12:00" in client.get(reverse("apply_done", args=[submitted.pk])).content.decode()
