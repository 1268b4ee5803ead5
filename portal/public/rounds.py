"""The public lists of rounds in which places were given."""

from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from services.workflow.actions.allocate_places import public_list
from services.workflow.rounds import Round


@require_safe
def allocation_round(request: HttpRequest, pk: UUID) -> JsonResponse:
    """Give what a round was decided from and how; nobody is named."""
    held = get_object_or_404(Round, pk=pk)
    return JsonResponse({**public_list(held, list(held.entries.all())), "digest": held.digest})
