"""A published service as a signed package, which another portal checks and takes as a draft (docs/packages.md)."""

import hashlib

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from portal.api.log import FOR_A_MOMENT
from portal.middleware import for_everybody
from services.catalogue.models import Service
from services.catalogue.sharing import package_of


@require_safe
def service_package(request: HttpRequest, code: str) -> HttpResponseBase:
    """Give the current version of a service as a package; 404 as long as the portal has no key."""
    service = get_object_or_404(Service.objects.published().with_current(), code=code)
    assert service.current is not None
    try:
        package = package_of(service.current, settings.BASE_URL, settings.KEYS_DIR)
    except FileNotFoundError:
        raise Http404 from None
    etag = f'"{hashlib.sha256(package).hexdigest()}"'
    name = f'attachment; filename="{code}.package.json"'
    answer = HttpResponse(package, "application/json", headers={"Content-Disposition": name, "ETag": etag})
    answer["Cache-Control"], answer["Access-Control-Allow-Origin"] = FOR_A_MOMENT, "*"
    for_everybody(answer)
    return get_conditional_response(request, etag=etag, response=answer) or answer
