"""Keep what somebody sent after being signed out for idleness, and offer it again once they have signed in."""

import json
import time
from typing import Any
from urllib.parse import urlparse

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

KEPT, WAS = "kept_words", "was"
KEPT_S = 3600
MOST_BYTES = 100_000
TECHNICAL = {"csrfmiddlewaretoken", "do", "tab", "asked", "next"}


def keep_words(request: HttpRequest) -> bool:
    """Keep what was typed for the person whose session ended; tell whether there was anything, and not too much."""
    was, typed = request.session.get(WAS), dict(request.POST.lists())
    typed.pop("csrfmiddlewaretoken", None)
    has_words = any(value.strip() for name in typed.keys() - TECHNICAL for value in typed[name])
    if not was or not has_words or len(json.dumps(typed)) > MOST_BYTES:
        return False
    request.session[KEPT] = {
        "who": was,
        "path": request.get_full_path(),
        "back": way_back(request),
        "typed": typed,
        "had_files": bool(request.FILES),
        "at": int(time.time()),
    }
    return True


def way_back(request: HttpRequest) -> str:
    """Give the page to lead to after signing in: for a form, the page on which it stood."""
    came_from = urlparse(request.headers.get("Referer", ""))
    if request.method == "POST" and came_from.netloc == request.get_host() and came_from.path.startswith("/"):
        return came_from.path + (f"?{came_from.query}" if came_from.query else "")
    return request.get_full_path()


def forget_when_sent(request: HttpRequest) -> None:
    """Forget kept words when they are sent anew."""
    if request.method == "POST" and request.session.get(KEPT, {}).get("path") == request.get_full_path():
        del request.session[KEPT]


def _own(request: HttpRequest) -> dict[str, Any] | None:
    """Give the words kept for this person; those of somebody else or of long ago are forgotten."""
    kept: dict[str, Any] | None = request.session.get(KEPT)
    if kept and kept["who"] == str(request.user.pk) and time.time() - kept["at"] < KEPT_S:
        return kept
    request.session.pop(KEPT, None)
    return None


@require_http_methods(["GET", "POST"])
def again(request: HttpRequest) -> HttpResponse:
    """Show what was typed before the session ended, to be sent with one press; a POST throws it away."""
    kept = _own(request)
    if kept is None:
        return redirect("welcome")
    if request.method == "POST":
        del request.session[KEPT]
        messages.success(request, _("What you had typed is thrown away."))
        return HttpResponseRedirect(kept["back"])
    fields = [(name, value) for name, values in kept["typed"].items() for value in values]
    shown = [value for name, value in fields if name not in TECHNICAL and value.strip()]
    return render(request, "again.html", {"kept": kept, "fields": fields, "shown": shown})
