"""The program as others get it: a package of its own, its help, and completion in a real shell."""

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Self

import pytest
from portalctl import cli

from tests.client.conftest import CLIENT

UV = Path(sys.executable).with_name("uv")


def test_is_built_and_runs_alone_and_needs_httpx_only(tmp_path: Path) -> None:
    subprocess.run([UV, "build", "--offline", "--wheel", "--quiet", "--out-dir", tmp_path, CLIENT], check=True)

    [wheel] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as package:
        [notes] = [name for name in package.namelist() if name.endswith("METADATA")]
        [entries] = [name for name in package.namelist() if name.endswith("entry_points.txt")]
        assert [line for line in package.read(notes).decode().splitlines() if line.startswith("Requires-Dist")] == [
            "Requires-Dist: httpx~=0.28"
        ]
        assert "portalctl = portalctl.cli:main" in package.read(entries).decode()
    alone = {"PATH": os.environ["PATH"], "PYTHONPATH": str(wheel)}
    words = [sys.executable, "-m", "portalctl", "--version"]
    done = subprocess.run(words, cwd=tmp_path, env=alone, capture_output=True, text=True, check=False)
    assert done.stdout == "portalctl 0.1.0\n", done.stderr


@pytest.mark.parametrize("command", cli.DO)
def test_each_command_has_its_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        cli.main([command, "--help"])

    assert f"usage: portalctl {command}" in capsys.readouterr().out


def test_the_help_tells_every_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        cli.main(["--help"])

    told = capsys.readouterr().out
    assert all(f"\n  {code.value}  " in told for code in cli.Code)


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("serv", ["services", "service"]),
        ("submit-csv --map", ["--mapping"]),
        ("figures --o", ["--output"]),
        ("completion b", ["bash"]),
        ("services --ou", []),
    ],
)
def test_bash_completes_words(typed: str, offered: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["completion", "bash"])
    words = ["portalctl", *typed.split()]
    asked = f"COMP_WORDS=({' '.join(words)}); COMP_CWORD={len(words) - 1}; _portalctl; printf '%s\\n' ${{COMPREPLY[@]}}"

    script = capsys.readouterr().out + asked

    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True, cwd=CLIENT)
    assert done.stdout.split() == offered


@pytest.mark.skipif(not shutil.which("zsh"), reason="zsh is not installed (Debian: the package zsh)")
def test_zsh_completes_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["completion", "zsh"])
    (tmp_path / "portalctl.zsh").write_text(capsys.readouterr().out)
    with Terminal("zsh", "-f", "-i", cwd=tmp_path) as shell:
        shell.type("source ./portalctl.zsh; print rea''dy\n", until="ready")
        shell.type("portalctl submit-csv --map\t", until="--mapping")
        shell.type("\x15portalctl figures --o\t", until="--output")
        shell.type("\x15portalctl submit permit port\t", until="portalctl.zsh")
        shell.type("\x15portalctl serv\t\t", until=r"service\s+services")


class Terminal:
    """A program at a terminal, which is typed to and read."""

    def __init__(self, *words: str, cwd: Path) -> None:
        self._front, back = pty.openpty()
        known = {"TERM": "dumb", "PATH": os.environ["PATH"], "HOME": str(cwd)}
        self._child = subprocess.Popen(words, stdin=back, stdout=back, stderr=back, cwd=cwd, env=known, close_fds=True)
        os.close(back)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *fault: object) -> None:
        self._child.kill()
        self._child.wait()
        os.close(self._front)

    def type(self, keys: str, until: str) -> None:
        """Type keys, and wait until what they bring is shown."""
        os.write(self._front, keys.encode())
        told, last = "", time.monotonic() + 30
        while not re.search(until, told):
            assert time.monotonic() < last, told
            if select.select([self._front], [], [], 0.5)[0]:
                told += os.read(self._front, 65_536).decode(errors="replace")
