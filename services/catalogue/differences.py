"""What differs between two versions of a definition, part by part: pure functions without Django."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from services.catalogue.definition import Definition
from services.catalogue.definition_text import write_text

PARTS = {"fee", "time_limit", "pages", "evidence", "workflow"}


@dataclass(frozen=True)
class Difference:
    """One part that differs: in which section, its name, the lines that go and the lines that come."""

    section: str
    name: str
    kind: Literal["added", "removed", "changed"]
    before: list[str]
    after: list[str]


def differences(before: Definition, after: Definition) -> list[Difference]:
    """Give what differs, the sections in the order in which they weigh: fee, limit, questions, papers, steps, rest."""
    old, new = _sections(before), _sections(after)
    return [found for section in old for found in _between(section, old[section], new[section])]


def _sections(definition: Definition) -> dict[str, dict[str, Any]]:
    whole = definition.model_dump(mode="json", exclude_unset=True)
    pages = {page["key"]: {name: value for name, value in page.items() if name != "fields"} for page in whole["pages"]}
    return {
        "fee": {"fee": whole.get("fee", {})},
        "limit": {"time_limit": whole["time_limit"]},
        "questions": {
            field["key"]: {"page": page["key"], **field} for page in whole["pages"] for field in page["fields"]
        },
        "papers": {paper["key"]: paper for paper in whole.get("evidence", [])},
        "steps": {step["key"]: step for step in whole["workflow"]["steps"]},
        "rest": {
            **{name: value for name, value in whole.items() if name not in PARTS},
            "workflow.start": whole["workflow"]["start"],
            **{f"pages.{key}": page for key, page in pages.items()},
        },
    }


def _between(section: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    for name in [*old, *(name for name in new if name not in old)]:
        before, after = _lines(old.get(name)), _lines(new.get(name))
        if before != after:
            kind: Literal["added", "removed", "changed"] = (
                "changed" if before and after else "added" if after else "removed"
            )
            yield Difference(section, name, kind, *_only_changed(before, after))


def _lines(part: Any) -> list[str]:
    return write_text(part).removesuffix("...\n").splitlines() if part not in (None, {}) else []


def _only_changed(before: list[str], after: list[str]) -> tuple[list[str], list[str]]:
    """Leave out the lines that both have; a part that is new or gone is told whole."""
    gone: list[str] = []
    come: list[str] = []
    for tag, start, end, new_start, new_end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            gone += before[start:end]
            come += after[new_start:new_end]
    return gone, come
