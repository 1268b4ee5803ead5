"""Figures with the names that people know: of offices, channels and months."""

from collections.abc import Iterable, Mapping
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from services.agencies.models import Office
from services.requests.models import Channel
from services.transparency.queries import Figures, Tally

REASONS = {
    "question": _("The office asked the applicant something"),
    "papers": _("The applicant had to add papers"),
    "confirmation": _("The applicant had to confirm something"),
    "payment": _("The applicant had to pay"),
    "visit": _("The applicant had to come"),
    "other_body": _("Somebody outside the office had to act"),
    "unknown": _("The reason was not recorded yet"),
}


def told(figures: Figures) -> dict[str, object]:
    """Give figures with the names of offices and channels, and months as rows of a chart."""
    known = Office.objects.filter(code__in=[tally.key for tally in figures.by_office])
    offices = _named(figures.by_office, {office.code: str(office) for office in known})
    months = [(_month(tally.key), tally) for tally in figures.by_month]
    return {
        "figures": figures,
        "offices": offices,
        "channels": _named(figures.by_channel, dict(Channel.choices)),
        "voices": [(name, tally) for name, tally in [*offices, *months] if tally.complaints or tally.objections],
        "chart": [{"label": _month(tally.key), "value": tally.received} for tally in figures.by_month],
    }


def _named(tallies: Iterable[Tally], names: Mapping[str, object]) -> list[tuple[object, Tally]]:
    """Give counts with the name of the office or channel that they are of; its code where it has no name any more."""
    return [(names.get(tally.key, tally.key), tally) for tally in tallies]


def _month(key: str) -> str:
    return date_format(date.fromisoformat(f"{key}-01"), "YEAR_MONTH_FORMAT")
