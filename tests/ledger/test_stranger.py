"""The stranger's program by itself: it agrees with every published vector, and refuses what doesn't fit."""

import ast
import json
import sys
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.ledger import keys, merkle, notes
from tests.ledger import strangers
from tests.ledger.test_merkle import LEAVES, VECTORS, nodes, slow_root, vectors

NAME = "portal.example.org/ledger"
NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
MOST_LINES = 400


@pytest.fixture(scope="module")
def stranger() -> ModuleType:
    return strangers.load()


def test_it_is_short_and_uses_nothing_of_ours() -> None:
    files = list(strangers.PROGRAM.parent.glob("**/*.py"))
    imported = {
        name.split(".")[0]
        for file in files
        for part in ast.walk(ast.parse(file.read_text()))
        for name in (
            [part.module] if isinstance(part, ast.ImportFrom) else [one.name for one in getattr(part, "names", [])]
        )
        if isinstance(part, ast.Import | ast.ImportFrom) and name
    }

    assert max(len(file.read_text().splitlines()) for file in files) < MOST_LINES
    assert imported - sys.stdlib_module_names - {file.stem for file in files} == {"cryptography"}


@pytest.mark.skipif(not VECTORS.exists(), reason=f"The vectors aren't at {VECTORS}")
@pytest.mark.parametrize("kind", ["inclusion", "consistency"])
def test_every_published_vector_is_judged_as_published(stranger: ModuleType, kind: str) -> None:
    def holds(vector: dict[str, Any]) -> bool:
        proof = [b64decode(one) for one in vector["proof"] or []]
        roots = [b64decode(vector.get(name, "")) for name in ("root1", "root2", "root", "leafHash")]
        if kind == "inclusion":
            return stranger.is_included(roots[3], vector["leafIdx"], vector["treeSize"], proof, roots[2])
        return stranger.is_consistent(vector["size1"], vector["size2"], proof, roots[0], roots[1])

    assert [vector["desc"] for vector in vectors()[kind] if holds(vector) is vector["wantErr"]] == []


def test_it_computes_the_same_root(stranger: ModuleType) -> None:
    assert all(stranger.root_over(LEAVES[:size]) == (size, slow_root(LEAVES[:size])) for size in range(len(LEAVES)))


