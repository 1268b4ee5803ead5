"""Look at what was supplied without opening it here: PDFs are read and drawn by a process that can do nothing else."""

import subprocess
import sys
from pathlib import Path

from services.requests import draw_page, open_pdf

LONGEST_S = 10


class NoPreview(Exception):
    """The file can't be drawn: it is damaged, protected, too big, or has no such page."""


class BadPdf(Exception):
    """The PDF can't be read, is `is_protected` by a password, or `acts`: it holds a program, a command or a file."""

    def __init__(self, *, is_protected: bool = False, acts: bool = False) -> None:
        super().__init__()
        self.is_protected, self.acts = is_protected, acts


def look_into(pdf: bytes) -> None:
    """Raise `BadPdf` for a PDF that no clerk should be given."""
    try:
        found = _run(open_pdf.__file__, pdf)
    except subprocess.CalledProcessError as error:
        raise BadPdf(is_protected=error.returncode == open_pdf.PROTECTED) from error
    except subprocess.TimeoutExpired as error:
        raise BadPdf from error
    if found:
        raise BadPdf(acts=True)


def pages_of(pdf: bytes) -> int:
    """Give how many pages a PDF has; raise `NoPreview`."""
    return int(_drawn(pdf, 0).partition(b"\n")[0])


def page_as_picture(pdf: bytes, number: int) -> bytes:
    """Give a page of a PDF, counted from 1, as PNG; raise `NoPreview`."""
    return _drawn(pdf, number).partition(b"\n")[2]


def _drawn(pdf: bytes, number: int) -> bytes:
    try:
        return _run(draw_page.__file__, pdf, str(number))
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
        raise NoPreview from error


def _run(program: str, pdf: bytes, *arguments: str) -> bytes:
    words = [sys.executable, "-I", str(Path(program)), *arguments]
    return subprocess.run(words, input=pdf, capture_output=True, timeout=LONGEST_S, env={}, check=True).stdout
