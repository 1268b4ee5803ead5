"""Guidance of officials that travels with a service's package: given by managers only, and kept where there is none."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from portal.managers.own import own_draft, own_service
from portal.people import person
from services.catalogue.models import DefinitionDraft, DraftOrigin
from services.catalogue.packages import LARGEST
from services.catalogue.sharing import package_of
from services.workflow.operations.knowledge import desk_steps, guidance_by_step, take_guidance, untaken


@require_safe
def package_file(request: HttpRequest, code: str) -> HttpResponse:
    """Give the service with its agency's guidance, which isn't for everybody."""
    service = own_service(request, code)
    assert service.current is not None
    service.current.service = service
    try:
        file = package_of(service.current, settings.BASE_URL, settings.KEYS_DIR, guidance_by_step(service))
    except FileNotFoundError:
        messages.error(request, _("This portal has no key yet to sign with. Ask those who run it to make one."))
        return redirect("managers_package", code=code)
    if len(file) > LARGEST:
        messages.error(request, _("With its guidance the service is larger than a package may be. Shorten it."))
        return redirect("managers_package", code=code)
    name = f'attachment; filename="{code}.guided.package.json"'
    return HttpResponse(file, "application/json", headers={"Content-Disposition": name})


@require_POST
def keep_guidance(request: HttpRequest, code: str, pk: UUID) -> HttpResponse:
    """Keep the guidance that came with a draft for the steps on which one's agency has none."""
    draft = own_draft(request, code, pk)
    if draft.service.current is None:  # nobody works by it yet
        raise Http404
    origin = get_object_or_404(DraftOrigin, draft=draft)
    count = take_guidance(draft.service, origin.guidance, person(request), timezone.now())
    words = ngettext("Guidance on %(count)s step was kept.", "Guidance on %(count)s steps was kept.", count)
    messages.success(request, words % {"count": count})
    return redirect("managers_draft", code=code, pk=pk)


def told_guidance(draft: DefinitionDraft, origin: DraftOrigin | None) -> list[dict[str, object]]:
    """Tell what guidance came with a draft, and on which steps it can be kept."""
    if origin is None or draft.service.current is None:
        return []
    steps, open_ones = desk_steps(draft.service), untaken(draft.service, origin.guidance)
    return [
        {"step": steps.get(key), "key": key, "text": text, "can_be_kept": key in open_ones}
        for key, text in origin.guidance.items()
    ]
