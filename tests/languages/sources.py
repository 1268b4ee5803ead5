"""Find the texts that people read in the sources: in Python, and in templates as Django turns them into Python."""

import ast
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from babel.messages.extract import extract
from django.utils.translation.template import templatize

PLAIN, PLURAL, IN_CONTEXT, PLURAL_IN_CONTEXT = None, (1, 2), ((1, "c"), 2), ((1, "c"), 2, 3)
KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), PLAIN),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), PLURAL),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), IN_CONTEXT),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), PLURAL_IN_CONTEXT),
}
TEMPLATES = (".html", ".txt")  # those that `makemessages` reads beside Python


class Text(NamedTuple):
    """One text to translate, as a catalogue keys it."""

    words: str
    plural: str = ""
    context: str | None = None


def texts_of(rooms: Iterable[Path]) -> set[Text]:
    """Give every text of the Python files and templates in folders."""
    return {text for room in rooms for path in sorted(room.rglob("*")) for text in _texts_of_file(path)}


def _texts_of_file(path: Path) -> Iterator[Text]:
    if path.suffix == ".py":
        yield from texts_of_python(path.read_text())
    elif path.suffix in TEMPLATES and "static" not in path.parts:
        yield from texts_of_template(path.read_text())


def texts_of_template(source: str) -> Iterator[Text]:
    """Give the texts of `translate` and `blocktranslate`, and of `_()` in tags and filters."""
    # What stands around the texts is left as X; without its indentation it reads as Python.
    yield from texts_of_python("\n".join(line.strip() for line in templatize(source).splitlines()))


def texts_of_python(source: str) -> Iterator[Text]:
    for _line, found, _comments, context in extract("python", BytesIO(source.encode()), KEYWORDS):  # type: ignore[arg-type]
        words, plural = (found, "") if isinstance(found, str) else found
        yield Text(words, plural, context)


def other_names_for_gettext(source: str) -> list[str]:
    """Give the names by which Python imports gettext's functions so that no tool finds what they translate."""
    imports = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom)]
    names = [name for node in imports if node.module == "django.utils.translation" for name in node.names]
    return [
        name.asname
        for name in names
        if name.asname and name.name in KEYWORDS and KEYWORDS.get(name.asname, "") != KEYWORDS[name.name]
    ]
