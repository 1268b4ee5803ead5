"""Webhooks of an agency: make, pause, resume, end, test and replay them, and read how each message went."""

from datetime import datetime, timedelta

from django import forms
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.attempts import attempt
from portal.fields import NamedField
from portal.people import person, posted
from services.accounts.models import User
from services.agencies.models import Agency
from services.webhooks import operations
from services.webhooks.models import Delivery, Webhook
from services.webhooks.queries import log_of, webhooks_of
from services.workflow.operations.roles import agencies_managed_by
from services.workflow.refusals import Refused

A_PAGE = 25
SPANS = [
    (1, gettext_lazy("In the last hour")),
    (24, gettext_lazy("In the last day")),
    (24 * 7, gettext_lazy("In the last week")),
    (24 * 30, gettext_lazy("In the last 30 days")),
]
TAGS = {"healthy": "in_time", "failing": "late", "disabled": "late"}


class WebhookForm(forms.Form):
    agency = NamedField(label=gettext_lazy("Agency"), queryset=Agency.objects.none())
    url = forms.CharField(
        label=gettext_lazy("Address"),
        help_text=gettext_lazy("Where messages go, for example https://hooks.example.org/portal"),
        max_length=500,
        widget=forms.URLInput(attrs={"dir": "ltr", "autocomplete": "off", "spellcheck": "false"}),
    )
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("What shall it be told?"),
        choices=Webhook.Kind.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose what it is told.")},
    )

    def __init__(self, data: QueryDict | None, *, user: User) -> None:
        super().__init__(data)
        managed = agencies_managed_by(user)
        self.fields["agency"].queryset = managed  # type: ignore[attr-defined]
        self.fields["agency"].initial = managed.first()

    def clean_url(self) -> str:
        """Look where an address leads already here, so that all that is wrong is told at once."""
        url = str(self.cleaned_data["url"])
        try:
            operations.check_address(url)
        except operations.BadAddress as bad:
            raise forms.ValidationError(str(bad.message)) from None
        return url


class ReplayForm(forms.Form):
    hours = forms.TypedChoiceField(
        label=gettext_lazy("Failed messages that came up"), choices=SPANS, initial=24, coerce=int
    )


def own_webhook(request: HttpRequest, pk: object) -> Webhook:
    return get_object_or_404(webhooks_of(person(request)), pk=pk)


@require_safe
def webhooks(request: HttpRequest) -> HttpResponse:
    """List the webhooks of the manager's agencies."""
    page = Paginator(webhooks_of(person(request)), A_PAGE).get_page(request.GET.get("page"))
    rows = [(webhook, TAGS.get(webhook.state, "stopped")) for webhook in page]
    return render(request, "managers/webhooks.html", {"page": page, "rows": rows})


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Let an address be told; show its secret, once."""
    by, form = person(request), WebhookForm(posted(request), user=person(request))
    if form.is_valid():
        try:
            made, secret = operations.make_webhook(by=by, now=timezone.now(), **form.cleaned_data)
            return _shown(request, made, ReplayForm(), secret)
        except operations.BadAddress as refused:
            form.add_error("url", str(refused.message))
        except Refused as refused:
            form.add_error("agency", str(refused.message))
    return render(request, "managers/webhook_new.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
def webhook(request: HttpRequest, pk: object) -> HttpResponse:
    """Show one webhook: how it fares, and each message with its tries."""
    return _shown(request, own_webhook(request, pk), ReplayForm())


def _shown(request: HttpRequest, webhook: Webhook, form: ReplayForm, secret: str = "") -> HttpResponse:
    now = timezone.now()
    page = Paginator(log_of(webhook), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "webhook": webhook,
        "tag": TAGS.get(webhook.state, "stopped"),
        "secret": secret,
        "former_until": _to_come(webhook.former_until, now),
        "rests_until": _to_come(webhook.rests_until, now),
        "page": page,
        "form": form,
    }
    return render(request, "managers/webhook.html", context, status=422 if form.errors else 200)


def _to_come(moment: datetime | None, now: datetime) -> datetime | None:
    return moment if moment is not None and moment > now else None


@require_POST
def act(request: HttpRequest, pk: object, act: str) -> HttpResponse:
    """Pause a webhook, resume it, or send a test."""
    known, by, now = own_webhook(request, pk), person(request), timezone.now()

    def done() -> str:
        if act == "pause":
            operations.pause(known, now, by)
            return _("Paused. What happens meanwhile waits, for 30 days.")
        if act == "resume":
            operations.resume(known, now, by)
            return _("Resumed. What waited is sent now.")
        operations.send_test(known, now, by)
        return _("A test is on its way. Load this page again in a few seconds to see how it went.")

    if act not in ("pause", "resume", "test"):
        raise Http404
    attempt(request, done)
    return redirect("managers_webhook", pk=known.pk)


@require_http_methods(["GET", "POST"])
def renewal(request: HttpRequest, pk: object) -> HttpResponse:
    """Ask whether a webhook shall sign with a new secret, and show that, once."""
    known, secrets = own_webhook(request, pk), []

    def renewed() -> str:
        secrets.append(operations.renew_secret(known, timezone.now(), person(request)))
        return _("There is a new secret.")

    if request.method == "GET":
        return render(request, "managers/webhook_renewal.html", {"webhook": known})
    if not attempt(request, renewed):
        return redirect("managers_webhook", pk=known.pk)
    return _shown(request, own_webhook(request, pk), ReplayForm(), secrets[0])


@require_http_methods(["GET", "POST"])
def ending(request: HttpRequest, pk: object) -> HttpResponse:
    """Ask whether a webhook shall end, and end it."""
    known = own_webhook(request, pk)

    def ended() -> str:
        operations.end(known, timezone.now(), person(request))
        return _("The webhook has ended. Nothing more is sent to it.")

    if request.method == "GET":
        return render(request, "managers/webhook_end.html", {"webhook": known})
    attempt(request, ended)
    return redirect("managers_webhooks")


@require_POST
def replay_since(request: HttpRequest, pk: object) -> HttpResponse:
    """Send all messages again that failed since some hours ago."""
    known, by, now = own_webhook(request, pk), person(request), timezone.now()
    form = ReplayForm(request.POST)
    if not form.is_valid():
        return _shown(request, known, form)

    def replayed() -> str:
        since = now - timedelta(hours=form.cleaned_data["hours"])
        count = operations.replay_failed(known, since, now, by)
        return ngettext("%(count)s message is sent again.", "%(count)s messages are sent again.", count) % {
            "count": count
        }

    attempt(request, replayed)
    return redirect("managers_webhook", pk=known.pk)


@require_POST
def replay_one(request: HttpRequest, pk: object) -> HttpResponse:
    """Send one message again."""
    own = Delivery.objects.filter(webhook__in=webhooks_of(person(request)).values("pk"))
    message = get_object_or_404(own.select_related("webhook"), pk=pk)

    def replayed() -> str:
        operations.replay(message, timezone.now(), person(request))
        return _("The message is sent again, under the same id.")

    attempt(request, replayed)
    return redirect("managers_webhook", pk=message.webhook_id)
