"""Made-up requests with which a service can be tried before anybody asks for it."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from services.catalogue.definition.terms import Key, Money, Part, Text


def _plain(value: object) -> object:
    """Give an answer as JSON without floats keeps it; YAML reads days and decimals as such. Raise ValueError."""
    match value:
        case None | bool() | int() | str():
            return value
        case float() | date():
            return str(value)
        case list():
            return [_plain(part) for part in value]
        case Mapping() if all(isinstance(name, str) for name in value):
            return {name: _plain(part) for name, part in value.items()}
    raise ValueError("this is no answer that a form can send")


Answer = Annotated[Any, BeforeValidator(_plain)]


class Example(Part):
    """A made-up request. It holds no files: it is read as if each paper were there."""

    key: Key
    title: Text
    answers: dict[Key, Answer] = Field(
        max_length=200, description="By the keys of fields; days also as `today`, `today-10d`, `today+30d`."
    )
    person: dict[Key, Answer] = Field(
        default={}, max_length=100, description="What the person would answer to the questions of eligibility."
    )
    fee: Money | None = Field(None, description="What it has to cost at the first office, in AZN.")
