"""A stranger counts every published figure again from the public log: of made-up lives in which everything happens."""

import json
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from services.ledger import keys
from services.ledger.automation import seal
from services.ledger.operations import Entry, record
from services.transparency import automation
from tests.ledger import strangers
from tests.worlds import build_agencies, desk, published

BEGIN = datetime.now(UTC) - timedelta(days=800)
SERVICES = {"permit": 150, "other": 30, "rare": 4}
pytestmark = pytest.mark.django_db(transaction=True)


class Life:
    """One request: what happens to it, at later and later moments."""

    def __init__(self, random: Random, service: str) -> None:
        self.random, self.subject, self.entries = random, uuid4(), list[Entry]()
        self.at = BEGIN + timedelta(days=random.random() * 700)
        office, channel = (
            random.choices(["north", "south", "west"], [30, 9, 1])[0],
            random.choice(["online"] * 9 + ["post"]),
        )
        place = {"service": service, "version": random.choice([1, 1, 2]), "office": office, "channel": channel}
        self.tell("submitted", day=True, **place)

    def tell(self, event: str, *, day: bool = False, hours: float = 90, **facts: Any) -> None:
        self.at += timedelta(hours=self.random.random() * hours)
        facts = {**facts, "day": f"{self.at:%Y-%m-%d}"} if day else facts
        self.entries.append(Entry(self.subject, event, "system", self.at, facts))

    def maybe(self, share: float) -> bool:
        return self.random.random() < share

    def run(self) -> list[Entry]:
        self.tell("step_done", step="route", kind="robot", saves_minutes=6)
        if self.maybe(0.3):
            self.tell("routed", office=self.random.choice(["north", "south"]))
        self.work()
        if self.maybe(0.1):
            self.tell("reopened")
            self.work()
        for kind in ("objected", "complained", "complaint_answered", "decision_annulled", "decision_sent_back"):
            if self.maybe(0.15):
                self.tell(kind)
        for _ in range(self.random.choice([0, 0, 1, 2])):
            self.tell("rated", day=True, score=self.random.randint(1, 5))
        return self.entries

    def work(self) -> None:
        kind = self.random.choice(["desk", "desk", "applicant", "wait"])
        self.tell("step_opened", step=f"judge-{kind}", kind=kind, **({"elsewhere": True} if self.maybe(0.2) else {}))
        for _ in range(self.random.choice([0, 1, 3])):
            self.tell("file_read", purpose="work")
            self.tell("activity_completed", step="judge", activity="look")
        if self.maybe(0.4):
            self.tell("applicant_asked", step="judge", evidence=self.random.choice(["photo", "lease", ""]))
            self.tell("clock_stopped", step="judge", reason=self.random.choice(["question", "papers", "visit"]))
            self.tell("clock_resumed", step="judge", lost=self.random.randint(0, 3))
        if self.maybe(0.85):
            self.tell("step_done", step=f"judge-{kind}", kind=kind, minutes=9)
            self.end()

    def end(self) -> None:
        outcome = self.random.choice(["approved", "approved", "refused", "closed", "withdrawn"])
        if outcome == "refused":
            self.tell("decided", step="judge", refusal=True, reason=self.random.choice(["unfit", "late"]))
        if self.maybe(0.1):
            self.tell("decided_by_silence", step="judge", outcome=self.random.choice(["approval", "refusal"]))
            self.tell("opinions_silent", step="judge", branches=["fire"])
        self.tell("ended", day=True, outcome=outcome, on_time=self.maybe(0.7), working_days=self.random.randint(0, 30))


@pytest.fixture
def lives(settings, tmp_path: Path, ledger: None) -> None:
    settings.KEYS_DIR = tmp_path / "keys"
    keys.make_log_key(settings.KEYS_DIR, "portal.example.org/ledger")
    build_agencies("north")
    random = Random(20261126)
    for service, number in SERVICES.items():
        published([desk("judge")], towns=("north",), service=service)
        for _ in range(number):
            record(Life(random, service).run())
    automation.refresh()
    seal()


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch) -> tuple[ModuleType, ModuleType]:
    program, figures = strangers.load_figures()
    monkeypatch.setattr(program, "fetch", strangers.asking(Client(), program.fetch))
    return program, figures


def count(programs: tuple[ModuleType, ModuleType], settings: Any, *words: str) -> int:
    key = str(keys.verifiers(settings.KEYS_DIR)[0])
    return programs[1].main([strangers.PORTAL, "--key", key, *words])


def changed(where: str, content: bytes, measure: str) -> bytes:
    """Change the first figure of a measure by one, a mean by a twentieth."""
    if "/figures/permit" not in where:
        return content
    known = json.loads(content)
    line = next(line for line in known["figures"] if line["measure"] == measure)
    line["value"] = line["value"] * 1.05 if measure == "mean" else line["value"] + 1
    return json.dumps(known).encode()


@pytest.mark.usefixtures("lives")
class TestRecount:
    def test_every_figure_of_every_period_is_what_the_log_says(self, programs, settings, capsys) -> None:
        periods = ("all", "12m", f"{BEGIN.year + 1}", f"{BEGIN.year + 1}-06")
        codes = [count(programs, settings, "--period", period) for period in periods]

        said = capsys.readouterr()
        assert (codes, said.err) == ([0] * len(periods), "")
        assert "figures tell reasons of refusals and papers asked for" in said.out

    def test_everything_that_may_be_told_happened(self, client) -> None:
        lines = json.loads(client.get("/figures/permit.json?period=12m").content)["figures"]
        tables, measures = {line["table"] for line in lines}, {line["measure"] for line in lines}

        assert tables == {"whole", "year before", "month", "office", "channel", "version", "refused", "asked", "stops",
                          "step", "holder", "working days", "handling"}  # fmt: skip
        assert measures > {"rated", "satisfied", "file_reads", "objections", "overturned", "complaints", "late",
                           "silent_approvals", "first_time_right", "stopped_days", "p90_working_days"}  # fmt: skip

    def test_a_rare_service_is_not_told(self, client) -> None:
        [month] = client.get("/api/log/events").json()["months"]
        lines = [
            json.loads(line) for line in b"".join(client.get(month["files"]["jsonl"]).streaming_content).splitlines()
        ]

        assert any("hidden" in line for line in lines)
        assert not any((line.get("public") or {}).get("service") == "rare" for line in lines)

    def test_one_figure_that_was_changed_is_named(self, programs, settings, monkeypatch, capsys) -> None:
        program, honest = programs[0], lru_cache(None)(programs[0].fetch)
        for measure in ("received", "late", "p90_working_days", "mean", "satisfied", "file_reads"):
            monkeypatch.setattr(program, "fetch", lambda where, of=measure: changed(where, honest(where), of))

            assert count(programs, settings) == 1
            said = capsys.readouterr().err
            assert "1 published figures aren't what the log says" in said
            assert f"{measure}: " in said

    def test_what_is_not_sealed_yet_is_said_so(self, programs, settings, capsys) -> None:
        record(Life(Random(1), "permit").run())
        automation.refresh()

        assert count(programs, settings) == 1
        assert "try again" in capsys.readouterr().err

    def test_another_key_is_not_trusted(self, programs, capsys, tmp_path) -> None:
        keys.make_log_key(tmp_path / "other", "portal.example.org/ledger")
        other = str(keys.verifiers(tmp_path / "other")[0])

        assert programs[1].main([strangers.PORTAL, "--key", other]) == 1
        assert "isn't signed by a key that you trust" in capsys.readouterr().err
