"""End the weekly letter by the link in it, without signing in (RFC 8058: one click of the mail program is enough)."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from services.transparency.background import Subscription
from services.transparency.weekly import read_token, unsubscribe


@csrf_exempt  # mail programs send it without a page, a cookie or a token of ours; the link itself is the proof
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, token: str) -> HttpResponse:
    """Ask on the page, end it when sent: a link that mail programs fetch ahead must not end anything."""
    request.POST  # noqa: B018  too many fields are refused here; no check of the form's token has read them before
    pk = read_token(token)
    if pk is None or not Subscription.objects.filter(pk=pk).exists():
        raise Http404
    if request.method == "POST":
        unsubscribe(pk, timezone.now())
    ended = Subscription.objects.filter(pk=pk).exclude(ended_at=None).exists()
    return render(request, "public/unsubscribed.html", {"ended": ended})
