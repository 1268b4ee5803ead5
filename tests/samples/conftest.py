"""The sample world is loaded once."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import override_settings

from tests.once import made_once
from tests.samples.loading import load

VALUES = {"REGISTRY_URL": "http://127.0.0.1:8001"}


@pytest.fixture(scope="package")
def loaded(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with made_once(django_db_blocker):
        with django_db_blocker.unblock(), override_settings(CONNECTOR_VALUES=VALUES):
            load()
        yield


@pytest.fixture
def samples(loaded: None, db: None, settings: Any) -> None:
    settings.CONNECTOR_VALUES = VALUES
