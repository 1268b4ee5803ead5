import httpx
import psycopg
import pytest

from tests.live import LivePortal

pytestmark = pytest.mark.slow


class TestLivePortal:
    def test_is_ready_with_a_database_of_its_own(self, live_portal: LivePortal) -> None:
        assert httpx.get(f"{live_portal.url}/health/ready").json()["status"] == "ready"
        with psycopg.connect(live_portal.database_url) as connection:
            assert connection.execute("SELECT current_database()").fetchone() == ("live",)

    @pytest.mark.parametrize("name", ["web", "worker", "beat", "registry", "valkey"])
    def test_comes_back_after_any_part_was_killed(self, live_portal: LivePortal, name: str) -> None:
        live_portal.kill(name)

        live_portal.start(name)

        live_portal.wait_until_ready()
