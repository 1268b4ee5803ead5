import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def open_folder() -> Iterator[Path]:
    """Give a folder that other accounts can reach, as a checkout outside a private home is."""
    folder = Path(tempfile.mkdtemp(prefix="portal-demo-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def occupy() -> Iterator[Callable[[int], None]]:
    """Give a function that listens on a port until the test ends."""
    sockets: list[socket.socket] = []

    def listen(port: int) -> None:
        sockets.append(socket.create_server(("127.0.0.1", port)))

    yield listen
    for each in sockets:
        each.close()
