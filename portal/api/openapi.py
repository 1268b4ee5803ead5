"""The OpenAPI documents: each is made once in a process, as making one takes a second of a core."""

from functools import cache
from typing import Any

from django.http import HttpResponse
from django.utils.translation import override
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class Document(SpectacularAPIView):
    """The document of the portal's API, in English whatever the reader's language; nothing is taken from the call."""

    generator_class: type[SchemaGenerator] = SchemaGenerator
    urlconf: str | None = None

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        renderer = request.accepted_renderer
        written = _written(self.generator_class, self.urlconf, type(renderer))
        charset = f"; charset={renderer.charset}" if renderer.charset else ""
        name = f'inline; filename="openapi.{renderer.format.rpartition("-")[2]}"'
        kind = f"{renderer.media_type}{charset}"
        return HttpResponse(written, content_type=kind, headers={"Content-Disposition": name})


@cache
def described(generator: type[SchemaGenerator] = SchemaGenerator, urlconf: str | None = None) -> dict[str, Any]:
    """Give a whole document as a mapping."""
    with override("en"):
        told: dict[str, Any] = generator(urlconf=urlconf).get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return told


@cache
def _written(generator: type[SchemaGenerator], urlconf: str | None, renderer: type[BaseRenderer]) -> bytes:
    written: bytes = renderer().render(described(generator, urlconf), renderer_context={})
    return written
