import fcntl
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from portal.embedded.ports import free_port, is_busy, wait_until

ROOT = Path(__file__).resolve().parents[2]
OVERRIDES = ("DATABASE_URL", "REDIS_URL", "PORTAL_MODE", "SECRET_KEY", "BASE_URL", "REGISTRY_URL")

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")]


class Demo:
    """The demonstration as a person starts it, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.output = folder.parent / "output"

    def start(self) -> subprocess.Popen[bytes]:
        plain = {name: value for name, value in os.environ.items() if name not in OVERRIDES}
        environment = plain | {"PORT": str(self.port), "PORTAL_VAR": str(self.folder)}
        with self.output.open("wb") as output:
            return subprocess.Popen(
                [sys.executable, "-m", "portal.embedded", "demo"],
                cwd=ROOT,
                env=environment,
                stdout=output,
                stderr=output,
            )

    def wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        wait_until(
            lambda: "Ready after" in self.output.read_text() or process.poll() is not None,
            seconds=300,
            failure="the demonstration hangs",
        )
        assert process.poll() is None, self.output.read_text()

    def processes(self) -> set[int]:
        """Find every living process that works for this folder, by its words or its environment."""
        return {int(path.name) for path in Path("/proc").glob("[0-9]*") if self.is_ours(path)}

    def is_ours(self, process: Path) -> bool:
        mark = str(self.folder).encode()
        try:
            if process.joinpath("stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
                return False
            return mark in process.joinpath("cmdline").read_bytes() + process.joinpath("environ").read_bytes()
        except OSError:
            return False

    def wait_until_gone(self) -> None:
        wait_until(lambda: not self.processes(), seconds=10, failure="some process was left behind")


@pytest.fixture(scope="module")
def demo(open_folder: Path) -> Iterator[Demo]:
    demo = Demo(open_folder / "var")
    yield demo
    for process in demo.processes():
        os.kill(process, signal.SIGKILL)


@pytest.fixture
def running(demo: Demo) -> subprocess.Popen[bytes]:
    process = demo.start()
    demo.wait_until_ready(process)
    return process


class TestDemo:
    """One story: each chapter begins with a start in the same folder."""

    def test_answers_and_ends_with_ctrl_c(self, demo: Demo, running: subprocess.Popen[bytes]) -> None:
        with urllib.request.urlopen(f"http://127.0.0.1:{demo.port}/health/ready") as answer:
            assert answer.status == 200
        assert "aysel@example.org" in demo.output.read_text()
        assert len(demo.processes()) > 6

        running.send_signal(signal.SIGINT)

        assert running.wait(timeout=20) == 0
        demo.wait_until_gone()

    def test_leaves_nothing_behind_after_kill_9(self, demo: Demo, running: subprocess.Popen[bytes]) -> None:
        running.kill()
        running.wait()

        demo.wait_until_gone()
        wait_until(lambda: not is_busy(demo.port), seconds=10, failure="the port is still held")

    def test_mends_a_killed_web_server_and_ends_with_sigterm(
        self, demo: Demo, running: subprocess.Popen[bytes]
    ) -> None:
        [web] = [pid for pid in demo.processes() if is_main_process_of_web(pid, running.pid)]

        os.kill(web, signal.SIGKILL)

        wait_until(lambda: "web ended (code -9)" in demo.output.read_text(), seconds=10, failure="nobody noticed")
        wait_until(lambda: is_live(demo.port), seconds=30, failure="web stayed down")
        running.terminate()
        assert running.wait(timeout=20) == 0
        demo.wait_until_gone()


def is_main_process_of_web(pid: int, supervisor: int) -> bool:
    parent = int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
    return parent == supervisor and b"granian" in Path(f"/proc/{pid}/cmdline").read_bytes()


def is_live(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live", timeout=1):
            return True
    except OSError:
        return False


class TestRefusal:
    def refuse(self, demo: Demo) -> str:
        process = demo.start()
        assert process.wait(timeout=20) == 1
        return demo.output.read_text()

    def test_of_a_folder_in_use_is_one_line(self, tmp_path: Path) -> None:
        demo = Demo(tmp_path / "var")
        demo.folder.mkdir()
        with (demo.folder / "lock").open("w") as lock:
            lock.write("4711")
            lock.flush()
            fcntl.flock(lock, fcntl.LOCK_EX)

            said = self.refuse(demo)

        assert said.count("\n") == 1
        assert "Already running (process 4711)" in said

    def test_of_a_busy_port_is_one_line(self, tmp_path: Path, occupy: Callable[[int], None]) -> None:
        demo = Demo(tmp_path / "var")
        occupy(demo.port)

        said = self.refuse(demo)

        assert said.count("\n") == 1
        assert f"Port {demo.port} is in use" in said
