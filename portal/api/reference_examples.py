"""Examples made from schemas of OpenAPI, where nobody wrote one."""

from typing import Any

from portal.api.reference_fields import DEEPEST, resolved

TEXTS = {
    "uuid": "6c1f0a4e-2b53-4d57-9c0e-3f1b6f0f7a11",
    "date": "2026-03-02",
    "date-time": "2026-03-02T08:00:00Z",
    "email": "aysel@example.org",
    "uri": "https://portal.example.org/",
}
PLAIN = {"integer": 1, "number": 1.5, "boolean": True, "null": None}


def example_of(described: dict[str, Any], schema: dict[str, Any], depth: int = 0) -> Any:
    """Give a value that fits a schema, as deep as the tables go."""
    schema = resolved(described, schema)
    kinds = schema.get("type")
    kind = kinds[0] if isinstance(kinds, list) else kinds
    if "enum" in schema:
        return next(choice for choice in schema["enum"] if choice != "")
    if kind == "array":
        return [example_of(described, schema["items"], depth)]
    if kind == "object":
        inner = schema.get("properties", {}) if depth <= DEEPEST else {}
        return {name: example_of(described, own, depth + 1) for name, own in inner.items()}
    return PLAIN[kind] if kind in PLAIN else TEXTS.get(schema.get("format", ""), "…")
