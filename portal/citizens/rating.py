"""Rate the service from one's own request."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from portal.citizens.rights import own_request
from portal.rating import rating_page, take_rating


@require_http_methods(["GET", "POST"])
def rate(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a rating of one's own request, and offer to add words."""
    seen, now = own_request(request, pk), timezone.now()
    form = take_rating(request, seen, now) if request.method == "POST" else None
    if form and form.is_valid():
        return redirect("my_request_rate", pk=pk)
    return rating_page(request, seen, form, now, is_own=True)
