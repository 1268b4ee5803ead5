import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from pytest_django import Settings

from portal.checks import files_are_scanned, ledger_is_guarded, missing_guards, refuse_unsafe_start, settings_are_strong

ROOT = Path(__file__).resolve().parents[2]
STRONG = {
    "IS_PRODUCTION": True,
    "SECRET_KEY": "q8Zr-TnX2_vLw9Kc5HsJ7mPbD4fGyA6eUoR1iNt3QxVzWlEhSkYj",
    "DEBUG": False,
    "ALLOWED_HOSTS": ["portal.example.org"],
    "BASE_URL": "https://portal.example.org",
    "STAFF_NEED_SECOND_FACTOR": True,
}


@pytest.fixture
def production(settings: Settings) -> Settings:
    for name, value in STRONG.items():
        setattr(settings, name, value)
    return settings


class TestSettings:
    def test_that_are_strong_pass(self, production: Settings) -> None:
        assert settings_are_strong() == []

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("SECRET_KEY", ""),
            ("SECRET_KEY", "a" * 60),
            ("SECRET_KEY", "short-but-quite-random-9f8e7d6c"),
            ("SECRET_KEY", f"demo-{STRONG['SECRET_KEY']}"),
            ("SECRET_KEY", f"django-insecure-{STRONG['SECRET_KEY']}"),
            ("DEBUG", True),
            ("ALLOWED_HOSTS", ["*"]),
            ("ALLOWED_HOSTS", []),
            ("BASE_URL", "http://portal.example.org"),
            ("STAFF_NEED_SECOND_FACTOR", False),
            ("CLAMD_URL", "http://clamav:3310"),
            ("WEBHOOK_ALLOW", ["10.0.0.0/8"]),
            ("GUARDS", {"fence": False}),
            ("CRASH_AT", {"before_effect.mail:1"}),
        ],
    )
    def test_that_are_weak_are_named(self, production: Settings, name: str, value: Any) -> None:
        setattr(production, name, value)

        [error] = settings_are_strong()

        assert error.msg.startswith(name)


class TestFiles:
    def test_that_nobody_scans_are_warned_of(self, settings: Settings) -> None:
        settings.CLAMD_URL = ""

        assert [warning.id for warning in files_are_scanned()] == ["portal.W001"]

    @pytest.mark.parametrize("url", ["tcp://clamav:3310", "unix:///run/clamav/clamd.ctl"])
    def test_that_a_scanner_looks_at_pass(self, production: Settings, url: str) -> None:
        production.CLAMD_URL = url

        assert [*files_are_scanned(), *settings_are_strong()] == []


@pytest.mark.django_db
class TestLedger:
    def test_passes_with_its_triggers(self) -> None:
        assert ledger_is_guarded(databases=["default"]) == []

    @pytest.mark.parametrize("name", ["refuse_change", "refuse_truncate"])
    @pytest.mark.parametrize(
        "change", ["DROP TRIGGER {} ON ledger_event", "ALTER TABLE ledger_event DISABLE TRIGGER {}"]
    )
    def test_fails_without_one(self, change: str, name: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(change.format(name))

        [reason] = missing_guards()

        assert name in reason


@pytest.mark.django_db
class TestRefusal:
    def test_lets_a_safe_production_start(self, production: Settings) -> None:
        refuse_unsafe_start()

    def test_names_every_reason_at_once(self, production: Settings) -> None:
        production.DEBUG, production.ALLOWED_HOSTS = True, ["*"]

        with pytest.raises(ImproperlyConfigured, match=r"(?s)DEBUG.*ALLOWED_HOSTS"):
            refuse_unsafe_start()

    def test_counts_a_missing_trigger(self, production: Settings) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER refuse_truncate ON ledger_event")

        with pytest.raises(ImproperlyConfigured, match="refuse_truncate"):
            refuse_unsafe_start()

    def test_leaves_the_demonstration_alone(self, production: Settings) -> None:
        production.IS_PRODUCTION, production.DEBUG = False, True

        refuse_unsafe_start()


class TestPrograms:
    WEAK = {"PORTAL_MODE": "production", "SECRET_KEY": "demo-key", "BASE_URL": "http://portal.example.org"}

    @pytest.mark.parametrize(
        "words",
        [
            ["-c", "import portal.wsgi"],
            ["-m", "celery", "--app", "portal.celery", "worker", "--pool", "solo"],
            ["-m", "celery", "--app", "portal.celery", "beat", "--schedule", f"{tempfile.gettempdir()}/no-schedule"],
        ],
        ids=["web", "worker", "beat"],
    )
    def test_do_not_start_with_weak_settings(self, words: list[str]) -> None:
        environment = {**os.environ, **self.WEAK}

        ended = subprocess.run(
            [sys.executable, *words], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
        )

        assert ended.returncode != 0
        assert "refuses to start" in ended.stderr + ended.stdout
