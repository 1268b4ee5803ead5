"""The engine: walks requests through their workflow and gathers what is to be written.

A `Walk` never writes. `services.workflow.writing` puts many walks into the database at once, so that a request is
moved entirely or not at all, and a walk that fails is simply not written.
"""

from collections.abc import Mapping
from typing import Any

from services.accounts.models import User
from services.agencies.rules import working_days
from services.catalogue.action_settings import connector_of
from services.catalogue.definition import (
    AnyStep,
    ApplicantStep,
    DeskStep,
    EndStep,
    ParallelStep,
    RobotStep,
    WaitStep,
)
from services.catalogue.expressions import Unknown
from services.requests.models import Decision, ServiceRequest
from services.workflow import rules
from services.workflow.actions import ACTIONS
from services.workflow.assignment import assign_at_random
from services.workflow.changes import Changes
from services.workflow.models import Step
from services.workflow.notifying import remind
from services.workflow.troubles import Trouble, trouble

State, Kind, Lane = Step.State, Step.Kind, Step.Lane


class Walk(Changes):
    """One request on its way: enters and finishes steps, and remembers every change."""

    # -- entering steps -----------------------------------------------------------------------------------------------

    def enter(
        self,
        key: str,
        parent: Step | None = None,
        branch: str = "",
        instead_of: Step | None = None,
        again_of: Step | None = None,
    ) -> Step:
        """Activate the step `key`, in a branch of a parallel step when `parent` is given.

        It may stand instead of a robot's step that gave up, and then has its trouble; or try such a step again.
        """
        definition = self.definition.workflow.by_key[key]
        step = Step(
            service_request=self.service_request,
            key=key,
            kind=definition.kind,
            state=State.OPEN,
            parent=parent,
            branch=branch,
            opened_at=self.now,
            trouble=instead_of.trouble if instead_of else {},
            instead_of=instead_of,
            again_of=again_of,
        )
        self.new_steps.append(step)
        self._open(step, definition)
        return step

    def _open(self, step: Step, definition: AnyStep) -> None:
        match definition:
            case RobotStep():
                self._open_robot(step, definition)
            case DeskStep():
                self._open_desk(step, definition)
            case ApplicantStep():
                self._open_applicant(step, definition)
            case WaitStep():
                step.lane, step.run_at = Lane.RULES, self.moment_after(definition.span)
                if definition.stops_clock:
                    self.stop_clock(step)
                self.tell("step_opened", "system", step=step.key, kind=step.kind)
            case ParallelStep():
                self._open_parallel(step, definition)
            case EndStep():
                self._end(step, definition.outcome)

    def _open_robot(self, step: Step, definition: RobotStep) -> None:
        action = ACTIONS[definition.action]
        step.state, step.lane, step.run_at = State.DUE, action.lane, self.now
        step.target, _operation = connector_of(action.settings, definition.settings)
        if step.lane == Lane.RULES:
            self.to_drive.append(step)

    def _open_desk(self, step: Step, definition: DeskStep) -> None:
        step.desk = self.places.desk(self.service_request.office, definition.agency, definition.desk)
        step.due_at = self.moment_after(definition.due) if definition.due else self.service_request.due_at
        if step.parent and step.parent.run_at:  # after that, silence counts
            step.due_at = min(step.due_at, step.parent.run_at)
        if definition.not_by_decider_of:
            step.barred = self._decider_of(definition.not_by_decider_of)
        desk = f"{step.desk.office.code}/{step.desk.code}"
        is_elsewhere = step.desk.office.agency_id != self.service_request.office.agency_id
        where = {"elsewhere": True} if is_elsewhere else {}
        self.tell("step_opened", "system", step=step.key, kind=step.kind, desk=desk, **where)
        if definition.assigned == "at_random":
            assign_at_random(self, step)

    def _decider_of(self, key: str) -> User | None:
        fresh = [row for row in self.new_rows if isinstance(row, Decision) and row.step_key == key]
        stored = Decision.objects.filter(service_request=self.service_request, step_key=key).order_by("-pk")
        last = fresh[-1] if fresh else stored.first()
        return last.by if last else None

    def _open_applicant(self, step: Step, definition: ApplicantStep) -> None:
        if definition.within is not None:
            step.lane, step.run_at = Lane.RULES, self.time_of_applicant(definition.within)
            remind(self, step)
        self.tell("step_opened", "system", step=step.key, kind=step.kind)
        if definition.stops_clock:
            self.stop_clock(step)

    def _open_parallel(self, step: Step, definition: ParallelStep) -> None:
        branches = rules.started(definition.branches, self.holds_surely)
        step.awaits = rules.awaited(len(branches), definition.quorum)
        if definition.within is not None:
            step.lane, step.run_at = Lane.RULES, self.moment_after(definition.within)
        self.tell("step_opened", "system", step=step.key, kind=step.kind, branches=[branch.key for branch in branches])
        if not branches:
            self._join(step)
        for branch in branches:
            self.enter(branch.start, parent=step, branch=branch.key)

    def _end(self, step: Step, outcome: str) -> None:
        step.state, step.finished_at = State.DONE, self.now
        self.close(ServiceRequest.Status(outcome), "system")

    def close(self, status: ServiceRequest.Status, actor: str) -> None:
        """End the request; what is still open is cancelled when the walk is written."""
        self.resume_clock()
        request = self.service_request
        request.status, request.ended_at = status, self.now
        self.tell(
            "ended",
            actor,
            outcome=str(status),
            day=self.calendar.day_of(self.now).isoformat(),
            due_at=request.due_at.isoformat(),
            on_time=self.now <= request.due_at,
            working_days=working_days(request.submitted_at, self.now, self.calendar),
        )

    # -- finishing steps ----------------------------------------------------------------------------------------------

    def finish(self, step: Step, actor: str, outcome: str = "", **facts: Any) -> None:
        step.state, step.finished_at, step.outcome = State.DONE, self.now, outcome
        step.run_at = step.lease_until = None
        self.change(step)
        branch = {"branch": step.branch} if step.branch else {}
        self.tell("step_done", actor, step=step.key, kind=step.kind, outcome=outcome, **branch, **facts)

    def leave(self, step: Step, to: str) -> None:
        """Go on from a finished step to the step `to`; to go to the parallel step around it means to come back."""
        parent = self.known(step.parent) if step.parent else None
        if parent is not None and step.branch and parent.key == to:
            self._come_back(parent, step.branch)
        else:
            self.enter(to, parent, step.branch)

    def leave_surely(self, step: Step) -> None:
        """Go on by the first move that is known to hold."""
        definition = self.definition.workflow.by_key[step.key]
        self.leave(step, rules.chosen(definition.next, self.holds_surely))  # type: ignore[union-attr]

    def settle(self, step: Step, finding: Mapping[str, Any] | None, by: str = "") -> None:
        """Finish a robot's step with what it found and go on; a doubt goes to a clerk.

        `by` is the official whose word it is, when the robot itself could not find out; then it saved nobody's time.
        """
        definition = self.robot(step)
        if finding is not None and "save_as" in definition.settings:
            found = self.service_request.facts.setdefault("found", {})
            found[str(definition.settings["save_as"])] = dict(finding)
        try:
            to = rules.chosen(definition.next, self.holds)
        except Unknown:
            self.give_up(step, trouble("cannot_tell"))
            return
        saves = definition.saves_minutes if not by else None
        saved: dict[str, Any] = {"saves_minutes": saves} if saves else {}
        self.finish(step, by or f"robot:{definition.action}", **saved)
        self.leave(step, to)

    def give_up(self, step: Step, why: Trouble) -> None:
        """Hand a robot's step to the clerk whom the definition names, with the reason."""
        definition = self.robot(step)
        step.state, step.finished_at, step.trouble = State.DONE, self.now, why
        step.run_at = step.lease_until = None
        self.change(step)
        self.tell("robot_gave_up", f"robot:{definition.action}", step=step.key, action=definition.action)
        parent = self.known(step.parent) if step.parent else None
        self.enter(definition.if_stuck, parent, step.branch, instead_of=step)

    def _come_back(self, parent: Step, branch: str) -> None:
        if branch not in parent.returned:
            parent.returned = [*parent.returned, branch]
        self.change(parent)
        if parent.state == State.OPEN and rules.is_joined(parent.awaits, parent.returned):
            self._join(parent)

    def _join(self, parent: Step) -> None:
        self._cancel_under(parent)
        self.finish(parent, "system", back=list(parent.returned))
        self.leave_surely(parent)

    def _children(self, parent: Step) -> list[Step]:
        """Give the steps under another one, stored ones as far as they are active."""
        children = [step for step in self.new_steps if step.parent is parent]
        if parent.pk:
            children += [self.known(step) for step in parent.children.all().active()]
        return children

    def _cancel_under(self, parent: Step) -> None:
        for step in self._children(parent):
            self.cancel(step)

    def cancel(self, step: Step) -> None:
        """Cancel a step and all under it."""
        if step.state == State.DONE:
            return
        self._cancel_under(step)
        step.state, step.finished_at = State.CANCELLED, self.now
        step.run_at = step.lease_until = None
        self.change(step)

    # -- time ---------------------------------------------------------------------------------------------------------

    def time_out(self, step: Step) -> None:
        """Do what the definition says when a step's time has come."""
        definition = self.definition.workflow.by_key[step.key]
        match definition:
            case WaitStep():
                self._resume_after(step, definition.stops_clock)
                self.finish(step, "system")
                self.leave_surely(step)
            case ApplicantStep():
                self._resume_after(step, definition.stops_clock)
                self.finish(step, "system", outcome="late")
                self.leave(step, definition.if_late or definition.next[-1].to)
            case ParallelStep():
                silent = sorted({child.branch for child in self._children(step)} - set(step.returned))
                self.tell("opinions_silent", "system", step=step.key, branches=silent)
                self._join(step)

    def applicant_did(self, step: Step, actor: str) -> None:
        """Finish a step that waited for the applicant, and go on."""
        definition = self.definition.workflow.by_key[step.key]
        assert isinstance(definition, ApplicantStep)
        self._resume_after(step, definition.stops_clock)
        self.finish(step, actor, outcome="done")
        self.leave_surely(step)

    def _resume_after(self, step: Step, stopped: bool) -> None:
        others = Step.objects.filter(service_request=self.service_request, kind=Kind.APPLICANT, state=State.OPEN)
        if stopped and not (step.parent_id and others.exclude(pk=step.pk).exists()):
            self.resume_clock(step.key)
