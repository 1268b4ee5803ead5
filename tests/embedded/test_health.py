import json
from datetime import timedelta

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from portal import health
from portal.celery import app
from portal.embedded.ports import free_port
from services.workflow.models import Heartbeat
from tests.worlds import build_agencies


def told(response: HttpResponse) -> tuple[int, dict[str, object]]:
    return response.status_code, json.loads(response.content)


class TestLive:
    def test_asks_nobody_else(self, rf: RequestFactory) -> None:
        assert told(health.live(rf.get("/health/live"))) == (200, {"status": "live"})


@pytest.mark.django_db
class TestReady:
    def ask(self, rf: RequestFactory) -> tuple[int, dict[str, object]]:
        return told(health.ready(rf.get("/health/ready")))

    def test_needs_a_worker_that_beats(self, rf: RequestFactory) -> None:
        Heartbeat.objects.create(name="worker", at=timezone.now())

        assert self.ask(rf) == (
            200,
            {"status": "ready", "database": True, "broker": True, "worker": True, "calendars": True, "sealed": True},
        )

    def test_tells_of_a_calendar_that_runs_out_and_is_ready_all_the_same(self, rf: RequestFactory) -> None:
        Heartbeat.objects.create(name="worker", at=timezone.now())
        build_agencies("north")

        status, parts = self.ask(rf)

        assert (status, parts["status"], parts["calendars"]) == (200, "ready", False)

    def test_does_not_trust_an_old_heartbeat(self, rf: RequestFactory) -> None:
        Heartbeat.objects.create(name="worker", at=timezone.now() - timedelta(seconds=31))

        assert self.ask(rf) == (
            503,
            {
                "status": "not ready",
                "database": True,
                "broker": True,
                "worker": False,
                "calendars": True,
                "sealed": True,
            },
        )

    def test_needs_the_broker(self, rf: RequestFactory, monkeypatch: pytest.MonkeyPatch) -> None:
        nobody = f"redis://127.0.0.1:{free_port()}/0"
        monkeypatch.setattr(health.app, "connection_for_read", lambda: app.connection(nobody))

        status, parts = self.ask(rf)

        assert (status, parts["broker"]) == (503, False)

    def test_needs_the_database(self, rf: RequestFactory) -> None:
        def refuse(*_: object) -> None:
            raise ConnectionError

        with connection.execute_wrapper(refuse):
            status, parts = self.ask(rf)

        assert (status, parts["database"]) == (503, False)
