"""No container engine runs here: these tests hold the compose file against the code that it starts."""

import importlib.util
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands

from portal.embedded.programs import LANES, LONGEST_HEAD
from services.requests.scanner import USUAL_PORT

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text()
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ["migrate", "web", "worker", "beat"]
READ_BY_SETTINGS = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', (ROOT / "portal" / "settings.py").read_text()))


def words(name: str) -> list[str]:
    """Give the words of a service's command, those of a shell line included."""
    command = SERVICES[name]["command"]
    return shlex.split(command[-1]) if command[0] == "sh" else command


def after(option: str, name: str) -> str:
    command = words(name)
    return command[command.index(option) + 1]


def module_exists(name: str) -> bool:
    return importlib.util.find_spec(name.partition(":")[0]) is not None


class TestServices:
    def test_are_these(self) -> None:
        assert set(SERVICES) == {"postgres", "redis", "clamav", *OURS}

    def test_use_official_images_of_the_tested_versions(self) -> None:
        assert (SERVICES["postgres"]["image"], SERVICES["redis"]["image"]) == ("postgres:18", "redis:8")

    @pytest.mark.parametrize("name", ["postgres", "redis", "clamav", "web", "worker", "beat"])
    def test_that_last_have_a_health_check(self, name: str) -> None:
        assert SERVICES[name]["healthcheck"]["test"]

    @pytest.mark.parametrize("name", ["web", "worker", "beat"])
    def test_that_work_wait_for_migrations_and_stores(self, name: str) -> None:
        assert SERVICES[name]["depends_on"] == {
            "migrate": {"condition": "service_completed_successfully"},
            "postgres": {"condition": "service_healthy"},
            "redis": {"condition": "service_healthy"},
        }

    def test_name_only_volumes_that_exist(self) -> None:
        named = {volume.partition(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}

        assert named == set(COMPOSE["volumes"])


class TestEnvironment:
    @pytest.mark.parametrize("name", OURS)
    def test_sets_only_what_the_settings_read(self, name: str) -> None:
        assert set(SERVICES[name]["environment"]) <= READ_BY_SETTINGS

    @pytest.mark.parametrize("name", OURS)
    def test_is_production(self, name: str) -> None:
        assert SERVICES[name]["environment"]["PORTAL_MODE"] == "production"

    def test_joins_the_stores_by_their_names_and_ports(self) -> None:
        environment = SERVICES["web"]["environment"]

        assert environment["DATABASE_URL"].endswith("@postgres:5432/portal")
        assert environment["DATABASE_URL"].startswith(
            f"postgresql://{SERVICES['postgres']['environment']['POSTGRES_USER']}:"
        )
        assert environment["REDIS_URL"] == "redis://redis:6379/0"

    def test_has_files_scanned_by_one_that_nothing_waits_for(self) -> None:
        assert SERVICES["web"]["environment"]["CLAMD_URL"] == f"tcp://clamav:{USUAL_PORT}"
        assert not [name for name in OURS if "clamav" in SERVICES[name]["depends_on"]]

    def test_takes_from_the_operator_what_the_example_names(self) -> None:
        example = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
        asked = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))

        assert asked == example

    def test_has_no_secret_of_its_own(self) -> None:
        secrets = [
            SERVICES["web"]["environment"]["SECRET_KEY"],
            SERVICES["postgres"]["environment"]["POSTGRES_PASSWORD"],
        ]

        assert all(secret.startswith("${") and ":?" in secret for secret in secrets)


class TestCommands:
    @pytest.mark.parametrize("name", ["web", "worker", "beat"])
    def test_run_modules_that_exist(self, name: str) -> None:
        assert module_exists(after("-m", name))

    def test_name_applications_that_exist(self) -> None:
        assert module_exists(words("web")[-1])
        assert all(module_exists(after("--app", name)) for name in ("worker", "beat"))

    def test_run_management_commands_that_exist(self) -> None:
        asked = {
            after for word, after in zip(words("migrate"), words("migrate")[1:], strict=False) if word == "manage.py"
        }

        assert asked <= set(get_commands())

    def test_listen_where_the_port_leads(self) -> None:
        [mapping] = SERVICES["web"]["ports"]
        port = after("--port", "web")

        assert mapping.split(":")[-1] == port
        assert f"localhost:{port}/health/live" in SERVICES["web"]["healthcheck"]["test"][-1]
        assert f"EXPOSE {port}" in DOCKERFILE

    def test_take_no_longer_heads_than_were_tried(self) -> None:
        assert after("--http1-buffer-size", "web") == LONGEST_HEAD

    def test_serve_every_lane(self) -> None:
        assert set(after("--queues", "worker").split(",")) == set(LANES)


class TestImage:
    def test_copies_only_what_exists_and_is_let_in(self) -> None:
        let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
        copied = {line.split()[1].split("/")[0] for line in DOCKERFILE.splitlines() if re.match(r"COPY (?!--)", line)}

        assert copied == let_in
        assert all((ROOT / name).exists() for name in copied)

    def test_keeps_files_where_the_volume_is(self) -> None:
        folder = SERVICES["web"]["environment"]["PORTAL_VAR"]

        assert f"files:{folder}" in SERVICES["web"]["volumes"]
        assert f"VOLUME {folder}" in DOCKERFILE

    def test_does_not_run_as_root(self) -> None:
        assert re.search(r"^USER (?!root)", DOCKERFILE, re.MULTILINE)
