"""One real day of New York's 311 through `portalctl`, as a process, into a web process of the portal.

Each report is taken once or refused with its columns, though the program is killed and its last line torn.
"""

import csv
import gzip
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from portal.embedded.ports import wait_until
from services.accounts.models import User
from services.requests.models import ServiceRequest
from services.requests.rules import read_reference
from services.workflow.operations.tokens import make_token
from tests import worlds
from tests.client.conftest import CLIENT

DAY = Path(settings.BASE_DIR).parent / "shared" / "data" / "nyc311_2013-12-25.csv.gz"
MAPPING = Path(__file__).with_name("nyc311.toml")
ROWS, CUT_AT, TORN_BYTES = 2386, 300, 10
Row = dict[str, str]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not DAY.exists(), reason=f"the real day isn't there: {DAY}"),
]


def rows() -> Iterator[Row]:
    with gzip.open(DAY, "rt", encoding="utf-8", newline="") as day:
        yield from csv.DictReader(day)


def office_of(row: Row) -> str:
    return f"{row['Agency'].lower()}-hall"


def open_city() -> None:
    """Publish one service that the agencies of that day deliver."""
    towns = sorted({row["Agency"].lower() for row in rows()})
    worlds.build_agencies(*towns)
    fields = [
        {"key": "complaint", "kind": "text", "label": {"en": "Complaint"}},
        {"key": "detail", "kind": "text", "label": {"en": "Detail"}, "required": False},
        {"key": "words", "kind": "long_text", "label": {"en": "Words"}, "required": False},
        {"key": "place", "kind": "location", "label": {"en": "Place"}},
    ]
    pages = [{"key": "about", "title": {"en": "About"}, "fields": fields}]
    judge = worlds.desk("judge")
    worlds.published([judge], towns=towns, service="city", identity="none", open_reports=True, pages=pages)


def key_of(user: User) -> str:
    return make_token(user=user, name="City app", scopes=["reports:submit"], days=30, now=timezone.now())[1]


class Program:
    """The installed program, given the same words each time."""

    def __init__(self, folder: Path, portal: str, token: str) -> None:
        self.resume, self.results, self.told = folder / "resume", folder / "results.csv", folder / "told"
        files = ["--resume", str(self.resume), "--results", str(self.results)]
        self.words = [sys.executable, "-m", "portalctl", "submit-csv", str(DAY), "--mapping", str(MAPPING), *files]
        self.environment = {**os.environ, "PYTHONPATH": str(CLIENT), "PORTALCTL_URL": portal, "PORTALCTL_TOKEN": token}

    def noted(self) -> int:
        """Count the rows whose answer is on the disk."""
        return self.resume.read_bytes().count(b"\n") - 1 if self.resume.exists() else 0

    def run_until(self, count: int) -> None:
        """Run it until so many answers are noted, and kill it."""
        with self.told.open("wb") as told, subprocess.Popen(self.words, env=self.environment, stderr=told) as running:
            try:
                wait_until(lambda: self.noted() > count, seconds=120, failure="It stands still.")
            finally:
                running.kill()

    def run(self) -> tuple[int, str]:
        """Run it to its end; give its exit code and what it told."""
        done = subprocess.run(
            self.words, env=self.environment, capture_output=True, text=True, check=False, timeout=300
        )
        return done.returncode, done.stderr

    def ended(self) -> list[Row]:
        with self.results.open(encoding="utf-8", newline="") as results:
            return list(csv.DictReader(results))


@pytest.fixture
def program(ledger: None, web: str, tmp_path: Path) -> Program:
    open_city()
    return Program(tmp_path, web, key_of(worlds.citizen()))


def test_each_report_is_taken_once_or_refused_with_its_columns(program: Program) -> None:
    program.run_until(CUT_AT)
    os.truncate(program.resume, program.resume.stat().st_size - TORN_BYTES)  # what a power cut leaves of a line
    noted = program.noted()

    code, told = program.run()
    code_after, told_after = program.run()

    assert (code, code_after) == (1, 1), told + told_after
    assert f"{ROWS} rows, {ROWS - noted} to be sent" in told
    assert f"{ROWS - noted} of {ROWS - noted} sent" in told
    assert f"{ROWS} rows, 0 to be sent" in told_after
    ended, day = program.ended(), list(rows())
    assert [one["key"] for one in ended] == [row["Unique Key"] for row in day]
    assert {one["state"] for one in ended} == {"accepted", "refused"}
    nowhere = [row["Unique Key"] for row in day if not row["Latitude"]]
    refused = [one for one in ended if one["state"] == "refused"]
    assert [one["key"] for one in refused] == nowhere
    assert Counter((one["columns"], one["reason"]) for one in refused) == {
        ("Latitude, Longitude", "Latitude: is required; Longitude: is required"): len(nowhere)
    }
    taken = {one["id"]: one for one in ended if one["state"] == "accepted"}
    kept = {str(one.pk): one for one in ServiceRequest.objects.select_related("office")}
    assert taken.keys() == kept.keys()
    assert len(taken) + len(nowhere) == ROWS
    assert all(read_reference(one["reference"]) == kept[number].reference for number, one in taken.items())
    places = Counter(office_of(row) for row in day if row["Latitude"])
    assert Counter(one.office.code for one in kept.values()) == places
    assert re.search(rf"{len(taken)} accepted, {len(nowhere)} refused; results in ", told_after)
