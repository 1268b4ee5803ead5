"""The public event log: who may be told is told, nobody else is; what is told fits the seal and never changes."""

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone

from services.ledger import automation, keys, public_events, public_log
from services.ledger.merkle import leaf_hash
from services.ledger.models import NamedPlace, PublicEvent, Seal, Sealing
from services.ledger.operations import Entry, record
from services.ledger.public_events import SHUT, shut
from tests.ledger import liar, strangers
from tests.worlds import build_agencies, desk, published

NOW = datetime(2026, 3, 2, 8, 30, 15, tzinfo=UTC)
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("ledger")]


@pytest.fixture(autouse=True)
def log_key(settings, tmp_path: Path) -> None:
    settings.KEYS_DIR = tmp_path / "keys"
    keys.make_log_key(settings.KEYS_DIR, "portal.example.org/ledger")


@pytest.fixture
def permit() -> None:
    build_agencies("north")
    published([desk("judge")], towns=("north",))


def tell(office: str = "hall", service: str = "permit") -> UUID:
    """Let a request go from its submission to its end, with much that isn't for everybody."""
    subject = uuid4()
    place = {"service": service, "version": 1, "office": office, "channel": "online", "day": "2026-03-02"}
    told: list[tuple[str, dict[str, Any]]] = [
        ("submitted", {**place, "applicant": "Aysel", "answers": "c0ffee"}),
        ("decided", {"step": "judge", "reason": "unfit", "refusal": True, "words": "Sorry, Aysel"}),
        ("ended", {"outcome": "refused", "on_time": True, "working_days": 3, "day": "2026-03-05"}),
        ("file_read", {"purpose": "work"}),
        ("rated", {"score": 1, "day": "2026-03-06"}),
        ("message_sent", {"words": "secret"}),
    ]
    record([Entry(subject, kind, "clerk:7", NOW, facts) for kind, facts in told])
    return subject


def name(*place: str) -> None:
    service, cut, key = (*place, "", "")[:3]
    NamedPlace.objects.create(service=service, cut=cut, key=key, since=Sealing.objects.get().size)


def a_month_passes() -> None:
    """Put all seals 40 days back, as if they had been signed then."""
    with liar.without_guards():
        for seal in Seal.objects.all():
            Seal.objects.filter(pk=seal.pk).update(at=seal.at - timedelta(days=40))


def leaf_of_line(line: dict[str, Any]) -> bytes:
    public = line.get("public")
    hashed = public_events.public_hash(public) if public else bytes.fromhex(line.get("hidden", ""))
    return leaf_hash(public_events.LEAF + bytes.fromhex(line["commitment"]) + hashed)


def files(kind: str = "jsonl") -> Iterator[bytes]:
    client = Client()
    for month in client.get("/api/log/events").json()["months"]:
        yield b"".join(client.get(month["files"][kind]).streaming_content)


def lines() -> list[dict[str, Any]]:
    return [json.loads(line) for file in files() for line in file.splitlines()]


class TestWhatIsTold:
    @pytest.mark.usefixtures("permit")
    def test_nothing_of_a_service_before_it_is_named(self) -> None:
        tell()
        automation.seal()

        assert {tuple(line) for line in lines()} == {
            ("leaf", "seal", "commitment", "hidden"),
            ("leaf", "seal", "commitment", "public"),
        }
        assert {line.get("public") for line in lines()} == {None}
        assert b"permit" not in b"".join(files())
        assert Client().get("/api/log/events").json()["hidden"] == 5

    def test_then_its_events_by_the_day_without_persons_answers_reasons_or_times(self) -> None:
        tell()
        automation.seal()
        name("permit")
        [submitted, decided, ended, read, rated, message] = [line.get("public") for line in lines()]

        request = submitted["request"]
        assert submitted == {
            "request": request,
            "event": "submitted",
            "day": "2026-03-02",
            "service": "permit",
            "version": 1,
            "office": submitted["office"],
            "channel": submitted["channel"],
        }
        assert decided == {"request": request, "event": "decided", "day": "2026-03-02", "step": "judge"}
        assert ended["outcome"] == "refused"
        assert message is None
        told = b"".join([*files(), *files("csv")]).decode()
        for secret in ("Aysel", "unfit", "clerk", "Sorry", "secret", "c0ffee", "hall", "online", ":30", "purpose"):
            assert secret not in told
        assert request not in json.dumps([read, rated])

    def test_answers_and_looks_without_the_request(self) -> None:
        subject = tell()
        automation.seal()
        name("permit")
        [*_, read, rated, _message] = [line.get("public") for line in lines()]

        assert {name: read[name] for name in ("event", "day", "service")} == {
            "event": "file_read",
            "day": "2026-03-02",
            "service": "permit",
        }
        assert set(read) == {"event", "day", "service", "salt"}
        assert rated == {
            "answer": rated["answer"],
            "event": "rated",
            "month": "2026-03",
            "service": "permit",
            "is_satisfied": False,
        }
        assert subject.hex not in rated["answer"]

    def test_an_office_only_when_it_is_named_and_it_is_the_one_that_was_sealed(self) -> None:
        tell("hall")
        tell("annex")
        automation.seal()
        name("permit")
        name("permit", "office", "hall")
        first, other = (line for line in lines() if (line.get("public") or {}).get("event") == "submitted")

        salt, office = first["places"]["office"]
        assert office == "hall"
        assert shut("office", "hall", salt) == first["public"]["office"]
        assert shut("office", "annex", salt) != other["public"]["office"]
        assert "places" not in other
        assert b"annex" not in b"".join([*files(), *files("csv")])

    def test_a_table_has_the_same_and_a_star_for_what_is_not_named(self) -> None:
        tell("hall")
        tell("annex")
        automation.seal()
        name("permit")
        name("permit", "office", "hall")
        rows = [row for file in files("csv") for row in csv.DictReader(StringIO(file.decode()))]

        assert [row["office"] for row in rows if row["event"] == "submitted"] == ["hall", "*"]
        assert [row["channel"] for row in rows if row["event"] == "submitted"] == ["*", "*"]
        assert len(rows) == 12

    def test_what_was_sealed_before_there_were_rules_is_never_told(self) -> None:
        tell()
        automation.seal()
        name("permit")
        with liar.without_guards():
            PublicEvent.objects.update(service="")

        assert [line.get("public") for line in lines()] == [None] * 6

    def test_every_kind_of_place_is_shut_in(self) -> None:
        """Whatever fact of a kind is a place must be in `SHUT`."""
        placed = {name for names in public_events.TOLD.values() for name in names} & {"office", "channel", "district"}

        assert placed == set(SHUT)


