"""The state of a clock, in words, and days, for lists of what is due."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django import template
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy

register = template.Library()
SOON = timedelta(days=2)


@register.filter
def clock_state(service_request: Any, now: datetime) -> str:
    """Give the state of a request's clock, or how it ended: the states of the component `tag`."""
    ended = {"approved": "granted", "refused": "refused", "closed": "done", "withdrawn": "withdrawn"}
    if not service_request.is_in_progress:
        return ended[service_request.status]
    if service_request.is_clock_stopped:
        return "stopped"
    return due_state(service_request.due_at, now)


@register.filter
def due_state(due: datetime | None, now: datetime) -> str:
    """Give `late`, `soon` or `in_time`."""
    if due is None:
        return "in_time"
    return "late" if due < now else "soon" if due - now < SOON else "in_time"


STATE_WORDS = {
    "in_time": gettext_lazy("In time"),
    "soon": gettext_lazy("Due soon"),
    "late": gettext_lazy("Late"),
    "stopped": gettext_lazy("Clock stopped"),
    "granted": gettext_lazy("Approved"),
    "refused": gettext_lazy("Refused"),
    "done": gettext_lazy("Ended"),
    "withdrawn": gettext_lazy("Withdrawn"),
}


@register.filter
def state_words(state: str) -> str:
    """Tell a state in words."""
    return str(STATE_WORDS[state])


@register.filter(expects_localtime=True)
def short_day(at: datetime) -> str:
    """Tell a day as `date:"SHORT_DATE_FORMAT"` does, and work each day out once: long lists tell few."""
    return _short_day(at.date(), get_language())


@lru_cache(maxsize=1_000)
def _short_day(day: date, _language: str | None) -> str:
    return date_format(day, "SHORT_DATE_FORMAT")
