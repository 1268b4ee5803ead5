"""Keep what somebody sent after the session had ended, and offer it again once they are back.

They are back when they have signed in, or given the code of the request that the words are about.
"""

import json
import time
from typing import Any
from urllib.parse import urlparse
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.held_requests import held_by

KEPT, BY_CODE = "kept_words", "code "
# A session may end elsewhere, or its row expire: who it was is told by the browser, in a cookie that ends with it.
MARK = "__Host-was" if settings.IS_PRODUCTION else "was"
SALT = "portal.kept_words"
KEPT_S = 3600
MOST_BYTES = 100_000
TECHNICAL = {"do", "tab", "asked", "next", "form_key", "shown_state"}
SECRET = {"csrfmiddlewaretoken", "password"}


def mark_of(request: HttpRequest) -> str:
    """Give a mark of the person who is signed in; only the portal can tell whose it is."""
    return salted_hmac(SALT, str(request.user.pk), algorithm="sha256").hexdigest()


def mark_of_code(pk: str) -> str:
    """Give a mark of whoever opened a request with its code."""
    return BY_CODE + salted_hmac(SALT, BY_CODE + pk, algorithm="sha256").hexdigest()


def use_code_of(request: HttpRequest, pk: UUID) -> None:
    """Note that a page is shown, or a form taken, by the code of a request."""
    request.code_used = str(pk)  # type: ignore[attr-defined]


def was_by_code(request: HttpRequest, about: UUID | None) -> bool:
    """Tell whether the last page of this browser was opened by a code: of this request, or of any if none is named."""
    was = str(request.get_signed_cookie(MARK, "", salt=SALT))
    return was.startswith(BY_CODE) and (about is None or was == mark_of_code(str(about)))


def remember_who(request: HttpRequest, response: HttpResponse) -> None:
    """Let the browser keep the mark of the code that the page was opened by, or of the person who is signed in."""
    code_used = getattr(request, "code_used", "")
    if not code_used and not request.user.is_authenticated:
        return
    mark = mark_of_code(code_used) if code_used else mark_of(request)
    if request.get_signed_cookie(MARK, "", salt=SALT) != mark:
        is_secure = settings.SESSION_COOKIE_SECURE
        response.set_signed_cookie(MARK, mark, salt=SALT, secure=is_secure, httponly=True, samesite="Lax")


def forget_who(response: HttpResponse) -> None:
    """Let the browser forget who was signed in, because the person wanted to leave."""
    response.delete_cookie(MARK, samesite="Lax")


def typed_in(request: HttpRequest) -> dict[str, list[str]]:
    """Give what a form sent, but for what is neither kept nor shown."""
    return {name: values for name, values in request.POST.lists() if name not in SECRET}


def has_words(typed: dict[str, list[str]]) -> bool:
    """Tell whether anything was typed or chosen by a person."""
    return any(value.strip() for name in typed.keys() - TECHNICAL for value in typed[name])


def shown_again(typed: dict[str, list[str]]) -> dict[str, Any]:
    """Give what a page needs to show what was typed, and to send it as it was."""
    fields = [(name, value) for name, values in typed.items() for value in values]
    shown = [value for name, value in fields if name not in TECHNICAL and value.strip()]
    return {"fields": fields, "shown": shown}


def keep_words(request: HttpRequest) -> bool:
    """Keep what was typed for the person whose session ended; tell whether there was anything, and not too much."""
    was, typed = request.get_signed_cookie(MARK, "", salt=SALT), typed_in(request)
    if not was or not has_words(typed) or _bytes_of(typed) > MOST_BYTES:
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


def _bytes_of(typed: dict[str, list[str]]) -> int:
    """Measure words as they were sent: escaped, a letter like ə would count three times, one of Arabic, too."""
    return len(json.dumps(typed, ensure_ascii=False).encode())


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


def has_kept_words(request: HttpRequest) -> bool:
    """Tell whether words are kept for whoever is back now."""
    return _own(request) is not None


def _own(request: HttpRequest) -> dict[str, Any] | None:
    """Give the words kept for this person; those of somebody else or of long ago are forgotten."""
    kept: dict[str, Any] | None = request.session.get(KEPT)
    marks = [mark_of(request), *map(mark_of_code, held_by(request))]
    if kept and kept["who"] in marks and time.time() - kept["at"] < KEPT_S:
        return kept
    request.session.pop(KEPT, None)
    return None


@require_http_methods(["GET", "POST"])
def again(request: HttpRequest) -> HttpResponse:
    """Show what was typed before the session ended, to be sent with one press; a POST throws it away."""
    kept = _own(request)
    if kept is None:
        return redirect("welcome" if request.user.is_authenticated else "status")
    if request.method == "POST":
        del request.session[KEPT]
        messages.success(request, _("What you had typed is thrown away."))
        return HttpResponseRedirect(kept["back"])
    return render(request, "again.html", {"kept": kept, **shown_again(kept["typed"])})
