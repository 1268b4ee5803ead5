"""Compare what the applicant answered with what a register says."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import Field

from services.catalogue.action_settings import SettingFault, Settings, Use, answer_fault
from services.catalogue.definition import Key
from services.requests.models import ServiceRequest
from services.workflow.actions.kinds import Finding, Pure
from services.workflow.changes import Changes
from services.workflow.comparing import are_alike
from services.workflow.models import Step


class Pairs(Settings):
    """What is compared with what: `answers.surname: found.person.surname`, or `applicant.name` on the left.

    Of a group, `answers.parents.0.name` is the name in its first entry.
    """

    pairs: dict[str, str] = Field(min_length=1, max_length=30)
    save_as: Key

    def faults(self, use: Use) -> Iterator[SettingFault]:
        saved = {str(other.settings.get("save_as")) for other in use.definition.workflow.steps if other.kind == "robot"}
        for left, right in self.pairs.items():
            yield from _left_faults(use, left)
            origin, _, path = right.partition(".")
            if origin != "found" or "." not in path or path.split(".")[0] not in saved:
                yield "pairs", f"'{right}' isn't found by any robot", "Write found.<its save_as>.<the register's word>."


def _left_faults(use: Use, left: str) -> Iterator[SettingFault]:
    origin, _, name = left.partition(".")
    if origin == "answers":
        yield from answer_fault(use, "pairs", name.split(".")[0])
    elif left not in ("applicant.name", "applicant.personal_identifier"):
        yield "pairs", f"'{left}' is nothing that the applicant said", "Write answers.<a question>."


def compare(walk: Changes, step: Step) -> Finding:
    """Tell whether all pairs agree, and which differ or lack a value on one side."""
    differ, lacking = [], []
    for left, given, registered in values_of(walk.service_request, walk.settings(step, Pairs)):
        if _is_nothing(given) or _is_nothing(registered):
            lacking.append(left)
        elif not are_alike(given, registered):
            differ.append(left)
    return {"found": True, "agrees": not (differ or lacking), "differ": differ, "lacking": lacking}


def values_of(service_request: ServiceRequest, settings: Pairs) -> Iterator[tuple[str, Any, Any]]:
    """Give each pair: its left side's name, what the applicant said, and what the register says."""
    found = service_request.facts.get("found", {})
    known = {"answers": service_request.answers, "applicant": service_request.contact, "found": found}
    for left, right in settings.pairs.items():
        yield left, _value(known, left), _value(known, right)


def _value(known: Mapping[str, Any], path: str) -> Any:
    value: Any = known
    for name in path.split("."):
        if isinstance(value, list):
            value = value[int(name)] if name.isdecimal() and int(name) < len(value) else None
        else:
            value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _is_nothing(value: Any) -> bool:
    return value is None or value == ""


ACTION = Pure(Pairs, compare)
