"""The fields of a schema of OpenAPI as rows of a table: `contact.mail`, its type in words, whether it is needed."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

DEEPEST = 3
BOUNDS = {"minimum": "≥ {}", "maximum": "≤ {}", "minLength": "≥ {} characters", "maxLength": "≤ {} characters"}


@dataclass(frozen=True)
class Field:
    """One field; `where` is set for a parameter: path, query or header."""

    name: str
    type: str
    is_needed: bool
    says: str
    where: str = ""


def resolved(described: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Give the schema that a reference stands for, or the first that it is made of."""
    for _ in range(DEEPEST):
        if "$ref" in schema:
            schema = described["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        elif any(several := schema.get(word) for word in ("oneOf", "anyOf", "allOf")):
            schema = several[0]
    return schema


def fields_of(described: dict[str, Any], schema: dict[str, Any], before: str = "", depth: int = 0) -> Iterator[Field]:
    """Give a row for each field, those within others after them."""
    if schema.get("type") == "array":
        inner = resolved(described, schema["items"])
        yield from fields_of(described, inner, f"{before}[]", depth)
        return
    for name, own in schema.get("properties", {}).items():
        told, whole = resolved(described, own), f"{before}.{name}" if before else name
        says = without_choices(own.get("description") or told.get("description", ""))
        is_needed = name in schema.get("required", ())
        yield Field(whole, type_in_words(described, told), is_needed, says)
        if depth < DEEPEST:
            yield from fields_of(described, told, whole, depth + 1)


def type_in_words(described: dict[str, Any], schema: dict[str, Any]) -> str:
    """Give a type as it is written in the table: `list of text (uuid)`, its bounds, its choices."""
    if schema.get("type") == "array":
        return f"list of {type_in_words(described, resolved(described, schema['items']))}"
    kinds = schema.get("type", "any")
    words = " or ".join(kinds) if isinstance(kinds, list) else kinds
    if schema.get("format"):
        words = f"{words} ({schema['format']})"
    bounds = [text.format(schema[word]) for word, text in BOUNDS.items() if schema.get(word)]
    choices = [" | ".join(str(choice) for choice in schema["enum"] if choice != "")] if "enum" in schema else []
    return ", ".join([words, *bounds, *choices])


def without_choices(says: str) -> str:
    """Leave out the lines that repeat what may be chosen; the type tells it."""
    return " ".join(line for line in says.splitlines() if line.strip() and not line.startswith("* `"))
