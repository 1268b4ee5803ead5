"""Decide as the law says when the office stayed silent: only ever entered when a limit has passed."""

from collections.abc import Iterator
from typing import Literal

from services.catalogue.action_settings import SettingFault, Settings, Use
from services.catalogue.expressions import Unknown
from services.workflow.actions.kinds import Finding, Pure
from services.workflow.changes import Changes
from services.workflow.models import Step
from services.workflow.notices import SILENT_NO, SILENT_NO_LETTER, SILENT_YES, SILENT_YES_LETTER
from services.workflow.notifying import notify, write_letter
from services.workflow.queries import supervisors_of
from services.workflow.staff_notices import StaffNotice

WORDS = {"approval": (SILENT_YES, SILENT_YES_LETTER), "refusal": (SILENT_NO, SILENT_NO_LETTER)}


class TacitDecision(Settings):
    """What the law says; the same as in the definition's `time_limit.silence`."""

    outcome: Literal["approval", "refusal"]

    def faults(self, use: Use) -> Iterator[SettingFault]:
        if use.definition.time_limit.silence_to != use.step.key:
            yield "", "is not where `time_limit.silence_to` leads", "Only silence decides so: name the step there."


def decide(walk: Changes, step: Step) -> Finding | None:
    """Put the decision on record, tell and write to the applicant, and tell the supervisors."""
    request, outcome = walk.service_request, walk.settings(step, TacitDecision).outcome
    if walk.now <= request.due_at or request.is_clock_stopped:
        raise Unknown("the limit has not passed")
    request.facts["tacit"] = {**request.facts.get("tacit", {}), "outcome": outcome, "at": walk.now.isoformat()}
    day = walk.calendar.day_of(walk.now).isoformat()
    due = request.due_at.isoformat()
    walk.tell("decided_by_silence", "robot:tacit_decision", step=step.key, outcome=outcome, day=day, due_at=due)
    notice, letter = WORDS[outcome]
    notify(walk, notice)
    write_letter(walk, letter)
    for user in supervisors_of(request.office.agency_id):
        known = {"user": user, "service_request": request, "kind": StaffNotice.Kind.SILENCE}
        walk.new_rows.append(StaffNotice(**known, at=walk.now))
    return None


ACTION = Pure(TacitDecision, decide, looks_further=True)
