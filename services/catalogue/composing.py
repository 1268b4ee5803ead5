"""Put facts into the sentences of a document. Pure functions without Django."""

import re
from collections.abc import Collection, Mapping

PLACEHOLDER = re.compile(r"\{([a-z_]+(?:\.[a-z0-9_]+)?)\}")
FACTS = frozenset({"reference", "applicant_name", "decided_on", "valid_until", "office", "fee"})


def compose(body: str, values: Mapping[str, str]) -> list[str]:
    """Give the paragraphs of a body with its placeholders filled in; raise `KeyError` for an unknown one."""
    filled = PLACEHOLDER.sub(lambda found: values[found[1]], body)
    return [paragraph.strip() for paragraph in filled.splitlines() if paragraph.strip()]


def unknown_placeholders(body: str, fields: Collection[str]) -> list[str]:
    """Give the placeholders that name neither a fact nor an answer to one of the fields."""
    known = FACTS | {f"answers.{field}" for field in fields}
    return sorted(set(PLACEHOLDER.findall(body)) - known)
