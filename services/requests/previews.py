"""Show what was supplied without opening it: pages of a PDF as pictures, drawn by a process without rights."""

import subprocess
import sys
from pathlib import Path

from services.requests import draw_page

LONGEST_S = 10


class NoPreview(Exception):
    """The file can't be drawn: it is damaged, protected, too big, or has no such page."""


def pages_of(pdf: bytes) -> int:
    """Give how many pages a PDF has; raise `NoPreview`."""
    return int(_drawn(pdf, 0).partition(b"\n")[0])


def page_as_picture(pdf: bytes, number: int) -> bytes:
    """Give a page of a PDF, counted from 1, as PNG; raise `NoPreview`."""
    return _drawn(pdf, number).partition(b"\n")[2]


def _drawn(pdf: bytes, number: int) -> bytes:
    program = [sys.executable, "-I", str(Path(draw_page.__file__)), str(number)]
    try:
        drawn = subprocess.run(program, input=pdf, capture_output=True, timeout=LONGEST_S, env={}, check=True)
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
        raise NoPreview from error
    return drawn.stdout
