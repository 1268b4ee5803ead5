"""The checker sees the harm that no single guard is there for, when it is done to a portal that is whole."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.drill.checker import MESSAGE_ID
from tests.drill.drill import Drill
from tests.drill.portals import DrillPortal

pytestmark = pytest.mark.slow


def test_what_was_tampered_with_is_seen(portal: DrillPortal) -> None:
    portal.become()
    drill = Drill(portal, requests=3, seed=19, papers_every=1)
    drill.clients.submit_all()
    portal.wait_until_finished(60)

    for kind, told in (("meant", ""), ("acknowledged", "a number that no request has")):
        drill.journal.note(kind, "seed19-lost", told)
    lose_one_letter_and_multiply_another(drill)
    lose_one_text_and_multiply_another(drill)
    with another_file(portal), another_event(portal):
        found = drill.look()

    assert found.rules_broken == {"I1", "I6", "I9", "I10"}
    assert found.faults["I1 acknowledged and there"] == ["lost seed19-lost"]
    for what in ("letter", "text"):
        told = [fault for fault in found.faults["I9 letters and texts"] if fault.startswith(what)]
        assert sum("never came" in fault for fault in told) == 1
        assert sum("came 21 times" in fault for fault in told) == 1


def ours_of(drill: Drill) -> set[str]:
    query = "SELECT id FROM requests_servicerequest WHERE answers->>'plate' LIKE %s"
    return {str(pk) for (pk,) in drill.portal.rows(query, f"seed{drill.seed}-%")}


def lose_one_text_and_multiply_another(drill: Drill) -> None:
    ours, keys = ours_of(drill), drill.portal.texts.keys
    lost, more, *_ = [key for key in keys if key.split("/")[0] in ours]
    keys.remove(lost)
    keys.extend([more] * 20)


def lose_one_letter_and_multiply_another(drill: Drill) -> None:
    ours = ours_of(drill)
    letters = [
        file
        for file in (drill.portal.folder.path / "mail").iterdir()
        if any(id_.decode().split(".")[0] in ours for id_ in MESSAGE_ID.findall(file.read_bytes()))
    ]
    lost, more, *_ = letters
    lost.unlink()
    for number in range(20):
        shutil.copy(more, more.with_name(f"copy-{number}.log"))


@contextmanager
def another_file(portal: DrillPortal) -> Iterator[None]:
    """Let a document's file be cut for a while."""
    [(name,)] = portal.rows("SELECT file FROM requests_document ORDER BY issued_at DESC LIMIT 1")
    file = portal.folder.path / "files" / name
    whole = file.read_bytes()
    file.write_bytes(whole[:-1])
    yield
    file.write_bytes(whole)


@contextmanager
def another_event(portal: DrillPortal) -> Iterator[None]:
    """Let somebody with every right over the database say for a while that another one did it."""
    [(pk, actor)] = portal.rows("SELECT id, actor FROM ledger_event ORDER BY id DESC LIMIT 1")
    write_actor(portal, pk, "somebody else")
    yield
    write_actor(portal, pk, actor)


def write_actor(portal: DrillPortal, event: int, actor: str) -> None:
    with portal.connect() as connection:
        connection.execute("SET session_replication_role = replica")  # no trigger refuses
        connection.execute("UPDATE ledger_event SET actor = %s WHERE id = %s", (actor, event))
