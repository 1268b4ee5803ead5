"""Why a person must look at a step, kept as a code with details and told in the reader's language."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

Trouble = dict[str, Any]

WORDS = {
    "no_answer": gettext_noop(
        "The register “%(what)s” did not answer in %(times)s attempts. Please check by hand what the robot could not."
    ),
    "bad_answer": gettext_noop("The register “%(what)s” gave an answer that can't be read. Please check by hand."),
    "refused": gettext_noop("The register “%(what)s” refused the entry. Please make it by hand or find out why."),
    "cannot_tell": gettext_noop("The robot can't tell from the answers and registers how to go on. Please judge."),
    "mail": gettext_noop("The message to the applicant could not be sent in %(times)s attempts."),
    "fault": gettext_noop("The robot failed in %(times)s attempts by a fault of its own. Please do its work by hand."),
    "cut_off": gettext_noop(
        "The robot was cut off in %(times)s attempts. Whether it had an effect is not known: please find out, and do "
        "its work by hand if it had none."
    ),
    "silence": gettext_noop("The applicant did not answer in time. Please decide how to go on."),
}


def trouble(code: str, **details: str | int) -> Trouble:
    """Give a trouble to keep: a code of WORDS and its details."""
    return {"code": code, **details}


def in_words(kept: Mapping[str, Any]) -> str:
    """Tell a kept trouble in plain words of the active language; empty when there is none."""
    if not kept:
        return ""
    words = WORDS[kept["code"]]
    return _(words) % kept
