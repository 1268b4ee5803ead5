"""Open311 GeoReport v2: what city apps are told, what they may send, and what is never told."""

from collections.abc import Mapping
from datetime import timedelta
from io import BytesIO
from typing import Any

import lxml.etree as ET  # noqa: N812
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from PIL import Image

from portal.api.open311 import views
from portal.limits import Limit
from services.accounts.models import User
from services.ledger.models import Event
from services.requests.evidence import Evidence
from services.requests.models import Draft, ServiceRequest
from services.workflow.operations import desk
from services.workflow.operations.tokens import end_token, make_token
from tests import worlds
from tests.requests.clamd import EICAR, clamd

pytestmark = pytest.mark.django_db
LIST = "/open311/v2/requests"
FIELDS: list[dict[str, Any]] = [
    {
        "key": "category",
        "kind": "one_of",
        "label": {"en": "What", "fr": "Quoi"},
        "options": [{"value": "hole", "label": {"en": "Hole"}}, {"value": "lamp", "label": {"en": "Lamp"}}],
    },
    {
        "key": "dangers",
        "kind": "several_of",
        "label": {"en": "Dangers"},
        "required": False,
        "options": [{"value": "cars", "label": {"en": "Cars"}}, {"value": "people", "label": {"en": "People"}}],
    },
    {"key": "urgent", "kind": "yes_no", "label": {"en": "Urgent"}, "required": False},
    {"key": "since", "kind": "date", "label": {"en": "Since"}, "required": False},
    {"key": "words", "kind": "long_text", "label": {"en": "Words"}, "required": False, "max_length": 500},
    {"key": "place", "kind": "location", "label": {"en": "Place"}},
    {"key": "photo", "kind": "file", "label": {"en": "Photo"}, "required": False, "accept": ["jpeg", "png"]},
    {"key": "mail", "kind": "email", "label": {"en": "E-mail"}, "required": False},
]
HOLE = {"service_code": "hole", "lat": "40.59", "long": "49.67", "attribute[category]": "hole"}

SENT = {"category": "hole", "place": {"lat": "40.59", "lon": "49.67"}}


@pytest.fixture
def key() -> str:
    worlds.build_agencies("north", "south")
    pages = [{"key": "about", "title": {"en": "About"}, "fields": FIELDS}]
    worlds.published([worlds.desk("judge")], service="hole", identity="none", open_reports=True, pages=pages)
    worlds.published([worlds.desk("judge")])
    return secret_of(worlds.citizen())


def secret_of(user: User, *scopes: str) -> str:
    known = {"name": "City app", "days": 30, "now": timezone.now()}
    return make_token(user=user, scopes=scopes or ["reports:submit"], **known)[1]


def post(key: str | None, kind: str = "json", headers: Mapping[str, str] | None = None, **changed: Any) -> HttpResponse:
    body = {**HOLE, **({"api_key": key} if key is not None else {}), **changed}
    sent = {name: value for name, value in body.items() if value is not None}
    return Client(enforce_csrf_checks=True).post(f"{LIST}.{kind}", sent, headers=dict(headers or {}))


def picture() -> SimpleUploadedFile:
    content = BytesIO()
    Image.new("RGB", (40, 40)).save(content, "JPEG")
    return SimpleUploadedFile("a.jpg", content.getvalue(), "image/jpeg")


def faults(answer: HttpResponse) -> list[str]:
    return [one["description"] for one in answer.json()]


def get(path: str, **arguments: str) -> Any:
    answer = Client().get(path, arguments)
    assert answer.status_code == 200, answer.content
    return answer.json()


