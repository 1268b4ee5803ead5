"""The OpenAPI documents: the same for everybody, and neither changes the other."""

from typing import Any

import pytest
import yaml
from django.test import Client

from portal.api import openapi
from portal.api.open311 import document

pytestmark = pytest.mark.django_db


def test_that_of_open311_leaves_the_other_alone() -> None:
    """Also while both are made: nothing of one is set for the whole process."""
    anew = openapi.described.__wrapped__
    before, seen = anew(), []

    class Watched(document.Generator):
        def get_schema(self, *known: Any, **more: Any) -> Any:
            told = super().get_schema(*known, **more)
            seen.append(anew()["info"]["title"])
            return told

    own = openapi.described(Watched, document.Document.urlconf)

    assert seen == ["Portal API"]
    assert own["info"]["title"] == "Open311 GeoReport v2"
    assert "/open311/v2/requests.{format}" in own["paths"]
    assert anew() == before


@pytest.mark.parametrize("path", ["/api/schema/", "/open311/v2/schema/"])
def test_documents_are_the_same_in_every_language_and_whatever_is_asked(client: Client, path: str) -> None:
    plain = client.get(path)
    other = client.get(f"{path}?lang=fr&version=%3Cscript%3E", headers={"Accept-Language": "az"})

    assert plain["Content-Type"] == "application/vnd.oai.openapi; charset=utf-8"
    assert other.content == plain.content
    assert client.get(f"{path}?format=json").json() == yaml.safe_load(plain.content)
