"""Files that nobody should bring, with what their refusal says."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.test.client import BOUNDARY, encode_multipart

from services.catalogue.bpmn_file import LARGEST
from services.catalogue.definition_text import LONGEST
from tests.access.test_bad_input import SCRIPT
from tests.citizens.forms import PDF
from tests.requests.clamd import EICAR
from tests.requests.test_pdfs import ACTS, PROTECTED
from tests.requests.test_pictures import photo, png

OTHER_KIND, NO_TEXT = "none of these kinds", "isn’t text in UTF-8"
DOES_MORE, UNREAD, UNSEEN = "a program or another file inside", "The PDF can’t be read", "The picture can’t be read"
PLACE_OF_NAME = "put-the-name-here"


@dataclass(frozen=True)
class File:
    """What is brought, under which name, and what is told of it."""

    content: bytes
    told: str
    name: str = "paper.pdf"


BAD = {
    "empty": File(b"", "The file is empty"),
    "a program": File(b"MZ\x90\0" + b"\0" * 60, OTHER_KIND, "paper.pdf"),
    "a page": File(b"<html>" + SCRIPT.encode(), OTHER_KIND, "../../a\0<b>.pdf"),
    "a page that is a PDF, too": File(b"<html>" + SCRIPT.encode() + PDF, OTHER_KIND),
    "a picture that is an archive, too": File(b"GIF89a;<?php ?>" + b"PK\x03\x04" * 9, OTHER_KIND, "photo.jpg"),
    "a drawing": File(b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', OTHER_KIND, "photo.png"),
    "a ruin": File(b"%PDF-1.7\n" + b"\0" * 50, UNREAD),
    "half a picture": File(photo("JPEG")[:200], UNSEEN, "photo.jpg"),
    "half a drawing": File(png(100, 100)[:60], UNSEEN, "photo.png"),
    "a flood of pixels": File(png(60_000, 60_000), "too many pixels", "photo.png"),
    "a PDF with a password": File(PROTECTED, "asks for a password"),
    "a PDF with a script": File(ACTS["a script on opening"], DOES_MORE),
    "a PDF with a command": File(ACTS["a command of the page"], DOES_MORE),
    "a PDF with a file": File(ACTS["a file inside"], DOES_MORE),
    "too large": File(PDF.ljust(settings.EVIDENCE_MAX_BYTES + 1, b"\n"), "larger than 10 MB"),
}
HARMFUL = File(PDF + EICAR, "did not pass the check for harmful programs")
# What some make of it: `verify` looks at any file and keeps none, a definition is text and is kept with its faults.
ALL_TAKEN = ""
OWN = {
    "verify": lambda file: {"empty": BAD["empty"].told, "too large": "too large to be one of our"}.get(file, ALL_TAKEN),
    "managers_versions": lambda file: told_of_text(BAD[file].content),
    "managers_package": lambda file: told_of_package(BAD[file].content),
    "managers_new_service": lambda file: told_of_package(BAD[file].content),
    "managers_process_model": lambda file: told_of_model(BAD[file].content),
}


def told_by(way: str, kind: str) -> str:
    """Give what a form tells of a bad file; nothing when it takes it."""
    return OWN[way](kind) if way in OWN else BAD[kind].told


def told_of_text(content: bytes) -> str:
    if not content:
        return BAD["empty"].told
    if len(content) > LONGEST:
        return "too large to be a definition"
    try:
        return NO_TEXT if "\0" in content.decode() else ALL_TAKEN
    except UnicodeDecodeError:
        return NO_TEXT


def told_of_package(content: bytes) -> str:
    if not content:
        return BAD["empty"].told
    return "too large to be a package" if len(content) > LARGEST else "can’t be read as JSON"


def told_of_model(content: bytes) -> str:
    if not content:
        return BAD["empty"].told
    if len(content) > LARGEST:
        return "too large to be one process"
    try:
        content.decode()
    except UnicodeDecodeError:
        return "isn't text in UTF-8"
    return "isn't BPMN 2.0" if content.startswith(b"<svg") else "can't be read as XML"


def named(data: dict[str, object], name: str) -> tuple[bytes, str]:
    """Give the body of a form whose file goes by any name, which no browser and no test client would send."""
    body = encode_multipart(BOUNDARY, data).replace(PLACE_OF_NAME.encode(), name.encode())
    return body, f"multipart/form-data; boundary={BOUNDARY}"


@contextmanager
def forgotten() -> Iterator[None]:
    """Undo what was done in between; files are looked over in it as outside of all transactions."""
    around = transaction.atomic()
    around._from_testcase = True  # type: ignore[attr-defined]
    with around:
        yield
        transaction.set_rollback(True)
