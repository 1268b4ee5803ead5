"""A town with a clerk, the clerk's program, and a task."""

import pytest
from django.utils import timezone

from services.accounts.models import User
from services.catalogue.models import ServiceVersion
from services.requests.models import ServiceRequest
from services.workflow.models import Step
from services.workflow.operations import desk
from tests import worlds
from tests.api.desk.desks import Program
from tests.clerks import office


@pytest.fixture
def version() -> ServiceVersion:
    worlds.build_agencies("north", "south")
    return office.published()


@pytest.fixture
def bruno(version: ServiceVersion) -> User:
    return worlds.clerk("bruno")


@pytest.fixture
def program(bruno: User) -> Program:
    return Program(bruno)


@pytest.fixture
def seen(version: ServiceVersion) -> ServiceRequest:
    return worlds.apply(version, {"rooms": 4}, by=worlds.citizen())


@pytest.fixture
def task(seen: ServiceRequest) -> Step:
    return worlds.open_step(seen)


@pytest.fixture
def held(task: Step, bruno: User) -> Step:
    return desk.claim(task, bruno, timezone.now())
