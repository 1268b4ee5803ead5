"""Both towns are built once: each test undoes what it did, and the end undoes the towns."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client, override_settings

from tests.access.test_every_url import enter
from tests.access.world import Town, addresses, build_towns

Built = tuple[dict[str, Path], tuple[Town, Town]]


@pytest.fixture(scope="package")
def built(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    """Build both towns in a transaction around those of the tests; give them with the folders of their files."""
    folder = tmp_path_factory.mktemp("towns")
    folders, around = {"KEYS_DIR": folder / "keys", "MEDIA_ROOT": folder / "files"}, transaction.atomic()
    around._from_testcase = True  # type: ignore[attr-defined]  # as Django marks its own: what must be outermost may be
    with django_db_blocker.unblock():
        around.__enter__()
        with override_settings(**folders):
            towns = build_towns()
            for here, there in (towns, towns[::-1]):
                here.entered = {who: cookies_of(client) for who, client in enter(here, there).items()}
                addresses(here)
    yield folders, towns
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        around.__exit__(None, None, None)


def cookies_of(client: Client) -> dict[str, str]:
    return {name: morsel.value for name, morsel in client.cookies.items()}


@pytest.fixture
def towns(built: Built, db: None, settings: Any) -> tuple[Town, Town]:
    folders, towns = built
    for name, folder in folders.items():
        setattr(settings, name, folder)
    return towns
