"""How the robots of a manager's agencies fare: what they did, what waits, and what they handed to clerks."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, F, Max, Min, QuerySet
from django.db.models.functions import TruncDay, TruncHour
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.attempts import attempt
from portal.managers.connectors import told_connectors
from portal.people import person
from portal.templatetags.words import marked
from services.agencies.models import Agency, Office
from services.catalogue.models import Service
from services.connectors.models import Connector
from services.transparency.savings import saved_minutes
from services.workflow.models import Breaker, Heartbeat, Step, StepQuerySet
from services.workflow.operations.robots import Tried, leave_to_hands, try_again, try_all_again
from services.workflow.queries import managed_by, parked_of, requests_to_read
from services.workflow.troubles import in_words

A_PAGE = 25
MOST_AT_ONCE = 200
MOST_TOLD = 10
HOURS, DAYS = 24, 30
WRITTEN_KIND = re.compile(r"([a-z0-9-]{1,60})\.([a-z0-9_]{1,40})\.([a-z_]{1,40})")
ROBOTS = Step.Kind.ROBOT


class Kind(NamedTuple):
    """What parked steps have in common: the service, the robot's step, and what went wrong."""

    service: str
    step: str
    trouble: str

    @classmethod
    def read(cls, text: str) -> "Kind | None":
        """Read what `written` gives; None when it can't be one."""
        found = WRITTEN_KIND.fullmatch(text)
        return cls(*found.groups()) if found else None

    @property
    def written(self) -> str:
        return ".".join(self)

    def among(self, parked: StepQuerySet) -> StepQuerySet:
        same = {"instead_of__key": self.step, "trouble__code": self.trouble}
        return parked.filter(service_request__service__code=self.service, **same)


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Show what robots did lately, what waits for them, what they try again, and what they handed to clerks."""
    agencies, now = managed_by(person(request)), timezone.now()
    parked = parked_of(person(request))
    kind = Kind.read(request.GET.get("kind", ""))
    shown = Paginator(kind.among(parked) if kind else parked, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "agencies": agencies,
        "hours": by_hour(agencies, now),
        "days": by_day(agencies, now),
        "services": by_service(agencies, now),
        "waiting": waiting(agencies),
        "retries": _retries(agencies),
        "kinds": _kinds(parked),
        "kind": kind.written if kind else "",
        "page": shown,
        "parked": [_told(step) for step in shown],
        "connectors": told_connectors(now),
        **health(),
    }
    return render(request, "managers/robots.html", context)


def health() -> dict[str, Any]:
    """Give the registers that failed lately and the workers' last sign of life."""
    heartbeat = Heartbeat.objects.aggregate(at=Max("at"))["at"]
    failing = Breaker.objects.filter(failures__gt=0).order_by("name")
    titles = {connector.code: str(connector) for connector in Connector.objects.filter(code__in=failing.values("name"))}
    return {
        "breakers": [(titles.get(one.name, one.name), one.failures) for one in failing],
        "heartbeat": heartbeat,
    }


def waiting(agencies: QuerySet[Agency]) -> list[dict[str, object]]:
    """Give for each lane how many steps wait for a robot, and since when the oldest."""
    due = _robots_of(agencies).filter(state__in=[Step.State.DUE, Step.State.RUNNING], run_at__lte=timezone.now())
    lanes = due.values("lane").annotate(count=Count("pk"), oldest=Min(F("run_at"))).order_by("lane")
    return [{**lane, "label": Step.Lane(lane["lane"]).label} for lane in lanes]


def _robots_of(agencies: QuerySet[Agency]) -> StepQuerySet:
    return Step.objects.filter(kind__in=[ROBOTS, Step.Kind.NOTICE], service_request__office__agency__in=agencies)


def _done(agencies: QuerySet[Agency], since: datetime) -> StepQuerySet:
    done = Step.objects.filter(kind=ROBOTS, state=Step.State.DONE, trouble={}, finished_at__gte=since)
    return done.filter(service_request__office__agency__in=agencies)


def by_hour(agencies: QuerySet[Agency], now: datetime) -> list[dict[str, Any]]:
    """Give how many steps robots did in each of the last 24 hours."""
    hour = timezone.localtime(now).replace(minute=0, second=0, microsecond=0)
    hours = [hour - timedelta(hours=HOURS - 1 - back) for back in range(HOURS)]
    counted = _done(agencies, hours[0]).values_list(TruncHour("finished_at")).annotate(count=Count("pk"))
    numbers = dict(counted.order_by())
    return [{"label": date_format(one, "TIME_FORMAT"), "value": numbers.get(one, 0)} for one in hours]


def by_day(agencies: QuerySet[Agency], now: datetime) -> list[dict[str, Any]]:
    """Give how many steps robots did on each of the last 30 days."""
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    days = [today - timedelta(days=DAYS - 1 - back) for back in range(DAYS)]
    counted = _done(agencies, days[0]).values_list(TruncDay("finished_at")).annotate(count=Count("pk"))
    numbers = {moment.date(): count for moment, count in counted.order_by()}
    return [{"label": date_format(day, "MONTH_DAY_FORMAT"), "value": numbers.get(day.date(), 0)} for day in days]


