"""What a trial shows, in plain words."""

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

from django.utils.formats import localize
from django.utils.html import conditional_escape
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.templatetags.words import duration, marked, percent
from services.catalogue.definition import Definition
from services.requests.models import ServiceRequest
from services.workflow.trials import TrialResult
from services.workflow.what_if.replaying import PERSON
from services.workflow.what_if.summary import Summary
from services.workflow.what_if.telling import FAILED


def sentences(found: Summary) -> list[str]:
    """Tell the whole: how requests end first, then all else that differs."""
    if not found.total:
        return [_("No request of this service has been decided yet: there is nothing to try it on.")]
    told = [_how_they_end(found), _unchanged(found)]
    if found.with_problems:
        told.append(
            ngettext(
                "In %(count)s an answer would be missing or no longer valid.",
                "In %(count)s answers would be missing or no longer valid.",
                found.with_problems,
            )
            % {"count": found.with_problems}
        )
    return [*told, *_money_and_limit(found), *_work_and_time(found)]


def _how_they_end(found: Summary) -> str:
    alike = ngettext("%(count)s ends as before", "%(count)s end as before", found.end_alike)
    parts = [alike % {"count": found.end_alike}]
    parts += [_other_end(end, count) for end, count in found.other_ends.most_common()]
    words = ngettext("Of %(total)s request %(parts)s.", "Of %(total)s requests %(parts)s.", found.total)
    return words % {"total": found.total, "parts": ", ".join(parts)}


def _other_end(end: str, count: int) -> str:
    words = {
        "approved": ngettext("%(count)s would now be approved", "%(count)s would now be approved", count),
        "refused": ngettext("%(count)s would now be refused", "%(count)s would now be refused", count),
        "closed": ngettext("%(count)s would now be closed", "%(count)s would now be closed", count),
        PERSON: ngettext("%(count)s needs a person", "%(count)s need a person", count),
        FAILED: ngettext("%(count)s could not be replayed", "%(count)s could not be replayed", count),
    }
    return words[end] % {"count": count}


def _unchanged(found: Summary) -> str:
    words = ngettext(
        "In %(count)s nothing changes at all: neither steps nor work, fee, limit or time.",
        "In %(count)s nothing changes at all: neither steps nor work, fee, limit or time.",
        found.unchanged,
    )
    return words % {"count": found.unchanged}


def _money_and_limit(found: Summary) -> list[str]:
    told = []
    if found.other_fee:
        words = ngettext(
            "The fee differs in %(count)s, together by %(amount)s AZN.",
            "The fee differs in %(count)s, together by %(amount)s AZN.",
            found.other_fee,
        )
        told.append(words % {"count": found.other_fee, "amount": localize(found.fees)})
    if found.other_limit:
        words = ngettext(
            "The time limit differs in %(count)s.", "The time limit differs in %(count)s.", found.other_limit
        )
        told.append(words % {"count": found.other_limit})
    return told


def _work_and_time(found: Summary) -> list[str]:
    before, after = found.robot_share
    told = []
    if before != after:
        known = {"before": percent(before), "after": percent(after)}
        told.append(_("Robots would do %(after)s of the minutes of work, before it was %(before)s.") % known)
    before, after = found.seconds
    if before != after:
        known = {"before": duration(before), "after": duration(after)}
        told.append(_("Those that end alike would take about %(after)s on average, instead of %(before)s.") % known)
    return told


def reference_for(result: TrialResult, agencies: Collection[int]) -> str:
    """Give a request's reference, only to managers of an agency that works it; else nothing."""
    request = result.service_request
    return request.written_reference if request.office.agency_id in agencies else ""


def row_of(result: TrialResult, definition: Definition, agencies: Collection[int]) -> dict[str, Any]:
    """Tell one request: before and after."""
    before, after, old = result.before, result.after, result.service_request.version.definition
    return {
        "number": result.number + 1,
        "reference": reference_for(result, agencies),
        "outcome": (_end_words(before["outcome"]), _end_words(after["outcome"])),
        "added": _titles(_more(after, before), definition),
        "left_out": _titles(_more(before, after), old),
        "robots": (percent(_share(before)), percent(_share(after))),
        "fee": (_fee_words(before), _fee_words(after)),
        "limit": (_limit_words(before), _limit_words(after)),
        "time": (duration(before["seconds"]), duration(after["seconds"])),
        "problems": [_problem_words(problem, definition) for problem in result.problems],
    }


def _end_words(outcome: str) -> str:
    words = {PERSON: _("A person would decide"), FAILED: _("Could not be replayed")}
    return words.get(outcome) or str(ServiceRequest.Status(outcome).label)


def _more(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """Give the steps that one side has more often than the other."""
    return list((Counter(one["steps"]) - Counter(other["steps"])).elements())


def _titles(keys: list[str], definition: Definition) -> list[str]:
    steps = definition.workflow.by_key
    return [marked(steps[key].title) if key in steps else key for key in keys]


def _share(side: Mapping[str, Any]) -> float | None:
    whole = side["robot_minutes"] + side["clerk_minutes"]
    return side["robot_minutes"] / whole if whole else None


def _fee_words(side: Mapping[str, Any]) -> str:
    return _("%(amount)s AZN") % {"amount": side["fee"]} if side["fee"] is not None else "–"


def _limit_words(side: Mapping[str, Any]) -> str:
    if side["days_kind"] == "working":
        words = ngettext("%(count)s working day", "%(count)s working days", side["days"])
    else:
        words = ngettext("%(count)s calendar day", "%(count)s calendar days", side["days"])
    return words % {"count": side["days"]}


def _problem_words(problem: Mapping[str, str], definition: Definition) -> str:
    """Tell which answer, by its question."""
    key = problem["path"].split(".")[0]
    labels = {field.key: field.label for field in definition.fields.values()}
    labels |= {evidence.key: evidence.title for evidence in definition.evidence}
    name = marked(labels[key]) if key in labels else key
    missing = problem["code"] == "required"
    words = _("%(name)s: missing") if missing else _("%(name)s: no longer valid")
    return mark_safe(conditional_escape(words) % {"name": conditional_escape(name)})  # noqa: S308 - both are escaped
