"""Rate a service by the link in a letter, without signing in: the token proves who was asked."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from portal.rating import rating_page, take_rating
from services.requests.models import ServiceRequest
from services.workflow.notices import read_rating_token


@require_http_methods(["GET", "POST"])
def rate(request: HttpRequest, token: str) -> HttpResponse:
    """Take the rating of whoever holds the letter."""
    pk = read_rating_token(token)
    if pk is None:
        raise Http404
    seen, now = get_object_or_404(ServiceRequest.objects.with_service(), pk=pk), timezone.now()
    form = take_rating(request, seen, now) if request.method == "POST" else None
    return redirect("rate", token=token) if form and form.is_valid() else rating_page(request, seen, form, now)
