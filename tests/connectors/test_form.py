"""Connectors are checked whole: every fault by its path, and nothing of them taken when there is one."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from services.accounts.models import User
from services.connectors.addresses import read_base
from services.connectors.form import BadConnectors, read
from services.connectors.models import Connector
from services.connectors.operations import NotForYou, load_connectors, pause, resume
from services.ledger.models import Event
from services.ledger.queries import broken_links
from tests import worlds
from tests.connectors.test_addresses import BAD, BAD_SIGNS

NOON = worlds.NOON
OWN = read_base("https://portal.example.org")


def good(**more: Any) -> dict[str, Any]:
    known = worlds.connector("cars", "https://cars.example.org", allow=[])
    return {**known, **more}


def faults(*connectors: Any, values: dict[str, str] | None = None) -> list[str]:
    try:
        read({"connectors": list(connectors)}, values or {}, OWN)
    except BadConnectors as bad:
        return [fault.path.removeprefix("connectors.") for fault in bad.faults]
    return []


def operations(**changes: Any) -> dict[str, Any]:
    return {"operations": {**good()["operations"], **changes}}


LOOK = {"method": "GET", "path": "/cars/{key}"}
ASK = {"method": "GET", "path": "/effects/{idempotency_key}"}
KEYED = {"idempotency": {"honoured": True}}


def test_a_good_one_has_none() -> None:
    assert faults(good(), good(code="homes", **operations(ask=ASK), **KEYED)) == []


@pytest.mark.parametrize(
    ("changes", "paths"),
    [
        ({"code": "Cars"}, ["0.code"]),
        ({"colour": "red"}, ["0.colour"]),
        ({"title": {}}, ["0.title"]),
        ({"title": {"xx": "a"}}, ["0.title.xx.[key]"]),
        ({"base_url": "http://cars.example.org"}, ["0.base_url"]),
        ({"base_url": "https://portal.example.org/hook"}, ["0.base_url"]),
        ({"base_url": "${SECRET_KEY}"}, ["0.base_url"]),
        ({"base_url": "${CONNECTOR_CARS_URL}"}, ["0.base_url"]),
        ({"allow": ["cars.example.org"]}, ["0.allow.0"]),
        ({"allow": ["a:443", "*:80"]}, ["0.allow.1"]),
        ({"auth": {"secret": {}}}, ["0.auth.secret"]),
        ({"auth": {"secret": {"env": "CONNECTOR_A", "file": "a"}}}, ["0.auth.secret"]),
        ({"auth": {"secret": {"env": "SECRET_KEY"}}}, ["0.auth.secret.env"]),
        ({"auth": {"secret": {"file": "../keys/key"}}}, ["0.auth.secret.file"]),
        ({"auth": {"header": "Host", "secret": {"file": "a"}}}, ["0.auth.header"]),
        ({"auth": {"header": "X\r\nY", "secret": {"file": "a"}}}, ["0.auth.header"]),
        ({"auth": {"prefix": "a\r\n", "secret": {"file": "a"}}}, ["0.auth.prefix"]),
        (operations(look_up={**LOOK, "path": "cars"}), ["0.operations.look_up.path"]),
        (operations(look_up={**LOOK, "path": "/cars/{key"}), ["0.operations.look_up.path"]),
        (operations(look_up={**LOOK, "path": "/cars/{name}"}), ["0.operations.look_up.path"]),
        (operations(look_up={**LOOK, "path": "/cars/{key.__class__}"}), ["0.operations.look_up.path"]),
        (operations(look_up={**LOOK, "path": "/cars/../{key}"}), ["0.operations.look_up.path"]),
        (operations(look_up={**LOOK, "method": "POST"}), ["0.operations.look_up.method"]),
        (operations(look_up={**LOOK, "answer": {"a": "b..c"}}), ["0.operations.look_up.answer.a"]),
        (operations(look_up={**LOOK, "not_found": {"statuses": [200]}}), ["0.operations.look_up.not_found.statuses.0"]),
        (operations(enter=LOOK), ["0.operations.enter.method"]),
        (operations(ask=ASK), ["0.operations.ask"]),
        ({**operations(ask=LOOK), **KEYED}, ["0.operations.ask.path"]),
        (operations(webhook={"method": "POST", "path": "/"}), ["0.signing"]),
        ({"limits": {"deadline_s": 60}}, ["0.limits.deadline_s"]),
        ({"limits": {"concurrent": 0, "calls_a_minute": 0}}, ["0.limits.calls_a_minute", "0.limits.concurrent"]),
        ({"idempotency": {"honoured": True, "header": "Host"}}, ["0.idempotency.header"]),
    ],
)
def test_a_fault_is_told_by_its_path(changes: dict[str, Any], paths: list[str]) -> None:
    assert faults(good(**changes)) == paths


@pytest.mark.parametrize("url", [*BAD, *BAD_SIGNS])
def test_an_inside_or_odd_address_is_refused_when_it_is_saved(url: str) -> None:
    assert faults(good(base_url=url.replace("PORT", "8001"))) == ["0.base_url"]


def test_a_name_stands_for_an_address_of_this_place() -> None:
    here = good(base_url="${REGISTRY_URL}", allow=["${REGISTRY_URL}"])
    assert faults(here, values={"REGISTRY_URL": "http://127.0.0.1:8001"}) == []
    assert faults(here, values={"REGISTRY_URL": "http://[::1]:8001"}) == []
    assert faults(here) == ["0.allow.0", "0.base_url"]


@pytest.mark.parametrize("data", [None, [], "a", {}, {"connectors": {}}, {"connectors": [None]}, {"connectors": [1]}])
def test_other_data_is_refused(data: Any) -> None:
    with pytest.raises(BadConnectors):
        read(data, {}, OWN)


def test_the_same_code_twice_is_a_fault() -> None:
    assert faults(good(), good()) == ["connectors"]


@pytest.mark.django_db
class TestLoading:
    def load(self, *connectors: dict[str, Any], by: User | None = None) -> Any:
        return load_connectors({"connectors": list(connectors)}, NOON, by)

    def test_takes_all_or_none(self) -> None:
        worlds.build_agencies("north")
        with pytest.raises(BadConnectors, match=r"connectors\.1\.agency: there is no agency 'nowhere'"):
            self.load(good(), good(code="homes", agency="nowhere"))
        assert not Connector.objects.exists()

    def test_refuses_a_deadline_that_outlives_a_worker_s_hold_unless_repeating_is_safe(self, settings: Any) -> None:
        worlds.build_agencies("north")
        settings.ROBOT_LEASE_S = 4
        with pytest.raises(BadConnectors, match="as long as a worker holds a step"):
            self.load(good())
        assert self.load(good(**KEYED)) == ["cars"]

    def test_puts_a_change_on_record_and_nothing_when_nothing_changed(self) -> None:
        worlds.build_agencies("north")
        admin = User.objects.create_superuser("admin@example.org")
        assert self.load(good(), by=admin) == ["cars"]
        assert self.load(good(), by=admin) == []
        assert self.load(good(limits={"concurrent": 3}), by=admin) == ["cars"]
        events = Event.objects.filter(kind="connector_changed").order_by("seq")

        assert [event.actor for event in events] == [f"admin:{admin.pk}"] * 2
        assert Connector.objects.get().concurrent == 3
        assert not list(broken_links())

    def test_is_for_administrators(self) -> None:
        worlds.build_agencies("north")
        manager = worlds.clerk("dilara", desks=(), role="manager")
        with pytest.raises(NotForYou):
            self.load(good(), by=manager)
        self.load(good())
        with pytest.raises(NotForYou):
            pause("cars", "No.", NOON, manager)
        with pytest.raises(NotForYou):
            resume("cars", NOON, manager)
        assert Connector.objects.get().paused_at is None

    def test_pausing_and_resuming_is_on_record_once_each(self) -> None:
        worlds.build_agencies("north")
        admin = User.objects.create_superuser("admin@example.org")
        self.load(good())
        for _ in range(2):
            pause("cars", "They move house.", NOON, admin)
        assert Connector.objects.get().paused_by == admin
        for _ in range(2):
            resume("cars", NOON, admin)
        kinds = list(Event.objects.order_by("seq").values_list("kind", flat=True))

        assert kinds == ["connector_changed", "connector_paused", "connector_resumed"]


def test_the_samples_are_sound_where_their_register_runs() -> None:
    data = yaml.safe_load(Path("samples/connectors.yaml").read_text())
    assert read(data, {"REGISTRY_URL": "http://127.0.0.1:8001"}, OWN)
