"""Both towns are built once: each test undoes what it did, and the end undoes the towns."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, override_settings

from tests.access.test_every_url import enter
from tests.access.world import Town, addresses, build_towns
from tests.once import made_once

Built = tuple[dict[str, Path], tuple[Town, Town]]


@pytest.fixture(scope="package")
def built(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    """Build both towns in a transaction around those of the tests; give them with the folders of their files."""
    folder = tmp_path_factory.mktemp("towns")
    folders = {"KEYS_DIR": folder / "keys", "MEDIA_ROOT": folder / "files"}
    with made_once(django_db_blocker):
        with django_db_blocker.unblock(), override_settings(**folders):
            towns = build_towns()
            for here, there in (towns, towns[::-1]):
                here.entered = {who: cookies_of(client) for who, client in enter(here, there).items()}
                addresses(here)
        yield folders, towns


def cookies_of(client: Client) -> dict[str, str]:
    return {name: morsel.value for name, morsel in client.cookies.items()}


@pytest.fixture
def towns(built: Built, db: None, settings: Any) -> tuple[Town, Town]:
    folders, towns = built
    for name, folder in folders.items():
        setattr(settings, name, folder)
    return towns
