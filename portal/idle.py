"""Sign people out who have gone away, and tell those who are still there in time (WCAG 2.2.1)."""

import time

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.context import idle_limit_of
from portal.kept_words import forget_who, remember_who
from portal.middleware import GetResponse

SEEN = "seen_at"
NOTED_EVERY_S = 60


class IdleLimit:
    """End a session in which nothing has happened for too long; words sent after its end still find their person."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            self._look(request)
        was_signed_in = request.user.is_authenticated
        response = self.get_response(request)
        if request.user.is_authenticated:
            remember_who(request, response)
        elif was_signed_in:
            forget_who(response)
        return response

    def _look(self, request: HttpRequest) -> None:
        now = int(time.time())
        seen_at = request.session.get(SEEN, now)
        if now - seen_at > idle_limit_of(request):
            logout(request)
            messages.info(request, _("You were signed out because nothing happened for a long time."))
        elif request.path == reverse("desk_counts"):
            return  # the page asks by itself, whether anybody is there or not
        elif SEEN not in request.session or now - seen_at >= NOTED_EVERY_S:
            request.session[SEEN] = now


@require_POST
def still_here(request: HttpRequest) -> HttpResponse:
    """Let a session go on; the visit alone does it."""
    request.session[SEEN] = int(time.time())
    return HttpResponse(status=204)
