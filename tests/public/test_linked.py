"""A service's page leads programs to its linked data, and tells search engines what it tells people."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from services.agencies.models import Agency
from tests import worlds

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def permit() -> None:
    worlds.build_agencies("north", "south")
    worlds.published([worlds.desk("judge")], towns=("north", "south"))


class TestNegotiation:
    @pytest.mark.parametrize(
        ("accepted", "kind"),
        [
            ("application/ld+json", "jsonld"),
            ("text/turtle, application/ld+json;q=0.5", "ttl"),
            ("text/html;q=0.2, text/turtle;q=0.9", "ttl"),
        ],
    )
    @pytest.mark.parametrize("address", ["services/", "services/permit/"])
    def test_who_asks_for_data_is_shown_to_it(self, client: Client, address: str, accepted: str, kind: str) -> None:
        answer = client.get(f"/{address}", headers={"Accept": accepted})

        assert (answer.status_code, answer["Location"]) == (303, f"/open-data/{address.rstrip('/')}.{kind}")
        assert "Accept" in answer["Vary"]

    @pytest.mark.parametrize(
        "accepted", ["text/html", "*/*", "text/html, text/turtle;q=0.9, */*;q=0.1", "image/png", ""]
    )
    @pytest.mark.parametrize("address", ["services/", "services/permit/"])
    def test_who_asks_for_a_page_gets_it(self, client: Client, address: str, accepted: str) -> None:
        answer = client.get(f"/{address}", headers={"Accept": accepted})

        assert answer.status_code == 200
        assert "Accept" in answer["Vary"]
        address = f"/open-data/{address.rstrip('/')}"
        for kind, name in (("application/ld+json", "jsonld"), ("text/turtle", "ttl")):
            assert f'<link rel="alternate" type="{kind}" href="{address}.{name}">' in answer.content.decode()


class TestSchemaOrg:
    def told(self, client: Client, **headers: str) -> dict[str, Any]:
        page = client.get("/services/permit/", headers=headers).content.decode()
        (script,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
        told: dict[str, Any] = json.loads(script)
        return told

    def test_tells_search_engines_what_the_page_tells(self, client: Client, settings: Any) -> None:
        document = {"key": "paper", "title": worlds.text("Paper"), "body": worlds.text("Yes.")}
        worlds.published([worlds.desk("judge")], documents=[document])
        Agency.objects.filter(code="north").update(name={"en": "North", "fr": "Nord"})

        told = self.told(client, **{"Accept-Language": "fr"})

        assert (told["@type"], told["name"]) == ("GovernmentService", "Permit")
        assert told["url"] == f"{settings.BASE_URL}/services/permit/"
        assert told["availableChannel"]["serviceUrl"] == f"{settings.BASE_URL}/apply/permit/"
        assert [one["name"] for one in told["provider"]] == ["Nord"]
        assert told["serviceOutput"] == [{"@type": "Thing", "name": "Paper"}]
        assert self.told(client)["serviceOperator"]["name"] == "North"

    def test_offers_no_form_where_there_is_none(self, client: Client) -> None:
        worlds.published([worlds.desk("judge")], channels=["counter"])

        assert "availableChannel" not in self.told(client)

    def test_nothing_in_a_text_can_end_the_script(self, client: Client) -> None:
        words = "Roads </script><script>alert(1)</script> & <!-- more"
        Agency.objects.filter(code="north").update(name={"en": words})

        assert self.told(client)["serviceOperator"]["name"] == words