class TestCatalogue:
    def test_discovery_names_the_calls_and_where_keys_come_from(self, key: str) -> None:
        told = get("/open311/discovery.json")

        assert told["key_service"].endswith("/my/programs/")
        assert told["endpoints"][0]["url"].endswith("/open311/v2")
        assert told["endpoints"][0]["formats"] == ["application/json", "text/xml"]

    def test_lists_services_whose_reports_are_open_and_no_other(self, key: str) -> None:
        assert [(one["service_code"], one["metadata"], one["type"]) for one in get("/open311/v2/services.json")] == [
            ("hole", True, "realtime")
        ]
        assert get("/open311/v2/services.json", jurisdiction_id="north-hall")
        assert Client().get("/open311/v2/services.json?jurisdiction_id=south-hall").status_code == 404

    def test_a_definition_tells_fields_in_the_readers_language(self, key: str) -> None:
        answer = Client().get("/open311/v2/services/hole.json", headers={"Accept-Language": "fr"})
        told = {one["code"]: one for one in answer.json()["attributes"]}

        assert {code: (one["datatype"], one["required"]) for code, one in told.items()} == {
            "category": ("singlevaluelist", True),
            "dangers": ("multivaluelist", False),
            "urgent": ("singlevaluelist", False),
            "since": ("datetime", False),
        }
        assert told["category"]["description"] == "Quoi"
        assert [one["key"] for one in told["urgent"]["values"]] == ["true", "false"]

    def test_xml_names_its_elements_as_the_standard_does(self, key: str) -> None:
        post(key)
        roots = {
            "/open311/discovery.xml": "discovery/endpoints/endpoint/formats/format",
            "/open311/v2/services.xml": "services/service/service_code",
            "/open311/v2/services/hole.xml": "service_definition/attributes/attribute/values/value/key",
            f"{LIST}.xml": "service_requests/request/service_request_id",
        }
        for path, elements in roots.items():
            answer = Client().get(path)
            root = ET.fromstring(answer.content)
            assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
            assert root.tag == elements.partition("/")[0]
            assert root.find(elements.partition("/")[2]) is not None, answer.content

    @pytest.mark.parametrize("path", ["services/permit.json", "services/none.xml", "requests/x.json", "tokens/x.xml"])
    def test_what_there_is_not_is_404_in_the_format_that_was_asked_for(self, key: str, path: str) -> None:
        answer = Client().get(f"/open311/v2/{path}")

        assert answer.status_code == 404
        if path.endswith("xml"):
            assert ET.fromstring(answer.content).findtext("error/code") == "404"
        else:
            assert answer.json()[0]["code"] == 404

    def test_another_format_is_404(self, key: str) -> None:
        assert Client().get("/open311/v2/services.yaml").status_code == 404


class TestSending:
    def test_a_report_is_taken_in_nobodys_name_and_can_be_followed(self, key: str) -> None:
        answer = post(
            key,
            **{"attribute[dangers][]": ["cars", "people"], "attribute[urgent]": "true"},
            **{"attribute[since]": "2026-01-02T00:00:00Z"},
            description="Deep",
            address_string="Main street 1",
            media_url="https://example.org/1.jpg",
            email="aysel@example.org",
            first_name="Aysel",
            last_name="M",
        )

        assert answer.status_code == 201, answer.content
        request = ServiceRequest.objects.get()
        assert answer.json()[0]["service_request_id"] == str(request.pk)
        assert request.written_reference in answer.json()[0]["service_notice"]
        assert request.applicant is None
        assert request.contact["name"] == "Aysel M"
        assert request.answers == {
            "category": "hole",
            "dangers": ["cars", "people"],
            "urgent": True,
            "since": "2026-01-02",
            "words": "Deep\nMain street 1\nhttps://example.org/1.jpg",
            "place": {"lat": "40.590000", "lon": "49.670000"},
            "mail": "aysel@example.org",
        }

    def test_which_program_passed_it_on_is_on_record(self, key: str) -> None:
        post(key)

        token = User.objects.get(email="aysel@example.org").tokens.get()
        assert Event.objects.get(kind="submitted").facts["program"] == token.pk

    def test_the_same_key_gives_the_same_report(self, key: str) -> None:
        first, again = (post(key, headers={"Idempotency-Key": "1"}) for _ in range(2))
        other = post(key, headers={"Idempotency-Key": "1"}, lat="40.60")

        assert first.json() == again.json()
        assert (ServiceRequest.objects.count(), other.status_code) == (1, 422)

    @pytest.mark.parametrize(
        ("changed", "fault"),
        [
            ({"service_code": None}, "service_code required"),
            ({"service_code": ""}, "service_code required"),
            ({"lat": None}, "lat required"),
            ({"long": "  "}, "long required"),
            ({"lat": "91"}, "attribute[place]: There is no such place. Latitude goes to 90 and longitude to 180."),
            ({"attribute[category]": None}, "attribute[category] required"),
            ({"attribute[moon]": "x"}, "attribute[moon]: There is no such attribute."),
            ({"attribute[category]": ["hole", "lamp"]}, "attribute[category]: Send one value."),
            ({"attribute[category]": "moon"}, "attribute[category]: What was chosen is not offered any longer."),
            ({"attribute[urgent]": "perhaps"}, "attribute[urgent]: Choose yes or no."),
            ({"attribute[since]": "yesterday"}, "attribute[since]: Give a date that exists"),
            ({"description": "x" * 4001}, "description: "),
            ({"description": "x" * 501}, "description: "),
            ({"description": "a\0b"}, "description: "),
            ({"email": "aysel"}, "email: "),
            ({"email": "ay\u200bsel@example.org"}, "email: "),
            ({"phone": "12"}, "phone: "),
            ({"media_url": "javascript:1"}, "media_url: "),
            ({"lat": ["1", "2"]}, "lat: Send it once."),
        ],
    )
    def test_what_is_wrong_is_told_by_its_name(self, key: str, changed: dict[str, Any], fault: str) -> None:
        answer = post(key, **changed)

        assert (answer.status_code, ServiceRequest.objects.count()) == (400, 0), answer.content
        assert any(one.startswith(fault) for one in faults(answer)), faults(answer)

    def test_an_unknown_service_is_404(self, key: str) -> None:
        assert post(key, service_code="permit").status_code == 404

    def test_an_office_that_does_not_deliver_it_is_404(self, key: str) -> None:
        assert post(key, jurisdiction_id="south-hall").status_code == 404


