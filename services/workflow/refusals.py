"""Why an operation can't be done now, told to the person who tried it."""

from collections.abc import Sequence
from typing import Any

from services.catalogue.answers import Problem


class Refused(Exception):
    """The operation isn't possible as things stand; the message says why and what to do."""

    def __init__(self, message: Any) -> None:
        super().__init__(message)
        self.message = message


class KeyUsedTwice(Refused):
    """The same idempotency key came with another content."""


class Invalid(Exception):
    """What was given doesn't fit the definition; `problems` names every field."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__([problem.path for problem in problems])
        self.problems = list(problems)
