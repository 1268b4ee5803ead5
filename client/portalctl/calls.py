"""Calls of the portal: repeated with growing pauses while it can't answer, and told in words when it refuses."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from portalctl import __version__
from portalctl.programs import Program
from portalctl.settings import HOW, HOW_OF_PROGRAMS, check_is_private
from portalctl.stops import Code, Stop

LIMITS = httpx.Timeout(30, connect=10)
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 60.0
HOUR = 3600
MOST_ROWS = 200
AWAY, TOO_MANY = 500, 429
Say = Callable[[str], None]
Form = Callable[[], dict[str, str]]


@dataclass(frozen=True)
class Patience:
    """How many tries a call has while nobody answers, and how long it waits in all when the portal asks it to."""

    tries: int = 3
    longest_s: float = 2 * HOUR


@dataclass
class Portal:
    """One portal, and who asks it. Every call may be sent again: what it writes carries an `Idempotency-Key`."""

    address: httpx.URL
    token: str = ""
    language: str = "en"
    patience: Patience = Patience()
    say: Say = print
    stopped: threading.Event = field(default_factory=threading.Event)
    pause: Callable[[float], object] | None = None
    transport: httpx.BaseTransport | None = None
    program: Program | None = None

    def __post_init__(self) -> None:
        if self.token or self.program:
            check_is_private(self.address)
        known = {"Accept-Language": self.language, "User-Agent": f"portalctl/{__version__}"}
        self._client = httpx.Client(base_url=self.address, headers=known, timeout=LIMITS, transport=self.transport)

    def close(self) -> None:
        self._client.close()

    def bearer(self, request: httpx.Request) -> httpx.Request:
        """Show the token, as it is at this try; raise `Stop` when there is none. To be given as a call's `auth`."""
        request.headers["Authorization"] = f"Bearer {self.secret()}"
        return request

    def secret(self) -> str:
        """Give the token as it is now; raise `Stop` when there is none."""
        if self.program:
            return self.program.token(self.send)
        if not self.token:
            raise Stop(f"This needs a token. {HOW}", Code.NO_TOKEN)
        return self.token

    def get(self, path: str, *, missing: str = "", **more: Any) -> Any:
        """Give what the portal tells as JSON; raise `Stop` when it doesn't, with these words for what isn't there."""
        answer = self.send("GET", path, **more)
        if answer.status_code == httpx.codes.NOT_FOUND and missing and words_of(answer):
            raise Stop(missing)
        if answer.status_code >= httpx.codes.BAD_REQUEST:
            raise self.refusal(answer)
        return content_of(answer)

    def pages(self, path: str, **more: Any) -> Iterator[Any]:
        """Give each row of a list that comes in pages; of where the next one is only its place is believed."""
        place: dict[str, str] = {}
        while True:
            page = self.get(path, params={"limit": MOST_ROWS, **place}, **more)
            try:
                yield from page["results"]
                if page["next"] is None:
                    return
                place = {"cursor": httpx.URL(page["next"]).params["cursor"]}
            except (KeyError, TypeError, httpx.InvalidURL):
                raise not_a_portal(self.address) from None

    def send(self, method: str, path: str, *, form: Form | None = None, **more: Any) -> httpx.Response:
        """Send until there is an answer that isn't "later"; raise `Stop` when there is none in time.

        A form is filled in at each try: a token in it may expire while this waits.
        """
        waited, failures = 0.0, 0
        while True:
            filled = {"data": form()} if form else {}
            answer, trouble = self._once(method, path, **more, **filled)
            if answer is not None and not _is_later(answer):
                return self._told(answer)
            asked = _asked_pause(answer)
            failures += asked is None
            pause = asked if asked is not None else _own_pause(failures)
            if failures >= self.patience.tries or waited + pause > self.patience.longest_s:
                raise Stop(f"{trouble} Given up after {failures or 'no'} failed tries.", Code.UNREACHED)
            self.say(f"{trouble} Trying again in {pause:.0f} s.")
            waited += pause
            if (self.pause or self.stopped.wait)(pause):
                raise Stop("Stopped.", Code.UNREACHED)

    def _once(self, method: str, path: str, **more: Any) -> tuple[httpx.Response | None, str]:
        try:
            answer = self._client.request(method, path, **more)
        except httpx.TransportError as fault:
            return None, f"{self.address} doesn't answer ({str(fault) or type(fault).__name__})."
        except (httpx.DecodingError, httpx.InvalidURL) as fault:
            raise Stop(f"{self.address} answers what can't be read: {fault}.", Code.UNREACHED) from None
        return answer, f"{self.address} says: {' '.join(words_of(answer)) or answer.reason_phrase}"

    def _told(self, answer: httpx.Response) -> httpx.Response:
        if answer.has_redirect_location:
            place = answer.headers["Location"]
            raise Stop(f"{self.address} sends us on to {place}. Give the address where the portal really is.")
        return answer

    def refusal(self, answer: httpx.Response) -> Stop:
        """Give what a refusal means for the whole command."""
        words = " ".join(words_of(answer))
        if answer.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            how = HOW_OF_PROGRAMS if self.program else HOW
            return Stop(f"{words or 'The portal refuses the token.'} {how}", Code.NO_TOKEN)
        if not words:
            return not_a_portal(answer.request.url)
        return Stop(f"The portal refuses: {words}", Code.REFUSED)


def content_of(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        raise not_a_portal(answer.request.url) from None


def not_a_portal(address: httpx.URL) -> Stop:
    return Stop(f"At {address} there is no portal that this program knows. Check the address.")


def words_of(answer: httpx.Response) -> list[str]:
    """Give what the portal says is wrong, each part that it names before its fault; nothing if it isn't said so."""
    return [f"{name}: {words}" if name else words for name, words in faults_of(answer)]


def faults_of(answer: httpx.Response) -> list[tuple[str, str]]:
    """Give each fault as the part that it names, or an empty text, and its words: the API's shape or GeoReport's."""
    try:
        content = answer.json()
        if isinstance(content, list):
            return [_georeport_fault(str(one["description"])) for one in content]
        return [(str(one["attr"] or ""), str(one["detail"])) for one in content["errors"]]
    except (ValueError, KeyError, TypeError):
        return []


def _georeport_fault(description: str) -> tuple[str, str]:
    name, mark, words = description.partition(": ")
    if mark and " " not in name:
        return name, words
    name = description.removesuffix(" required")
    return (name, "is required") if name != description and " " not in name else ("", description)


def _is_later(answer: httpx.Response) -> bool:
    return answer.status_code >= AWAY or answer.status_code == TOO_MANY


def _asked_pause(answer: httpx.Response | None) -> float | None:
    """Read `Retry-After`, in seconds or as a date."""
    text = answer.headers.get("Retry-After", "").strip() if answer is not None else ""
    if text.isascii() and text.isdigit():
        return max(1.0, float(text[:9]))
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    now = datetime.fromtimestamp(time.time(), UTC)
    return max(1.0, (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() - now.timestamp())


def _own_pause(failures: int) -> float:
    """Grow by two each time, up to a minute, by chance a bit more: many clients shall not come back at once."""
    pause: float = min(FIRST_PAUSE_S * 2 ** (failures - 1), LONGEST_PAUSE_S)
    return pause * (1 + random.random() / 4)  # noqa: S311 - no secret