class TestPictures:
    def test_a_picture_is_looked_over_and_kept(self, key: str) -> None:
        answer = post(key, media=picture())

        assert answer.status_code == 201, answer.content
        assert [one.key for one in ServiceRequest.objects.get().evidence.all()] == ["photo"]
        assert not Draft.objects.exists()

    def test_a_bad_picture_is_refused_and_nothing_is_left(self, key: str) -> None:
        answer = post(key, media=SimpleUploadedFile("a.jpg", b"no picture", "image/jpeg"))

        assert (answer.status_code, ServiceRequest.objects.count(), Draft.objects.count()) == (400, 0, 0)
        assert faults(answer)[0].startswith("media: ")

    def test_a_harmful_picture_is_refused_and_put_on_record(self, key: str, settings: Any) -> None:
        with clamd() as scanner:
            settings.CLAMD_URL = scanner.url
            answer = post(key, media=SimpleUploadedFile("a.jpg", picture().read() + EICAR, "image/jpeg"))

        assert (answer.status_code, Draft.objects.count(), Evidence.objects.count()) == (400, 0, 0)
        assert "did not pass the check for harmful programs" in faults(answer)[0]
        assert Event.objects.filter(kind="file_refused").count() == 1

    def test_a_picture_beside_a_fault_leaves_nothing_behind(self, key: str) -> None:
        answer = post(key, media=picture(), **{"attribute[category]": "moon"})

        assert (answer.status_code, Draft.objects.count()) == (400, 0)