class Log:
    """A log that says what we want it to say."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        keys.make_log_key(folder, NAME)

    @property
    def keys(self) -> str:
        return str(self.folder / keys.KEYS)

    def head(self, leaves: list[bytes], minutes: int = 0) -> str:
        text = str(notes.Head(NAME, len(leaves), slow_root(leaves), NOW + timedelta(minutes=minutes)))
        return keys.log_key(self.folder).sign(text)


def proof(old: int, new: int) -> list[str]:
    from base64 import b64encode

    hashes = [merkle.root_of(subtree, nodes) for subtree in merkle.consistency_path(old, new)] if old else []
    return [b64encode(one).decode() for one in hashes]


def body(old: int, lines: list[str], note: str) -> str:
    return "\n".join([f"old {old}", *lines, "", note])


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return Log(tmp_path / "log")


@pytest.fixture
def witness(stranger: ModuleType, log: Log, tmp_path: Path) -> Any:
    return stranger.Witness(tmp_path / "witness", "witness.example.org/w1", log.keys)


def evidence(witness: Any) -> list[str]:
    return [file.read_text() for file in (witness.folder / "evidence").iterdir()]


class TestWitness:
    def test_signs_heads_that_grow_and_its_signature_holds(self, witness: Any, log: Log) -> None:
        known = notes.read_verifier((witness.folder / "witness.key").read_text())
        for old, new in ((0, 5), (5, 5), (5, 130)):
            note = log.head(LEAVES[:new], new)
            status, line = witness.add(body(old, proof(old, new), note))

            assert status == 200
            assert notes.cosigned(note + line, known) is not None
            assert notes.cosigned(log.head(LEAVES[:3]) + line, known) is None
        assert evidence(witness) == []

    def test_remembers_after_it_was_started_again(self, witness: Any, log: Log, stranger: ModuleType) -> None:
        witness.add(body(0, [], log.head(LEAVES[:5])))

        again = stranger.Witness(witness.folder, witness.name, log.keys)

        assert again.key == witness.key
        assert again.add(body(0, [], log.head(LEAVES[:9]))) == (409, "5\n")

    def test_tells_its_size_to_whoever_begins_elsewhere(self, witness: Any, log: Log) -> None:
        witness.add(body(0, [], log.head(LEAVES[:5])))

        assert witness.add(body(3, proof(3, 9), log.head(LEAVES[:9]))) == (409, "5\n")
        assert evidence(witness) == []

    def test_refuses_a_fork_and_keeps_both_heads(self, witness: Any, log: Log) -> None:
        first, other = log.head(LEAVES[:5]), log.head([*LEAVES[:4], merkle.EMPTY])
        witness.add(body(0, [], first))

        assert witness.add(body(5, [], other))[0] == 409
        [kept] = evidence(witness)
        assert first in kept
        assert other in kept

    def test_refuses_what_did_not_grow_from_what_it_signed(self, witness: Any, log: Log) -> None:
        witness.add(body(0, [], log.head([*LEAVES[:4], merkle.EMPTY])))

        assert witness.add(body(5, proof(5, 9), log.head(LEAVES[:9], 1)))[0] == 422
        assert len(evidence(witness)) == 1

    def test_refuses_a_log_that_shrank(self, witness: Any, log: Log) -> None:
        witness.add(body(0, [], log.head(LEAVES[:5])))

        assert witness.add(body(0, [], log.head(LEAVES[:3], 1))) == (409, "5\n")
        assert len(evidence(witness)) == 1

    def test_refuses_time_that_goes_back(self, witness: Any, log: Log) -> None:
        witness.add(body(0, [], log.head(LEAVES[:5], 10)))

        assert witness.add(body(5, proof(5, 9), log.head(LEAVES[:9], 9)))[0] == 422

    def test_follows_the_log_to_its_next_key_and_to_no_other(self, witness: Any, log: Log, tmp_path: Path) -> None:
        witness.add(body(0, [], log.head(LEAVES[:5])))
        keys.rotate_log_key(log.folder)
        passed_on = witness.add(body(5, proof(5, 9), log.head(LEAVES[:9], 1)))
        usurper = Log(tmp_path / "usurper")
        (log.folder / keys.KEYS).write_text((usurper.folder / keys.KEYS).read_text())

        assert passed_on[0] == 200
        assert witness.add(body(9, proof(9, 12), usurper.head(LEAVES[:12], 2)))[0] == 403

    @pytest.mark.parametrize("words", ["", "old\n\n", "old x\n\nnote", "nonsense", "old 1\n!!\n\nx\n1\nAA=\n\n— a b\n"])
    def test_refuses_nonsense(self, witness: Any, words: str) -> None:
        assert witness.add(words)[0] in (400, 403)

    def test_another_process_listens(self, log: Log, tmp_path: Path) -> None:
        import subprocess

        import httpx

        from portal.embedded.ports import answers, free_port, wait_until

        port, folder = free_port(), tmp_path / "listening"
        words = ["witness", str(folder), "--name", "w", "--keys", log.keys, "--listen", str(port)]
        with subprocess.Popen([sys.executable, str(strangers.PROGRAM), *words]) as process:
            try:
                wait_until(lambda: answers(port), seconds=20, failure="the witness doesn't listen")
                note = log.head(LEAVES[:5])
                signed = httpx.post(f"http://127.0.0.1:{port}/add-checkpoint", content=body(0, [], note))
                key = httpx.get(f"http://127.0.0.1:{port}/").text
                big = httpx.post(f"http://127.0.0.1:{port}/add-checkpoint", content="x" * 100_000)
                lost = httpx.get(f"http://127.0.0.1:{port}/../head.secret")
            finally:
                process.terminate()

        assert notes.cosigned(note + signed.text, notes.read_verifier(key)) is not None
        assert [big.status_code, lost.status_code] == [404, 404]


class TestReceipt:
    """Receipts are made in test_liar too; here one that is changed in every place."""

    @pytest.fixture
    def receipt(self, log: Log) -> dict[str, Any]:
        from uuid import UUID

        from services.ledger import public_events, rules

        subject, previous, events, leaves = UUID(int=7), rules.START, [], []
        for seq, kind in enumerate(("submitted", "ended"), 1):
            facts = {"day": "2026-03-02"}
            said = {"subject": subject, "seq": seq, "kind": kind, "actor": "system", "at": NOW, "facts": facts}
            digest = rules.digest(**said, previous=previous)  # type: ignore[arg-type]
            public = {"request": "ab", "event": kind} if kind == "ended" else None
            committed = public_events.commitment(digest, 40 + seq, NOW)
            leaves.append(public_events.leaf_of(committed, public))
            moment = NOW.isoformat(timespec="microseconds")
            content = {"kind": kind, "actor": "system", "at": moment, "facts": facts}
            place = {"transaction": 40 + seq, "recorded_at": moment, "public": public, "leaf": seq - 1}
            events.append({"seq": seq, "digest": digest.hex(), **content, **place})
            previous = digest
        from base64 import b64encode

        for event, other in zip(events, reversed(leaves), strict=True):
            event["proof"] = [b64encode(other).decode()]
        known = {"events": events, "head": log.head(leaves), "keys": keys.listed(log.folder)}
        return {"reference": "K7M2", "subject": str(subject), **known}

    def run(self, stranger: ModuleType, receipt: Any, tmp_path: Path, *more: str) -> int:
        file = tmp_path / "receipt.json"
        file.write_text(json.dumps(receipt))
        return stranger.main(["receipt", str(file), *more])

    def test_holds_as_it_was_made(self, stranger, receipt, log, tmp_path, capsys) -> None:
        key = str(keys.verifiers(log.folder)[0])

        assert self.run(stranger, receipt, tmp_path, "--key", key) == 0
        assert "All 2 events of K7M2 are in the log" in capsys.readouterr().out

    def test_needs_the_witness_that_is_asked_for(self, stranger, receipt, witness, tmp_path, capsys) -> None:
        key = (witness.folder / "witness.key").read_text().strip()
        unsigned = self.run(stranger, receipt, tmp_path, "--witness", key)
        status, line = witness.add(body(0, [], receipt["head"]))
        signed = self.run(stranger, {**receipt, "head": receipt["head"] + line}, tmp_path, "--witness", key)

        assert [unsigned, status, signed] == [1, 200, 0]
        assert "witness.example.org/w1 saw this head" in capsys.readouterr().out

    def test_does_not_hold_with_another_key(self, stranger, receipt, tmp_path, capsys) -> None:
        other = str(notes.verifier_of(NAME, Ed25519PrivateKey.generate()))

        assert self.run(stranger, receipt, tmp_path, "--key", other) == 1
        assert "isn't signed by a key that you trust" in capsys.readouterr().err

    @pytest.mark.parametrize("place", [0, 1])
    @pytest.mark.parametrize(
        "changed",
        [
            {"kind": "decided"},
            {"actor": "clerk:1"},
            {"at": "2026-03-01T08:00:00.000000+00:00"},
            {"facts": {"day": "2026-03-01"}},
            {"seq": 9},
            {"digest": "00" * 32},
            {"transaction": 7},
            {"recorded_at": "2026-03-02T08:00:00.000001+00:00"},
            {"public": {"request": "ab", "event": "other"}},
            {"leaf": 2},
            {"leaf": -1},
            {"proof": []},
            {"proof": ["AA=="]},
            {"proof": "x"},
            {"facts": None},
        ],
    )
    def test_any_change_shows(self, stranger, receipt, tmp_path, place: int, changed: dict[str, Any]) -> None:
        receipt["events"][place].update(changed)

        assert self.run(stranger, receipt, tmp_path) == 1

    @pytest.mark.parametrize("gone", [0, 1])
    def test_a_missing_event_shows_but_for_the_last_which_only_a_later_receipt_has(
        self, stranger, receipt, tmp_path, gone: int
    ) -> None:
        del receipt["events"][gone]

        assert self.run(stranger, receipt, tmp_path) == (1 if gone == 0 else 0)

    @pytest.mark.parametrize("receipt", ["", "[]", "{}", '{"keys": [], "head": ""}', "null"])
    def test_nonsense_is_not_proved(self, stranger, receipt: str, tmp_path: Path, capsys) -> None:
        file = tmp_path / "receipt.json"
        file.write_text(receipt)

        assert stranger.main(["receipt", str(file)]) == 1
        assert "NOT PROVED" in capsys.readouterr().err
