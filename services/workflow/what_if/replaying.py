"""Let one request go through another version, in memory: people and registers do what they did, rules run anew."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.catalogue import answers as answering
from services.catalogue.answers import Checked
from services.catalogue.definition import DeskStep, ParallelStep, Span
from services.catalogue.models import ServiceVersion
from services.catalogue.silence import is_undecided
from services.requests.models import ServiceRequest
from services.workflow.actions import ACTIONS
from services.workflow.actions.kinds import Pure
from services.workflow.conditions import form_context, time_limit_of
from services.workflow.driving import run_pure
from services.workflow.engine import Walk
from services.workflow.models import ACTIVE, Step
from services.workflow.places import places
from services.workflow.troubles import trouble
from services.workflow.what_if.history import Recorded, gave_up

Kind, State = Step.Kind, Step.State
MOST_STEPS = 300
PERSON = "person"


class Replay:
    """One request on its way through another version. Nothing of it is ever written."""

    def __init__(self, recorded: Recorded, version: ServiceVersion, answers: Mapping[str, Any]) -> None:
        self.recorded = recorded
        request = _copy(recorded.service_request, version, answers)
        self.walk = Walk(request, request.submitted_at, recorded.evidence)
        self.limit = time_limit_of(self.walk.definition, self.walk.holds_surely)
        self.not_recorded: list[str] = []
        self._rows: dict[int, Step | None] = {}
        self._visits: Counter[str] = Counter()

    def run(self) -> str:
        """Walk as far as what is known leads; give the status at the end, or `person` when somebody must judge."""
        self.walk.enter(self.walk.definition.workflow.start)
        for _step in range(MOST_STEPS):
            if not self.walk.service_request.is_in_progress:
                return str(self.walk.service_request.status)
            if not (self._do_next() or self._let_time_pass() or self._let_silence_decide()):
                break
        else:
            return PERSON
        ended_otherwise = not self.recorded.has_end and not self._in_doubt()
        return str(self.recorded.service_request.status) if ended_otherwise else PERSON

    @property
    def steps(self) -> list[Step]:
        """Give the steps that were entered, without notices."""
        return [step for step in self.walk.new_steps if step.kind != Kind.NOTICE]

    @property
    def _active(self) -> list[Step]:
        return [step for step in self.steps if step.state in ACTIVE]

    def _row(self, step: Step) -> Step | None:
        """Give what happened to the request at the same visit of the same step."""
        if id(step) not in self._rows:
            self._rows[id(step)] = self.recorded.visit(step.key, self._visits[step.key])
            self._visits[step.key] += 1
        return self._rows[id(step)]

    def _do_next(self) -> bool:
        """Do what is to be done first; tell whether there was anything."""
        ready = [step for step in self._active if self._is_ready(step, self._row(step))]
        if not ready:
            return False
        step = min(ready, key=self._moment)
        self.walk.now = self._moment(step)
        self._do(step, self._row(step))
        return True

    def _moment(self, step: Step) -> datetime:
        row = self._row(step)
        then = step.run_at if step.kind == Kind.WAIT else row.finished_at if row else None
        return self.walk.now if then is None or step.kind == Kind.ROBOT else max(then, self.walk.now)

    def _is_ready(self, step: Step, row: Step | None) -> bool:
        match step.kind:
            case Kind.ROBOT | Kind.WAIT:
                return True
            case Kind.APPLICANT:
                return row is None or row.state == State.DONE
            case Kind.DESK:
                return row is not None and row.outcome in self._outcomes(step)
        return False

    def _outcomes(self, step: Step) -> dict[str, str]:
        definition = self.walk.definition.workflow.by_key[step.key]
        assert isinstance(definition, DeskStep)
        return {outcome.key: outcome.to for outcome in definition.outcomes}

    def _do(self, step: Step, row: Step | None) -> None:
        match step.kind:
            case Kind.ROBOT:
                self._run_robot(step, row)
            case Kind.DESK:
                assert row is not None
                self.walk.service_request.facts.setdefault("decided", {})[step.key] = row.outcome
                self.walk.finish(step, "system", outcome=row.outcome)
                self.walk.leave(step, self._outcomes(step)[row.outcome])
            case Kind.APPLICANT if row is None or row.outcome != "late":
                self.walk.applicant_did(step, "system")
            case _:
                self.walk.time_out(step)

    def _run_robot(self, step: Step, row: Step | None) -> None:
        definition = self.walk.robot(step)
        action = ACTIONS[definition.action]
        if isinstance(action, Pure) and not action.looks_further:
            run_pure(self.walk, step)
        elif row is not None and gave_up(row):
            self.walk.give_up(step, row.trouble)
        elif "save_as" not in definition.settings:
            self.walk.settle(step, None)
        elif (finding := self._finding(step)) is not None:
            self.walk.settle(step, finding)
        else:
            self.not_recorded.append(step.key)
            self.walk.give_up(step, trouble("cannot_tell"))

    def _finding(self, step: Step) -> dict[str, Any] | None:
        """Give what a robot found then; None when it never asked, or asked something else."""
        settings = self.walk.robot(step).settings
        known = self.recorded.service_request.version.definition.workflow.steps
        asked_alike = any(one.kind == "robot" and one.settings == settings for one in known)
        return self.recorded.finding(str(settings["save_as"])) if asked_alike else None

    def _in_doubt(self) -> bool:
        """Tell whether a clerk would have to judge what no clerk has judged."""
        desks = [step for step in self._active if step.kind == Kind.DESK]
        return any((row := self._row(step)) is None or row.state != State.CANCELLED for step in desks)

    def _let_time_pass(self) -> bool:
        """Let branches that stayed silent be waited for no longer; tell whether there were any."""
        for step in reversed(self._active):
            definition = self.walk.definition.workflow.by_key[step.key]
            if isinstance(definition, ParallelStep) and definition.within is not None and not self._in_doubt():
                self.walk.time_out(step)
                return True
        return False

    def _let_silence_decide(self) -> bool:
        """Let silence decide where it did so then, and the version has it decide this case, too; tell whether it did.

        Where its condition fails, or can't be told, a person must judge.
        """
        limit, tacit = self.walk.definition.time_limit, self.recorded.service_request.facts.get("tacit", {})
        keys = [step.key for step in self._active]
        spoke_then = limit.silence_to is not None and "at" in tacit and self._visits[limit.silence_to] == 0
        if not spoke_then or not is_undecided(self.walk.definition.workflow, keys):
            return False
        if limit.silence_if is not None and not self.walk.holds_surely(limit.silence_if.when):
            return False
        self.walk.now = max(self.walk.now, datetime.fromisoformat(tacit["at"]))
        for step in self._active:
            self.walk.cancel(step)
        assert limit.silence_to is not None
        self.walk.enter(limit.silence_to)
        return True


def _copy(request: ServiceRequest, version: ServiceVersion, answers: Mapping[str, Any]) -> ServiceRequest:
    """Give a request of its own as it was handed in, under another version; it has no row."""
    return ServiceRequest(
        service=request.service,
        version=version,
        office=request.office,
        applicant=request.applicant,
        contact=dict(request.contact),
        language=request.language,
        channel=request.channel,
        answers=dict(answers),
        submitted_at=request.submitted_at,
        due_at=request.submitted_at,
    )


def check_again(recorded: Recorded, version: ServiceVersion) -> Checked:
    """Read a request's answers by the form of a version, on the day when they were given."""
    request, definition = recorded.service_request, version.definition
    today = places().calendar(request.office.agency).day_of(request.submitted_at)
    context = form_context(definition, request.office.code, request.contact, request.channel, today)
    given = {key: value for key, value in request.answers.items() if key in definition.fields}
    return answering.read(definition, version.expressions, given, context=context, evidence=recorded.evidence)


def limit_of(recorded: Recorded) -> Span:
    """Give the legal limit under which a request was worked, by its own version."""
    request = recorded.service_request
    walk = Walk(_copy(request, request.version, request.answers), request.submitted_at, recorded.evidence)
    return time_limit_of(walk.definition, walk.holds_surely)
