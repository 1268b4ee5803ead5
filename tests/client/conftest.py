import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection
from portalctl import cli
from portalctl.calls import Patience

from portal.embedded import programs
from portal.embedded.folder import Folder
from portal.embedded.ports import HOST, answers, free_port, wait_until
from services.accounts.models import User
from tests import worlds
from tests.client.asking import HERE, Ctl, Told, secret_of
from tests.client.benches import Bench

CLIENT = Path(__file__).parents[2] / "client"


@pytest.fixture(scope="package")
def web(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the tests' own database by a web process; give its address."""
    port = free_port()
    stores = urlsplit(os.environ["DATABASE_URL"])
    database_url = urlunsplit(stores._replace(path=f"/{connection.settings_dict['NAME']}"))
    settings = {"DATABASE_URL": database_url, "PORTAL_MODE": "test", "BASE_URL": f"http://{HOST}:{port}"}
    child = programs.web(Folder(tmp_path_factory.mktemp("web")), port, settings)
    child.start()
    try:
        wait_until(lambda: answers(port), seconds=60, failure="The web process didn't start.")
        yield f"http://{HOST}:{port}"
    finally:
        child.ask_to_stop()
        child.wait(8)


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let no test read the settings of who runs it."""
    for name in [name for name in os.environ if name.startswith("PORTALCTL_") or name == "XDG_CONFIG_HOME"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NO_PROXY", HOST)


@pytest.fixture
def aysel() -> User:
    worlds.build_agencies("north", "south")
    worlds.published([worlds.desk("judge")])
    worlds.published([worlds.desk("judge")], service="visit", towns=("north", "south"))
    return worlds.citizen()


@pytest.fixture
def ctl(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ctl:
    monkeypatch.setenv("PORTALCTL_URL", "http://127.0.0.1")
    monkeypatch.setattr(cli, "SHORT", Patience(tries=1, longest_s=0))

    def run(*words: str | Path) -> Told:
        code = cli.main([str(word) for word in words], HERE)
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def signed(aysel: User, monkeypatch: pytest.MonkeyPatch) -> User:
    monkeypatch.setenv("PORTALCTL_TOKEN", secret_of(aysel))
    return aysel


@pytest.fixture
def bench(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setenv("PORTALCTL_URL", "http://127.0.0.1")
    monkeypatch.setenv("PORTALCTL_TOKEN", "portal_x")
    return Bench(tmp_path, capsys)
