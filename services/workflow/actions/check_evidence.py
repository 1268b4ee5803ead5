"""Tell whether the papers that a request needs are there, fresh enough, and large enough to be read."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated

from pydantic import Field

from services.catalogue.action_settings import SettingFault, Settings, Use, answer_fault
from services.catalogue.definition import Evidence, Key
from services.requests.evidence import Evidence as File
from services.workflow.actions.kinds import Finding, Pure
from services.workflow.changes import Changes
from services.workflow.models import Step

BYTES_A_KB = 1000


class Completeness(Settings):
    """What is needed by now, how old a paper may be, and how small a file.

    `needed` tells how many files of a paper there must be, where the form asks for fewer. `dates` tells which
    question has the day that stands on a paper; a paper without one is as old as its newest file.
    """

    needed: dict[Key, Annotated[int, Field(ge=1, le=20)]] = {}
    oldest_days: int | None = Field(None, ge=1, le=36500)
    dates: dict[Key, Key] = {}
    smallest_kb: int | None = Field(None, ge=1, le=10_000)
    save_as: Key

    def faults(self, use: Use) -> Iterator[SettingFault]:
        papers = {paper.key for paper in use.definition.evidence}
        for name, keys in (("needed", self.needed), ("dates", self.dates)):
            for paper in sorted(set(keys) - papers):
                yield name, f"'{paper}' is no paper of this definition", "Name one listed under evidence."
        for question in self.dates.values():
            yield from answer_fault(use, "dates", question, "date")
        if self.dates and self.oldest_days is None:
            yield "dates", "is of no use without oldest_days", "Give oldest_days, or remove it."


def check(walk: Changes, step: Step) -> Finding:
    """Tell which papers are missing, too old or can't be read; raise `Unknown` when that can't be told."""
    known = walk.settings(step, Completeness)
    asked = [paper for paper in walk.definition.evidence if paper.show is None or walk.holds(paper.show)]
    missing = [paper.key for paper in asked if walk.evidence.get(paper.key, 0) < _needed(walk, paper, known)]
    there = [paper.key for paper in asked if walk.evidence.get(paper.key)]
    old, unreadable = _unfit(walk, there, known)
    complete = not (missing or old or unreadable)
    return {"found": True, "complete": complete, "missing": missing, "too_old": old, "unreadable": unreadable}


def _needed(walk: Changes, paper: Evidence, known: Completeness) -> int:
    required = walk.holds(paper.required) if isinstance(paper.required, str) else paper.required
    return known.needed.get(paper.key, int(required))


def _unfit(walk: Changes, there: list[str], known: Completeness) -> tuple[list[str], list[str]]:
    """Give the papers that are too old and those that can't be read; no query when the settings ask for neither."""
    if known.oldest_days is None and known.smallest_kb is None:
        return [], []
    files = list(File.objects.filter(service_request=walk.service_request, key__in=there).order_by("supplied_at"))
    newest = {file.key: file for file in files}
    oldest_day = walk.calendar.day_of(walk.now) - timedelta(days=known.oldest_days or 0)
    smallest = (known.smallest_kb or 0) * BYTES_A_KB
    old = [key for key in there if known.oldest_days and _day_of(walk, newest[key], known) < oldest_day]
    return old, [key for key in there if newest[key].size < smallest]


def _day_of(walk: Changes, file: File, known: Completeness) -> date:
    written = walk.service_request.answers.get(known.dates.get(file.key, ""))
    return date.fromisoformat(written) if written else walk.calendar.day_of(file.supplied_at)


ACTION = Pure(Completeness, check, looks_further=True)
