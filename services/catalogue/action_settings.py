"""What the action of a robot's step needs to know: checked before publishing, by the forms that the caller hands down.

Each action says itself which settings it takes. The actions stand above the catalogue, so whoever publishes gives them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Protocol, runtime_checkable

from pydantic import StringConstraints, ValidationError

from services.catalogue import expressions
from services.catalogue.definition import Definition, Part, RobotStep
from services.catalogue.expressions import BadExpression, Expressions

SettingFault = tuple[str, str, str]
REMEDIES = {"missing": "Add it.", "extra_forbidden": "Remove it, or correct its spelling."}


@dataclass(frozen=True)
class Gives:
    """Marks a setting as an expression that gives a value of a kind."""

    kind: Any


@dataclass(frozen=True)
class Calls:
    """Marks a setting as the code of a connector that must be able to do an operation."""

    operation: str


_SomeWords = StringConstraints(min_length=1, max_length=1000)
Condition = Annotated[str, _SomeWords, Gives(expressions.BOOL)]
TextExpression = Annotated[str, _SomeWords, Gives(expressions.STRING)]


class Settings(Part):
    """The settings of one action, each named: unknown and missing ones are faults."""


@dataclass(frozen=True)
class Use:
    """Where settings stand: a robot's step of a definition."""

    definition: Definition
    step: RobotStep


@runtime_checkable
class Fitted(Protocol):
    """Settings that must fit the definition they stand in."""

    def faults(self, use: Use) -> Iterator[SettingFault]:
        """Give (setting, what is wrong, what to do) for what doesn't fit."""


Actions = Mapping[str, type[Settings]]


def action_faults(definition: Definition, actions: Actions) -> Iterator[SettingFault]:
    """Give every fault in the actions of a definition's robots and in their settings as (path, message, remedy)."""
    compiler = Expressions(definition)
    for index, step in enumerate(definition.workflow.steps):
        if not isinstance(step, RobotStep):
            continue
        path = f"workflow.steps.{index}"
        if step.action not in actions:
            yield f"{path}.action", f"unknown action '{step.action}'", f"Choose one of {', '.join(sorted(actions))}."
            continue
        for name, message, remedy in _setting_faults(Use(definition, step), actions[step.action], compiler):
            yield f"{path}.settings{'.' if name else ''}{name}", message, remedy


def connector_of(form: type[Settings], settings: Mapping[str, Any]) -> tuple[str, str]:
    """Give which connector the settings of an action name, and what it must be able to do; empty when none."""
    for name, known in form.model_fields.items():
        for mark in known.metadata:
            if isinstance(mark, Calls):
                return str(settings.get(name, "")), mark.operation
    return "", ""


def connectors_named(definition: Definition, actions: Actions) -> Iterator[tuple[str, str, str]]:
    """Give for each robot's step that names a connector its path, the connector's code and the operation."""
    for index, step in enumerate(definition.workflow.steps):
        if isinstance(step, RobotStep):
            code, operation = connector_of(actions[step.action], step.settings)
            if operation:
                yield f"workflow.steps.{index}.settings", code, operation


def _setting_faults(use: Use, form: type[Settings], compiler: Expressions) -> Iterator[SettingFault]:
    try:
        settings = form.model_validate(use.step.settings)
    except ValidationError as error:
        yield from map(_shape_fault, error.errors())
        return
    yield from _bad_expressions(settings, compiler)
    if isinstance(settings, Fitted):
        yield from settings.faults(use)


def _shape_fault(error: Any) -> SettingFault:
    name = ".".join(str(part) for part in error["loc"])
    if error["type"] in REMEDIES:
        wrong = "missing" if error["type"] == "missing" else "unknown"
        return "", f"'{name}' is {wrong}", REMEDIES[error["type"]]
    return name, error["msg"], "See docs/actions.md."


def _bad_expressions(settings: Settings, compiler: Expressions) -> Iterator[SettingFault]:
    for name, known in type(settings).model_fields.items():
        for mark in known.metadata:
            if not isinstance(mark, Gives):
                continue
            try:
                compiler.compile(getattr(settings, name), mark.kind)
            except BadExpression as fault:
                yield name, f"the expression doesn't compile: {fault}", "See docs/definitions.md for names and types."


def answer_fault(use: Use, setting: str, key: str, *kinds: str) -> Iterator[SettingFault]:
    """Give a fault when a setting names no question of the form, or one of another kind than the given."""
    field = use.definition.fields.get(key)
    if field is None:
        yield setting, f"'{key}' is no question of the form", "Name a question."
    elif kinds and field.kind not in kinds:
        yield setting, f"'{key}' is no question of the kind {' or '.join(kinds)}", "Name such a question."


def document_fault(use: Use, setting: str, key: str) -> Iterator[SettingFault]:
    """Give a fault when a setting names no document of the definition."""
    if key not in {document.key for document in use.definition.documents}:
        yield setting, "names no document of this definition", "Name one."
