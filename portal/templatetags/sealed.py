"""Tells on pages of figures how far the events behind them are sealed."""

from typing import Any

from django import template

from services.ledger import proofs

register = template.Library()


@register.inclusion_tag("public/sealed.html")
def sealed() -> dict[str, Any]:
    """Give the newest seal and the last signature of a witness."""
    return {"seal": proofs.newest_seal(), "cosignature": proofs.last_cosignature()}
