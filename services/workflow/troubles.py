"""Why a person must look at a step, kept as a code with details and told in the reader's language."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from services.agencies.rules import in_language

Trouble = dict[str, Any]
OUTCOME_UNKNOWN = "outcome_unknown"
SURELY_NOT_DONE = {"refused", "gone"}  # after a clear answer
NOT_CALLED = {"not_set_up", OUTCOME_UNKNOWN}

WORDS = {
    "no_answer": gettext_noop(
        "The register “%(what)s” did not answer in %(times)s attempts. Please check by hand what the robot could not."
    ),
    "bad_answer": gettext_noop("The register “%(what)s” gave an answer that can't be read. Please check by hand."),
    "refused": gettext_noop("The register “%(what)s” refused the entry. Please make it by hand or find out why."),
    "not_set_up": gettext_noop(
        "“%(what)s” can't be called as it is set up. Tell the administrators; until then please do it by hand."
    ),
    "gone": gettext_noop("“%(what)s” no longer wants to be told. Please find out how to tell them now."),
    OUTCOME_UNKNOWN: gettext_noop(
        "This was sent to “%(what)s”, and no clear answer came: it may have been done or not. Ask there, or look it up "
        "by the reference of this request. Then say below which it is. The robot doesn't repeat it by itself."
    ),
    "cannot_tell": gettext_noop("The robot can't tell from the answers and registers how to go on. Please judge."),
    "mail": gettext_noop("The message to the applicant could not be sent in %(times)s attempts."),
    "fault": gettext_noop("The robot failed in %(times)s attempts by a fault of its own. Please do its work by hand."),
    "cut_off": gettext_noop(
        "The robot was cut off in %(times)s attempts. Whether it had an effect is not known: please find out, and do "
        "its work by hand if it had none."
    ),
    "silence_fails": gettext_noop(
        "The time is over. In this case the law doesn't let silence decide: please decide, it is late."
    ),
    "silence_unknown": gettext_noop(
        "The time is over. Whether the law lets silence decide this case can't be told: please decide, it is late."
    ),
    "silence": gettext_noop("The applicant did not answer in time. Please decide how to go on."),
}


def trouble(code: str, **details: str | int | dict[str, str]) -> Trouble:
    """Give a trouble to keep: a code of WORDS and its details; a name in several languages is one of them."""
    return {"code": code, **details}


def in_words(kept: Mapping[str, Any]) -> str:
    """Tell a kept trouble in plain words of the active language; empty when there is none."""
    if not kept:
        return ""
    language = get_language() or "en"
    known = {name: in_language(of, language) if isinstance(of, dict) else of for name, of in kept.items()}
    words = WORDS[kept["code"]]
    return _(words) % known
