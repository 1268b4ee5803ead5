"""What robots ask at each step costs the same however many steps there ever were: by an index, and not by sorting."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from services.connectors.models import Connector
from services.workflow.admission import _closed
from services.workflow.claims import due
from services.workflow.models import Step
from tests import worlds

pytestmark = pytest.mark.django_db
DONE, DUE = 20_000, 2_000


@pytest.fixture
def long_history() -> None:
    """Give many steps that are done and some that are due, all at one register."""
    worlds.build_agencies("north")
    worlds.build_connectors(worlds.connector("population"))
    version = worlds.published(
        [worlds.robot("call", "check_rule", settings={"rule": "true", "save_as": "x"}), worlds.desk("judge")]
    )
    request = worlds.apply(version)
    now = timezone.now()
    common = {"service_request": request, "key": "call", "kind": "robot", "lane": "registries", "target": "population"}
    steps = [Step(**common, state="done", opened_at=now, finished_at=now) for _ in range(DONE)]
    steps += [Step(**common, state="due", opened_at=now, run_at=now - timedelta(seconds=n)) for n in range(DUE)]
    Step.objects.bulk_create(steps)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE workflow_step")


def plan(query: QuerySet[Any]) -> str:
    return query.explain()


@pytest.mark.usefixtures("long_history")
def test_admission_counts_calls_by_an_index() -> None:
    told = plan(_closed(Connector.objects.all(), timezone.now()))
    assert "step_to_call" in told
    assert "Seq Scan on workflow_step" not in told


@pytest.mark.usefixtures("long_history")
@pytest.mark.parametrize("lane", ["rules", "registries", "mail"])
def test_due_steps_come_in_order_from_an_index(lane: str) -> None:
    told = plan(due(lane, timezone.now()).order_by("run_at")[:100])
    assert "step_to_run" in told
    assert "Sort" not in told
