"""Groups of people in words, and which of them are served otherwise than chance explains."""

from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal.templatetags.words import marked
from services.accounts.models import User
from services.transparency.equity import Equity
from services.transparency.fairness import OTHERS, Group

KINDS: dict[str, Promise] = {
    "gender": gettext_lazy("By gender"),
    "age": gettext_lazy("By age"),
    "place": gettext_lazy("By place"),
    "language": gettext_lazy("By language"),
}
GENDERS: dict[str, str | Promise] = {
    User.Gender.WOMAN: gettext_lazy("Women"),
    User.Gender.MAN: gettext_lazy("Men"),
    User.Gender.OTHER: gettext_lazy("People of another gender"),
}
APART: dict[tuple[str, str], Promise] = {
    ("on_time", "less"): gettext_lazy("%(group)s less often in time"),
    ("on_time", "more"): gettext_lazy("%(group)s more often in time"),
    ("refused", "less"): gettext_lazy("%(group)s less often refused"),
    ("refused", "more"): gettext_lazy("%(group)s more often refused"),
}


def equity_in_words(equity: Equity | None) -> dict[str, Any] | None:
    """Give the groups of each kind with their names, and sentences of those that differ."""
    if equity is None:
        return None
    names = {code: marked(name) for code, name in equity.towns.items()}
    kinds = [
        (KINDS[kind], [(group_words(kind, row, names), row) for row in groups]) for kind, groups in equity.kinds.items()
    ]
    apart = [
        APART[name, share.state] % {"group": words}
        for _kind, rows in kinds
        for words, row in rows
        for name, share in row.shares.items()
        if (name, share.state) in APART
    ]
    return {"told": equity, "kinds": kinds, "apart": apart}


def group_words(kind: str, row: Group, towns: dict[str, Any]) -> str:
    """Name a group of people."""
    if row.key == OTHERS:
        return ngettext("%(count)s group with few cases", "%(count)s groups together", row.others) % {
            "count": row.others
        }
    if not row.key:
        return _("Who didn’t say")
    if kind == "age":
        return _age_words(row.key)
    known = {"gender": GENDERS, "place": towns, "language": dict(settings.LANGUAGES)}
    return str(known[kind].get(row.key, row.key))


def _age_words(band: str) -> str:
    first, _dash, last = band.partition("-")
    if not first:
        return _("%(last)s years and younger") % {"last": last}
    if not last:
        return _("%(first)s years and older") % {"first": first}
    return _("%(first)s to %(last)s years") % {"first": first, "last": last}
