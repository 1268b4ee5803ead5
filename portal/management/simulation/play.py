"""Let the stories happen: one loop in the order of time, through the portal's own operations.

Time stands still in each operation and jumps to what happens next: an application, a clerk who sits down or has
finished, an applicant who pays or answers, a register that goes away, or a robot's step that is due.
"""

import heapq
import random
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Min, Q

from portal.management.simulation.citizens import Citizens
from portal.management.simulation.clerks import handle, take
from portal.management.simulation.hours import OfficeHours
from portal.management.simulation.offices import Offices
from portal.management.simulation.sandbox import Sandbox
from portal.management.simulation.stories import Story, spread
from portal.management.simulation.traffic import Outage
from services.agencies.models import Office
from services.catalogue.definition import ApplicantStep, DeskStep
from services.catalogue.models import Service, ServiceVersion
from services.requests.models import ServiceRequest
from services.workflow.automation import run_lane
from services.workflow.models import Step
from services.workflow.operations import file
from services.workflow.operations.applicant import confirm, withdraw
from services.workflow.operations.silence import let_silence_decide
from services.workflow.refusals import Refused

State, Kind = Step.State, Step.Kind
WITH_A_TIME = Q(state__in=[State.DUE, State.OPEN, State.RUNNING], run_at__isnull=False)
EXACT_FROM_DAYS, RATED, HOURS_TO_RATE = 8, 0.35, 5
LONG_AGO = timedelta(days=10_000)
A_MOMENT, A_MINUTE = timedelta(seconds=1), timedelta(minutes=1)
Happening = tuple[datetime, int, Callable[..., None], tuple[Any, ...]]


