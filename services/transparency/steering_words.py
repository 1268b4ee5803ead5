"""Alerts and values of measures in words, for pages and letters."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from services.transparency.alerts import Alert
from services.transparency.measures import BY_CODE


def value_words(measure: str, value: float) -> str:
    """Tell a measure's value with its unit."""
    unit = BY_CODE[measure].unit
    if unit == "share":
        return f"{value * 100:.0f} %"
    whole = round(value)
    if unit == "days":
        return ngettext("%(count)s working day", "%(count)s working days", whole) % {"count": whole}
    return str(whole)


def alert_words(alert: Alert) -> str:
    """Tell which measure left its limits, where it is, and where it used to be."""
    alarm, measure = alert.alarm, alert.measure
    words = {
        "measure": BY_CODE[measure].name,
        "month": date_format(alert.month, "YEAR_MONTH_FORMAT"),
        "value": value_words(measure, alarm.value),
        "low": value_words(measure, alarm.limits.low),
        "high": value_words(measure, alarm.limits.high),
    }
    if alarm.kind == "run" and alarm.is_above:
        return _("%(measure)s: %(value)s in %(month)s. Eight months in a row lie above what was usual before.") % words
    if alarm.kind == "run":
        return _("%(measure)s: %(value)s in %(month)s. Eight months in a row lie below what was usual before.") % words
    return _("%(measure)s: %(value)s in %(month)s, so far between %(low)s and %(high)s.") % words


def difference_words(measure: str, by: float) -> str:
    """Tell how far a value is from its target."""
    if BY_CODE[measure].unit == "share":
        count = round(abs(by) * 100)
        if by < 0:
            return ngettext("%(count)s point short", "%(count)s points short", count) % {"count": count}
        return ngettext("%(count)s point better", "%(count)s points better", count) % {"count": count}
    count = round(abs(by))
    if by < 0:
        return ngettext("%(count)s day too long", "%(count)s days too long", count) % {"count": count}
    return ngettext("%(count)s day shorter", "%(count)s days shorter", count) % {"count": count}
