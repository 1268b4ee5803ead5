"""Submit a request with files: a draft is begun, its files are brought, it is sent. Each step may be repeated."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from portalctl.calls import Portal, content_of, not_a_portal
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


def send_with_files(
    portal: Portal, body: dict[str, Any], files: list[Upload], key: str, *, may_begin_again: bool = True
) -> httpx.Response:
    """Give the answer to the submission; the same key goes on where the last call ended. Of a refusal nothing stays.

    A draft that is gone meanwhile was sent or thrown away by another run: beginning again tells which.
    """
    headers = {"Idempotency-Key": key}
    begun = portal.send("POST", "api/drafts/", json=body, headers=headers, auth=portal.bearer)
    if sent := SUBMISSION.search(begun.headers.get("Location", "")):
        return _submitted(portal, sent[1], headers)
    if begun.status_code != httpx.codes.CREATED:
        return begun
    draft = _number(portal, begun)
    for file in files:
        brought = _brought(portal, draft, file)
        if brought.status_code == httpx.codes.NOT_FOUND and may_begin_again:
            return send_with_files(portal, body, files, key, may_begin_again=False)
        if brought.status_code != httpx.codes.CREATED:
            _throw_away(portal, draft)
            raise Stop(f"{file.name} for {file.field}: {portal.refusal(brought).words}", Code.REFUSED)
    answer = _submitted(portal, draft, headers)
    if answer.status_code != httpx.codes.CREATED:
        _throw_away(portal, draft)
    return answer


def _brought(portal: Portal, draft: str, file: Upload) -> httpx.Response:
    content = {"file": (file.name, file.content)}
    path, field = f"api/drafts/{draft}/files/", {"field": file.field}
    return portal.send("POST", path, data=field, files=content, auth=portal.bearer)


def _submitted(portal: Portal, draft: str, headers: dict[str, str]) -> httpx.Response:
    declared = {"declared": True}
    return portal.send("POST", f"api/drafts/{draft}/submission/", json=declared, headers=headers, auth=portal.bearer)


def _number(portal: Portal, begun: httpx.Response) -> str:
    try:
        return str(content_of(begun)["id"])
    except (KeyError, TypeError):
        raise not_a_portal(portal.address) from None


def _throw_away(portal: Portal, draft: str) -> None:
    """Leave nothing behind of what was refused: what is mended is another draft. Why it was refused is told anyway."""
    try:
        portal.send("DELETE", f"api/drafts/{draft}/", auth=portal.bearer)
    except Stop as stop:
        portal.say(f"The draft stays among yours: {stop.words}")