class Play:
    """Everything that happens until an end."""

    def __init__(
        self, stories: Iterable[Story], outages: Iterable[Outage], end: datetime, seed: int, sandbox: Sandbox
    ) -> None:
        self.chance = random.Random(seed)  # noqa: S311
        self.end, self.sandbox = end, sandbox
        offices = {office.code: office for office in Office.objects.select_related("agency__calendar")}
        self.offices, self.citizens = Offices(self.chance), Citizens(self.chance, offices)
        self.versions = {service.code: _version(service) for service in Service.objects.published().with_current()}
        self.stories: dict[Any, Story] = {}
        self.asked: dict[int, str] = {}
        self.taken: set[int] = set()
        self.counts: Counter[str] = Counter()
        self._happenings: list[Happening] = []
        self._number = self._last_seen = 0
        self._now = end - LONG_AGO
        self._silence_at: datetime | None = None
        for story in stories:
            self._later(story.at, self._apply, story)
        for outage in outages:
            self._later(outage.begins, self._set_fault, outage.register, "down")
            self._later(outage.ends, self._set_fault, outage.register, "none")

    def run(self, progress: Callable[[], Any] = lambda: None) -> None:
        """Let everything happen in the order of time; tell the progress after each application."""
        self._progress = progress
        while (at := self._next()) <= self.end:
            if self._happenings and self._happenings[0][0] == at:
                _, _, act, known = heapq.heappop(self._happenings)
                act(*known, at)
            if self._silence_at == at:
                self.counts["silent"] += let_silence_decide(at)
            self._robots_at(at)

    def _next(self) -> datetime:
        """Give when something happens next: to people, or because a robot's step is due."""
        due = Step.objects.filter(WITH_A_TIME).aggregate(at=Min("run_at"))["at"]
        if due and due <= self._now:  # its register takes no more calls in this minute
            due = self._now + A_MINUTE
        self._silence_at = self._next_silence()
        known = [at for at in (due, self._silence_at, *(self._happenings[0][:1] if self._happenings else ())) if at]
        return min(known, default=self.end + A_MOMENT)

    def _next_silence(self) -> datetime | None:
        """Give when the next limit has passed after which silence decides, as far as nobody does before."""
        waiting = ServiceRequest.objects.in_progress().filter(clock_stopped_at=None, due_at__gte=self._now)
        first = waiting.exclude(silence="").aggregate(at=Min("due_at"))["at"]
        return first + A_MOMENT if first else None

    def _later(self, at: datetime, act: Callable[..., None], *known: Any) -> None:
        self._number += 1
        heapq.heappush(self._happenings, (at, self._number, act, known))

    # -- robots -------------------------------------------------------------------------------------------------------

    def _robots_at(self, now: datetime) -> None:
        """Let robots do what is due, and see what waits for people after that."""
        due = Step.objects.filter(WITH_A_TIME, run_at__lte=now).order_by("lane")
        while sum(run_lane(lane, now) for lane in due.values_list("lane", flat=True).distinct()):
            pass
        self._now = now
        self._see_new_steps(now)

    def _see_new_steps(self, now: datetime) -> None:
        related = ("service_request", "parent", "desk__office__agency__calendar")
        new = Step.objects.filter(pk__gt=self._last_seen, kind__in=[Kind.DESK, Kind.APPLICANT, Kind.END])
        for step in new.select_related(*related).order_by("pk"):
            self._last_seen = step.pk
            story = self.stories[step.service_request_id]
            if step.kind == Kind.END:
                self._ended(step, now)
            elif step.state != State.OPEN:
                continue
            elif step.kind == Kind.DESK:
                self._later(self.offices.lies_until(step, story.service, now), self._sit_down, step.pk)
            elif step.parent and step.parent.kind == Kind.DESK:
                self._asked(step, story, now)
            else:
                self._await_applicant(step, story, now)

    # -- applicants ---------------------------------------------------------------------------------------------------

    def _apply(self, story: Story, now: datetime) -> None:
        request = self.citizens.apply(story, self.versions[story.service], now)
        self.stories[request.pk] = story
        self._progress()
        if story.withdraws is not None:
            self._later(now + timedelta(days=story.withdraws), self._withdraw, request.pk)

    def _withdraw(self, pk: Any, now: datetime) -> None:
        request = _request(pk)
        if request.is_in_progress and request.applicant:
            withdraw(request, request.applicant, now)

    def _await_applicant(self, step: Step, story: Story, now: datetime) -> None:
        """Let the applicant do in time what the request waits for, or never."""
        definition = self.versions[story.service].definition.workflow.by_key[step.key]
        assert isinstance(definition, ApplicantStep)
        days = story.days_for(definition.waits_for)
        if days is None:
            return
        at = now + timedelta(days=days if days >= EXACT_FROM_DAYS else spread(self.chance, days))
        if definition.waits_for in ("payment", "visit"):
            at = OfficeHours(step.service_request.office.agency.working).open_at(at)
        self._later(at, self._do_own_part, step.pk, definition.waits_for)

    def _do_own_part(self, pk: int, what: str, now: datetime) -> None:
        step = _step(pk)
        request = step.service_request
        if step.state != State.OPEN:
            return
        if what in ("payment", "visit"):
            file.record_at_counter(step, self.chance.choice(self.offices.at_counter(request.office)), now)
            return
        assert request.applicant is not None
        if what == "papers":
            self.citizens.add_papers(self.stories[request.pk], request, now)
        confirm(step, request.applicant, now)

    def _asked(self, question: Step, story: Story, now: datetime) -> None:
        assert question.run_at is not None
        self._later(question.run_at + A_MOMENT, self._after_silence, question.pk)
        if (days := story.days_for("question")) is not None:
            at = now + timedelta(days=spread(self.chance, days))
            self._later(min(at, question.run_at - A_MOMENT), self._reply, question.pk)

    def _reply(self, pk: int, now: datetime) -> None:
        question = _step(pk)
        if question.state == State.OPEN:
            story = self.stories[question.service_request_id]
            self.citizens.reply(story, question, self.asked[question.parent_id or 0], now)
            self._go_on(question.parent_id or 0, now)

    def _after_silence(self, pk: int, now: datetime) -> None:
        question = _step(pk)
        if question.outcome == "late":
            self._go_on(question.parent_id or 0, now)

    def _ended(self, step: Step, now: datetime) -> None:
        if self.chance.random() < RATED:
            self._later(now + timedelta(hours=spread(self.chance, HOURS_TO_RATE)), self._rate, step.service_request_id)

    def _rate(self, pk: Any, now: datetime) -> None:
        request = _request(pk)
        if not request.is_in_progress:
            self.citizens.rate(request, now)

    # -- officials ----------------------------------------------------------------------------------------------------

    def _sit_down(self, pk: int, now: datetime) -> None:
        """Let somebody of the step's desk take what is most urgent there, as soon as somebody is free."""
        step = _step(pk)
        if step.desk is None or not Step.objects.filter(desk=step.desk, state=State.OPEN).exists():
            return
        place = self.offices.place(step.desk)
        free_at = place.hours.open_at(place.free_at(now))
        if free_at > now:
            self._later(free_at, self._sit_down, pk)
            return
        step, clerk = (step, step.assignee) if self._was_assigned(step) else take(place, self.chance, now)
        if step is not None:
            self.taken.add(step.pk)
            minutes = self._desk_step(step).minutes
            self._later(self.offices.worked_until(place, minutes, now), self._handle, step.pk, clerk)

    def _was_assigned(self, step: Step) -> bool:
        """Tell whether chance gave an open step to somebody who hasn't begun with it."""
        return step.state == State.OPEN and step.assignee is not None and step.pk not in self.taken

    def _handle(self, pk: int, clerk: Any, now: datetime) -> None:
        step = _step(pk)
        story = self.stories[step.service_request_id]
        try:
            self.asked[pk] = handle(story, step, clerk, self._desk_step(step), now)
        except Refused:
            if _request(step.service_request_id).is_in_progress and _step(pk).state == State.OPEN:
                raise
            self.counts["came_too_late"] += 1  # it was withdrawn, or the time for an opinion was over

    def _go_on(self, pk: int, now: datetime) -> None:
        """Let the official go on who had asked the applicant."""
        step = _step(pk)
        assert step.desk is not None
        if step.state == State.OPEN:
            self._later(self.offices.place(step.desk).hours.after(now, 1), self._handle, pk, step.assignee)

    def _desk_step(self, step: Step) -> DeskStep:
        definition = step.service_request.version.definition.workflow.by_key[step.key]
        assert isinstance(definition, DeskStep)
        return definition

    def _set_fault(self, register: str, mode: str, now: datetime) -> None:
        self.sandbox.set_fault(register, mode)
        self.counts["outages"] += mode == "down"


def _version(service: Service) -> ServiceVersion:
    assert service.current is not None
    service.current.service = service
    return service.current


RELATED = ("version", "office__agency__calendar", "applicant")


def _request(pk: Any) -> ServiceRequest:
    return ServiceRequest.objects.select_related(*RELATED).defer("version__source").get(pk=pk)


def _step(pk: int) -> Step:
    request = tuple(f"service_request__{name}" for name in RELATED)
    related = ("desk__office__agency__calendar", "assignee", "parent")
    return Step.objects.select_related(*related, *request).defer("service_request__version__source").get(pk=pk)
