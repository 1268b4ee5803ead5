"""Submit one request from a JSON file; pressing twice sends the same once."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import httpx

from portalctl.calls import Portal, content_of, words_of
from portalctl.reading import service
from portalctl.stops import Code, Stop
from portalctl.with_files import Upload, send_with_files

KNOWN = {"office", "answers", "contact"}
JUST_NOW = timedelta(seconds=5)
REFUSALS = (httpx.codes.BAD_REQUEST, httpx.codes.CONFLICT, httpx.codes.UNPROCESSABLE_ENTITY)


def read_request(file: Path) -> dict[str, Any]:
    """Read `{"office", "answers", "contact"}`; raise `Stop` with what is wrong with the file."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"), object_pairs_hook=_once_each)
    except OSError as fault:
        raise Stop(f"{file} can't be read: {fault.strerror}.") from None
    except (ValueError, RecursionError) as fault:
        raise Stop(f"{file} is no JSON in UTF-8: {fault}.") from None
    if not isinstance(content, dict) or not isinstance(content.get("answers"), dict):
        raise Stop(f'{file} has no answers. It looks like {{"office": "CODE", "answers": {{"field": "value"}}}}.')
    if strange := sorted(content.keys() - KNOWN):
        raise Stop(f"{file}: {', '.join(strange)} isn't known. Known are {', '.join(sorted(KNOWN))}.")
    return content


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    known = dict(pairs)
    if len(known) != len(pairs):
        raise ValueError("a name stands in it twice")
    return known


def submit(
    portal: Portal,
    code: str,
    content: dict[str, Any],
    files: list[Upload],
    once_more: str,
    say: Callable[[str], None],
) -> str:
    """Submit a request and give its reference; the same content gives the same one, unless a word says once more."""
    portal.secret()
    body = {"service": code, **content}
    if not body.get("office"):
        body["office"] = _only_office(portal, code)
    answer = _sent(portal, body, files, once_more)
    if answer.status_code in REFUSALS and (words := words_of(answer)):
        raise Stop("\n".join(["The request was refused.", *words]), Code.REFUSED)
    if answer.status_code != httpx.codes.CREATED:
        raise portal.refusal(answer)
    told = content_of(answer)
    if _is_known_already(told, answer):
        at = told["submitted_at"][:16].replace("T", " ")
        say(f"The same was sent on {at} already; this is that request. To send another one: --once-more WORD")
    return str(told["reference"])


def _sent(portal: Portal, body: dict[str, Any], files: list[Upload], once_more: str) -> httpx.Response:
    whole = [body, once_more, *([file.digest for file in files] if files else [])]
    plain = json.dumps(whole, sort_keys=True, ensure_ascii=True)
    key = hashlib.sha256(f"portalctl\0{plain}".encode()).hexdigest()
    if files:
        return send_with_files(portal, body, files, key)
    headers = {"Idempotency-Key": key}
    return portal.send("POST", "api/requests/", json=body, headers=headers, auth=portal.bearer)


def _only_office(portal: Portal, code: str) -> str:
    offices = [place["office"] for place in service(portal, code)["definition"]["delivered_by"]]
    if len(offices) != 1:
        raise Stop(f"Say by which office, with --office: {', '.join(offices)}.")
    return str(offices[0])


def _is_known_already(told: dict[str, Any], answer: httpx.Response) -> bool:
    """Tell by the portal's own clock whether a request was there before this call."""
    try:
        now = parsedate_to_datetime(answer.headers.get("Date", ""))
        return now - datetime.fromisoformat(told["submitted_at"]) > JUST_NOW
    except ValueError:
        return False
