"""What a walk knows of its request, and what it gathers to be written."""

import json
from collections import deque
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import models

from services.accounts.models import User
from services.agencies.rules import WorkingCalendar, due_after_stop, due_at, lost_days
from services.catalogue.action_settings import Settings
from services.catalogue.definition import Definition, DeskStep, RobotStep, Span
from services.ledger.operations import Entry
from services.requests.clocks import ClockStop
from services.requests.models import ServiceRequest
from services.requests.queries import evidence_counts
from services.workflow.conditions import time_limit_of, variables_of
from services.workflow.models import Step
from services.workflow.places import places
from services.workflow.rules import why_stopped

AnySettings = TypeVar("AnySettings", bound=Settings)


class Changes:
    """One locked request with its definition, its clock, and everything that is to be written of it."""

    def __init__(
        self, service_request: ServiceRequest, now: datetime, evidence: Mapping[str, int] | None = None
    ) -> None:
        self.service_request = service_request
        self.places = places()
        self.now = now
        self._evidence = evidence
        self.definition: Definition = service_request.version.definition
        self.expressions = service_request.version.expressions
        self.new_steps: list[Step] = []
        self.changed_steps: list[Step] = []
        self.new_rows: list[models.Model] = []
        self.entries: list[Entry] = []
        self.to_drive: deque[Step] = deque()
        self.due_before = service_request.due_at
        self.clock_resumed = False
        self.newly_barred: set[User] = set()
        self._known: dict[int, Step] = {}
        self._before = self._state()

    @property
    def calendar(self) -> WorkingCalendar:
        return self.places.calendar(self.service_request.office.agency)

    @property
    def evidence(self) -> Mapping[str, int]:
        """Give how many files of each key the request has; read when first asked for."""
        if self._evidence is None:
            pk = self.service_request.pk
            self._evidence = evidence_counts([pk])[pk]
        return self._evidence

    @property
    def barred(self) -> set[UUID]:
        """Give the officials who may not work the request."""
        newly = {user.pk for user in self.newly_barred}
        if self.service_request._state.adding:
            return newly
        return newly | set(self.service_request.barred.values_list("pk", flat=True))

    def tell(self, kind: str, actor: str, /, **facts: Any) -> None:
        self.entries.append(Entry(self.service_request.pk, kind, actor, self.now, facts))

    def _state(self) -> tuple[Any, ...]:
        request = self.service_request
        known = (request.status, request.office_id, request.fee, request.due_at, request.clock_stopped_at)
        return (*known, request.silence, json.dumps(request.facts, sort_keys=True))

    @property
    def changed_request(self) -> bool:
        """Tell whether the walk changed the request itself."""
        return self._state() != self._before

    def known(self, step: Step) -> Step:
        """Give the one instance that stands for a stored step in this walk."""
        return self._known.setdefault(step.pk, step) if step.pk else step

    def change(self, step: Step) -> None:
        if step.pk and step not in self.changed_steps:
            self.changed_steps.append(step)

    def variables(self) -> dict[str, Any]:
        """Give what conditions of the definition may speak of."""
        return variables_of(self.service_request, self.evidence, self.calendar.day_of(self.now))

    def holds(self, condition: str) -> bool:
        return self.expressions.holds(condition, self.variables())

    def holds_surely(self, condition: str) -> bool:
        return self.expressions.holds_surely(condition, self.variables())

    def moment_after(self, span: Span) -> datetime:
        """Give when a span for officials ends."""
        return due_at(self.now, span.days, span.kind, self.calendar)

    def time_of_applicant(self, span: Span) -> datetime:
        """Give when a span for the applicant ends: closing hours don't shorten it."""
        return due_at(self.now, span.days, span.kind, self.calendar.until_midnight)

    def stop_clock(self, step: Step) -> None:
        """Let the legal clock stand still from now on because of a step; it may stand still already."""
        request, definition = self.service_request, self.definition.workflow.by_key[step.key]
        if request.clock_stopped_at is None:
            reason = why_stopped(definition, asks=step.kind == Step.Kind.APPLICANT)
            request.clock_stopped_at = self.now
            self.new_rows.append(ClockStop(service_request=request, step_key=step.key, stopped_at=self.now))
            self.tell("clock_stopped", "system", step=step.key, reason=reason, day=self._today)

    def resume_clock(self, step: str = "") -> None:
        """Let the legal clock go on and move the deadline by the days that were lost."""
        request = self.service_request
        if request.clock_stopped_at is None:
            return
        limit = time_limit_of(self.definition, self.holds_surely)
        stop = (request.clock_stopped_at, self.now)
        request.due_at = due_after_stop(request.due_at, request.submitted_at, stop, limit.kind, self.calendar)
        request.clock_stopped_at = None
        self.clock_resumed = True
        for row in self.new_rows:
            if isinstance(row, ClockStop):
                row.resumed_at = self.now
        lost = lost_days(request.submitted_at, stop, self.calendar)
        due = request.due_at.isoformat()
        self.tell("clock_resumed", "system", step=step, due_at=due, day=self._today, lost=lost)

    @property
    def _today(self) -> str:
        return self.calendar.day_of(self.now).isoformat()

    def robot(self, step: Step) -> RobotStep:
        definition = self.definition.workflow.by_key[step.key]
        assert isinstance(definition, RobotStep)
        return definition

    def desk_step(self, step: Step) -> DeskStep:
        definition = self.definition.workflow.by_key[step.key]
        assert isinstance(definition, DeskStep)
        return definition

    def settings(self, step: Step, form: type[AnySettings]) -> AnySettings:
        """Give the settings of a robot's step in the form that its action takes."""
        return form.model_validate(self.robot(step).settings)
