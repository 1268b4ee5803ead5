"""How often somebody may try something; counted in the database, so that it holds while the broker is away."""

import hashlib
import time
from dataclasses import dataclass

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

HOUR = 3600


@dataclass(frozen=True)
class Limit:
    """So many times within so many seconds, counted from the first."""

    name: str
    most: int
    seconds: int

    def is_used_up(self, who: str, times: int = 1) -> bool:
        """Tell whether somebody may not do it so many times more."""
        return self._counted(who)[0] + times > self.most

    def left(self, who: str) -> tuple[int, int]:
        """Give how often somebody may do it still, and the seconds until it begins anew."""
        tries, until = self._counted(who)
        return max(self.most - tries, 0), until - int(time.time()) if tries else self.seconds

    def count(self, who: str, times: int = 1) -> None:
        tries, until = self._counted(who)
        until = until or int(time.time()) + self.seconds
        cache.set(self._key(who), (tries + times, until), until - int(time.time()) or 1)

    def _counted(self, who: str) -> tuple[int, int]:
        tries, until = cache.get(self._key(who), (0, 0))
        return (tries, until) if until > time.time() else (0, 0)

    def _key(self, who: str) -> str:
        return f"limit:{self.name}:{hashlib.sha256(who.encode()).hexdigest()}"


def address_of(request: HttpRequest) -> str:
    """Give the address that a request comes from; headers count only as far as proxies are trusted."""
    return str(get_adapter(request).get_client_ip(request))
