"""What the portal tells: its services, their forms, figures, and how far a request is."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from portalctl.calls import Portal, content_of, not_a_portal
from portalctl.files import replace_file
from portalctl.stops import Code, Stop

LOOK_ALIKES = str.maketrans("ILO", "110")
IN_PROGRESS = "in_progress"
KINDS = {"csv": "text/csv", "json": "application/json"}
CODE = re.compile(r"[a-zA-Z0-9_-]{1,100}")
Say = Callable[[str], None]


def services(portal: Portal) -> Iterator[dict[str, Any]]:
    """Give every published service in few words."""
    yield from portal.pages("api/services/")


def service(portal: Portal, code: str) -> dict[str, Any]:
    """Give a service with its definition."""
    return dict(portal.get(f"api/services/{_code(code)}/", missing=_no_service(code)))


def form_of(portal: Portal, code: str) -> dict[str, Any]:
    """Give what the form of a service takes, as JSON Schema."""
    return dict(portal.get(f"api/services/{_code(code)}/form/", missing=_no_service(code)))


def _no_service(code: str) -> str:
    return f"There is no service {code!r}. See which there are: portalctl services"


def _code(code: str) -> str:
    if not CODE.fullmatch(code):
        raise Stop(_no_service(code))
    return code


def in_language(texts: Any, language: str) -> str:
    """Give a text in a language, else in English, else in any."""
    if not isinstance(texts, dict):
        return str(texts)
    return str(texts.get(language) or texts.get("en") or next(iter(texts.values()), ""))


def show_service(portal: Portal, code: str, say: Say) -> None:
    """Tell what a service is, where it is given, and what its form asks for."""
    told, form = service(portal, code), form_of(portal, code)
    say(in_language(told["title"], portal.language))
    say(in_language(told["summary"], portal.language))
    offices = [place["office"] for place in told["definition"]["delivered_by"]]
    say(f"\nResponsible: {told['responsible']}\nOffices: {', '.join(offices)}\n\nAnswers (* always needed):")
    width = max((len(name) for name in form["properties"]), default=0)
    for name, field in form["properties"].items():
        mark = "*" if name in form["required"] else " "
        say(f"  {mark} {name:<{width}}  {field.get('title', '')}{_choices(field)}")


def _choices(field: dict[str, Any]) -> str:
    inner = field.get("items", field)
    known = inner.get("enum") or [one["const"] for one in inner.get("oneOf", []) if "const" in one]
    return f" ({', '.join(map(str, known))})" if known else ""


def figures(portal: Portal, code: str | None, kind: str, output: Path | None, write: Callable[[bytes], Any]) -> None:
    """Fetch the figures of a service, or the main ones of all, as a file."""
    answer = portal.send("GET", f"figures/{_code(code) if code else 'all'}.{kind}")
    if code and answer.status_code == httpx.codes.NOT_FOUND:
        raise Stop(_no_service(code))
    if answer.status_code != httpx.codes.OK:
        raise portal.refusal(answer)
    if not answer.headers.get("Content-Type", "").startswith(KINDS[kind]):
        raise not_a_portal(portal.address)
    if output is None:
        write(answer.content)
    else:
        replace_file(output, answer.content)


def request_of(portal: Portal, text: str) -> dict[str, Any]:
    """Give a request of one's own by its reference, or a report by its number."""
    if number := _number(text):
        return _by_number(portal, number)
    wanted = text.upper().replace("-", "").replace(" ", "").translate(LOOK_ALIKES)
    for one in portal.pages("api/requests/", auth=portal.bearer):
        if one["reference"].replace("-", "") == wanted:
            return dict(one)
    raise Stop(f"Among the requests of the token's owner there is none with the reference {text}.", Code.REFUSED)


def _by_number(portal: Portal, number: UUID) -> dict[str, Any]:
    if portal.token:
        answer = portal.send("GET", f"api/requests/{number}/", auth=portal.bearer)
        if answer.status_code == httpx.codes.OK:
            return dict(content_of(answer))
        if answer.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            raise portal.refusal(answer)
    missing = f"There is no report {number} that everybody may see, and no request of your own."
    [report] = portal.get(f"open311/v2/requests/{number}.json", missing=missing)
    return {
        "id": str(number),
        "status": {"open": IN_PROGRESS}.get(report["status"], report["status_notes"]),
        **NO_STEPS,
    }


NO_STEPS: dict[str, Any] = {"waiting_for": []}


def _number(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def follow(portal: Portal, text: str, say: Say, every_s: float | None) -> None:
    """Tell how far a request is; with a pause in seconds, tell each change until its end."""
    told, known = "", request_of(portal, text)
    while True:
        if (words := state_of(known)) != told:
            told = words
            say(words)
        if every_s is None or known["status"] != IN_PROGRESS:
            break
        if (portal.pause or portal.stopped.wait)(every_s):
            break
        known = _by_number(portal, UUID(known["id"]))
    if portal.token and known.get("reference"):
        _tell_history(portal, known["id"], say)


def state_of(known: dict[str, Any]) -> str:
    """Tell in a line how far a request is, what it waits for, and until when the law allows."""
    parts = [known.get("reference") or known["id"], str(known["status"]).replace("_", " ")]
    parts += [f"waits for: {step['title']} ({step['kind']})" for step in known["waiting_for"]]
    if known["status"] == IN_PROGRESS and known.get("due_at"):
        parts.append(f"due {known['due_at'][:10]}")
    return ", ".join(parts)


def _tell_history(portal: Portal, number: str, say: Say) -> None:
    for event in reversed(portal.get(f"api/requests/{number}/history/", auth=portal.bearer)):
        say(f"  {event['at'][:16].replace('T', ' ')}  {event['words']}")
