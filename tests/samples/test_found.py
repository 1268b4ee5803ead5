"""What people find in the samples by words: by all that a service tells; by mistyped ones no more than ever."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from services.catalogue.queries import searched

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parent.parent.parent / "samples"

# Recorded before prose was searched: names and short texts forgive typing errors, whatever else there is to read.
MISTYPED = {
    "parkng": "parking-permit",
    "parkng permit": "parking-permit building-permit environmental-permit",
    "dayanacaq icazsi": "",
    "stationement": "parking-permit building-permit",
    "carte d'identitee": "id-card-renewal",
    "identty card": "id-card-renewal",
    "idntity": "id-card-renewal",
    "licens": "building-permit small-business-licence",
    "bussiness": "small-business-licence",
    "kindergaten": "kindergarten-place",
    "marrage": "marriage-registration",
    "mariage registration": "marriage-registration birth-registration address-change",
    "bilding permit": "building-permit parking-permit",
    "housng benefit": "housing-benefit",
    "potole": "pothole-report",
    "pothol report": "pothole-report id-card-renewal small-business-licence",
    "birth regstration": "birth-registration",
    "naissence": "birth-registration kindergarten-place",
    "şəxsiyyet vesiqesi": "id-card-renewal",
    "adress change": "address-change",
    "changment d'adresse": "address-change",
    "enviromental": "environmental-permit",
    "environnemental permit": "environmental-permit",
    "proprty extract": "property-extract",
    "complant": "complaint-appeal id-card-renewal marriage-registration",
    "apeal": "complaint-appeal appeal",
    "parking permt sumgait": "parking-permit",
    "food stal": "small-business-licence",
    "kiosq": "small-business-licence",
    "tikinti icazesi": "building-permit parking-permit property-extract",
    "expird": "",
    "cofee": "",
    "sandwitch": "",
    "parqinq prmitt": "",
    "xyzzy": "",
    "twins": "building-permit marriage-registration",
    "solar": "small-business-licence building-permit environmental-permit",
    "taxi": "small-business-licence",
}
# What stands in options, hints, titles of pages and steps and parts of groups, or in names; the best hit comes first.
TOLD = {
    "coffee": "small-business-licence",
    "Coffee": "small-business-licence",
    "coff": "small-business-licence",
    "café": "small-business-licence",
    "qəhvə": "small-business-licence",
    "qehve": "small-business-licence",
    "coffee licence": "small-business-licence",
    "sandwich": "small-business-licence",
    "wine": "small-business-licence",
    "bière": "small-business-licence",
    "pivə": "small-business-licence",
    "midnight": "small-business-licence",
    "expired": "id-card-renewal",
    "expir": "id-card-renewal",
    "stolen": "id-card-renewal",
    "volée": "id-card-renewal",
    "oğurlanıb": "id-card-renewal",
    "identity card": "id-card-renewal",
    "stationnement": "parking-permit",
    "parking": "parking-permit",
    "doğum": "birth-registration",
    "bağça": "kindergarten-place",
}
NOWHERE = ("xyzzy", "expired coffee", "coffee expir", "xpired", "café expired")


@pytest.fixture(autouse=True)
def samples(settings: Any) -> None:
    settings.CONNECTOR_VALUES = {"REGISTRY_URL": "http://127.0.0.1:8001"}
    call_command("load_agencies", str(ROOT / "agencies.yaml"), verbosity=0)
    call_command("load_connectors", str(ROOT / "connectors.yaml"), verbosity=0)
    call_command("load_services", str(ROOT), verbosity=0)


def found(words: str) -> str:
    return " ".join(service.code for service in searched(words))


def test_mistyped_words_find_what_they_always_found_in_the_same_order() -> None:
    assert {words: found(words) for words in MISTYPED} == MISTYPED


def test_everything_that_a_service_tells_finds_it() -> None:
    assert {words: found(words).partition(" ")[0] for words in TOLD} == TOLD
    assert found("coffee") == "small-business-licence"
    assert found("expired") == "id-card-renewal"
    assert found("parking").split()[:2] == ["parking-permit", "address-change"]  # a step of it looks up the permit
    assert {words: found(words) for words in NOWHERE} == dict.fromkeys(NOWHERE, "")


def test_the_page_shows_it_or_says_that_nothing_was_found(client: Client) -> None:
    told = client.get(reverse("services"), {"q": "coffee"}).content.decode()
    nothing = client.get(reverse("services"), {"q": "cofee"}).content.decode()

    assert reverse("service", args=["small-business-licence"]) in told
    assert reverse("service", args=["id-card-renewal"]) not in told
    assert "No service was found." not in told
    assert "No service was found." in nothing
    assert reverse("service", args=["small-business-licence"]) not in nothing
