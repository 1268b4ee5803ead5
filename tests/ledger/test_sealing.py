"""The sealed log: every event gets its leaf in an order that never changes, and heads that anyone can check."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from services.ledger import automation, keys, merkle, notes, tiles
from services.ledger.leaves import contents_of
from services.ledger.models import Event, Leaf, PublicCode, Seal, Tile
from services.ledger.operations import Entry, record

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
NAME = "portal.example.org/ledger"


@pytest.fixture(autouse=True)
def log_key(settings, tmp_path: Path) -> Path:
    settings.KEYS_DIR = tmp_path / "keys"
    keys.make_log_key(settings.KEYS_DIR, NAME)
    return settings.KEYS_DIR


def tell(number: int, subject: UUID | None = None) -> None:
    subject = subject or uuid4()
    record([Entry(subject, "claimed", "system", NOW, {"step": f"s{at}"}) for at in range(number)])


def slow_root(leaves: list[bytes]) -> bytes:
    """Give the root as the definition in RFC 9162, 2.1.1 says it."""
    if len(leaves) < 2:
        return leaves[0] if leaves else merkle.EMPTY
    middle = merkle.split(len(leaves))
    return merkle.node_hash(slow_root(leaves[:middle]), slow_root(leaves[middle:]))


def sealed_hashes() -> list[bytes]:
    events = [leaf.event for leaf in Leaf.objects.select_related("event").order_by("index")]
    return [content.hash for content in contents_of(events)]


def missing() -> int:
    """Count the events that have no leaf."""
    return Event.objects.filter(leaf=None).count()


def in_thread(work: Callable[[], None]) -> threading.Thread:
    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("ledger")
class TestSeal:
    @pytest.mark.parametrize("chunk", [1, 7, 256, 5000])
    def test_gives_every_event_a_leaf_and_signs_the_root_over_all(self, chunk: int, log_key: Path) -> None:
        tell(300)
        tell(7)

        seal = automation.seal(chunk=chunk)

        assert seal is not None
        assert seal.size == 307
        assert bytes(seal.root) == slow_root(sealed_hashes())
        head = notes.read_head(notes.text_of(seal.note, keys.verifiers(log_key)))
        assert (head.origin, head.size, head.root, head.at) == (NAME, 307, bytes(seal.root), seal.at)

    def test_gives_the_same_tree_in_many_steps_as_in_one(self) -> None:
        for number in range(1, 30):
            tell(number)
            automation.seal(chunk=11)
        hashes = sealed_hashes()

        assert [bytes(seal.root) for seal in Seal.objects.order_by("pk")] == [
            slow_root(hashes[: seal.size]) for seal in Seal.objects.order_by("pk")
        ]
        assert {(tile.level, tile.index): len(tile.hashes) // 32 for tile in Tile.objects.all()} == {
            (0, 0): 256,
            (0, 1): 435 - 256,
            (1, 0): 1,
        }

    def test_proves_every_leaf_in_every_head(self) -> None:
        for number in (3, 250, 20):
            tell(number)
            automation.seal()
        hashes = sealed_hashes()

        for seal in Seal.objects.all():
            for index in range(seal.size):
                proof = tiles.hashes_of(merkle.inclusion_path(index, seal.size))
                assert merkle.is_included(hashes[index], index, seal.size, proof, bytes(seal.root))

    def test_an_event_that_commits_late_is_not_missed(self) -> None:
        self.commit_late()

        assert missing() == 0
        assert [leaf.event.kind for leaf in Leaf.objects.select_related("event").order_by("index")][:2] == [
            "late",
            "claimed",
        ]

    def test_by_the_number_of_the_event_alone_it_would_be(self, settings) -> None:
        settings.GUARDS = {**settings.GUARDS, "final_order": False}

        self.commit_late()

        assert missing() == 1

    def commit_late(self) -> None:
        """Let an open transaction hold the lowest number while others commit and are sealed; then let it commit."""
        written, go_on = threading.Event(), threading.Event()

        def late() -> None:
            with transaction.atomic():
                record([Entry(uuid4(), "late", "system", NOW)])
                written.set()
                assert go_on.wait(10)

        thread = in_thread(late)
        assert written.wait(10)
        tell(3)
        automation.seal()
        go_on.set()
        thread.join()
        tell(1)
        automation.seal()
        automation.seal()

    def test_twenty_writers_and_three_sealers_at_once_lose_nothing_and_keep_the_order(self) -> None:
        busy = threading.Event()

        def write() -> None:
            for number in range(25):
                with transaction.atomic():
                    tell(4)
                    if number % 5 == 0:
                        threading.Event().wait(0.01)

        def seal() -> None:
            while not busy.is_set():
                automation.seal(chunk=50)

        sealers = [in_thread(seal) for _ in range(3)]
        for thread in [in_thread(write) for _ in range(20)]:
            thread.join()
        busy.set()
        for thread in sealers:
            thread.join()
        before = list(Leaf.objects.order_by("index").values_list("event_id", flat=True))
        automation.seal()

        after = list(Leaf.objects.order_by("index").values_list("event_id", "index"))
        assert missing() == 0
        assert [event for event, _ in after][: len(before)] == before
        assert [index for _, index in after] == list(range(2000))
        hashes = sealed_hashes()
        seals = Seal.objects.order_by("pk")
        assert all(bytes(seal.root) == slow_root(hashes[: seal.size]) for seal in seals)
        assert [seal.size for seal in seals] == sorted({seal.size for seal in seals})

    def test_whoever_comes_while_another_seals_goes_home(self) -> None:
        tell(3)
        held, go_on = threading.Event(), threading.Event()

        def hold() -> None:
            with transaction.atomic():
                assert automation._lock() is not None
                held.set()
                assert go_on.wait(10)

        automation.append_next(1)
        thread = in_thread(hold)
        assert held.wait(10)
        at_once = automation.seal()
        go_on.set()
        thread.join()

        assert at_once is None
        assert automation.seal() is not None


@pytest.fixture
def told(db: None) -> None:
    """Let events of this very transaction count as final."""
    tell(3)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_event DISABLE TRIGGER refuse_change")
        cursor.execute("UPDATE ledger_event SET transaction = 1")
        cursor.execute("ALTER TABLE ledger_event ENABLE TRIGGER refuse_change")


@pytest.mark.usefixtures("told")
class TestHeads:
    def test_a_quiet_log_is_signed_again_only_after_a_while(self, monkeypatch: pytest.MonkeyPatch) -> None:
        first = automation.seal()
        assert first is not None
        assert automation.seal() is None
        monkeypatch.setattr(automation, "_database_time", lambda: first.at + automation.QUIET)

        again = automation.seal()

        assert again is not None
        assert (again.size, bytes(again.root)) == (first.size, bytes(first.root))

    def test_time_never_decreases(self, monkeypatch: pytest.MonkeyPatch) -> None:
        first = automation.seal()
        assert first is not None
        monkeypatch.setattr(automation, "_database_time", lambda: first.at - timedelta(seconds=1))

        with pytest.raises(automation.ClockWentBack):
            automation.sign_head()

    def test_nothing_is_signed_without_a_key(self, log_key: Path) -> None:
        (log_key / keys.KEY).unlink()

        with pytest.raises(FileNotFoundError):
            automation.seal()

        assert not Seal.objects.exists()

    @pytest.mark.parametrize("table", ["ledger_leaf", "ledger_seal", "ledger_publiccode"])
    @pytest.mark.parametrize("statement", ["DELETE FROM {}", "TRUNCATE {}"])
    def test_the_database_refuses_to_change_what_is_sealed(self, table: str, statement: str) -> None:
        PublicCode.objects.create(subject=uuid4())
        automation.seal()

        with pytest.raises(Exception, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement.format(table))


class TestKeys:
    def test_are_made_once_and_readable_by_nobody_else(self, log_key: Path) -> None:
        assert not keys.make_log_key(log_key, NAME)
        assert (log_key / keys.KEY).stat().st_mode & 0o077 == 0

    def test_heads_of_every_key_are_ours_and_each_key_is_signed_by_the_one_before(self, log_key: Path) -> None:
        text = str(notes.Head(NAME, 0, merkle.EMPTY, NOW))
        signed = [keys.log_key(log_key).sign(text)]
        for _ in range(2):
            call_command("make_keys", verbosity=0)
            call_command("make_keys", "--rotate", verbosity=0)
            signed.append(keys.log_key(log_key).sign(text))
        known = keys.verifiers(log_key)

        assert [notes.text_of(note, known) for note in signed] == [text] * 3
        assert len(known) == 3
        for former, line in zip(known, keys.listed(log_key)[1:], strict=False):
            verifier, _, signature = line.partition(" ")
            note = f"{keys.PASSED_ON.format(verifier=verifier)}\n{signature}\n"
            assert notes.text_of(note, [former]).endswith(f"{verifier}\n")

    def test_a_strangers_head_is_not_ours(self, log_key: Path, tmp_path: Path) -> None:
        keys.make_log_key(tmp_path / "stranger", NAME)
        text = str(notes.Head(NAME, 0, merkle.EMPTY, NOW))
        theirs = keys.log_key(tmp_path / "stranger").sign(text)

        with pytest.raises(notes.BadNote):
            notes.text_of(theirs, keys.verifiers(log_key))
