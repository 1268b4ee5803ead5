"""The managers' pages: their own agencies' services, desks and robots, and nobody else's."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.worlds import apply, build_agencies, clerk, desk, published

pytestmark = pytest.mark.django_db


@pytest.fixture
def dilara(client: Client) -> Client:
    """Sign Dilara in, who manages the north; one request waits there."""
    build_agencies("north", "south")
    apply(published([desk("judge")]))
    client.force_login(clerk("dilara", desks=(), role="manager"))
    return client


class TestManagers:
    def test_see_their_services_and_the_load_of_their_desks(self, dilara):
        told = dilara.get(reverse("managers")).content.decode()

        assert reverse("managers_service", args=["permit"]) in told
        assert "north hall" in told
        assert "south hall" not in told

    def test_see_one_service_with_its_versions(self, dilara):
        assert "Version 1, published on" in dilara.get(reverse("managers_service", args=["permit"])).content.decode()

    def test_find_no_service_of_another_agency(self, dilara):
        published([desk("judge")], towns=("south",), service="other")

        assert dilara.get(reverse("managers_service", args=["other"])).status_code == 404
