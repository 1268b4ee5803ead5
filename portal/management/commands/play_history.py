import heapq
import random
from argparse import ArgumentParser
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from portal.management.history import OUTCOMES, REASONS, Report, pause, reports
from portal.management.residents import Residents
from services.accounts.models import User
from services.agencies.models import Office
from services.catalogue.models import Service
from services.requests.models import ServiceRequest
from services.transparency.automation import refresh
from services.transparency.equity import count_equity
from services.transparency.forecasts import renew_forecasts
from services.transparency.standings import renew_standings
from services.workflow.automation import run_lane
from services.workflow.models import Step
from services.workflow.operations import desk
from services.workflow.operations.rating import rate
from services.workflow.operations.submission import Submission, submit

SERVICE = "pothole-report"
ANSWERS, SCORES, PATIENCE = 0.35, (9, 8, 3, 2, 2), timedelta(hours=5)


class Command(BaseCommand):
    help = "Let a year of reports about streets happen, through the portal's own operations, as sample data."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--reports", type=int, default=160)

    def handle(self, *, reports: int, **options: Any) -> None:
        service = Service.objects.select_related("current").get(code=SERVICE)
        if ServiceRequest.objects.filter(service=service).exists():
            self.stdout.write("there is a history already")
            return
        count = History(service, timezone.now()).play(reports)
        refresh()
        renew_forecasts(timezone.now())
        renew_standings(timezone.now(), all_of_them=True)
        count_equity(timezone.now())
        self.stdout.write(f"{reports} reports, {count} steps of clerks")


class History:
    """A year at four city halls: reports come in, clerks take the steps one after another."""

    def __init__(self, service: Service, now: datetime) -> None:
        assert service.current is not None
        service.current.service = service
        self.version, self.now, self.chance = service.current, now, random.Random(2026)  # noqa: S311
        self.residents = Residents(now.date())
        self.offices = {office.code: office for office in Office.objects.select_related("agency__calendar")}
        self.queue: list[tuple[datetime, int, int]] = []
        self.seen: set[int] = set()

    def play(self, count: int) -> int:
        """Let everything happen in the order of time; give how many steps clerks completed."""
        for report in reports(count, self.now, self.chance):
            self._work_until(report.at)
            self._submit(report)
        self._work_until(self.now)
        self._rate()
        return len(self.seen) - len(self.queue)

    def _submit(self, report: Report) -> None:
        applicant = self.residents.reporter(report.office)
        submission = Submission(
            version=self.version,
            office=self.offices[report.office],
            answers=report.answers,
            applicant=applicant,
            language=applicant.language,
            channel=report.channel,
        )
        submit(submission, report.at)
        self._robots(report.at)

    def _robots(self, at: datetime) -> None:
        """Let robots do what is due at a moment, and see which steps wait for clerks then."""
        for lane in (Step.Lane.RULES, Step.Lane.MAIL, Step.Lane.RULES):
            run_lane(lane, at)
        for step in Step.objects.open_at_desks().exclude(pk__in=self.seen).select_related("desk__office"):
            assert step.desk is not None
            self.seen.add(step.pk)
            heapq.heappush(self.queue, (at + pause(step.desk.office.code, self.chance), step.pk, step.desk_id or 0))

    def _work_until(self, moment: datetime) -> None:
        while self.queue and self.queue[0][0] <= moment:
            at, pk, place = heapq.heappop(self.queue)
            clerks = User.objects.filter(memberships__desks=place, memberships__role="clerk").order_by("email")
            self._decide(Step.objects.get(pk=pk), self.chance.choice(list(clerks)), at)
            self._robots(at)

    def _rate(self) -> None:
        """Let some of those whose report is decided say how satisfied they are, a few hours later."""
        for request in ServiceRequest.objects.filter(version=self.version, ended_at__lt=self.now - PATIENCE):
            if request.ended_at and self.chance.random() < ANSWERS:
                rate(request, self.chance.choices((5, 4, 3, 2, 1), SCORES)[0], request.ended_at + PATIENCE)

    def _decide(self, step: Step, clerk: User, at: datetime) -> None:
        outcome = self.chance.choice(OUTCOMES[step.key])
        refuses = outcome in ("refuse", "not_ours")
        reason = self.chance.choice(REASONS) if refuses else ""
        desk.decide(desk.claim(step, clerk, at), outcome, clerk, at, reason=reason)
