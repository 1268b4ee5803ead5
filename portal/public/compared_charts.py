"""The charts of a comparison and of the index: what their tables tell, and nothing else."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from portal import row_charts
from portal.chart_files import CHARTS, Words
from portal.public.pictures import Picture, cut_words, ends_of
from portal.public.place_charts import between, share_row, times_row
from portal.row_charts import Row
from portal.templatetags.words import marked, percent, took
from services.transparency.tables import Figures

Named = Mapping[str, str]


def side_pictures(sides: Sequence[tuple[Named, Figures]]) -> list[Picture]:
    """Draw the time and the share in time of two beside each other; a side of which it isn't told is left out."""
    return [one for one in (_times(sides), _shares(sides)) if one]


def _times(sides: Sequence[tuple[Named, Figures]]) -> Picture | None:
    told = [(name, figures) for name, figures in sides if figures.median.days is not None]
    rows = [times_row(name, figures) for name, figures in told]
    chart = row_charts.ranges(rows, row_charts.most_of(rows))
    if chart is None:
        return None
    desc = _("Working days. The first dot: half are decided within. The second: 9 of 10 are.")
    table = [(marked(name), took(figures.median), took(figures.p90)) for name, figures in told]
    columns = [_("Compared"), _("Half within"), _("9 of 10 within")]
    return Picture("time", chart, Words(CHARTS["days"].title, desc), columns, table)


def _shares(sides: Sequence[tuple[Named, Figures]]) -> Picture | None:
    told = [(name, figures) for name, figures in sides if figures.interval]
    chart = row_charts.ranges([share_row(name, figures) for name, figures in told])
    if chart is None:
        return None
    desc = _("The dots: the share of the decisions in time. The lines: where the true share lies 95 times of 100.")
    table = [(marked(name), percent(figures.share_on_time), between(figures)) for name, figures in told]
    columns = [_("Compared"), _("In time"), _("95 times of 100")]
    return Picture("on_time", chart, Words(CHARTS["on_time"].title, desc), columns, table)


def index_pictures(numbers: Sequence[tuple[Named, float]], weights: Sequence[str]) -> list[Picture]:
    """Draw the services by their numbers out of 100, the best first; `weights` tell each part with its weight."""
    drawn = ends_of(numbers)
    chart = row_charts.bars([Row(name, f"{number:.0f}", [(number, "")]) for name, number in drawn], 100)
    if chart is None:
        return []
    desc = _("Out of 100, by these weights: %(weights)s.") % {"weights": ", ".join(weights)}
    words = Words(_("Services by their number"), desc + cut_words(len(numbers)))
    table = [(marked(name), f"{number:.0f}") for name, number in drawn]
    return [Picture("ranked", chart, words, [_("Service"), _("Out of 100")], table)]
