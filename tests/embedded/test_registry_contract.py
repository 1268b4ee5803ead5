"""The sandbox register speaks what its OpenAPI document says, and the sample connectors fit that document."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
import yaml

from portal.embedded import programs
from portal.embedded.folder import Folder
from portal.embedded.ports import answers, free_port, wait_until
from portal.embedded.supervisor import Supervisor

ROOT = Path(__file__).parent.parent.parent / "samples"
CONTRACT = yaml.safe_load((ROOT / "registry.openapi.yaml").read_text())
CONNECTORS = yaml.safe_load((ROOT / "connectors.yaml").read_text())["connectors"]
RECORD, EFFECT = "/{register}/{key}", "/effects/{register}/{idempotencyKey}"
ENTRY = {"reference": "K7M29QXD4T", "service": "parking-permit", "step": "enter"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    supervisor, port = Supervisor(print), free_port()
    folder = Folder(tmp_path_factory.mktemp("contract") / "var")
    supervisor.start(programs.registry(folder, port, ROOT / "registry.yaml"))
    wait_until(lambda: answers(port), seconds=10, failure="no registry")
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=5, trust_env=False) as client:
        yield client
    supervisor.close()


def fits(answer: httpx.Response, path: str, status: int) -> None:
    """Assert that an answer is the one that the document promises."""
    promised = CONTRACT["paths"][path][answer.request.method.lower()]["responses"][str(status)]
    [(kind, content)] = promised["content"].items()
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == kind
    jsonschema.Draft202012Validator({**content["schema"], "components": CONTRACT["components"]}).validate(answer.json())


def enter(client: httpx.Client, key: str, entry: Any = ENTRY) -> httpx.Response:
    return client.post("/tax/1234567890", json=entry, headers={"Idempotency-Key": key} if key else {})


def test_look_up(client: httpx.Client) -> None:
    fits(client.get("/population/5ZK3Q1U"), RECORD, 200)
    fits(client.get("/population/nobody"), RECORD, 404)


def test_enter_and_ask(client: httpx.Client) -> None:
    jsonschema.validate(ENTRY, CONTRACT["components"]["schemas"]["Entry"])
    fits(client.get("/effects/tax/a%2F1"), EFFECT, 404)
    fits(enter(client, "a/1"), RECORD, 200)
    fits(enter(client, ""), RECORD, 400)
    fits(enter(client, "a/1", {**ENTRY, "step": "other"}), RECORD, 422)
    fits(client.get("/effects/tax/a%2F1"), EFFECT, 200)
    assert client.get("/effects/tax/a%2F1").json()["receipt"] == enter(client, "a/1").json()["receipt"]


def test_down(client: httpx.Client) -> None:
    client.put("/faults", json={"mode": "down"})
    fits(client.get("/population/5ZK3Q1U"), RECORD, 503)
    fits(client.get("/effects/tax/a%2F1"), EFFECT, 503)
    fits(enter(client, "b"), RECORD, 503)
    client.put("/faults", json={"mode": "none"})


def test_the_sample_connectors_ask_for_what_the_document_offers() -> None:
    offered = {
        (operation["operationId"], method.upper(), path)
        for path, methods in CONTRACT["paths"].items()
        for method, operation in methods.items()
        if method != "parameters"
    }
    for connector in CONNECTORS:
        for name, operation in connector["operations"].items():
            path = operation["path"].replace(f"/{connector['code']}/", "/{register}/")
            path = path.replace("{idempotency_key}", "{idempotencyKey}")
            assert (name, operation["method"], path) in offered
