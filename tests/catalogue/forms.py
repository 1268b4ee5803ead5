"""Small definitions to ask questions with."""

from collections.abc import Mapping
from typing import Any

from services.catalogue.answers import Checked, read
from services.catalogue.definition import Definition
from services.catalogue.expressions import Expressions
from tests.worlds import definition, desk, text

TODAY = "2026-03-02"
OPTIONS = [{"value": value, "label": text(value.title())} for value in ("red", "green", "blue")]


def question(kind: str, key: str = "one", **more: Any) -> dict[str, Any]:
    options = {"options": OPTIONS} if kind in ("one_of", "several_of") else {}
    return {"key": key, "kind": kind, "label": text(key), **options, **more}


def group(*fields: dict[str, Any], key: str = "owners", **more: Any) -> dict[str, Any]:
    return {"key": key, "kind": "group", "label": text(key), "item": text("Owner"), "fields": list(fields), **more}


def page(*fields: dict[str, Any], key: str = "about", **more: Any) -> dict[str, Any]:
    return {"key": key, "title": text(key), "fields": list(fields), **more}


def source(*fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Give a sound definition that asks these questions on one page."""
    return definition([desk("judge")], **{"pages": [page(*(fields or (question("text"),)))], **more})


def asking(*fields: dict[str, Any], **more: Any) -> Definition:
    return Definition.model_validate(source(*fields, **more))


def reading(form: Definition, given: Mapping[str, Any], **more: Any) -> Checked:
    """Read answers to a form on one fixed day."""
    settings = {"context": {"today": TODAY}, "evidence": {}, **more}
    return read(form, Expressions(form), given, **settings)


def answer(field: dict[str, Any], value: Any) -> Any:
    """Give the answer kept for one question, or the code of the problem."""
    checked = reading(asking(field), {field["key"]: value})
    return checked.problems[0].code if checked.problems else checked.answers[field["key"]]


def problems(form: Definition, given: Mapping[str, Any], **more: Any) -> dict[str, str]:
    return {problem.path: problem.code for problem in reading(form, given, **more).problems}
