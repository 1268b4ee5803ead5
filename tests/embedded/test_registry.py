import json
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from portal.embedded import programs
from portal.embedded.folder import Folder
from portal.embedded.ports import answers, free_port, wait_until
from portal.embedded.processes import Child
from portal.embedded.registry import read_records


@pytest.fixture
def child(tmp_path: Path) -> Iterator[Child]:
    (tmp_path / "records.yaml").write_text("population: {7ABCDEF: {name: Aysel}}")
    child = programs.registry(Folder(tmp_path / "var"), free_port(), tmp_path / "records.yaml")
    yield child
    child.kill()


@pytest.fixture
def begin(child: Child) -> Callable[[], httpx.Client]:
    port = int(child.command[child.command.index("--port") + 1])

    def start() -> httpx.Client:
        child.kill()
        child.start()
        wait_until(lambda: answers(port), seconds=10, failure="no registry")
        return httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=2)

    return start


@pytest.fixture
def client(begin: Callable[[], httpx.Client]) -> httpx.Client:
    return begin()


def write(client: httpx.Client, key: str, body: object) -> httpx.Response:
    return client.post("/population/7ABCDEF", headers={"Idempotency-Key": key}, json=body)


class TestLookUp:
    def test_gives_the_record(self, client: httpx.Client) -> None:
        assert client.get("/population/7ABCDEF").json() == {"name": "Aysel"}

    def test_says_that_nobody_was_found(self, client: httpx.Client) -> None:
        answer = client.get("/population/0000000")

        assert (answer.status_code, answer.json()) == (404, {"found": False})


class TestEffect:
    def test_is_written_once_per_key_even_over_a_kill(self, begin: Callable[[], httpx.Client]) -> None:
        first = write(begin(), "k1", {"address": "Baku"}).json()

        client = begin()

        assert write(client, "k1", {"address": "Baku"}).json() == first
        assert len(client.get("/effects/population").json()["effects"]) == 1

    def test_of_another_key_is_another_effect(self, client: httpx.Client) -> None:
        receipts = {write(client, key, {}).json()["receipt"] for key in ("k1", "k2")}

        assert len(receipts) == 2

    def test_refuses_a_key_that_stood_for_another_body(self, client: httpx.Client) -> None:
        write(client, "k1", {"address": "Baku"})

        assert write(client, "k1", {"address": "Ganja"}).status_code == 422

    def test_needs_a_key(self, client: httpx.Client) -> None:
        assert client.post("/population/7ABCDEF", json={}).status_code == 400

    def test_cut_short_by_a_kill_never_happened(self, begin: Callable[[], httpx.Client], tmp_path: Path) -> None:
        write(begin(), "k1", {})
        file = tmp_path / "var" / "registry" / "effects.jsonl"
        file.write_bytes(file.read_bytes() + b'{"registry": "popul')

        client = begin()
        write(client, "k2", {})

        assert [json.loads(line)["idempotency_key"] for line in file.read_text().splitlines()] == ["k1", "k2"]


class TestFaults:
    def test_down_answers_503_for_that_registry_only(self, client: httpx.Client) -> None:
        client.put("/faults", json={"mode": "down", "registry": "population"})

        assert client.get("/population/7ABCDEF").status_code == 503
        assert client.get("/vehicles/1").status_code == 404

    def test_garbage_is_no_json(self, client: httpx.Client) -> None:
        client.put("/faults", json={"mode": "garbage"})

        with pytest.raises(ValueError, match=r"decode|Expecting"):
            client.get("/population/7ABCDEF").json()

    def test_slow_outlasts_a_patient_caller(self, client: httpx.Client) -> None:
        client.put("/faults", json={"mode": "slow"})

        with pytest.raises(httpx.ReadTimeout):
            client.get("/population/7ABCDEF", timeout=0.3)

    def test_none_ends_them_all(self, client: httpx.Client) -> None:
        client.put("/faults", json={"mode": "down", "registry": "population"})

        client.put("/faults", json={"mode": "none"})

        assert client.get("/population/7ABCDEF").status_code == 200

    def test_down_writes_no_effect(self, client: httpx.Client) -> None:
        client.put("/faults", json={"mode": "down"})

        assert write(client, "k1", {}).status_code == 503
        assert client.get("/effects/population").json() == {"effects": []}


class TestAddress:
    def test_is_of_this_machine_only(self, client: httpx.Client) -> None:
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"http://127.0.0.2:{client.base_url.port}/population/7ABCDEF")


class TestRecords:
    def test_come_from_every_file_that_exists_and_an_earlier_one_wins(self, tmp_path: Path) -> None:
        files = [tmp_path / name for name in ("first.yaml", "second.json", "missing.json")]
        files[0].write_text("tax: {'1': {name: Aysel}}\nfines:")
        files[1].write_text(json.dumps({"tax": {"1": {"name": "Elvin"}, "2": {"name": "Nigar"}}}))

        assert read_records(files) == {"tax": {"1": {"name": "Aysel"}, "2": {"name": "Nigar"}}, "fines": {}}
