"""Read a stranger's XML as plain elements: bounded in every way, without entities, and nothing is ever fetched.

Only UTF-8 is read, whatever the file says of itself, so that no other encoding hides what it holds.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import XMLParser

from services.catalogue.soundness import Fault, Unsound

LARGEST, DEEPEST, MOST_ELEMENTS, LONGEST_TEXT = 1_000_000, 50, 20_000, 10_000
WHOLE, BLANK = "(whole file)", " \t\r\n"  # spaces that don't break belong to names


@dataclass
class Element:
    """An element with its local name, its namespace and its attributes by name; others' are `{namespace}name`."""

    tag: str
    space: str
    attributes: dict[str, str]
    line: int
    children: list["Element"] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    @property
    def id(self) -> str:
        return self.attributes.get("id", "")

    @property
    def name(self) -> str:
        return re.sub(f"[{BLANK}]+", " ", self.attributes.get("name", "")).strip(BLANK)

    @property
    def text(self) -> str:
        return "".join(self.pieces).strip(BLANK)

    def all(self) -> Iterator["Element"]:
        """Give the element and all inside it."""
        yield self
        for child in self.children:
            yield from child.all()


def read_xml(content: bytes) -> Element:
    """Give the root element of a file; raise `Unsound` for what is no XML, out of bounds, or points elsewhere."""
    if len(content) > LARGEST:
        raise _refused(f"is larger than {LARGEST} bytes", "Remove what is no part of the process.")
    target = _Target()
    parser = XMLParser(target=target, forbid_dtd=True)
    target.parser = parser.parser
    try:
        parser.feed(content.decode("utf-8-sig"))
        parser.close()
    except UnicodeDecodeError:
        raise _refused("isn't text in UTF-8", "Save it so, or choose another.") from None
    except DefusedXmlException:
        remedy = "Save it without one: BPMN needs none."
        raise _refused("has a document type (DTD), by which entities and other files come in", remedy) from None
    except ParseError as error:
        line, problem = error.position[0], str(error).partition(":")[0]
        raise _refused(
            f"can't be read as XML: {problem}", "Choose a file of BPMN 2.0, or save it anew.", line
        ) from None
    assert target.root is not None
    return target.root


def _refused(message: str, remedy: str, line: int = 1) -> Unsound:
    return Unsound([Fault(WHOLE, message, remedy, line)])


class _Target:
    """Takes what the parser finds, and stops it at the first thing that is out of bounds."""

    def __init__(self) -> None:
        self.parser: object = None
        self.open: list[Element] = []
        self.count = 0
        self.root: Element | None = None

    @property
    def line(self) -> int:
        return int(getattr(self.parser, "CurrentLineNumber", 1))

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if self.count > MOST_ELEMENTS:
            raise _refused(f"has more than {MOST_ELEMENTS} elements", "Remove what is no part of the process.")
        if len(self.open) >= DEEPEST:
            raise _refused(
                f"lies more than {DEEPEST} levels deep", "Draw parts inside parts beside each other.", self.line
            )
        if any(len(text) > LONGEST_TEXT for text in attributes.values()):
            raise self._too_long()
        space, _, local = tag.removeprefix("{").rpartition("}")
        element = Element(local, space, dict(attributes), self.line)
        if self.open:
            self.open[-1].children.append(element)
        self.root = self.root or element
        self.open.append(element)

    def end(self, _tag: str) -> None:
        ended = self.open.pop()
        if sum(map(len, ended.pieces)) > LONGEST_TEXT:
            raise self._too_long()

    def data(self, text: str) -> None:
        if self.open:
            self.open[-1].pieces.append(text)

    def _too_long(self) -> Unsound:
        return _refused(f"has a text of more than {LONGEST_TEXT} characters", "Shorten it.", self.line)
