"""Life events as guides: what to do first, what also, what perhaps; badly written ones are refused with their place."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from django.test import Client
from django.urls import reverse

from services.catalogue.guides import BadEvent, guide_of, read_event
from services.catalogue.models import LifeEvent
from services.catalogue.operations import load_life_events
from tests import worlds

SAMPLE = yaml.safe_load(Path("samples/agencies.yaml").read_text())["life_events"]
GOOD = {"code": "moving-home", "name": worlds.text("Moving home")}


def advice(service: str, role: str, words: str = "") -> dict[str, Any]:
    return {"service": service, "role": role, **({"words": worlds.text(words)} if words else {})}


@pytest.mark.django_db
class TestGuide:
    @pytest.fixture(autouse=True)
    def services(self) -> None:
        worlds.build_agencies("north")
        for code in ("alpha", "beta", "gamma"):
            worlds.published([worlds.desk("judge")], service=code, title=worlds.text(code.title()))
        guide = [advice("gamma", "first", "Within ten days"), advice("alpha", "maybe"), advice("nothing", "first")]
        load_life_events([{**GOOD, "guide": guide}])

    def test_orders_services_and_leaves_none_out(self) -> None:
        groups = guide_of(LifeEvent.objects.get())

        assert {role: [one.service.code for one in group] for role, group in groups.items()} == {
            "first": ["gamma"],
            "also": ["beta"],
            "maybe": ["alpha"],
        }

    def test_is_a_page_to_tick_and_print(self, client: Client) -> None:
        body = client.get(reverse("life_event", args=["moving-home"])).content.decode()
        places = [
            body.index(words) for words in ("Do this first", "Within ten days", "Also", "Beta", "Perhaps", "Alpha")
        ]

        assert places == sorted(places)
        assert body.count('type="checkbox"') == 3

    def test_leads_to_the_questions_of_its_services_only(self, client: Client) -> None:
        body = client.get(reverse("entitlements"), {"event": "moving-home"})
        odd = client.get(reverse("entitlements"), {"event": "no\0where"})

        assert body.context["event"].code == "moving-home"
        assert odd.status_code == 200
        assert odd.context["event"] is None


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"guide": [advice("x", "later")]}, "guide.0.role"),
        ({"guide": [{"role": "first"}]}, "guide.0.service"),
        ({"name": {"xx": "?"}}, "name"),
        ({"code": "Not a code"}, "code"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_is_written_wrong_is_refused_with_its_place(change: dict[str, Any], place: str) -> None:
    with pytest.raises(BadEvent, match=place):
        read_event({**GOOD, **change})


def test_the_samples_advise_about_services_that_name_the_event_in_all_languages() -> None:
    services = {one.stem: yaml.safe_load(one.read_text()) for one in Path("samples/services").glob("*.yaml")}
    told = [(event["code"], one) for event in SAMPLE for one in event.get("guide", [])]

    assert len(told) >= 10
    for code, one in told:
        assert code in services[one["service"]]["life_events"]
        assert set(one["words"]) == {"en", "az", "fr", "ar"}
