"""Follow the trial of a draft, and read or take away what came of it."""

import csv
from collections.abc import Iterator
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.managers.own import agencies_of, own_trial
from portal.managers.trial_words import reference_for, row_of, sentences
from services.catalogue.drafting import definition_of
from services.transparency.lines import harmless
from services.workflow.trials import Trial, TrialResult
from services.workflow.what_if.summary import summary_of

A_PAGE = 50
SIDE = ("outcome", "steps", "robot_minutes", "clerk_minutes", "seconds", "fee", "days", "days_kind")


@require_safe
def trial(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show how far a trial is, and then what came of it."""
    shown = own_trial(request, pk)
    is_part = "HX-Request" in request.headers
    context = {"trial": shown, "draft": shown.draft, "service": shown.draft.service}
    if shown.finished_at is not None:
        context |= _results(request, shown)
    return render(request, "managers/trial_part.html" if is_part else "managers/trial.html", context)


def _results(request: HttpRequest, shown: Trial) -> dict[str, object]:
    only_changes = request.GET.get("show") != "all"
    results = _seen(shown)
    page = Paginator(results.exclude(changes=[]) if only_changes else results, A_PAGE).get_page(request.GET.get("page"))
    agencies, definition = set(agencies_of(request).values_list("pk", flat=True)), definition_of(shown.draft)
    return {
        "only_changes": only_changes,
        "page": page,
        "rows": [row_of(result, definition, agencies) for result in page],
        "sentences": sentences(summary_of(shown)),
    }


def _seen(shown: Trial) -> QuerySet[TrialResult]:
    related = ("service_request__office", "service_request__version")
    return shown.results.select_related(*related).order_by("number")


@require_safe
def trial_csv(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give the results of a trial as CSV."""
    shown = own_trial(request, pk)
    if shown.finished_at is None:
        raise Http404
    agencies = set(agencies_of(request).values_list("pk", flat=True))
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{shown.draft.service.code}-trial.csv"'
    csv.writer(answer).writerows([harmless(cell) for cell in line] for line in _lines(shown, agencies))
    return answer


def _lines(shown: Trial, agencies: set[int]) -> Iterator[list[object]]:
    sides = [f"{side}_{name}" for side in ("before", "after") for name in SIDE]
    yield ["number", "reference", "changes", "problems", *sides]
    for result in _seen(shown):
        told = [_cell(side[name]) for side in (result.before, result.after) for name in SIDE]
        problems = [f"{problem['path']} {problem['code']}" for problem in result.problems]
        yield [result.number + 1, reference_for(result, agencies), _cell(result.changes), _cell(problems), *told]


def _cell(value: object) -> object:
    return "; ".join(value) if isinstance(value, list) else value
