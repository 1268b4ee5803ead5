"""`manage.py simulate`: where it may run, and what it tells."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from portal.embedded import programs
from portal.embedded.folder import Folder
from portal.embedded.ports import answers, wait_until
from portal.management.simulation.sandbox import SAMPLES
from services.requests.models import ServiceRequest
from services.workflow.models import Heartbeat
from tests.simulation.world import END, load_samples

pytestmark = pytest.mark.usefixtures("ledger")


def simulate(**options: object) -> str:
    told = io.StringIO()
    known = {"days": 3, "scale": 0.01, "service": ["parking-permit"], "until": END.date(), "verbosity": 0}
    call_command("simulate", stdout=told, **{**known, **options})
    return told.getvalue()


class TestSimulate:
    def test_tells_the_share_of_handling_and_for_whom_requests_wait(self) -> None:
        load_samples()

        told = simulate()

        assert "| parking-permit | 2 |" in told
        assert "stuck: 0." in told
        assert "2 requests of 3 days" in told

    def test_leaves_a_history_alone(self) -> None:
        load_samples()
        simulate()

        assert simulate() == "there is a history already\n"
        assert ServiceRequest.objects.count() == 2

    @pytest.mark.parametrize("options", [{"days": 0}, {"scale": 0.0}, {"scale": 1.5}])
    def test_refuses_numbers_that_make_no_sense(self, options: dict[str, float]) -> None:
        with pytest.raises(CommandError, match="--days must be 1 or more"):
            simulate(**options)

    def test_refuses_in_production(self, settings) -> None:
        settings.IS_PRODUCTION = True

        with pytest.raises(CommandError, match="Refused in production"):
            simulate()

    def test_refuses_without_the_samples(self) -> None:
        with pytest.raises(CommandError, match="Publish samples/services first"):
            simulate()

    def test_refuses_without_an_address_of_the_register(self, settings) -> None:
        load_samples()
        settings.CONNECTOR_VALUES = {"REGISTRY_URL": ""}

        with pytest.raises(CommandError, match="Set REGISTRY_URL"):
            simulate()

    def test_refuses_beside_workers(self) -> None:
        load_samples()
        Heartbeat.objects.create(name="worker", at=timezone.now())

        with pytest.raises(CommandError, match="Workers are running"):
            simulate()

    def test_refuses_a_register_that_knows_nobody_of_the_simulation(self, settings, tmp_path: Path) -> None:
        load_samples()
        port = int(settings.CONNECTOR_VALUES["REGISTRY_URL"].rpartition(":")[2])
        strange = programs.registry(Folder(tmp_path / "var"), port, SAMPLES)
        strange.start()
        try:
            wait_until(lambda: answers(port), seconds=20, failure="no register")
            with pytest.raises(CommandError, match="doesn't know the simulation's people"):
                simulate()
        finally:
            strange.kill()
        assert not ServiceRequest.objects.exists()
