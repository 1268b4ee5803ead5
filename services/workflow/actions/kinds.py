"""The two kinds of actions: pure ones need no outside world, outside ones call it between two transactions."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.catalogue.action_settings import Settings
from services.workflow.changes import Changes
from services.workflow.models import Step
from services.workflow.troubles import NOT_CALLED, SURELY_NOT_DONE, Trouble

Finding = dict[str, Any]


class NotNeeded(Exception):
    """What a notice was about is over: it isn't sent."""


class NotYet(Exception):
    """The action has to wait until a moment, as everybody does whom it is about."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until.isoformat())
        self.until = until


class Failed(Exception):
    """The action didn't succeed; `trouble` tells a clerk why. It may help to try again unless `is_final`.

    With `may_be_done` nobody knows whether it was done: the next attempt has to find out first. `rest_s` is how long
    the other side asks to be left alone; with `is_over` it asks never to be called again.
    """

    def __init__(
        self,
        trouble: Trouble,
        *,
        is_final: bool = False,
        may_be_done: bool = False,
        rest_s: float | None = None,
        is_over: bool = False,
    ) -> None:
        super().__init__(trouble["code"])
        self.trouble = trouble
        self.is_final, self.may_be_done, self.rest_s, self.is_over = is_final, may_be_done, rest_s, is_over

    @property
    def is_answer(self) -> bool:
        """Tell whether the other side works: it said no, clearly."""
        return self.trouble["code"] in SURELY_NOT_DONE

    @property
    def was_called(self) -> bool:
        """Tell whether anything was tried at the other side."""
        return self.trouble["code"] not in NOT_CALLED


@dataclass(frozen=True)
class Job:
    """What an outside call needs to know, gathered before it: no call reads the database.

    With `was_sent` an earlier attempt may have been done. `titles` name the other side to people, by language.
    """

    target: str
    data: Any
    was_sent: bool = False
    titles: dict[str, str] | None = None


@dataclass(frozen=True)
class Pure:
    """An action on what the portal knows; many run in one transaction.

    `run` gives what the definition's conditions may see, raises `Unknown` when it can't tell, and `NotYet` to be run
    again at a moment. What it finds may
    depend on more than the request's own answers and facts: then a replay takes what it found at the time.
    """

    settings: type[Settings]
    run: Callable[[Changes, Step], Finding | None]
    lane: Step.Lane = Step.Lane.RULES
    looks_further: bool = False


@dataclass(frozen=True)
class Outside:
    """An action on the outside world.

    `prepare` gathers the job in the claiming transaction and may raise `Unknown`. `perform` does it without any
    transaction, with a key that is the same in every attempt, and raises `Failed`. `keep` takes the result into the
    walk and gives what the definition's conditions may see of it. With `has_effect` it changes something elsewhere, and
    an attempt of which nobody knows how it ended is never repeated blindly.
    """

    settings: type[Settings]
    lane: Step.Lane
    prepare: Callable[[Changes, Step], Job]
    perform: Callable[[Job, str], Any]
    keep: Callable[[Changes, Job, Any], Finding | None]
    has_effect: bool = False


Action = Pure | Outside


def finding_as_is(walk: Changes, job: Job, result: Finding) -> Finding:
    return result


def keep_nothing(walk: Changes, job: Job, result: None) -> None:
    return None
