"""The event log for process mining: every public event once, under its request, and nothing the log doesn't tell."""

import gzip
import json
from typing import Any

import lxml.etree as ET  # noqa: N812
import pytest
from django.test import Client

from services.ledger.automation import seal
from services.ledger.models import NamedPlace, PublicEvent
from tests.api.conftest import one_request

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sealed_requests")]
XES, OCEL = "/open-data/events.xes.gz", "/open-data/events.ocel.json"
NAMESPACE = {"": "http://www.xes-standard.org/"}


def whole(answer: Any) -> bytes:
    assert answer.status_code == 200, answer.content
    return b"".join(answer.streaming_content)


@pytest.fixture
def traces(client: Client) -> ET._Element:
    return ET.fromstring(gzip.decompress(whole(client.get(XES))))


@pytest.fixture
def log(client: Client) -> dict[str, Any]:
    return dict(json.loads(whole(client.get(OCEL))))


def values(element: ET._Element) -> dict[str, str]:
    return {one.get("key", ""): one.get("value", "") for one in element if one.get("key")}


class TestXes:
    def test_says_what_it_is_and_keeps_the_order_of_the_schema(self, traces: ET._Element) -> None:
        order = [one.tag.rpartition("}")[2] for one in traces]
        assert traces.get("xes.version") == "1849.2016"
        assert [tag for n, tag in enumerate(order) if order.index(tag) == n] == [
            "extension",
            "global",
            "classifier",
            "trace",
        ]

    def test_has_a_trace_a_request_with_its_events_in_order(self, traces: ET._Element) -> None:
        found = traces.findall("trace", NAMESPACE)
        events = [[values(event) for event in trace.findall("event", NAMESPACE)] for trace in found]
        assert len({values(trace)["concept:name"] for trace in found}) == len(found) == 20
        assert all([event["concept:name"] for event in case] == ["submitted", "ended"] for case in events)
        assert {event["time:timestamp"] for case in events for event in case} == {
            "2026-03-02T00:00:00Z",
            "2026-03-05T00:00:00Z",
        }
        assert all(event["org:group"] == "north-hall" for case in events for event in case)
        assert {values(trace)["channel"] for trace in found} == {"online"}

    def test_tells_steps_by_name_with_begin_and_end(self, client: Client) -> None:
        step = {"step": "judge", "kind": "desk"}
        one_request([("step_opened", step), ("step_done", {**step, "minutes": 5})])
        seal()
        traces = ET.fromstring(gzip.decompress(whole(client.get(XES))))
        told = [values(event) for event in traces.iterfind(".//event", NAMESPACE)]
        judged = [(one["lifecycle:transition"], one.get("minutes")) for one in told if one["concept:name"] == "judge"]
        assert judged == [("start", None), ("complete", "5")]


class TestOcel:
    def test_has_every_public_event_of_a_request_once(self, log: dict[str, Any]) -> None:
        known = PublicEvent.objects.filter(told__has_key="request").values_list("pk", flat=True)
        assert sorted(int(event["id"]) for event in log["events"]) == sorted(known)

    def test_has_types_for_all_that_occurs_and_objects_for_all_that_is_named(self, log: dict[str, Any]) -> None:
        kinds = {kind["name"]: {one["name"] for one in kind["attributes"]} for kind in log["eventTypes"]}
        objects = {one["id"]: one["type"] for one in log["objects"]}
        assert set(objects.values()) <= {kind["name"] for kind in log["objectTypes"]}
        assert len(objects) == len(log["objects"]) == 20 + 3  # requests, the service, the office, and the unnamed one
        for event in log["events"]:
            assert {one["name"] for one in event["attributes"]} <= kinds[event["type"]]
            assert all(one["objectId"] in objects for one in event["relationships"])


@pytest.mark.parametrize("address", [XES, OCEL])
class TestEither:
    def test_tells_of_one_service_or_says_which_there_are(self, client: Client, address: str) -> None:
        assert whole(client.get(address, {"service": "permit"}))
        refused = client.get(address, {"service": "<b>nonsense"})
        assert (refused.status_code, refused.headers["Content-Type"]) == (400, "text/plain")
        assert refused.content.decode().endswith("It tells of: permit.")

    def test_names_no_place_that_the_log_does_not(self, client: Client, address: str) -> None:
        one_request([], office="secret-office", channel="pigeon")
        seal()
        content = whole(client.get(address))
        content = gzip.decompress(content) if address == XES else content
        assert b"secret-office" not in content
        assert b"pigeon" not in content

    def test_does_not_come_twice(self, client: Client, address: str) -> None:
        tag = client.get(address).headers["ETag"]
        assert client.get(address, headers={"If-None-Match": tag}).status_code == 304
        one_request([])
        seal()
        assert client.get(address, headers={"If-None-Match": tag}).status_code == 200

    def test_comes_anew_when_an_office_is_named_without_a_new_seal(self, client: Client, address: str) -> None:
        tag = client.get(address).headers["ETag"]
        NamedPlace.objects.create(service="permit", cut="office", key="late-hall", since=0)

        assert client.get(address, headers={"If-None-Match": tag}).status_code == 200
