"""Real stores for every test: started from wheels before Django reads its settings, stopped at the end.

Each process of a run side by side (`pytest -n 2`) starts its own.
TEST_USE_EXTERNAL=1 takes DATABASE_URL and REDIS_URL from the environment instead, for one process.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import django
import hypothesis
import pytest
from django.utils import translation
from xdist.remote import Producer

from portal.embedded.assembly import Assembly
from portal.embedded.folder import Folder
from portal.embedded.ports import free_port
from tests.live import CHROMIUM, LivePortal, new_database
from tests.side_by_side import Together


def start_stores() -> Assembly:
    """Start forgetful stores in a folder of their own, and tell the settings where they are."""
    # Not below a private home: PostgreSQL runs as another account when the tests run as root.
    folder = Folder(Path(tempfile.mkdtemp(prefix="portal-tests-")))
    assembly = Assembly(folder, free_port(), mode="test", durable=False)
    assembly.start_stores()
    os.environ.update(assembly.environment, WITNESSES="")
    return assembly


STORES = None if os.environ.get("TEST_USE_EXTERNAL") else start_stores()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
# The settings exist only now, later than pytest-django looks for them, and before other conftests need models.
django.setup()
# How long an example takes tells about the machine, not about the code.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """Let each process that will run tests find its own stores before its settings; this one only hands tests out."""
    if STORES:
        del os.environ["DJANGO_SETTINGS_MODULE"]
        STORES.stop()


def pytest_unconfigure() -> None:
    if STORES:
        STORES.stop()
        shutil.rmtree(STORES.folder.path, ignore_errors=True)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Together:
    return Together(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let browser tests come last, because their driver's event loop keeps running; skip them where there is none."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
    if CHROMIUM:
        return
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason="Chromium is not installed (Debian: the package chromium)"))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, object]) -> dict[str, object]:
    """Drive the system's Chromium; root can't use its sandbox."""
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": sandbox}


@pytest.fixture(scope="session")
def prepared() -> Iterator[LivePortal]:
    """Set a portal up, which takes a minute; those that run begin with copies of it."""
    portal = LivePortal("prepared", new_database("prepared"), {})
    try:
        portal.set_up_only()
        yield portal
    finally:
        portal.end()


@pytest.fixture(scope="session")
def start_portal(prepared: LivePortal) -> Iterator[Callable[..., LivePortal]]:
    """Give a function that starts a whole portal of real processes; settings as keyword arguments."""
    running: list[LivePortal] = []

    def start(name: str, **settings: str) -> LivePortal:
        portal = LivePortal(name, new_database(name, like="prepared"), settings)
        running.append(portal)
        portal.begin_like(prepared)
        return portal

    yield start
    for portal in running:
        portal.end()


@pytest.fixture(scope="session")
def live_portal(start_portal: Callable[..., LivePortal]) -> LivePortal:
    """Run one whole portal, shared by all tests of this run."""
    return start_portal("live")


@pytest.fixture(autouse=True)
def fresh_places() -> Iterator[None]:
    """Let no test see the desks of another."""
    from services.workflow import places

    places.forget()
    yield
    places.forget()


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Let no test speak the language of another."""
    with translation.override("en"):
        yield


@pytest.fixture
def ledger(transactional_db: None) -> Iterator[None]:
    """Let a test that really commits empty the ledger at its end, which refuses it otherwise.

    The tables are emptied when `transactional_db` ends, which is after this fixture: the guard must be down then.
    """
    from django.db import connection

    from portal.checks import LEDGER_TABLES

    def let(what: str) -> None:
        with connection.cursor() as cursor:
            for table in LEDGER_TABLES:
                cursor.execute(f"ALTER TABLE {table} {what} TRIGGER refuse_truncate")

    let("ENABLE")
    yield
    let("DISABLE")
