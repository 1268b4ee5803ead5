"""Pages that tell people who write programs what the API does."""

from itertools import groupby

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from portal.api.reference import Call, calls

TAGS = {
    "desk": _("The work of a desk"),
    "drafts": _("Drafts"),
    "eligibility": _("What a person is entitled to"),
    "log": _("The sealed log"),
    "readings": _("Who looked at your data"),
    "requests": _("Requests"),
    "services": _("Services"),
    "webhooks": _("Webhooks"),
}
MEANINGS = {
    200: _("It worked."),
    201: _("It was made."),
    202: _("It was taken and counts later."),
    204: _("It worked; nothing comes back."),
    400: _("Something that was sent is wrong: each fault names its field and what to do."),
    401: _("No token was sent, or it isn’t valid any more."),
    403: _("The token lacks the scope, or the person may not do it."),
    404: _("It isn’t there, or isn’t yours."),
    405: _("This address doesn’t know the method."),
    406: _("It can’t be given in the format that was asked for."),
    409: _("It isn’t possible now, or somebody else was quicker. Nothing was changed."),
    412: _("It was changed in the meantime: read it again."),
    413: _("More was sent at once than is taken."),
    415: _("What was sent has a format that isn’t taken."),
    422: _("The same “Idempotency-Key” came with something else before."),
    428: _("The change doesn’t tell what it is based on: send “If-Match”."),
    429: _("Too many calls: “Retry-After” tells when to go on."),
    500: _("A fault of the portal, which is on record there."),
    503: _("The portal is away for a moment: send the same again after “Retry-After”."),
}


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """List the calls by what they are about, or those that fit some words."""
    words = request.GET.get("q", "").strip()[:100]
    found = sorted((call for call in calls().values() if call.is_about(words)), key=lambda call: call.tag)
    groups = [(tag, TAGS.get(tag, tag), list(of_tag)) for tag, of_tag in groupby(found, lambda call: call.tag)]
    context = {"words": words, "groups": groups, "found": len(found)}
    return render(request, "api/calls.html", context)


@require_safe
def one(request: HttpRequest, code: str) -> HttpResponse:
    """Tell all of one call: what it takes and gives, with examples."""
    call = calls().get(code)
    if call is None:
        raise Http404
    context = {"call": call, "answers": [(answer, MEANINGS[answer.status]) for answer in call.answers]}
    context |= {"refusals": _told(call), "about": TAGS.get(call.tag, call.tag)}
    return render(request, "api/call.html", context)


def _told(call: Call) -> list[tuple[int, object]]:
    return [(status, MEANINGS[status]) for status in call.refusals]
