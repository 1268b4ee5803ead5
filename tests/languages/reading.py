"""Read what a page says, as a person or a screen reader would."""

import re
from html.parser import HTMLParser

SPOKEN = ("alt", "aria-label", "placeholder", "title")
FOR_SCRIPTS = re.compile(r"data-[a-z-]*")  # sentences that a script says later
NOT_WORDS = ("script", "style", "pre", "code", "textarea")  # programs, definitions, and what people typed
MARKED = ("lang", "en")  # says itself that it is English: the description of the API


class Words(HTMLParser):
    """Gather the words between a page's tags and in its attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.said: set[str] = set()
        self._silent = 0
        self._marked = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self._silent += tag in NOT_WORDS
        if MARKED in attributes and tag in ("p", "span"):
            self._marked = tag
        for name, value in attributes:
            if value and (name in SPOKEN or (FOR_SCRIPTS.fullmatch(name) and " " in value)):
                self.said.add(" ".join(value.split()))

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in NOT_WORDS
        if tag == self._marked:
            self._marked = ""

    def handle_data(self, data: str) -> None:
        if not self._silent and not self._marked and data.strip():
            self.said.add(" ".join(data.split()))


def said_on(page: str) -> set[str]:
    """Give what a page says, piece by piece."""
    reader = Words()
    reader.feed(page)
    return reader.said
