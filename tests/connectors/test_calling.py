"""What is sent to a connector and what is taken of its answers."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.connectors import calling, rules
from services.connectors.calling import CallFailed, Deadline
from services.connectors.form import Form
from services.connectors.wire import Answer
from tests import worlds
from tests.connectors.canary import Canary
from tests.connectors.faults import http
from tests.connectors.register import Register, running_register
from tests.proxy import Proxy


@pytest.fixture
def register() -> Iterator[Register]:
    with running_register() as register:
        yield register


def form(register: Register, **more: Any) -> Form:
    return Form.model_validate(worlds.connector("cars", f"http://127.0.0.1:{register.server_port}", **more))


def look(known: Form, key: str = "10-AB") -> Any:
    return calling.look_up(known, key, Deadline(1))


def test_a_key_is_one_part_of_the_path_whatever_it_holds(register: Register) -> None:
    for key in ("10 AB", "a/b", "?a=b", "#", "a%2Fb", "Şəki|14", "\r\n", "{x}"):
        look(form(register), key)
    assert [len(asked.split(" ")[1].split("/")) for asked in register.asked] == [3] * 8
    assert not any(set(asked) & set("?#\r\n") for asked in register.asked)


@pytest.mark.parametrize("key", ["", ".", ".."])
def test_a_key_that_would_climb_is_nobody_s(register: Register, key: str) -> None:
    assert look(form(register), key) is None
    assert register.asked == []


def test_an_answer_is_mapped_to_our_names(register: Register) -> None:
    operation = {"method": "GET", "path": "/cars/{key}", "answer": {"owner": "name", "city": "home.city", "no": "a.0"}}
    known = form(register, operations={"look_up": operation})

    assert look(known) == {"owner": "Aysel", "city": "Sumqayıt", "no": None}


def test_not_found_is_what_the_connector_says_it_is(register: Register) -> None:
    operation = {"method": "GET", "path": "/cars/{key}", "not_found": {"statuses": [410], "when": {"name": "Aysel"}}}
    known = form(register, operations={"look_up": operation})

    assert look(known) is None
    with pytest.raises(CallFailed, match="refused"):
        look(known, "nobody")


def test_secrets_come_from_the_environment_or_a_file_and_are_read_at_each_call(
    register: Register, settings: Any, tmp_path: Path
) -> None:
    settings.VAR_DIR, settings.CONNECTOR_VALUES = tmp_path, {"CONNECTOR_CARS": "first"}
    look(form(register, auth={"secret": {"env": "CONNECTOR_CARS"}}))
    (tmp_path / "connectors").mkdir()
    (tmp_path / "connectors" / "cars").write_text("second\n")
    look(form(register, auth={"header": "X-Key", "prefix": "", "secret": {"file": "cars"}}))

    assert register.headers[0]["Authorization"] == "Bearer first"
    assert register.headers[1]["X-Key"] == "second"


@pytest.mark.parametrize("value", ["", "a\r\nHost: evil", "é", "a" * 5000])
def test_without_a_sound_secret_nothing_is_sent(register: Register, settings: Any, value: str) -> None:
    settings.CONNECTOR_VALUES = {"CONNECTOR_CARS": value}
    with pytest.raises(CallFailed, match="not_set_up"):
        look(form(register, auth={"secret": {"env": "CONNECTOR_CARS"}}))
    assert register.asked == []


def test_an_address_that_is_no_longer_allowed_is_refused_at_the_call(settings: Any) -> None:
    with Canary() as canary:
        known = worlds.connector("cars", "${REGISTRY_URL}", allow=["127.0.0.1:1"])
        settings.CONNECTOR_VALUES = {"REGISTRY_URL": f"http://127.0.0.1:{canary.port}"}
        with pytest.raises(CallFailed, match="not_set_up"):
            look(Form.model_validate(known))
        settings.BASE_URL = f"http://127.0.0.1:{canary.port}"
        with pytest.raises(CallFailed, match="not_set_up"):
            look(Form.model_validate({**known, "allow": ["${REGISTRY_URL}"]}))
        assert canary.calls == 0


@pytest.mark.parametrize(
    ("status", "code", "may_be_done"),
    [
        ("400 Bad", "refused", False),
        ("409 Conflict", "refused", False),
        ("408 Slow", "no_answer", True),
        ("429 Much", "no_answer", False),
        ("503 Down", "no_answer", True),
        ("302 There", "bad_answer", True),
    ],
)
def test_what_an_answer_says_of_an_entry(register: Register, status: str, code: str, may_be_done: bool) -> None:
    with Proxy(register.server_port) as proxy:
        proxy.answer, proxy.mode = lambda: [http(status, b"")], "say"
        known = Form.model_validate(worlds.connector("cars", f"http://127.0.0.1:{proxy.port}"))
        with pytest.raises(CallFailed) as failed:
            calling.enter(known, calling.Entry("a", "k", {}), Deadline(1))

    assert (failed.value.code, failed.value.may_be_done) == (code, may_be_done)


NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "rest_s"),
    [
        ("120", 120),
        ("Mon, 02 Mar 2026 12:01:00 GMT", 60),
        ("Mon, 02 Mar 2026 11:00:00 GMT", 0),
        ("999999999", 86400),
        ("٣", None),
        ("-1", None),
        ("soon", None),
        ("Mon, 02 Mar 2026 12:01:00 +99999999999999999999", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(said: str, rest_s: float | None) -> None:
    assert calling.rest_asked_for(Answer(503, {"retry-after": said}, b""), NOON) == rest_s


def test_quantiles_of_durations_are_upper_bounds_a_fifth_wide_at_most() -> None:
    counts = [0] * (rules.MOST + 1)
    for millisecond in range(1, 101):
        counts[rules.class_of(millisecond / 1000)] += 1
    found = rules.quantile_s(counts, 0.95)

    assert found is not None
    assert 0.095 <= found <= 0.095 * 1.19
    assert rules.quantile_s([0, 0], 0.95) is None
    assert rules.class_of(0) == 0
    assert rules.class_of(10**9) == rules.MOST
