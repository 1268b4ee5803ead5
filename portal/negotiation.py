"""Who asks for a page as data is shown to where that is."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import patch_vary_headers

LINKED = {"jsonld": "application/ld+json", "ttl": "text/turtle"}
View = Callable[..., HttpResponse]


def also_linked(name: str) -> Callable[[View], View]:
    """Answer 303 with the address of the linked data of this name where the client prefers that to HTML."""
    kinds = {media: kind for kind, media in LINKED.items()}

    def decorate(view: View) -> View:
        @wraps(view)
        def negotiated(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:
            kind = kinds.get(request.get_preferred_type(["text/html", *kinds]) or "")
            if kind:
                answer = HttpResponse(status=303, headers={"Location": reverse(name, kwargs={**named, "kind": kind})})
            else:
                answer = view(request, *arguments, **named)
            patch_vary_headers(answer, ["Accept"])
            return answer

        return negotiated

    return decorate
