"""The charts of agencies and offices: what their tables tell, and nothing else (docs/decisions/0042)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from django.utils.translation import gettext as _

from portal import charts, row_charts
from portal.chart_files import CHARTS, Words
from portal.figures_in_words import funnel_of, month_words
from portal.public.pictures import Picture, cut_words, ends_of
from portal.row_charts import Row
from portal.templatetags.words import few, marked, percent, took
from services.agencies.models import Office
from services.catalogue.models import Service
from services.transparency.models import OfficeFigures
from services.transparency.months import Sums, added_up, monthly
from services.transparency.queries import summaries
from services.transparency.tables import Figures, Took, share

Standing = tuple[Service, OfficeFigures, Figures]


def agency_pictures(services: Sequence[str], offices: Iterable[tuple[Office, Figures]], today: date) -> list[Picture]:
    """Draw what an agency's services received and decided by month, their share in time, and its offices; one query."""
    months, told = monthly(services, today)
    labels = [month_words(month) for month in months]
    return [one for one in (_volume(labels, told), _on_time(labels, told), _offices(offices)) if one]


def _volume(labels: list[str], told: Mapping[str, list[Figures]]) -> Picture | None:
    sums = added_up(told, "received", "decided")
    pairs = [numbers or (None, None) for numbers in sums.numbers]
    chart = charts.trend(labels, [("first", [one for one, _ in pairs]), ("second", [two for _, two in pairs])])
    if chart is None or not any(any(pair) for pair in pairs):
        return None
    desc = _("The full line: received. The broken line: decided.") + " " + _counted(sums)
    rows = [(label, few(one), few(two)) for label, (one, two) in zip(labels, pairs, strict=True)]
    return Picture(
        "volume", chart, Words(CHARTS["volume"].title, desc), [_("Month"), _("Received"), _("Decided")], rows
    )


def _on_time(labels: list[str], told: Mapping[str, list[Figures]]) -> Picture | None:
    sums = added_up(told, "on_time", "late")
    shares = [share(*numbers) if numbers else None for numbers in sums.numbers]
    chart = charts.trend(labels, [("first", shares)], share=True)
    if chart is None:
        return None
    desc = f"{CHARTS['on_time'].desc} {_counted(sums)}"
    rows = [(label, percent(one)) for label, one in zip(labels, shares, strict=True)]
    return Picture("on_time", chart, Words(CHARTS["on_time"].title, desc), [_("Month"), _("In time")], rows)


def _counted(sums: Sums) -> str:
    words = _(
        "Counted are %(services)s of %(count)s services: those of which the same months may be told. A gap: few cases."
    )
    return words % {"services": sums.services, "count": sums.of}


def _offices(offices: Iterable[tuple[Office, Figures]]) -> Picture | None:
    told = [(figures.share_on_time, office, figures) for office, figures in offices if figures.interval]
    told.sort(key=lambda one: (-(one[0] or 0), one[1].code))
    drawn = ends_of(told)
    rows = [share_row(office.name, figures) for _part, office, figures in drawn]
    chart = row_charts.ranges(rows)
    if chart is None:
        return None
    desc = _(
        "The dot: the share of the office’s decisions in time. The line: where the true share lies 95 times of 100."
    )
    words = Words(_("Offices: decided in time"), desc + cut_words(len(told)))
    table = [(marked(one.name), str(row.decided), percent(part), between(row)) for part, one, row in drawn]
    return Picture("offices", chart, words, [_("Office"), _("Decided"), _("In time"), _("95 times of 100")], table)


def between(figures: Figures) -> str:
    """Tell where the true share in time lies 95 times of 100."""
    return f"{figures.interval.low * 100:.0f}–{figures.interval.high * 100:.0f} %" if figures.interval else "–"


def office_pictures(office: Office, standings: Sequence[Standing], today: date) -> list[Picture]:
    """Draw an office beside all: its time, its share in time, and where it is among the others; up to seven queries."""
    ranked = sorted(standings, key=lambda one: (-(one[2].decided or 0), one[0].code))
    wholes = {code: one.usual for code, one in summaries([service.code for service, *_ in ranked], today).items()}
    return [one for one in (_times(ranked, wholes), _shares(ranked, wholes), _funnel(office, ranked, wholes)) if one]


