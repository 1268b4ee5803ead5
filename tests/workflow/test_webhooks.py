"""Messages to other systems, judged by the library of Standard Webhooks."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook

from services.connectors.models import Connector
from services.ledger.models import Event
from services.workflow.automation import run_lane
from services.workflow.models import Breaker, Step
from tests import worlds
from tests.connectors.faults import http
from tests.connectors.register import Register, running_register
from tests.proxy import Proxy
from tests.workflow.walks import fresh

pytestmark = pytest.mark.django_db
NOON = worlds.NOON
SECRET, OLD = ("whsec_" + base64.b64encode(letter * 24).decode() for letter in (b"a", b"b"))


@pytest.fixture
def receiver() -> Iterator[Register]:
    with running_register() as receiver:
        yield receiver


@pytest.fixture
def proxy(receiver: Register) -> Iterator[Proxy]:
    with Proxy(receiver.server_port) as proxy:
        yield proxy


@pytest.fixture
def version(proxy: Proxy, settings: Any) -> Any:
    settings.CONNECTOR_VALUES = {"CONNECTOR_EVENTS": f"{SECRET} {OLD}"}
    worlds.build_agencies("north")
    hook = {"webhook": {"method": "POST", "path": "/hooks/city"}}
    more = {"signing": {"env": "CONNECTOR_EVENTS"}, "limits": {"deadline_s": 0.5}}
    worlds.build_connectors(worlds.connector("events", f"http://127.0.0.1:{proxy.port}", operations=hook, **more))
    told = {"connector": "events", "type": "request.received"}
    return worlds.published([worlds.robot("tell", "webhook_call", to="granted", settings=told), worlds.desk("judge")])


def again(request: Any) -> None:
    request.steps.all().filter(key="tell", state=Step.State.DUE).update(run_at=NOON)
    Breaker.objects.all().delete()
    run_lane(Step.Lane.REGISTRIES)


def says(proxy: Proxy, status: str, *headers: str) -> None:
    proxy.answer, proxy.mode = lambda: [http(status, b"", "text/plain", *headers)], "say"


def test_a_message_is_signed_by_every_secret_and_names_nobody(receiver: Register, version: Any) -> None:
    request = worlds.apply(version, {"rooms": 3}, by=worlds.citizen())
    worlds.run_robots()
    [headers], [body] = receiver.headers, receiver.bodies

    assert fresh(request).status == "approved"
    for secret in (SECRET, OLD):
        assert Webhook(secret).verify(body, headers)["type"] == "request.received"
    data = {"reference": request.reference, "service": "permit", "step": "tell"}
    assert json.loads(body) == {"type": "request.received", "timestamp": NOON.isoformat(), "data": data}


def test_the_signature_is_that_of_the_standard(receiver: Register, version: Any) -> None:
    worlds.apply(version)
    worlds.run_robots()
    [headers], [body] = receiver.headers, receiver.bodies
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    digest = base64.b64encode(hmac.new(b"a" * 24, signed, hashlib.sha256).digest()).decode()

    assert headers["webhook-signature"].split()[0] == f"v1,{digest}"
    assert "." not in headers["webhook-id"]


def test_every_attempt_has_the_same_id_and_body(receiver: Register, proxy: Proxy, version: Any) -> None:
    proxy.mode = "cut_after"
    request = worlds.apply(version)
    worlds.run_robots()
    proxy.mode = "pass"
    again(request)

    assert len(receiver.headers) == 2
    assert len({headers["webhook-id"] for headers in receiver.headers}) == 1
    assert len(set(receiver.bodies)) == 1
    assert fresh(request).status == "approved"


@pytest.mark.parametrize("status", ["302 Found", "400 Bad", "404 Not Found", "429 Much", "500 Oops", "502 Bad Gateway"])
def test_all_but_2xx_is_a_failure_that_is_tried_again(proxy: Proxy, version: Any, status: str) -> None:
    says(proxy, status)
    request = worlds.apply(version)
    worlds.run_robots()

    assert request.steps.all().get(key="tell").state == Step.State.DUE


def test_retry_after_is_honoured(proxy: Proxy, version: Any) -> None:
    says(proxy, "503 Busy", "Retry-After: 3000")
    request = worlds.apply(version)
    run_lane(Step.Lane.REGISTRIES, NOON)

    assert request.steps.all().get(key="tell").run_at >= NOON + timedelta(seconds=3000)


def test_410_ends_it_for_all_until_an_administrator_resumes(proxy: Proxy, version: Any) -> None:
    says(proxy, "410 Gone")
    request = worlds.apply(version)
    worlds.run_robots()
    other = worlds.apply(version)
    worlds.run_robots()

    assert worlds.open_step(request).trouble["code"] == "gone"
    assert other.steps.all().get(key="tell").attempts == 0
    assert (Connector.objects.get().pause_words, Connector.objects.get().paused_by) == ("410 Gone", None)
    assert Event.objects.get(kind="connector_paused").actor == "system"


def test_an_endless_answer_is_not_read(proxy: Proxy, version: Any) -> None:
    proxy.answer, proxy.mode = lambda: [b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"], "say"
    request = worlds.apply(version)
    worlds.run_robots()

    assert fresh(request).status == "approved"


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_%%%", "whsec_YWJj", "é"])
def test_without_a_sound_secret_nothing_is_sent(receiver: Register, version: Any, settings: Any, secret: str) -> None:
    settings.CONNECTOR_VALUES = {"CONNECTOR_EVENTS": secret}
    request = worlds.apply(version)
    worlds.run_robots()

    assert receiver.headers == []
    assert worlds.open_step(request).trouble["code"] == "not_set_up"