class TestFiles:
    def test_together_they_are_the_log_that_is_sealed(self) -> None:
        stranger = strangers.load()
        for _ in range(3):
            tell()
            automation.seal()
        name("permit")

        told = lines()
        leaves = [leaf_of_line(line) for line in told]

        seal = Seal.objects.latest("pk")
        assert stranger.root_over(leaves) == (seal.size, bytes(seal.root))
        assert [line["seal"] for line in told] == [6] * 6 + [12] * 6 + [18] * 6

    def test_a_month_that_is_over_never_changes_what_is_named_later_is_told_in_a_later_one(self) -> None:
        tell()
        automation.seal()
        a_month_passes()
        [before] = files()
        tell()
        automation.seal()
        a_month_passes()
        tell()
        automation.seal()
        name("permit")

        first, second, third = files()

        assert first == before
        assert b"permit" not in first + second
        told = [json.loads(line) for line in (first + second + third).splitlines()]
        assert {line["leaf"] for line in told if line.get("public")} == {*range(18)} - {5, 11, 17}
        assert [line["leaf"] for line in map(json.loads, third.splitlines())][:5] == [0, 1, 2, 3, 4]

    def test_a_place_that_is_named_later_is_told_again_alone(self) -> None:
        tell()
        automation.seal()
        name("permit")
        a_month_passes()
        tell()
        automation.seal()
        name("permit", "office", "hall")

        _first, second = files()

        assert [line["leaf"] for line in map(json.loads, second.splitlines())] == [0, *range(6, 12)]

    def test_closed_months_may_be_kept_for_ever_and_the_open_one_must_be_asked_for(self, client: Client) -> None:
        tell()
        automation.seal()
        a_month_passes()
        tell()
        automation.seal()
        old, new = client.get("/api/log/events").json()["months"]
        fresh = client.get(old["files"]["jsonl"])
        assert fresh["Cache-Control"] == "public, no-cache", "a name may still come"

        with liar.without_guards():
            Seal.objects.filter(size__gt=old["end"]).update(at=timezone.now() - timedelta(hours=2))
        kept, asked = (client.get(month["files"]["jsonl"]) for month in (old, new))

        assert kept["Cache-Control"] == "public, max-age=31536000, immutable"
        assert asked["Cache-Control"] == "public, no-cache"
        for answer in (kept, asked):
            assert "Vary" not in answer
            assert "Cookie" not in str(answer.headers)

    def test_nothing_is_sent_twice_to_who_has_it(self, client: Client) -> None:
        tell()
        automation.seal()
        [month] = client.get("/api/log/events").json()["months"]
        address = month["files"]["jsonl"]
        tag = client.get(address)["ETag"]

        assert client.get(address, headers={"If-None-Match": tag}).status_code == 304
        name("permit")
        assert client.get(address, headers={"If-None-Match": tag}).status_code == 200
        tell()
        automation.seal()
        assert client.get(address)["ETag"] != tag

    def test_it_streams_and_reads_a_stretch_at_a_time(self, client: Client, monkeypatch) -> None:
        for _ in range(4):
            tell()
        automation.seal()
        whole = lines()
        monkeypatch.setattr(public_log, "STRETCH", 5)
        [month] = client.get("/api/log/events").json()["months"]

        answer = client.get(month["files"]["jsonl"])

        assert answer.streaming
        assert [json.loads(part) for part in answer.streaming_content] == whole

    @pytest.mark.parametrize("wrong", ["2026-13.jsonl", "1999-01.jsonl", "x.jsonl", "2026-03.xml", "2026-03.jsonl.gz"])
    def test_a_month_that_is_none_is_not_found(self, client: Client, wrong: str) -> None:
        assert client.get(f"/api/log/events/{wrong}").status_code == 404

    @pytest.mark.usefixtures("permit")
    def test_the_page_of_the_log_leads_to_them(self, client: Client) -> None:
        tell()
        automation.seal()
        [month] = client.get("/api/log/events").json()["months"]
        page = client.get("/ledger/").content.decode()

        for address in month["files"].values():
            assert f'href="{address}"' in page
        assert "So 5 events are there, but not told." in page
        assert '<bdi dir="ltr">portal.example.org/ledger+' in page, "a key must wrap on a phone, as references never do"
