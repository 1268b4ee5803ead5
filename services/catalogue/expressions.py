"""Conditions: a narrow adapter around CEL, small, safe, typed and total.

An expression is compiled against the fields of its definition, so an unknown name or a wrong type is a fault when the
definition is checked. Evaluation never raises but for `Unknown`: something the expression needs isn't known.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from cel_expr_python import cel

from services.catalogue.definition import AnyField, Definition, NumberField

STRING, BOOL, INT, DOUBLE, DYN = cel.Type.STRING, cel.Type.BOOL, cel.Type.INT, cel.Type.DOUBLE, cel.Type.DYN
STRINGS = cel.Type.Map(STRING, STRING)
ANYTHING = cel.Type.Map(STRING, DYN)
TYPES = {
    "money": DOUBLE,
    "yes_no": BOOL,
    "several_of": cel.Type.List(STRING),
    "group": cel.Type.List(ANYTHING),
    "address": STRINGS,
    "location": cel.Type.Map(STRING, DOUBLE),
    "file": INT,
}
QUESTIONED = {"yes_no": BOOL, "number": INT, "one_of": STRING}


class BadExpression(Exception):
    """The expression doesn't compile; the message says where and why."""


class Unknown(Exception):
    """The expression needs something that isn't known."""


class Expressions:
    """Compiles and evaluates the expressions of one definition."""

    def __init__(self, definition: Definition) -> None:
        self._env = cel.NewEnv(variables=_variables(definition))
        self._compiled: dict[str, cel.Expression] = {}

    def compile(self, text: str, kind: cel.Type = BOOL) -> cel.Expression:
        """Compile an expression that gives a `kind`; raise `BadExpression` with the place of the fault."""
        try:
            expression = self._env.compile(text)
        except RuntimeError as fault:
            raise BadExpression(_readable(str(fault))) from None
        if expression.return_type() not in (kind, DYN):
            raise BadExpression(f"gives a {expression.return_type().name().lower()}, not a {kind.name().lower()}")
        return expression

    def holds(self, text: str, facts: Mapping[str, Any]) -> bool:
        """Tell whether a condition holds for the facts; raise `Unknown` when that can't be told."""
        value = self._evaluate(text, facts)
        if not isinstance(value, bool):
            raise Unknown(text)
        return value

    def holds_surely(self, text: str, facts: Mapping[str, Any]) -> bool:
        """Tell whether a condition is known to hold."""
        try:
            return self.holds(text, facts)
        except Unknown:
            return False

    def text(self, text: str, facts: Mapping[str, Any]) -> str:
        """Evaluate an expression that gives a text; raise `Unknown` when it can't be told."""
        value = self._evaluate(text, facts)
        if not isinstance(value, str):
            raise Unknown(text)
        return value

    def _evaluate(self, text: str, facts: Mapping[str, Any]) -> Any:
        compiled = self._compiled.get(text)
        if compiled is None:
            compiled = self._compiled[text] = self._env.compile(text)
        try:
            result = compiled.eval(data=facts)
        except RuntimeError as fault:  # more rounds than the engine allows, or a text that it can't hold
            raise Unknown(str(fault)) from None
        if result.type() == cel.Type.ERROR:
            raise Unknown(str(result.value()))
        return result.plain_value()


@lru_cache(maxsize=512)
def is_constant_name(name: str) -> bool:
    """Tell whether CEL keeps a name for itself, so that no field may have it."""
    return name in {"true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function"} | {
        "if", "import", "let", "loop", "package", "namespace", "return", "var", "void", "while", "id", "constructor"
    }  # fmt: skip


def _variables(definition: Definition) -> dict[str, cel.Type]:
    variables = {"found": ANYTHING, "applicant": ANYTHING, "office": ANYTHING, "decided": STRINGS}
    variables |= {"fee": DOUBLE, "today": STRING, "channel": STRING}
    variables |= {f"answers.{key}": type_of(field) for key, field in definition.fields.items()}
    variables |= {f"person.{key}": QUESTIONED[question.kind] for key, question in definition.questions.items()}
    variables |= {f"evidence.{evidence.key}": INT for evidence in definition.evidence}
    return variables


def type_of(field: AnyField) -> cel.Type:
    """Give the CEL type of a field's answer."""
    if isinstance(field, NumberField):
        return DOUBLE if field.decimals else INT
    return TYPES.get(field.kind, STRING)


def _readable(fault: str) -> str:
    first_line = fault.replace("INVALID_ARGUMENT: ERROR: <input>:", "").split("\n")[0]
    return first_line.replace(" (in container '')", "").strip()
