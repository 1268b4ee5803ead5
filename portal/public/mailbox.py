"""The demonstration's mailbox: the e-mails that were written to files instead of being sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings

SEPARATOR = b"\n" + b"-" * 79 + b"\n"


@dataclass(frozen=True)
class Letter:
    """One e-mail as its reader would see it."""

    name: str
    at: datetime
    to: str
    subject: str
    text: str
    html: str


def letters() -> Sequence[Letter]:
    """Give all letters, the latest first."""
    files = sorted(Path(settings.MAILBOX_DIR).glob("*.log"), key=lambda file: file.stat().st_mtime, reverse=True)
    return [letter for file in files for letter in _letters_in(file)]


def read_letter(name: str) -> Letter | None:
    """Give one letter by its name; None when there is none."""
    return next((letter for letter in letters() if letter.name == name), None)


def _letters_in(file: Path) -> list[Letter]:
    parts = [part for part in file.read_bytes().split(SEPARATOR) if part.strip()]
    return [_letter(f"{file.stem}-{number}", file, part) for number, part in enumerate(parts, start=1)][::-1]


def _letter(name: str, file: Path, content: bytes) -> Letter:
    message = message_from_bytes(content.lstrip(), _class=EmailMessage, policy=policy.default)  # type: ignore[call-overload]
    body, html = message.get_body(("plain",)), message.get_body(("html",))
    return Letter(
        name=name,
        at=datetime.fromtimestamp(file.stat().st_mtime, UTC),
        to=str(message["to"]),
        subject=str(message["subject"]),
        text=body.get_content() if body else "",
        html=html.get_content() if html else "",
    )
