from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from services.accounts.models import User
from services.ledger import keys
from services.ledger.automation import seal
from services.ledger.operations import Entry, record
from services.requests.models import ServiceRequest
from services.transparency import automation
from tests.clerks import office
from tests.worlds import apply, build_agencies, citizen, desk, published

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


def one_request(events: Sequence[tuple[str, dict[str, Any]]], **place: str) -> None:
    """Write a request into the ledger: its submission, and these events after it."""
    known = {"service": "permit", "version": 1, "office": "north-hall", "channel": "online", "day": "2026-03-02"}
    subject = uuid4()
    told = [("submitted", {**known, **place}), *events]
    record([Entry(subject, kind, "system", NOW, facts) for kind, facts in told])


@pytest.fixture
def aysel() -> User:
    build_agencies("north")
    return citizen()


@pytest.fixture
def sent(aysel: User) -> ServiceRequest:
    return apply(office.published(), {"rooms": 4}, by=aysel, at=timezone.now())


@pytest.fixture
def sealed_requests(ledger: None, settings: Any, tmp_path: Path) -> None:
    """Publish a service for which twenty requests came and were decided, and seal their events."""
    settings.KEYS_DIR = tmp_path / "keys"
    keys.make_log_key(settings.KEYS_DIR, "portal.example.org/ledger")
    build_agencies("north")
    published([desk("judge")], towns=("north",))
    end = {"outcome": "approved", "on_time": True, "working_days": 3, "day": "2026-03-05"}
    for _ in range(20):
        one_request([("ended", end), ("rated", {"score": 5, "day": "2026-03-06"})])
    automation.refresh()
    seal()
