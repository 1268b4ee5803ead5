"""Put facts into the sentences of a document. Pure functions without Django."""

import re
from collections.abc import Collection, Mapping

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
FACTS = frozenset({"reference", "applicant_name", "decided_on", "valid_until", "office", "fee"})


def compose(body: str, values: Mapping[str, str]) -> list[str]:
    """Give the paragraphs of a body with its placeholders filled in; raise `KeyError` for an unknown one."""
    # Split first: the line breaks in an answer must not make paragraphs of their own.
    paragraphs = [paragraph.strip() for paragraph in body.splitlines() if paragraph.strip()]
    return [PLACEHOLDER.sub(lambda found: values[found[1]], paragraph) for paragraph in paragraphs]


def unknown_placeholders(body: str, fields: Collection[str], facts: Collection[str] = FACTS) -> list[str]:
    """Give the placeholders that name neither a fact nor an answer to one of the fields."""
    known = {*facts, *(f"answers.{field}" for field in fields)}
    return sorted(set(PLACEHOLDER.findall(body)) - known)