class TestKeys:
    @pytest.mark.parametrize("wrong", [None, "", "portal_nothing", "\0"])
    def test_without_a_right_one_nothing_is_taken(self, key: str, wrong: str | None) -> None:
        answer = post(wrong)

        assert (answer.status_code, ServiceRequest.objects.count()) == (403, 0)
        assert answer.json()[0]["code"] == 403

    def test_an_ended_one_is_refused(self, key: str) -> None:
        end_token(User.objects.get().tokens.get(), timezone.now())

        assert post(key).status_code == 403

    def test_one_for_something_else_is_refused(self, key: str) -> None:
        other = secret_of(worlds.citizen("elvin"), "requests:read", "requests:submit")

        assert "reports:submit" in faults(post(other))[0]

    def test_too_many_in_an_hour_wait(self, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(views, "REPORTS", Limit("reports", 1, 3600))
        assert post(key).status_code == 201

        answer = post(key)

        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3600")


class TestTelling:
    def test_nothing_that_people_wrote_is_told(self, key: str) -> None:
        post(
            key, description="My neighbour Bruno", email="aysel@example.org", first_name="Aysel", phone="+994501234567"
        )

        told = Client().get(f"{LIST}.json").content.decode()

        assert '"service_code":"hole"' in told
        assert not [words for words in ("Bruno", "Aysel", "aysel@") if words in told]

    def test_requests_for_other_services_are_not_told(self, key: str) -> None:
        foreign = worlds.apply(worlds.published([worlds.desk("judge")]), at=timezone.now())

        assert get(f"{LIST}.json") == []
        assert Client().get(f"{LIST}/{foreign.pk}.json").status_code == 404
        assert get(f"{LIST}.json", service_request_id=str(foreign.pk)) == []

    def test_what_was_sent_before_reports_were_open_is_not_told(self, key: str) -> None:
        shut = {"service": "lamp", "identity": "none", "pages": [{"key": "a", "title": {"en": "A"}, "fields": FIELDS}]}
        worlds.apply(worlds.published([worlds.desk("judge")], **shut), SENT, at=timezone.now())
        worlds.published([worlds.desk("judge")], open_reports=True, **shut)

        assert len(get("/open311/v2/services.json")) == 2
        assert get(f"{LIST}.json", service_code="lamp") == []

    def test_every_key_is_there_and_places_are_numbers(self, key: str) -> None:
        post(key)

        (told,) = get(f"{LIST}.json")

        assert (told["status"], told["lat"], told["long"]) == ("open", 40.59, 49.67)
        assert {name for name, value in told.items() if value is None} == set()
        assert set(told) == {
            *("service_request_id", "status", "status_notes", "service_name", "service_code", "description"),
            *("agency_responsible", "service_notice", "requested_datetime", "updated_datetime", "expected_datetime"),
            *("address", "address_id", "zipcode", "lat", "long", "media_url"),
        }

    def test_a_closed_one_tells_how_it_ended(self, key: str) -> None:
        pk = post(key).json()[0]["service_request_id"]
        clerk, now = worlds.clerk("bruno"), timezone.now() + timedelta(hours=1)
        desk.decide(desk.claim(worlds.open_step(ServiceRequest.objects.get()), clerk, now), "yes", clerk, now)

        (told,) = get(f"{LIST}/{pk}.json")

        assert told["status"] == "closed"
        assert told["status_notes"] == "Granted"
        assert told["updated_datetime"] > told["requested_datetime"]
        assert [get(f"{LIST}.json", status=state) == [] for state in ("open", "closed", "open,closed")] == [
            True,
            False,
            False,
        ]
        assert get(f"/open311/v2/tokens/{pk}.json") == [{"service_request_id": pk, "token": pk}]

    def test_ids_override_everything_else_and_strange_ones_are_passed_over(self, key: str) -> None:
        pk = post(key).json()[0]["service_request_id"]

        assert len(get(f"{LIST}.json", service_request_id=f"{pk},nonsense,", status="closed")) == 1

    def test_the_last_ninety_days_and_pages(self, key: str) -> None:
        for _ in range(3):
            post(key)
        ServiceRequest.objects.filter(pk=ServiceRequest.objects.first().pk).update(  # type: ignore[union-attr]
            submitted_at=timezone.now() - timedelta(days=91)
        )

        assert len(get(f"{LIST}.json")) == 2
        first, second = (get(f"{LIST}.json", page_size="1", page=page) for page in ("1", "2"))
        assert first[0]["service_request_id"] != second[0]["service_request_id"]
        assert get(f"{LIST}.json", page_size="1", page="3") == []

    @pytest.mark.parametrize(
        ("arguments", "fault"),
        [
            ({"status": "perhaps"}, "status: "),
            ({"start_date": "yesterday"}, "start_date: "),
            ({"start_date": "2026-02-31"}, "start_date: "),
            ({"start_date": "2026-01-01T00:00:00"}, "start_date: "),
            ({"start_date": "0001-01-01T00:00:00Z"}, "start_date: "),
            ({"start_date": "2026-01-01", "end_date": "2026-06-01"}, "start_date: Ask for at most 90 days"),
            ({"start_date": "2026-02-01", "end_date": "2026-01-01"}, "end_date: "),
            ({"page": "0"}, "page: "),
            ({"page": "٣"}, "page: "),
            ({"page_size": "1001"}, "page_size: "),
        ],
    )
    def test_what_is_asked_wrongly_is_told(self, key: str, arguments: dict[str, str], fault: str) -> None:
        answer = Client().get(f"{LIST}.json", arguments)

        assert answer.status_code == 400
        assert faults(answer)[0].startswith(fault)

    def test_as_many_statements_for_more_reports(self, key: str, django_assert_num_queries: Any) -> None:
        for reports in (1, 4):
            for _ in range(reports):
                post(key)
            with django_assert_num_queries(2):  # the services that are open, and their reports
                get(f"{LIST}.json")
