"""Where a person is signed in: see it, end one of them or all others; each end is on record."""

from collections.abc import Iterable
from datetime import datetime

from allauth.mfa.totp.views import DeactivateTOTPView
from allauth.mfa.webauthn.views import RemoveWebAuthnView
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.db import transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.browsers import browser_in_words
from portal.people import person
from services.accounts.models import User
from services.ledger.operations import Entry, record
from services.workflow.operations.walking import citizen


@transaction.atomic
def end_sessions(user: User, sessions: Iterable[UserSession], *, by: str, now: datetime) -> int:
    """End sessions of a person; on record is how many, never where they were."""
    user = User.objects.select_for_update().get(pk=user.pk)
    count = 0
    for session in sessions:
        session.end()
        count += 1
    if count:
        record([Entry(user.pk, "sessions_ended", by, now, {"count": count})])
    return count


def others_of(request: HttpRequest) -> Iterable[UserSession]:
    """Give the sessions of the person but for this one."""
    return UserSession.objects.filter(user=person(request)).exclude(session_key=request.session.session_key)


class OnRecord(DefaultUserSessionsAdapter):
    """Lets the library's page end all other sessions as the portal does."""

    def end_sessions(self, sessions: list[UserSession]) -> None:
        if sessions:
            user = sessions[0].user
            end_sessions(user, sessions, by=citizen(user), now=timezone.now())


@require_safe
def end_others(request: HttpRequest) -> HttpResponse:
    """Ask whether all other sessions shall end."""
    return render(request, "usersessions/end_others.html", {"count": others_of(request).count()})


@require_http_methods(["GET", "POST"])
def session(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask whether one other session shall end, and end it; to end this one is to sign out."""
    ended = get_object_or_404(UserSession, pk=pk, user=person(request))
    if ended.is_current():
        return redirect("account_logout")
    if request.method == "GET":
        return render(request, "usersessions/end_one.html", {"session": ended})
    end_sessions(ended.user, [ended], by=citizen(ended.user), now=timezone.now())
    messages.success(request, _("Signed out there: %(browser)s.") % {"browser": browser_in_words(ended.user_agent)})
    return redirect("usersessions_list")


def _end_others(request: HttpRequest) -> None:
    """End what was opened with a second factor that counts no longer; who took it away stays signed in here."""
    if end_sessions(person(request), others_of(request), by=citizen(person(request)), now=timezone.now()):
        messages.info(request, _("You were signed out everywhere else."))


class TakeAppAway(DeactivateTOTPView):
    """Forget the authenticator app, and what was opened with it."""

    @transaction.atomic
    def form_valid(self, form: Form) -> HttpResponse:
        _end_others(self.request)
        return super().form_valid(form)


class TakePasskeyAway(RemoveWebAuthnView):
    """Forget a passkey, and what was opened with it."""

    @transaction.atomic
    def form_valid(self, form: Form) -> HttpResponse:
        _end_others(self.request)
        return super().form_valid(form)
