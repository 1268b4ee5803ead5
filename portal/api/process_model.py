"""How a service is worked, as a file of BPMN 2.0 for those who model processes elsewhere."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from services.catalogue.bpmn import bpmn_of
from services.catalogue.models import Service


@require_safe
def bpmn(request: HttpRequest, code: str) -> HttpResponse:
    """Give the workflow of a published service with its drawing, in the reader's language."""
    service = get_object_or_404(Service.objects.published().with_current(), code=code)
    assert service.current is not None
    namespace = settings.BASE_URL + reverse("service", kwargs={"code": code})
    model = bpmn_of(service.current.definition, get_language() or "en", namespace)
    name = f'attachment; filename="{code}.bpmn"'
    return HttpResponse(model, "application/xml", headers={"Content-Disposition": name})
