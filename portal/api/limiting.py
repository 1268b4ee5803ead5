"""How much one person's programs may change within an hour, told with every answer to a call that changes something.

Headers as in draft-ietf-httpapi-ratelimit-headers-10: the policy, and what is left of it until when.
"""

from typing import Any

from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from portal.limits import HOUR, Limit
from services.accounts.tokens import Token

WRITES = Limit("api_writes", 5_000, HOUR)


class WritesAnHour(BaseThrottle):
    """Count what programs change by the person whose token they show: making more tokens allows no more."""

    seconds = HOUR

    def allow_request(self, request: Request, view: Any) -> bool:
        if request.method in SAFE_METHODS or not isinstance(request.auth, Token):
            return True
        who = str(request.auth.user_id)
        left, self.seconds = WRITES.left(who)
        if left:
            WRITES.count(who)
        policy, rest = f'"writes";q={WRITES.most};w={WRITES.seconds}', max(left - 1, 0)
        view.headers |= {"RateLimit-Policy": policy, "RateLimit": f'"writes";r={rest};t={self.seconds}'}
        return left > 0

    def wait(self) -> int:
        return self.seconds
