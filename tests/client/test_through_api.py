"""A table that `portalctl` hands in through the API: requests in the name of the token's owner."""

import csv
from collections.abc import Callable
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import pytest

from services.accounts.models import User
from services.requests.models import ServiceRequest
from tests.client.asking import Ctl

pytestmark = pytest.mark.django_db


class InTurn(Executor):
    """Does what it is given at once, in this very thread: the test's transaction belongs to it."""

    def __init__(self, at_once: int) -> None:
        self.at_once = at_once

    def submit(self, do: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(do(*given, **named))
        return done


class TestTableThroughTheApi:
    def test_requests_are_sent_in_the_owners_name_and_once(
        self, signed: User, ctl: Ctl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("portalctl.loading.ThreadPoolExecutor", InTurn)
        table, mapping = tmp_path / "rooms.csv", tmp_path / "rooms.toml"
        table.write_text("No,Rooms,Hall\n1,3,N\n2,many,N\n3,4,S\n")
        names = (
            '[columns]\nRooms = "answers.rooms"\nHall = "office"\n[values.Hall]\nN = "north-hall"\nS = "south-hall"\n'
        )
        mapping.write_text(f'service = "visit"\nthrough = "api"\nkey = "No"\n{names}')
        words = ("submit-csv", table, "--mapping", mapping)

        code = ctl(*words)[0]
        (tmp_path / "rooms.csv.resume").unlink()
        again = ctl(*words)[0]

        with (tmp_path / "rooms.csv.results.csv").open(newline="") as results:
            ended = list(csv.DictReader(results))
        kept = {one.written_reference: one for one in ServiceRequest.objects.select_related("office")}
        assert (code, again) == (1, 1)
        assert [one["state"] for one in ended] == ["accepted", "refused", "accepted"]
        assert (ended[1]["columns"], ended[1]["reason"]) == ("Rooms", "Rooms: Give a number, like 12.")
        assert {one["reference"] for one in ended} - {""} == kept.keys()
        assert {(one.applicant, one.office.code, one.answers["rooms"]) for one in kept.values()} == {
            (signed, "north-hall", 3), (signed, "south-hall", 4),
        }  # fmt: skip
