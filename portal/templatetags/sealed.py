"""Tells on pages of figures how far the events behind them are sealed."""

from typing import Any

from django import template

from services.ledger import proofs

register = template.Library()


@register.inclusion_tag("public/sealed.html")
def sealed() -> dict[str, Any]:
    """Give the newest seal and the last signature of a witness."""
    seal, cosignature = proofs.newest_proofs()
    return {"seal": seal, "cosignature": cosignature}
