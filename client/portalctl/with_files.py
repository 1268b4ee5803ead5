"""Submit a request with files: a draft is begun, its files are brought, it is sent. Each step may be repeated."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from portalctl.calls import Portal, content_of, not_a_portal, refusal
from portalctl.stops import Code, Stop

SUBMISSION = re.compile(r"drafts/([0-9a-f-]{36})/submission/$")


@dataclass(frozen=True)
class Upload:
    """A file for a question, or for a paper that the form asks for."""

    field: str
    name: str
    content: bytes

    @property
    def digest(self) -> list[str]:
        return [self.field, self.name, hashlib.sha256(self.content).hexdigest()]


def read_upload(field: str, file: Path) -> Upload:
    """Read a file whole; raise `Stop` when it can't be."""
    try:
        return Upload(field, file.name, file.read_bytes())
    except OSError as fault:
        raise Stop(f"{file} can't be read: {fault.strerror}.") from None


def send_with_files(portal: Portal, body: dict[str, Any], files: list[Upload], key: str) -> httpx.Response:
    """Give the answer to the submission; the same key goes on where the last call ended. Of a refusal nothing stays."""
    headers = {**portal.bearer(), "Idempotency-Key": key}
    begun = portal.send("POST", "api/drafts/", json=body, headers=headers)
    if sent := SUBMISSION.search(begun.headers.get("Location", "")):
        return _submitted(portal, sent[1], headers)
    if begun.status_code != httpx.codes.CREATED:
        return begun
    draft = _number(portal, begun)
    for file in files:
        known = {"data": {"field": file.field}, "files": {"file": (file.name, file.content)}}
        brought = portal.send("POST", f"api/drafts/{draft}/files/", headers=portal.bearer(), **known)
        if brought.status_code != httpx.codes.CREATED:
            _throw_away(portal, draft)
            raise Stop(f"{file.name} for {file.field}: {refusal(brought).words}", Code.REFUSED)
    answer = _submitted(portal, draft, headers)
    if answer.status_code != httpx.codes.CREATED:
        _throw_away(portal, draft)
    return answer


def _submitted(portal: Portal, draft: str, headers: dict[str, str]) -> httpx.Response:
    return portal.send("POST", f"api/drafts/{draft}/submission/", json={"declared": True}, headers=headers)


def _number(portal: Portal, begun: httpx.Response) -> str:
    try:
        return str(content_of(begun)["id"])
    except (KeyError, TypeError):
        raise not_a_portal(portal.address) from None


def _throw_away(portal: Portal, draft: str) -> None:
    """Leave nothing behind of what was refused: what is mended is another draft."""
    portal.send("DELETE", f"api/drafts/{draft}/", headers=portal.bearer())
