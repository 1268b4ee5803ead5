"""The sealed log in plain words: how far it goes, who saw it, and how anyone can check it."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from services.catalogue.models import Service
from services.ledger import keys, proofs, public_log
from services.ledger.models import WitnessRefusal


@require_safe
def sealed_log(request: HttpRequest) -> HttpResponse:
    """Show the newest seal, who signed it, and how to check it."""
    context = {
        "seal": proofs.newest_seal(),
        "cosignature": proofs.last_cosignature(),
        "months": public_log.months(timezone.now())[::-1],
        "hidden": public_log.hidden_events(Service.objects.values_list("code", flat=True)),
        "refusals": WitnessRefusal.objects.order_by("witness"),
        "keys": [line.partition(" ")[0] for line in keys.listed(settings.KEYS_DIR)],
    }
    return render(request, "public/sealed_log.html", context)
