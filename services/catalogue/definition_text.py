"""Read the YAML text of a definition: every fault with its path and line, and nothing taken silently.

YAML would let the last of two equal names win, and lets short texts stand for endless ones (anchors): both are refused.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from services.catalogue.soundness import Fault, Unsound

LONGEST = 150_000
DEEPEST = 40
SHORT = 100
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class DefinitionText:
    """The plain data of a text, and the line on which each part of it stands."""

    def __init__(self, data: Any, lines: Mapping[str, int]) -> None:
        self.data = data
        self._lines = lines

    def line_of(self, path: str) -> int:
        """Give the line of a path, or of the nearest part around it that is written."""
        while path not in self._lines and "." in path:
            path = path.rsplit(".", 1)[0]
        return self._lines.get(path, 1)

    def placed(self, faults: Iterable[Fault]) -> list[Fault]:
        """Give faults with their lines."""
        return [replace(fault, line=self.line_of(fault.path)) for fault in faults]


def read_text(text: str | bytes) -> DefinitionText:
    """Read a definition's text; raise `Unsound` when it is no YAML, says something twice or is out of bounds."""
    if len(text) > LONGEST:
        raise Unsound([Fault("(whole text)", f"is longer than {LONGEST} characters", "Shorten it.", 1)])
    try:
        return _read(_Loader(text))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise Unsound([_not_yaml(line, str(error.problem or error.context))]) from None
    except (yaml.YAMLError, UnicodeError, ValueError, RecursionError) as error:
        raise Unsound([_not_yaml(1, " ".join(str(error).split()))]) from None


class _Loader(yaml.SafeLoader):
    """Stops at the first alias: a few lines of them can stand for more than any memory holds."""

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        if self.check_event(yaml.AliasEvent):
            line = self.get_mark().line + 1
            raise Unsound([Fault("(text)", "refers to another place (*)", "Write it out.", line)])
        return super().compose_node(parent, index)


def _not_yaml(line: int, problem: str) -> Fault:
    return Fault("(text)", f"can't be read as YAML: {problem}", "Correct the text there.", line)


def _read(loader: _Loader) -> DefinitionText:
    try:
        node = loader.get_single_node()
        if node is None:
            raise Unsound([Fault("(whole text)", "is empty", "Write or choose a definition.", 1)])
        lines: dict[str, int] = {}
        faults = list(_look(node, "", lines, 0))
        if faults:
            raise Unsound(faults)
        return DefinitionText(loader.construct_document(node), lines)
    finally:
        loader.dispose()


def _look(node: Node, path: str, lines: dict[str, int], depth: int) -> Iterator[Fault]:
    """Note the line of every part and give what must not stand there."""
    lines[path] = line = node.start_mark.line + 1
    if depth > DEEPEST:
        yield Fault(path, f"lies more than {DEEPEST} levels deep", "See docs/definitions.md for the shape.", line)
    elif isinstance(node, MappingNode):
        yield from _look_into_mapping(node, path, lines, depth)
    elif isinstance(node, SequenceNode):
        for index, child in enumerate(node.value):
            yield from _look(child, _under(path, str(index)), lines, depth + 1)
    elif isinstance(node, ScalarNode) and UNSTORABLE.search(node.value):
        yield Fault(path, "has a character that can't be stored", "Remove it.", line)


def _look_into_mapping(node: MappingNode, path: str, lines: dict[str, int], depth: int) -> Iterator[Fault]:
    first: dict[tuple[str, str], int] = {}
    for key, child in node.value:
        known, line = (key.tag, str(key.value)), key.start_mark.line + 1
        at = _under(path, str(key.value) if isinstance(key, ScalarNode) else "?")
        if known in first:
            words = f"stands there twice, on line {first[known]} and on line {line}"
            yield Fault(at, words, "Keep one of them.", line)
        first.setdefault(known, line)
        if isinstance(key, ScalarNode) and UNSTORABLE.search(key.value):
            yield Fault(path, "has a name that can't be stored", "Rename it.", line)
        yield from _look(child, at, lines, depth + 1)
        lines[at] = line


def _under(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


class _Dumper(yaml.SafeDumper):
    """Writes as people write definitions: short parts on one line, long ones part by part."""

    def represent_data(self, data: Any) -> Node:
        self.alias_key = None  # equal parts are written out each time
        node: Node = super().represent_data(data)
        if isinstance(node, MappingNode | SequenceNode):
            node.flow_style = _fits_on_a_line(data)
        return node


def _fits_on_a_line(data: Any) -> bool:
    children = data.values() if isinstance(data, dict) else data
    return len(str(data)) <= SHORT and not any(isinstance(child, dict | list) for child in children)


def write_text(source: Any) -> str:
    """Give the YAML text of a definition's plain data."""
    return yaml.dump(source, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100_000)
