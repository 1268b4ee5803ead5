"""What the portal has told a person, and by which ways it may."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from portal.fields import PhoneNumberField
from portal.people import person, posted
from portal.templatetags.words import marked
from services.accounts.models import User
from services.workflow.models import Step
from services.workflow.notices import NOTICES, REMINDER
from services.workflow.queries import notices_of

A_PAGE = 20


class WaysForm(forms.ModelForm):  # type: ignore[type-arg]
    phone = PhoneNumberField()

    class Meta:
        model = User
        fields = ("wants_mail", "wants_sms", "phone", "language")
        labels = {"wants_mail": gettext_lazy("By e-mail"), "wants_sms": gettext_lazy("By SMS")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not settings.SMS_IS_OFFERED:
            del self.fields["wants_sms"], self.fields["phone"]

    def clean(self) -> dict[str, Any]:
        chosen = super().clean() or {}
        if not chosen.get("wants_mail") and not chosen.get("wants_sms"):
            self.add_error("wants_mail", _("Choose one way at least: the law wants you to be told of decisions."))
        if chosen.get("wants_sms") and not chosen.get("phone") and "phone" not in self.errors:
            self.add_error("phone", _("Give the number to which we may write."))
        return chosen


@require_safe
def my_notices(request: HttpRequest) -> HttpResponse:
    """List what the portal has told the person, the latest first; to open the list is to have read it."""
    user = person(request)
    page = Paginator(notices_of(user), A_PAGE).get_page(request.GET.get("page"))
    told = [{"step": step, "is_new": _is_new(user, step.opened_at), "subject": _subject(step)} for step in page]
    User.objects.filter(pk=user.pk).update(notices_read_at=timezone.now())
    return render(request, "citizens/my_notices.html", {"page": page, "told": told})


def _subject(step: Step) -> Any:
    """Give a notice's subject: the portal's own, or that of the definition's step it reminds of."""
    if step.key != REMINDER or step.parent is None:
        return NOTICES[step.key][0]
    return marked(step.service_request.version.definition.workflow.by_key[step.parent.key].title)


def _is_new(user: User, at: Any) -> bool:
    return user.notices_read_at is None or at > user.notices_read_at


@require_http_methods(["GET", "POST"])
def ways(request: HttpRequest) -> HttpResponse:
    """Choose by which ways the portal may write."""
    form = WaysForm(posted(request), instance=person(request))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Your choice is kept."))
        return redirect("my_notices")
    return render(request, "citizens/notice_ways.html", {"form": form}, status=422 if form.errors else 200)