def by_service(agencies: QuerySet[Agency], now: datetime) -> list[dict[str, Any]]:
    """Give for each service the steps of the last day and of 30 days, and the minutes saved this month and ever."""
    month = timezone.localdate(now).replace(day=1)
    offices = list(Office.objects.filter(agency__in=agencies).values_list("code", flat=True))
    saved = {one.service: one for one in saved_minutes(offices, month)}
    lately, longer = (_steps_by_service(agencies, now - timedelta(days=days)) for days in (1, DAYS))
    known = Service.objects.filter(code__in={*saved, *longer}).order_by("code")
    return [
        {
            "service": service,
            "day": lately.get(service.code, 0),
            "days": longer.get(service.code, 0),
            "saved": saved.get(service.code),
        }
        for service in known
    ]


def _steps_by_service(agencies: QuerySet[Agency], since: datetime) -> dict[str, int]:
    counted = _done(agencies, since).values_list("service_request__service__code").annotate(count=Count("pk"))
    return dict(counted.order_by())


def _retries(agencies: QuerySet[Agency]) -> dict[str, Any]:
    """Give how many steps robots try again, and those that come next."""
    failed = _robots_of(agencies).filter(state__in=[Step.State.DUE, Step.State.RUNNING], attempts__gt=0)
    related = ("service_request__service", "service_request__version")
    following = failed.select_related(*related).defer("service_request__version__source").order_by("run_at")
    return {"count": failed.count(), "next": [_robot(step) for step in following[:MOST_TOLD]]}


def _robot(step: Step) -> dict[str, Any]:
    """Tell a robot's step by its title; a notice by its kind."""
    known = step.service_request.version.definition.workflow.by_key.get(step.key)
    return {"step": step, "title": marked(known.title) if known else step.get_kind_display()}


def _kinds(parked: StepQuerySet) -> list[dict[str, Any]]:
    """Give the kinds of what is parked, the most frequent first, each told by one example."""
    names = ("service_request__service__code", "instead_of__key", "trouble__code")
    counted = parked.order_by().values_list(*names).annotate(count=Count("pk"), oldest=Min("opened_at"), one=Max("pk"))
    rows = list(counted.order_by("-count", *names))
    examples = parked.in_bulk([row[-1] for row in rows])
    return [
        {"kind": Kind(*row[:3]).written, "count": row[3], "oldest": row[4], **_told(examples[row[5]])}
        for row in rows
        if row[5] in examples
    ]


def _told(step: Step) -> dict[str, Any]:
    assert step.instead_of is not None
    known = step.service_request.version.definition.workflow.by_key[step.instead_of.key]
    return {"step": step, "title": marked(known.title), "trouble": in_words(step.trouble)}


@require_POST
def act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Let the robot try one step again, or have it done by hand."""
    if act not in ACTS:
        raise Http404
    return ACTS[act](request, get_object_or_404(parked_of(person(request)), pk=pk))


def _try_again(request: HttpRequest, step: Step) -> HttpResponse:
    def tried() -> str:
        try_again(step, person(request), timezone.now())
        return _("The robot tries again.")

    attempt(request, tried)
    return redirect("managers_robots")


def _by_hand(request: HttpRequest, step: Step) -> HttpResponse:
    def left() -> str:
        leave_to_hands(step, person(request), timezone.now())
        return _("Marked: an official does it by hand.")

    done = attempt(request, left)
    may_open = requests_to_read(person(request)).filter(pk=step.service_request_id).exists()
    return redirect("desk_request", pk=step.service_request_id) if done and may_open else redirect("managers_robots")


ACTS: dict[str, Callable[[HttpRequest, Step], HttpResponse]] = {"again": _try_again, "by-hand": _by_hand}


@require_http_methods(["GET", "POST"])
def try_kind_again(request: HttpRequest) -> HttpResponse:
    """Ask whether robots shall try all steps of a kind again, and let them."""
    kind = Kind.read(request.POST.get("kind", request.GET.get("kind", "")))
    steps = kind.among(parked_of(person(request))).filter(assignee=None) if kind else Step.objects.none()
    count = steps.count()
    if kind is None or not count:
        messages.error(request, _("Nothing of this kind waits any longer."))
        return redirect("managers_robots")
    if request.method != "POST":
        example = steps.first()
        assert example is not None
        context = {"kind": kind.written, "count": min(count, MOST_AT_ONCE), "left": count, **_told(example)}
        return render(request, "managers/robots_again.html", context)
    _tell(request, try_all_again(steps[:MOST_AT_ONCE], person(request), timezone.now()))
    return redirect("managers_robots")


def _tell(request: HttpRequest, tried: Tried) -> None:
    if tried.again:
        words = ngettext("Robots try %(count)s step again.", "Robots try %(count)s steps again.", tried.again)
        messages.success(request, words % {"count": tried.again})
    for refused in tried.refused[:MOST_TOLD]:
        messages.error(request, refused)
