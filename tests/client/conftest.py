import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection

from portal.embedded import programs
from portal.embedded.folder import Folder
from portal.embedded.ports import HOST, answers, free_port, wait_until

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
    for name in ("PORTALCTL_URL", "PORTALCTL_TOKEN", "PORTALCTL_TOKEN_FILE", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NO_PROXY", HOST)
