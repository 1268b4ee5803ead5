"""Stop in the middle of a form and go on later, on another device, too: by a link in an e-mail."""

from http import HTTPStatus
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.mail import send_mail
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from portal.citizens.applying_drafts import DRAFTS, own_draft, remember
from portal.fields import as_seen
from portal.limits import HOUR, Limit, address_of
from portal.people import posted
from services.requests.models import Draft
from services.requests.operations import KEPT_WITHOUT_ACCOUNT, draft_of_secret, keep_for_later
from services.requests.rules import new_secret

LINKS = Limit("draft-links", 5, HOUR)
SENDERS = Limit("draft-link-senders", 20, HOUR)
TRIES = Limit("draft-tries", 30, HOUR)


class KeepForm(forms.Form):
    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        help_text=gettext_lazy("We send the link there and don’t keep the address."),
        validators=[as_seen],
        widget=forms.EmailInput(attrs={"autocomplete": "email", "dir": "ltr"}),
    )


@require_http_methods(["GET", "POST"])
def keep(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Send a link that opens the draft on any device."""
    draft, form = own_draft(request, pk), KeepForm(posted(request))
    status = HTTPStatus.OK
    if form.is_valid():
        if not _may_send(request, draft, form.cleaned_data["email"]):
            form.add_error(None, _("Many links were sent already. Please wait an hour."))
            status = HTTPStatus.TOO_MANY_REQUESTS
        elif _send(draft, form.cleaned_data["email"]):
            messages.success(request, _("The link is on its way to you. An earlier one no longer works."))
            return redirect("apply_check", pk=pk)
        else:
            form.add_error(None, _("The e-mail could not be sent. Your draft is safe; please try again."))
            status = HTTPStatus.SERVICE_UNAVAILABLE
    elif form.errors:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    context = {"form": form, "draft": draft, "days": KEPT_WITHOUT_ACCOUNT.days}
    return render(request, "citizens/keep.html", context, status=status)


def _may_send(request: HttpRequest, draft: Draft, email: str) -> bool:
    """Count a letter, and tell whether not too many went out for a draft, to an address, from a computer."""
    counted = [(LINKS, str(draft.pk)), (LINKS, email.casefold()), (SENDERS, address_of(request))]
    if any(limit.is_used_up(who) for limit, who in counted):
        return False
    for limit, who in counted:
        limit.count(who)
    return True


def _send(draft: Draft, address: str) -> bool:
    """Send a link; the one before works until this one is on its way."""
    secret = new_secret()
    link = settings.BASE_URL + reverse("apply_resume", args=[secret])
    words = _(
        "With this link you can go on with your request “%(service)s”:\n\n%(link)s\n\n"
        "It works for %(days)s days after you last saved. Whoever has it can read and change your draft."
    )
    text = words % {"service": draft.service, "link": link, "days": KEPT_WITHOUT_ACCOUNT.days}
    try:
        send_mail(_("Go on with your request"), text, None, [address])
    except OSError:
        return False
    keep_for_later(draft, secret)
    return True


@never_cache
@require_safe
def resume(request: HttpRequest, secret: str) -> HttpResponse:
    """Open the draft of a link for this browser, and take the secret out of the address."""
    address = address_of(request)
    draft = None if TRIES.is_used_up(address) else draft_of_secret(secret, timezone.now())
    others = draft is not None and draft.applicant_id and request.user.is_authenticated
    if draft is None or (others and draft.applicant_id != request.user.pk):
        TRIES.count(address)
        answer = render(request, "citizens/resume_nothing.html", status=HTTPStatus.NOT_FOUND)
    elif draft.applicant_id:
        answer = redirect("apply_check", pk=draft.pk)  # leads to signing in first
    else:
        remember(request, DRAFTS, draft.pk)
        answer = redirect("apply_check", pk=draft.pk)
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
