from collections.abc import Iterator

import pytest

from tests.drill.portals import DrillPortal

SETTINGS = {"ROBOT_LEASE_S": "3", "ROBOT_PAUSES_S": "0.5,1,2,4,4,4,8,8"}


@pytest.fixture(scope="package")
def whole() -> Iterator[DrillPortal]:
    """Run one portal for all drills: what they do is told apart by their seeds."""
    portal = DrillPortal("drill", **SETTINGS)
    try:
        portal.begin()
        yield portal
    finally:
        portal.end()


@pytest.fixture
def portal(whole: DrillPortal) -> Iterator[DrillPortal]:
    """Give the portal as the last drill left it; a drill says by `become` which guards it wants."""
    yield whole
    whole.let_registry_be("none")
