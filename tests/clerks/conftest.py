"""A request at a desk, and the clerk whose desk it is."""

import pytest
from django.test import Client
from django.utils import timezone

from services.accounts.models import User
from services.catalogue.models import ServiceVersion
from services.requests.models import ServiceRequest
from services.workflow.models import Step
from services.workflow.operations import desk
from tests import worlds
from tests.clerks import office


@pytest.fixture
def version() -> ServiceVersion:
    worlds.build_agencies("north", "south")
    return office.published()


@pytest.fixture
def aysel(version: ServiceVersion) -> User:
    return worlds.citizen()


@pytest.fixture
def bruno(version: ServiceVersion) -> User:
    return worlds.clerk("bruno")


@pytest.fixture
def seen(version: ServiceVersion, aysel: User) -> ServiceRequest:
    """Give a request that waits at the desk for permits."""
    return worlds.apply(version, {"rooms": 4}, by=aysel)


@pytest.fixture
def desk_client(client: Client, bruno: User) -> Client:
    client.force_login(bruno)
    return client


@pytest.fixture
def held(seen: ServiceRequest, bruno: User) -> Step:
    """Give the step that Bruno has taken."""
    return desk.claim(worlds.open_step(seen), bruno, timezone.now())
