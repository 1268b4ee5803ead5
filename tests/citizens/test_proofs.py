"""The proof of a request's history: kept by the person, checked by the stranger's program, told in one sentence."""

import json
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from services.ledger import automation, keys
from services.ledger.models import Event
from services.requests import signing
from services.requests.models import ServiceRequest
from tests import worlds
from tests.ledger import strangers

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("ledger")]


@pytest.fixture
def submitted(settings: Any, tmp_path: Path) -> ServiceRequest:
    settings.KEYS_DIR, settings.MEDIA_ROOT = tmp_path / "keys", tmp_path / "files"
    signing.make_keys(settings.KEYS_DIR)
    keys.make_log_key(settings.KEYS_DIR, "portal.example.org/ledger")
    worlds.build_agencies("north")
    version = worlds.published([worlds.desk("judge")])
    return worlds.apply(version, by=worlds.citizen("aysel"), at=timezone.now())


@pytest.fixture
def aysel(client: Client, submitted: ServiceRequest) -> Client:
    client.force_login(submitted.applicant)
    return client


def get(client: Client, name: str, request: ServiceRequest) -> Any:
    return client.get(reverse(name, args=[request.pk]))


def test_the_proof_satisfies_a_stranger(aysel: Client, submitted: ServiceRequest, tmp_path: Path, capsys: Any) -> None:
    automation.seal()
    answer = get(aysel, "my_request_proof", submitted)
    (tmp_path / "proof.json").write_bytes(answer.content)
    key = str(keys.verifiers(tmp_path / "keys")[0])

    assert "attachment" in answer["Content-Disposition"]
    assert strangers.load().main(["receipt", str(tmp_path / "proof.json"), "--key", key]) == 0
    assert submitted.written_reference in capsys.readouterr().out


def test_the_receipt_carries_it_and_says_so(aysel: Client, submitted: ServiceRequest, tmp_path: Path) -> None:
    automation.seal()
    pdf = get(aysel, "apply_receipt", submitted).content
    document = pdfium.PdfDocument(pdf)
    [name] = [document.get_attachment(number).get_name() for number in range(document.count_attachments())]
    carried = bytes(document.get_attachment(0).get_data())
    trusted = [(stranger := strangers.load()).read_key(str(keys.verifiers(tmp_path / "keys")[0]))]

    assert name == "proof.json"
    assert stranger.check_receipt(json.loads(carried), trusted).size == Event.objects.count()
    assert signing.verify(pdf).is_ours


def test_a_receipt_before_the_seal_carries_none(aysel: Client, submitted: ServiceRequest) -> None:
    assert pdfium.PdfDocument(get(aysel, "apply_receipt", submitted).content).count_attachments() == 0
    assert get(aysel, "my_request_proof", submitted).json()["events"] == []


def test_the_page_says_what_is_sealed(aysel: Client, submitted: ServiceRequest) -> None:
    before = get(aysel, "my_request", submitted).content.decode()
    automation.seal()
    after = get(aysel, "my_request", submitted).content.decode()

    assert "get their seal within a minute" in before
    assert "This history is in the sealed log" in after
    assert reverse("my_request_proof", args=[submitted.pk]) in after


def test_the_page_of_the_log_tells_its_key_and_its_size(
    aysel: Client, submitted: ServiceRequest, tmp_path: Path
) -> None:
    assert "Nothing is sealed yet" in aysel.get(reverse("sealed_log")).content.decode()
    automation.seal()

    body = aysel.get(reverse("sealed_log")).content.decode()

    assert str(Event.objects.count()) in body
    assert str(keys.verifiers(tmp_path / "keys")[0]).split("+")[1] in body


class TestAPI:
    def test_what_stays_true_may_be_kept_for_ever_and_is_one_for_everybody(self, submitted: ServiceRequest) -> None:
        automation.seal()
        size = Event.objects.count()
        anyone = Client()

        for path in (f"inclusion/0/{size}", f"consistency/1/{size}"):
            answer = anyone.get(f"/api/log/{path}")
            assert answer.status_code == 200
            assert "immutable" in answer["Cache-Control"]
            assert "Vary" not in answer

    @pytest.mark.parametrize(
        "path",
        ["inclusion/0/0", "inclusion/9/9", "inclusion/0/999999", "inclusion/0/9" + "9" * 40, "consistency/0/1",
         "consistency/2/1", "inclusion/-1/1", "inclusion/x/1", "consistency/1/99999"],
    )  # fmt: skip
    def test_what_has_no_proof_is_missing(self, submitted: ServiceRequest, path: str) -> None:
        automation.seal()

        assert Client().get(f"/api/log/{path}").status_code == 404

    def test_before_the_first_seal_there_is_no_head(self, submitted: ServiceRequest) -> None:
        assert Client().get("/api/log/head").status_code == 404
