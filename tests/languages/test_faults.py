"""Every sentence of a fault of a definition is told in every language: the sources of all faults are read for it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils.translation import override

from portal.fault_patterns import MESSAGES
from portal.fault_remedies import REMEDIES
from portal.fault_words import fault_in_words
from portal.templatetags.words import fault_words
from services.catalogue.soundness import Unsound, parse
from services.workflow.actions import FORMS
from tests import worlds

ROOT = Path(__file__).parent.parent.parent
SOURCES = [
    *(ROOT / "services" / "catalogue").glob("*.py"),
    *(ROOT / "services" / "workflow" / "actions").glob("*.py"),
]
FROM_BELOW = {"error['msg']", "message", "remedy"}  # a fault that is handed on, or comes from the reader of shapes
NO_FAULTS = {"code", "operation", "_value(known, left)", "_value(known, right)"}
LANGUAGES = ("fr", "az", "ar")


def sentences(source: str) -> Iterator[str]:
    """Give every sentence of the faults that a source makes, with a sample where a value is put in."""
    tree = ast.parse(source)
    assigned: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            assigned.setdefault(node.targets[0].id, []).append(node.value)
    for node in ast.walk(tree):
        for part in _parts(node):
            yield from _said(part, assigned)


def _parts(node: ast.AST) -> list[ast.expr]:
    """Give the message and the remedy of a fault."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Fault":
        return [part for part in node.args[1:3] if not isinstance(part, ast.Starred)]
    if not isinstance(node, ast.Yield | ast.Return | ast.GeneratorExp):
        return []
    given = node.elt if isinstance(node, ast.GeneratorExp) else node.value
    is_fault = isinstance(given, ast.Tuple) and len(given.elts) == 3 and _is_path(given.elts[0])
    return given.elts[1:] if is_fault and isinstance(given, ast.Tuple) else []


def _is_path(node: ast.expr) -> bool:
    named = isinstance(node, ast.Name) and node.id in ("path", "setting", "name")
    text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return named or text or isinstance(node, ast.JoinedStr)


def _said(node: ast.expr, assigned: dict[str, list[ast.expr]]) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(words)):
            yield words
        case ast.JoinedStr():
            yield from _joined(node.values, assigned)
        case ast.IfExp():
            yield from _said(node.body, assigned)
            yield from _said(node.orelse, assigned)
        case ast.Name(id=name) if name in assigned and name not in FROM_BELOW:
            for value in assigned[name]:
                yield from _said(value, assigned)
        case ast.Subscript(value=ast.Name(id=name)) | ast.Call(func=ast.Attribute(value=ast.Name(id=name))) if (
            name in assigned
        ):
            yield from _of_table(node, assigned[name], assigned)
        case _:
            assert ast.unparse(node) in FROM_BELOW | NO_FAULTS, f"not understood: {ast.unparse(node)}"


def _of_table(node: ast.expr, tables: list[ast.expr], assigned: dict[str, list[ast.expr]]) -> Iterator[str]:
    """Give every sentence that may be taken from a table of remedies, and the one for what isn't in it."""
    values = [value for table in tables if isinstance(table, ast.Dict) for value in table.values]
    rest = node.args[1:] if isinstance(node, ast.Call) else []
    for value in [*values, *rest]:
        yield from _said(value, assigned)


def _joined(values: list[ast.expr], assigned: dict[str, list[ast.expr]]) -> Iterator[str]:
    """Put samples into an f-string; a word that is chosen among some gives a sentence for each."""
    said = [""]
    for value in values:
        if isinstance(value, ast.Constant):
            said = [before + str(value.value) for before in said]
            continue
        assert isinstance(value, ast.FormattedValue)
        inner = value.value
        chosen = assigned.get(inner.id, []) if isinstance(inner, ast.Name) else []
        choices = [known for known in chosen if isinstance(known, ast.IfExp) and isinstance(known.body, ast.Constant)]
        words = [one for known in choices for one in _said(known, assigned)]
        said = [before + word for before in said for word in words or ["some_value"]]
    yield from said


def all_sentences() -> set[str]:
    return {said for source in SOURCES for said in sentences(source.read_text()) if " " in said or said.endswith(".")}


def test_the_sources_are_read_whole() -> None:
    assert len(all_sentences()) > 140


def test_every_sentence_has_a_pattern() -> None:
    assert [said for said in sorted(all_sentences()) if not fault_in_words(said)] == []


def test_what_people_are_told_of_their_answers_has_patterns_for_examples() -> None:
    """An example of a definition is read as a citizen's answers are, and its faults are told with their words."""
    told: set[str] = set()
    for name in ("answers", "answer_kinds"):
        for node in ast.walk(ast.parse((ROOT / "services" / "catalogue" / f"{name}.py").read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "gettext_lazy"):
                told |= {str(ast.literal_eval(node.args[0]))}

    missing_paper, no_day = {"Add this paper.", "Add the file."}, {said for said in told if "2026-12-31" in said}
    assert len(told) > 25
    assert told - missing_paper - no_day - set(REMEDIES) == set()


def test_a_fault_without_a_pattern_is_noticed() -> None:
    made_up = 'def look(path):\n    yield path, f"\'{path}\' is much too green", "Paint it."\n'

    assert [said for said in sentences(made_up) if not fault_in_words(said)] == [
        "'some_value' is much too green",
        "Paint it.",
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_pattern_is_told_in_every_language_with_its_parameters(language: str) -> None:
    from django.utils.translation import gettext

    with override(language):
        same = [pattern for pattern in (*MESSAGES, *REMEDIES) if gettext(pattern) == pattern]
        told = fault_in_words("branch 'fire' never comes back to 'opinions'")
    assert same == []
    assert "fire" in told
    assert "opinions" in told


def test_what_the_reader_of_shapes_says_is_told_too() -> None:
    """The shapes in which managers go wrong most: a misspelt or missing name, a wrong word, kind, number or text."""
    steps = [worlds.desk("judge")]
    broken = worlds.definition(steps)
    broken |= {"colour": "red", "time_limit": {"days": "many", "silence": "maybe"}, "life_events": [], "summary": {}}
    broken["pages"][0]["fields"] += [{"key": "No", "kind": "text", "label": worlds.text("x")}, {"kind": "rainbow"}]
    broken["workflow"]["steps"] += [{"kind": "desk", "key": "more", "title": worlds.text("x"), "minutes": -1}]
    with pytest.raises(Unsound) as unsound:
        parse(broken, FORMS)

    unknown = [fault.message for fault in unsound.value.faults if not fault_in_words(fault.message)]
    assert len(unsound.value.faults) > 8
    assert unknown == []


def test_what_no_pattern_knows_is_marked_as_english() -> None:
    with override("fr"):
        assert fault_words("is <b>odd</b>") == '<bdi lang="en">is &lt;b&gt;odd&lt;/b&gt;</bdi>'
    with override("en"):
        assert fault_words("is odd") == "is odd"
