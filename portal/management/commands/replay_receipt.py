from argparse import ArgumentParser
from collections import defaultdict
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from portal.management.receipt import Case, Order, Work, e_mail_names, in_order, read_cases
from services.accounts.models import User
from services.agencies.models import Desk, Office
from services.agencies.operations import load_person
from services.catalogue.models import Service
from services.requests.models import ServiceRequest
from services.workflow.models import Step
from services.workflow.operations import desk, file
from services.workflow.operations.submission import Submission, submit

SERVICE, AGENCY, INTAKE = "environmental-permit", "environment-office", "group-1"
REASON = "The deadline as it stands in the log of the office."


class Command(BaseCommand):
    help = "Replay 1,434 real applications from the receipt log through the portal's own operations, in order of time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path)

    def handle(self, *, path: Path, **options: Any) -> None:
        service = Service.objects.select_related("current").filter(code=SERVICE, current__isnull=False).first()
        if service is None or service.current is None:
            raise CommandError("Publish samples/services first: manage.py load_services samples/")
        if ServiceRequest.objects.filter(service=service).exists():
            raise CommandError("There are requests for this service already. Replay into a fresh database.")
        cases = read_cases(path)
        replay = Replay(service, cases)
        for at, order, case, work in tqdm(in_order(cases), unit=" events", disable=options["verbosity"] == 0):
            replay.do(at, order, case, work)
        self.stdout.write(f"{len(cases)} applications replayed.")


class Replay:
    """The office of the log: its clerks, desks and requests."""

    def __init__(self, service: Service, cases: list[Case]) -> None:
        assert service.current is not None
        service.current.service = service
        self.version = service.current
        self.offices = {office.code: office for office in Office.objects.select_related("agency__calendar")}
        desks = Desk.objects.filter(office__agency__code=AGENCY).select_related("office")
        self.desks = {desk.code: desk for desk in desks}
        self.clerks = self._hire(cases)
        self.steps: dict[str, Step] = {}

    def _hire(self, cases: list[Case]) -> dict[str, User]:
        worked_at: dict[str, set[str]] = defaultdict(set)
        for case in cases:
            for work in case.works:
                worked_at[work.clerk] |= {work.desk, INTAKE}
        names = e_mail_names(worked_at)
        return {clerk: self._clerk(clerk, names[clerk], desks) for clerk, desks in worked_at.items()}

    def _clerk(self, clerk: str, name: str, desks: set[str]) -> User:
        places = [f"{self.desks[code].office.code}/{code}" for code in sorted(desks)]
        member = {"agency": AGENCY, "role": "clerk", "desks": places}
        return load_person({"email": f"{name}@receipt.example.org", "name": clerk, "memberships": [member]}, "!")

    def do(self, at: datetime, order: Order, case: Case, work: Work | None) -> None:
        """Let one thing of the log happen again."""
        if order is Order.SUBMIT:
            self._submit(case, at)
        elif order is Order.DECIDE:
            self._decide(case, at)
        elif work is not None:
            self._work(case, work)

    def _submit(self, case: Case, at: datetime) -> None:
        submission = Submission(
            version=self.version,
            office=self.offices[case.office],
            answers={},
            channel=case.channel,
            starts_at=case.starts_at,
        )
        request = submit(submission, at)
        first = self.clerks[case.works[0].clerk]
        self.steps[case.name] = request.steps.all().get(kind=Step.Kind.DESK)
        file.extend_deadline(request, first, at, reason=REASON, until=case.deadline)

    def _work(self, case: Case, work: Work) -> None:
        clerk, step = self.clerks[work.clerk], self.steps[case.name]
        if case.ended_at is not None and work.at > case.ended_at:
            file.after_care(step.service_request, work.activity, clerk, work.at)
            return
        self._hand_over(case, clerk, self.desks[work.desk], work.at)
        desk.complete_activity(self.steps[case.name], work.activity, clerk, work.at)

    def _hand_over(self, case: Case, clerk: User, place: Desk, at: datetime) -> None:
        """Bring the step to the desk and clerk of the log, by those who held it."""
        step = self.steps[case.name]
        if step.assignee is None:
            step = desk.claim(step, clerk, at)
        if step.desk_id != place.pk:
            step = desk.claim(desk.pass_on(step, place, step.assignee or clerk, at), clerk, at)
        elif step.assignee_id != clerk.pk:
            step = desk.claim(desk.release(step, step.assignee or clerk, at), clerk, at)
        self.steps[case.name] = step

    def _decide(self, case: Case, at: datetime) -> None:
        step = self.steps[case.name]
        holder = step.assignee or self.clerks[case.works[0].clerk]
        if step.assignee is None:
            step = desk.claim(step, holder, at)
        desk.decide(step, "finished", holder, at)
