"""A program of an agency: for its id and secret it is given tokens that work for an hour (RFC 6749, 4.4)."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx

from portalctl.settings import HOW_OF_PROGRAMS
from portalctl.stops import Code, Stop

AHEAD_S = 60  # a call that is on its way shall not be overtaken by the end of its token


@dataclass
class Program:
    """Who asks in place of a person; gives its token of the hour to several threads."""

    client_id: str
    secret: str
    clock: Callable[[], float] = time.monotonic
    _token: str = ""
    _until: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def token(self, send: Callable[..., httpx.Response]) -> str:
        """Give the token, a new one where the last is about to expire; raise `Stop` when the portal gives none."""
        with self._lock:
            if not self._token or self.clock() >= self._until:
                asked_at = self.clock()
                known = {"data": {"grant_type": "client_credentials"}, "auth": (self.client_id, self.secret)}
                self._token, seconds = _given(send("POST", "oauth/token", **known))
                self._until = asked_at + seconds - AHEAD_S
            return self._token


def _given(answer: httpx.Response) -> tuple[str, float]:
    try:
        told = answer.json()
        if answer.status_code == httpx.codes.OK:
            return str(told["access_token"]), float(told["expires_in"])
        why = str(told["error_description"])
    except (ValueError, KeyError, TypeError):
        raise Stop(f"At {answer.request.url} programs of agencies are given no token. Check the address.") from None
    raise Stop(f"The portal refuses the program: {why} {HOW_OF_PROGRAMS}", Code.NO_TOKEN)
