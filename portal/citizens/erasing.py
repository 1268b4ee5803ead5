"""Erase an account: first the plan of what goes and what the law keeps, then the password, then it is done."""

from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from portal.people import person, posted
from services.workflow.erasure import erase_person, plan_of
from services.workflow.refusals import Refused


class EraseForm(forms.Form):
    sure = forms.BooleanField(
        label=gettext_lazy("Erase my account. I know that this can’t be undone."),
        error_messages={"required": gettext_lazy("Tick this if you are sure.")},
    )


@require_http_methods(["GET", "POST"])
@reauthentication_required
def erase(request: HttpRequest) -> HttpResponse:
    """Show the plan, and carry it out when the person is sure."""
    user, now = person(request), timezone.now()
    form = EraseForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            erase_person(user, now)
        except Refused as refused:
            form.add_error(None, str(refused.message))
        else:
            logout(request)
            messages.success(request, _("Your account is erased."))
            return redirect("home")
    context = {"form": form, "plan": plan_of(user, now)}
    return render(request, "citizens/erase.html", context, status=422 if form.errors else 200)