def _times(ranked: Sequence[Standing], wholes: Mapping[str, Figures]) -> Picture | None:
    told = [
        (service, figures, wholes[service.code]) for service, _row, figures in ranked if figures.median.days is not None
    ]
    drawn = ends_of(told)
    rows = [times_row(service.title, figures, whole.median.days) for service, figures, whole in drawn]
    chart = row_charts.ranges(rows, row_charts.most_of(rows))
    if chart is None:
        return None
    desc = _(
        "Working days. The first dot: half of this office’s requests are decided within. The second: 9 of 10 are. "
        "The upright stroke: half of those of all offices."
    )
    words = Words(_("Time, and that of all offices"), desc + cut_words(len(told)))
    columns = [_("Service"), _("Half within"), _("9 of 10 within"), _("Half of all offices within")]
    table = [(marked(one.title), took(row.median), took(row.p90), took(whole.median)) for one, row, whole in drawn]
    return Picture("time", chart, words, columns, table)


def times_row(named: Mapping[str, str], figures: Figures, beside: int | None = None) -> Row:
    """Show within how many working days half are decided, and 9 of 10."""
    half, most = figures.median.days or 0, figures.p90.days
    values = [(float(half), ""), *([] if most is None else [(float(most), "second")])]
    words = f"{half}" if most is None else f"{half} · {most}"
    return Row(named, words, values, (half, half if most is None else most), beside)


def _shares(ranked: Sequence[Standing], wholes: Mapping[str, Figures]) -> Picture | None:
    told = [(one, row, figures) for one, row, figures in ranked if figures.interval]
    drawn = ends_of(told)
    rows = [share_row(one.title, figures, row.beyond, wholes[one.code]) for one, row, figures in drawn]
    chart = row_charts.ranges(rows)
    if chart is None:
        return None
    desc = _(
        "The dot: this office’s share in time. The line: where its true share lies 95 times of 100. "
        "The upright stroke: all offices. Triangles: more than chance explains."
    )
    words = Words(_("In time, and all offices"), desc + cut_words(len(told)))
    columns = [_("Service"), _("In time"), _("95 times of 100"), _("All offices"), _("Chance")]
    table = [
        (
            marked(one.title),
            percent(figures.share_on_time),
            between(figures),
            percent(wholes[one.code].share_on_time),
            chance_words(row.beyond),
        )
        for one, row, figures in drawn
    ]
    return Picture("on_time", chart, words, columns, table)


def share_row(named: Mapping[str, str], figures: Figures, beyond: int = 0, whole: Figures | None = None) -> Row:
    """Show a share in time with where the true one lies 95 times of 100."""
    part = figures.share_on_time or 0
    beside = whole.share_on_time if whole else None
    return Row(named, percent(part), [(part, charts.STATES[beyond])], figures.interval, beside)


def chance_words(beyond: int) -> str:
    """Tell whether chance explains how an office differs from all."""
    if beyond:
        return _("worse than chance explains") if beyond < 0 else _("better than chance explains")
    return _("may explain it")


def _funnel(office: Office, ranked: Sequence[Standing], wholes: Mapping[str, Figures]) -> Picture | None:
    """Draw all offices of the service of which this one decides most, as the service's page does; two queries."""
    service = next((one for one, _row, figures in ranked if figures.interval), None)
    if service is None:
        return None
    rows = list(OfficeFigures.objects.filter(service=service.code).order_by("office"))
    names = {one.code: marked(one.name) for one in Office.objects.filter(code__in=[row.office for row in rows])}
    told = [(names.get(row.office, row.office), as_figures(row)) for row in rows]
    funnel = funnel_of(told, wholes[service.code], own=office)
    if funnel is None:
        return None
    columns = [_("Office"), _("Decided"), _("In time"), _("Chance")]
    table = [
        (name, str(row.decided), percent(row.share_on_time), chance_words(beyond))
        for name, row, beyond in funnel["rows"]
    ]
    return Picture("offices", funnel["chart"], CHARTS["offices"], columns, table, service.title)


def as_figures(row: OfficeFigures) -> Figures:
    """Give what may be told of an office in a service as figures."""
    return Figures(row.office, row.numbers, Took(row.median_days), Took(row.p90_days))
