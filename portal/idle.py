"""Sign people out who have gone away, telling who is still there in time (WCAG 2.2.1), and officials each half day."""

import time

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.context import idle_limit_of, roles_of
from portal.held_requests import note_visit
from portal.kept_words import forget_who, remember_who
from portal.middleware import GetResponse

SEEN, SIGNED_IN = "seen_at", "signed_in_at"
NOTED_EVERY_S = 60


class IdleLimit:
    """End a session in which nothing has happened for too long, and an official's half a day after the sign-in.

    What was opened with a request's code ends as soon, for whoever isn't signed in, too.

    Words sent after its end still find their person.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            self._look(request)
        note_visit(request)
        was_signed_in = request.user.is_authenticated
        response = self.get_response(request)
        if request.user.is_authenticated:
            # Here, so that the very answer to the sign-in begins the time; no later visit begins it anew.
            request.session.setdefault(SIGNED_IN, int(time.time()))
        elif was_signed_in:
            forget_who(response)
        remember_who(request, response)
        return response

    def _look(self, request: HttpRequest) -> None:
        now = int(time.time())
        seen_at = request.session.get(SEEN, now)
        if now - seen_at > idle_limit_of(request):
            logout(request)
            messages.info(request, _("You were signed out because nothing happened for a long time."))
        elif now - request.session.get(SIGNED_IN, now) > settings.SESSION_LIMIT_STAFF_S and roles_of(request):
            logout(request)
            messages.info(request, _("You were signed out because you signed in too long ago. Sign in again."))
        elif request.path == reverse("desk_counts"):
            return  # the page asks by itself, whether anybody is there or not
        elif SEEN not in request.session or now - seen_at >= NOTED_EVERY_S:
            request.session[SEEN] = now


@require_POST
def still_here(request: HttpRequest) -> HttpResponse:
    """Let a session go on; the visit alone does it."""
    request.session[SEEN] = int(time.time())
    return HttpResponse(status=204)
