"""What a person is entitled to, by the services' own rules. Pure functions.

Three answers: yes, no, and None for what isn't known. To learn more never turns a yes or a no into something else.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from services.catalogue.definition import Definition, Question, Requirement
from services.catalogue.expressions import Expressions, Unknown

Person = Mapping[str, Any]


@dataclass(frozen=True)
class Reason:
    """One requirement, whether it holds, and which questions were left open."""

    requirement: Requirement
    holds: bool | None
    unanswered: tuple[Question, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """Whether a person may ask for a service, with the reason for each part of the answer."""

    reasons: tuple[Reason, ...]

    @property
    def holds(self) -> bool | None:
        found = [reason.holds for reason in self.reasons]
        if False in found:
            return False
        return None if None in found or not found else True


def judge(definition: Definition, expressions: Expressions, person: Person) -> Verdict:
    """Compare what is known of a person, by the keys of questions, with each requirement of a service."""
    return Verdict(tuple(_reason(part, expressions, person) for part in definition.eligibility))


def _reason(part: Requirement, expressions: Expressions, person: Person) -> Reason:
    holds = _holds(part, expressions, person)
    unanswered = (question for question in part.questions if question.key not in person)
    return Reason(part, holds, tuple(unanswered) if holds is None else ())


def _holds(part: Requirement, expressions: Expressions, person: Person) -> bool | None:
    if part.when is None:
        return None
    try:
        return expressions.holds(part.when, {f"person.{key}": value for key, value in person.items()})
    except Unknown:
        return None


def all_questions(definitions: Iterable[Definition]) -> dict[str, Question]:
    """Give every question of the services once, the most often asked first."""
    asked = [question for definition in definitions for question in definition.questions.values()]
    keys = [question.key for question in asked]
    return {question.key: question for question in sorted(asked, key=lambda question: -keys.count(question.key))}
