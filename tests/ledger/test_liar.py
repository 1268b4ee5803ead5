"""The liar's test: a superuser of the database, who has the real key too, changes the ledger. All of it is found."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone

from services.ledger import automation, keys, witnesses
from services.ledger.checking import faults
from services.ledger.models import Event, Leaf, Seal, Sealing, WitnessRefusal
from services.ledger.operations import Entry, record
from services.ledger.proofs import proved_history
from tests.ledger import liar, strangers

SEED, EDITS = 20261126, 500
KINDS = ("submitted", "step_opened", "decided", "ended", "file_read")
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("ledger")]


@pytest.fixture(autouse=True)
def log_key(settings, tmp_path: Path) -> Path:
    settings.KEYS_DIR = tmp_path / "keys"
    keys.make_log_key(settings.KEYS_DIR, "portal.example.org/ledger")
    return settings.KEYS_DIR


@pytest.fixture
def stranger(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    program = strangers.load()
    monkeypatch.setattr(program, "fetch", strangers.asking(Client(), program.fetch))
    return program


@pytest.fixture
def witness(stranger: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Any:
    watcher = stranger.Witness(tmp_path / "witness", "witness.example.org/w1", f"{strangers.PORTAL}/api/log/keys")
    strangers.watch(monkeypatch, settings, watcher)
    return watcher


def tell(subjects: list[UUID]) -> None:
    """Let requests go from their submission to their end."""
    place = {"service": "permit", "version": 1, "office": "hall", "channel": "online", "day": "2026-03-02"}
    ends = {"outcome": "approved", "on_time": True, "day": "2026-03-09"}
    facts = {"submitted": place, "step_opened": {"kind": "desk"}, "ended": ends}
    now = timezone.now()
    record(
        [
            Entry(subject, kind, "system", now, {"step": "judge", **facts.get(kind, {})})
            for subject in subjects
            for kind in KINDS
        ]
    )


def told_of(found: list[str], names: set[str]) -> bool:
    return any(name in f"{words} " for words in found for name in names)


def all_faults() -> list[str]:
    return [str(fault) for fault in faults()]


class TestEdits:
    def test_500_of_500_are_found_and_named_and_nothing_else_is(self) -> None:
        random = Random(SEED)
        subjects = [uuid4() for _ in range(EDITS + 60)]
        for start in range(0, len(subjects), 70):
            tell(subjects[start : start + 70])
            automation.seal()
        assert all_faults() == []
        left, done = list(subjects), []

        with liar.without_guards():
            for recorded_at, number in self.ways_to_smuggle(random):
                last = Event.objects.filter(subject=left.pop()).latest("seq")
                done.append(("insert", liar.insert_back_dated(last, recorded_at, number)))
            automation.seal()
            ways = sorted(liar.CHANGES)
            while len(done) < EDITS:
                what = random.choice(ways)
                done.append((what, liar.edit(liar.pick(random, left, what), what)))
        found = all_faults()

        missed = Counter(what for what, names in done if not told_of(found, names))
        assert missed == Counter()
        assert len(done) == EDITS
        assert set(liar.CHANGES) < {what for what, _ in done}
        assert not [words for words in found for subject in left if str(subject) in words]

    def ways_to_smuggle(self, random: Random) -> Iterator[tuple[Any, int | None]]:
        """Give times and transactions: honest ones, forged ones of the past, and forged ones of the future."""
        now = timezone.now()
        for _ in range(40):
            recorded_at = random.choice([now, now - liar.LONG_AGO, now + timedelta(days=400)])
            yield recorded_at, random.choice([None, 3, 2**60])


class TestHistories:
    """Whoever rewrites everything satisfies our own check; a witness or a receipt tells it."""

    @pytest.fixture
    def subjects(self, witness: Any) -> list[UUID]:
        subjects = [uuid4() for _ in range(60)]
        for start in range(0, 60, 10):
            tell(subjects[start : start + 10])
            automation.seal()
            witnesses.ask_all()
        assert not WitnessRefusal.objects.exists()
        return subjects

    def receipt(self, subject: UUID, log_key: Path) -> dict[str, Any]:
        history = proved_history(subject, KINDS)
        assert history.is_whole
        assert history.seal is not None
        known = {"events": history.events, "head": history.seal.note, "keys": keys.listed(log_key)}
        return {"reference": "K7M2", "subject": str(subject), **known}

    def refuted(self, stranger: ModuleType, receipt: dict[str, Any], log_key: Path) -> str:
        """Give what a citizen's program says of the portal's log of today; '' when all is well."""
        trusted = [stranger.read_key(str(keys.verifiers(log_key)[0]))]
        head = stranger.check_receipt(receipt, trusted)
        try:
            stranger.check_against_portal(receipt, head, trusted, strangers.PORTAL)
        except stranger.Refuted as why:
            return str(why)
        return ""

    def evidence(self, witness: Any) -> int:
        return len(list((witness.folder / "evidence").iterdir()))

    def test_an_honest_log_satisfies_everybody(self, subjects, stranger, witness, log_key) -> None:
        receipt = self.receipt(subjects[-1], log_key)
        tell([uuid4()])
        automation.seal()
        witnesses.ask_all()

        assert all_faults() == []
        assert self.refuted(stranger, receipt, log_key) == ""
        assert self.evidence(witness) == 0
        assert Seal.objects.latest("pk").cosignatures.count() == 1

    def test_every_truncation_is_found_by_the_witness_and_named_by_a_receipt(
        self, subjects, stranger, witness, log_key
    ) -> None:
        random, size = Random(SEED), Sealing.objects.get().size
        last = Leaf.objects.select_related("event").latest("index").event
        receipt = self.receipt(last.subject, log_key)
        cuts = {1, 2, 255, size - 1, *random.sample(range(3, size - 1), 16)}

        for count in cuts:
            with liar.undone():
                liar.truncate(count)
                assert all_faults() == [], "our own check can't know"
                later = timezone.now() + timedelta(days=1)  # one of the very second may be an old head
                liar.build_anew([*liar.heads(), (size - count, later)])
                before = self.evidence(witness)
                witnesses.ask_all()

                assert f"{size} events" in WitnessRefusal.objects.get().why
                assert self.evidence(witness) == before + 1
                assert f"event {max(1, 6 - count)} is missing" in self.refuted(stranger, receipt, log_key)

    def test_a_history_signed_anew_with_the_real_key_is_found(self, subjects, stranger, witness, log_key) -> None:
        random, size = Random(SEED), Sealing.objects.get().size

        for subject in random.sample(subjects, 20):
            with liar.undone():
                receipt = self.receipt(subject, log_key)
                decided = Event.objects.get(subject=subject, kind="decided")
                liar.rewrite_chain(decided, {"outcome": "the opposite"})
                liar.build_anew(liar.heads())
                green = all_faults()
                before = self.evidence(witness)
                witnesses.ask_all()

                assert green == [], "our own check is satisfied"
                assert "409" in WitnessRefusal.objects.get().why
                assert self.evidence(witness) == before + 1
                assert "event 3 is missing" in self.refuted(stranger, receipt, log_key)
        assert Sealing.objects.get().size == size

    def test_one_that_went_on_after_it_was_signed_anew_is_found_too(self, subjects, stranger, witness, log_key) -> None:
        receipt = self.receipt(subjects[-1], log_key)
        tell([uuid4()])
        automation.seal()
        with liar.undone():
            liar.rewrite_chain(Event.objects.get(subject=subjects[-2], kind="ended"), {"outcome": "refused"})
            liar.build_anew(liar.heads())
            green = all_faults()
            witnesses.ask_all()

            assert green == [], "our own check is satisfied"
            assert "422" in WitnessRefusal.objects.get().why
            assert self.evidence(witness) == 1
            assert self.refuted(stranger, receipt, log_key) == "the log was rewritten since the receipt was made"
