"""What is wrong with a definition, in the reader's language.

Faults are found, kept with a draft and told by commands in English. `fault_patterns` and `fault_remedies` have every
sentence of them with its parameters: the pattern is found by the English words, and told in the language of the page.
What comes from below, a compiler's or a YAML reader's complaint, is a parameter and stays as it is.
"""

import re
from functools import cache

from django.utils.translation import gettext as _

from portal.fault_patterns import MESSAGES
from portal.fault_remedies import REMEDIES

PARAMETER = re.compile(r"%\((\w+)\)s")


def fault_in_words(english: str) -> str:
    """Tell a sentence of a fault in the active language; '' for one that no pattern knows."""
    for form, pattern in _patterns():
        if found := form.fullmatch(english):
            return _(pattern) % found.groupdict()
    return ""


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """Give the forms of all sentences, those with the most words of their own first."""
    ordered = sorted([*MESSAGES, *REMEDIES], key=lambda pattern: -len(PARAMETER.sub("", pattern)))
    return [(_form(pattern), pattern) for pattern in ordered]


def _form(pattern: str) -> re.Pattern[str]:
    pieces = PARAMETER.split(pattern)
    own, names = pieces[::2], pieces[1::2]
    places = [f"(?P<{name}>.+?)" for name in names]
    return re.compile(
        "".join(re.escape(text) + place for text, place in zip(own, [*places, ""], strict=True)), re.DOTALL
    )
