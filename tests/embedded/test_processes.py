import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from portal.embedded.ports import wait_until
from portal.embedded.processes import Child

ROOT = Path(__file__).resolve().parents[2]
PARENT = textwrap.dedent("""
    import sys, time
    from pathlib import Path
    from portal.embedded.processes import Child
    if sys.argv[1] == "unguarded":
        Child._in_child = lambda self, parent: None
    child = Child("sleeper", ["sleep", "60"], Path("/dev/null"))
    child.start()
    print(child.process.pid, flush=True)
    time.sleep(60)
""")


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def orphan(kind: str) -> int:
    """Kill a parent with -9; give the process number of its child."""
    parent = subprocess.Popen([sys.executable, "-c", PARENT, kind], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    child = int(parent.stdout.readline())
    parent.kill()
    parent.communicate()
    return child


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's death signal is Linux's")
class TestDeathOfTheParent:
    def test_takes_the_child_along(self) -> None:
        child = orphan("guarded")

        wait_until(lambda: not is_alive(child), seconds=5, failure="the child outlived its parent")

    def test_would_leave_the_child_behind_without_the_guard(self) -> None:
        child = orphan("unguarded")

        with pytest.raises(TimeoutError):
            wait_until(lambda: not is_alive(child), seconds=0.5, failure="it lives")
        os.kill(child, signal.SIGKILL)


class TestChild:
    def test_writes_to_its_log(self, tmp_path: Path) -> None:
        child = Child("speaker", ["sh", "-c", 'echo "$WORD"'], tmp_path / "log", {"WORD": "salam"})

        child.start()
        child.wait(5)

        assert (tmp_path / "log").read_text() == "salam\n"

    def test_is_killed_with_what_it_started(self, tmp_path: Path) -> None:
        child = Child("family", ["sh", "-c", "sleep 60 & echo $!; wait"], tmp_path / "log")
        child.start()
        wait_until(lambda: (tmp_path / "log").read_text().endswith("\n"), seconds=5, failure="silent")
        grandchild = int((tmp_path / "log").read_text())

        child.kill()

        wait_until(lambda: not is_alive(grandchild), seconds=5, failure="the grandchild lives")

    def test_is_killed_when_it_will_not_stop(self, tmp_path: Path) -> None:
        stubborn = "trap '' TERM; echo deaf; while true; do sleep 0.1; done"
        child = Child("stubborn", ["sh", "-c", stubborn], tmp_path / "log")
        child.start()
        wait_until(lambda: (tmp_path / "log").read_text() == "deaf\n", seconds=5, failure="silent")

        child.ask_to_stop()
        child.wait(0.3)

        assert child.exit_code == -signal.SIGKILL
