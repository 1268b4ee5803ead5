"""Thousands of calls made from the OpenAPI document, by each role: no failure, and no answer that it doesn't tell."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.utils import timezone

from services.accounts.models import User
from services.requests.models import ServiceRequest
from services.workflow.operations.tokens import make_token, scopes_open_to
from tests import worlds

pytestmark = pytest.mark.slow
PLACE = {"lat": 40, "long": 49}
PATIENCE_S = 60.0
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
ROLES: dict[str, Callable[[], User] | None] = {
    "nobody": None,
    "citizen": worlds.citizen,
    "clerk": lambda: worlds.clerk("bruno"),
    "manager": lambda: worlds.clerk("dilara", role="manager"),
}


@pytest.fixture
def open_town(ledger: None) -> None:
    """Publish a service at whose desk three requests wait."""
    worlds.build_agencies("north")
    version = worlds.published([worlds.desk("judge")])
    for number in range(3):
        worlds.apply(version, {"rooms": 4}, by=worlds.citizen(f"leyla{number}"), at=timezone.now())


def calls_of(document: str, headers: dict[str, str], folder: Path, *more: str) -> tuple[int, str, dict[str, int]]:
    """Let calls be made by the document; give how that ended, what was told, and how many answers had each status."""
    told = folder / "calls.ndjson"
    wanted = ["--max-examples", "5", "--phases", "examples,coverage,fuzzing", "--checks", CHECKS, "--seed", "2026"]
    shown = [part for name, value in headers.items() for part in ("--header", f"{name}: {value}")]
    command = [sys.executable, "-m", "schemathesis.cli", "run", document, *shown, *wanted, *more]
    reports = ["--report", "ndjson", "--report-ndjson-path", str(told), "--no-color"]
    done = subprocess.run([*command, *reports], check=False, cwd=folder, capture_output=True, text=True, timeout=600)
    return done.returncode, done.stdout + done.stderr, statuses_in(told)


def statuses_in(told: Path) -> dict[str, int]:
    counted: dict[str, int] = {}
    for line in told.read_text().splitlines():
        found = json.loads(line).get("ScenarioFinished", {}).get("recorder", {}).get("interactions", {})
        for one in found.values():
            status = str((one.get("response") or {}).get("status_code", "none"))
            counted[status] = counted.get(status, 0) + 1
    return counted


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.usefixtures("open_town")
def test_nothing_is_answered_that_the_document_does_not_tell(role: str, web: str, tmp_path: Path) -> None:
    make, headers = ROLES[role], {}
    if make is not None:
        user, now = make(), timezone.now()
        _token, secret = make_token(user=user, name="Calls", scopes=scopes_open_to(user), days=1, now=now)
        headers["Authorization"] = f"Bearer {secret}"

    code, told, statuses = calls_of(f"{web}/api/schema/?format=json", headers, tmp_path)

    assert code == 0, told[-6000:]
    assert sum(statuses.values()) > 500, statuses
    assert "200" in statuses
    assert ("401" in statuses) == (role == "nobody"), statuses


@pytest.fixture
def open_roads(ledger: None) -> None:
    """Publish a service whose reports everybody may send, and send one."""
    worlds.build_agencies("north")
    place = {"key": "place", "kind": "location", "label": {"en": "Place"}}
    note = {"key": "note", "kind": "text", "label": {"en": "Note"}, "required": False}
    pages = [{"key": "about", "title": {"en": "About"}, "fields": [place, note]}]
    version = worlds.published([worlds.desk("judge")], service="hole", identity="none", open_reports=True, pages=pages)
    worlds.apply(version, {"place": {"lat": "40.59", "lon": "49.67"}}, at=timezone.now())


def as_a_city_app(document: dict[str, Any], secret: str) -> dict[str, Any]:
    """Give the document for a program that has a key, knows the service and tells places in town."""
    sent = document["components"]["schemas"]["SentReport"]["properties"]
    known = {"api_key": secret, "service_code": "hole"}
    sent |= {name: {"type": "string", "enum": [value]} for name, value in known.items()}
    sent |= {name: {"type": "string", "pattern": f"^{degrees}[.][0-9]{{1,5}}$"} for name, degrees in PLACE.items()}
    for parameter in document["paths"]["/open311/v2/services/{code}.{format}"]["get"]["parameters"]:
        if parameter["name"] == "code":
            parameter["schema"]["enum"] = ["hole"]
    return document


@pytest.mark.parametrize("has_key", [False, True], ids=["nobody", "city app"])
@pytest.mark.usefixtures("open_roads")
def test_nothing_is_answered_that_the_document_of_open311_does_not_tell(
    has_key: bool, web: str, tmp_path: Path
) -> None:
    document = httpx.get(f"{web}/open311/v2/schema/?format=json", timeout=PATIENCE_S).json()
    if has_key:
        now = timezone.now()
        _token, secret = make_token(user=worlds.citizen(), name="City", scopes=["reports:submit"], days=1, now=now)
        document = as_a_city_app(document, secret)
    file = tmp_path / "open311.json"
    file.write_text(json.dumps(document))

    code, told, statuses = calls_of(str(file), {}, tmp_path, "--url", web)

    assert code == 0, told[-6000:]
    assert {"200", "400", "403", "404"} <= statuses.keys(), statuses
    assert ("201" in statuses) == has_key, statuses
    assert (ServiceRequest.objects.count() > 1) == has_key


def test_an_address_that_is_none_is_told_as_programs_are(web: str) -> None:
    answer = httpx.get(f"{web}/api/nothing/", headers={"Accept-Language": "fr"}, timeout=PATIENCE_S)

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["errors"][0]["code"] == "not_found"
    assert "text/html" in httpx.get(f"{web}/nothing/", timeout=PATIENCE_S).headers["content-type"]


def test_a_fault_is_told_as_json_where_a_pdf_was_asked_for(open_town: None, web: str) -> None:
    seen, other = ServiceRequest.objects.order_by("pk")[:2]
    _token, secret = make_token(user=seen.applicant, name="Calls", scopes=["requests:read"], days=1, now=timezone.now())
    document = f"{web}/api/requests/{other.pk}/documents/{seen.pk}/?format=pdf"
    answer = httpx.get(document, headers={"Authorization": f"Bearer {secret}"}, timeout=PATIENCE_S)

    assert answer.status_code == 404
    assert answer.json()["type"] == "client_error"
