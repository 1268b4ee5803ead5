"""Apply for a service: page by page, with everything typed kept; check; submit; know what happens next."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.brought_files import gives_brought_files, to_save
from portal.citizens.applying_drafts import (
    SUBMITTED,
    needs_account,
    own_draft,
    own_request,
    remember,
    sender_of,
    submitted_from,
)
from portal.citizens.applying_files import Brought, keep_files, look_over_files
from portal.citizens.applying_questions import error_links, layout_of, questions_of
from portal.citizens.applying_review import ContactForm, review, told_problems, way_to_change
from portal.citizens.applying_tabs import differences, let_choose, new_tab
from portal.citizens.applying_typing import act, asked_on, keep_typed, newly_asked, typed
from portal.citizens.rights import followed_requests
from portal.expecting import expectation_of
from portal.filling import Filling, Sheet, applicant_of, objects_by_code
from portal.held_requests import hold
from portal.standstill import standstills_of
from portal.upload_limit import TOO_MANY, told_to_wait
from services.catalogue.answers import Problem
from services.requests.assistance import Assistance
from services.requests.models import Draft, ServiceRequest
from services.requests.operations import keep_contact
from services.requests.status_codes import status_code_of, write_status_code
from services.workflow.operations.submission import submit
from services.workflow.queries import current_steps
from services.workflow.refusals import Invalid, Refused

UNPROCESSABLE = 422


# --- fill in ------------------------------------------------------------------------------------------------------


@require_POST
def remove_file(request: HttpRequest, pk: UUID, file: UUID) -> HttpResponse:
    """Remove a file from a draft and go back to the page that asks for it."""
    filling = Filling(own_draft(request, pk), timezone.now())
    if not (key := act(filling, f"drop:{file}")):
        raise Http404
    return redirect(filling.url(filling.sheet_of(key)))


@require_safe
@gives_brought_files
def draft_file(request: HttpRequest, pk: UUID, file: UUID) -> FileResponse:
    """Give back a file of the visitor's own draft, which may be opened as soon as it is known to be harmless."""
    return to_save(get_object_or_404(own_draft(request, pk).evidence.readable(), pk=file))


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, pk: UUID, page: str) -> HttpResponse:
    """Show one page of the form; keep what is typed, and go on when nothing is wrong with it."""
    if request.method == "POST":
        brought = look_over_files(request, own_draft(request, pk), page) if request.FILES else Brought()
        with transaction.atomic():
            return _take_page(request, own_draft(request, pk, lock=True), page, brought)
    filling = Filling(own_draft(request, pk), timezone.now())
    sheet = filling.sheet(page)
    return _show_page(request, filling, sheet, []) if sheet else _elsewhere(filling, page)


def _elsewhere(filling: Filling, key: str) -> HttpResponse:
    """Lead on from a page that other answers hide now."""
    if not filling.knows(key):
        raise Http404
    return redirect(filling.url(None))


def _take_page(request: HttpRequest, draft: Draft, key: str, brought: Brought) -> HttpResponse:
    now = timezone.now()
    before = Filling(draft, now)
    if not before.knows(key):
        raise Http404
    asked = asked_on(before, key, request.POST)
    if found := differences(before, asked, typed(asked, request.POST), request.POST):
        return let_choose(request, before, found)
    seen = keep_typed(before, key, request.POST)
    sheet = before.sheet(key)
    problems = keep_files(draft, sheet, brought, now) if sheet else []
    after = Filling(draft, now)
    shown = after.sheet(key)
    if sheet is None or shown is None:
        return _leave_hidden(request, after)
    if problems:
        return _show_page(request, after, shown, problems)
    if (wanted := request.POST.get("do", "next")) != "next":
        return _stay_or_leave(request, after, shown, wanted)
    if new := newly_asked(shown, sheet, seen):
        messages.info(request, _("Your answer leads to more questions on this page."))
        return redirect(f"{request.get_full_path()}#id_{new[0]}")
    return _go_on(request, after, shown)


def _leave_hidden(request: HttpRequest, filling: Filling) -> HttpResponse:
    """Lead on from a page that an answer hides, given on it or in another tab; what was typed there is kept."""
    if request.POST.get("do") == "keep":
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    messages.info(
        request, _("Your other answers make that page unnecessary. What you typed there stays in your draft.")
    )
    return redirect(filling.url(None))


def _go_on(request: HttpRequest, filling: Filling, sheet: Sheet) -> HttpResponse:
    if problems := filling.problems(sheet):
        return _show_page(request, filling, sheet, problems)
    following = filling.neighbours(sheet)[1]
    return redirect(filling.url(None if request.GET.get("to") == "check" else following))


def _stay_or_leave(request: HttpRequest, filling: Filling, sheet: Sheet, wanted: str) -> HttpResponse:
    """Do what another button than the one to go on asks for; everything typed is kept already."""
    if wanted == "keep":
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    if wanted == "leave" and request.user.is_authenticated:
        messages.success(request, _("Your draft is saved. Come back to it whenever you like."))
        return redirect("my_requests")
    if wanted == "back":
        return redirect(filling.url(filling.neighbours(sheet)[0]))
    name = act(filling, wanted)
    return redirect(request.get_full_path() + (f"#id_{name}" if name else ""))


def _show_page(request: HttpRequest, filling: Filling, sheet: Sheet, problems: list[Problem]) -> HttpResponse:
    place = filling.sheets.index(sheet)
    context = {
        "draft": filling.draft,
        "definition": filling.definition,
        "sheet": sheet,
        "tab": new_tab(filling.draft),
        "layout": layout_of(filling, sheet, questions_of(filling, sheet, problems)),
        "errors": error_links(sheet, problems),
        "at": place + 1,
        "of": len(filling.sheets) + 1,
        "has_back": place > 0,
    }
    answer = render(request, "citizens/apply_page.html", context, status=UNPROCESSABLE if problems else 200)
    return told_to_wait(answer) if any(problem.code == TOO_MANY for problem in problems) else answer


# --- check and submit ---------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show every answer before anything is sent; then submit, once however often the button is pressed."""
    try:
        return _check(request, pk)
    except Http404:
        # An earlier click made a request of the draft, perhaps while this one waited for the draft's lock.
        if earlier := submitted_from(request, pk):
            return _to_done(request, earlier)
        raise


def _check(request: HttpRequest, pk: UUID) -> HttpResponse:
    if request.method == "POST":
        with transaction.atomic():
            return _take_check(request, own_draft(request, pk, lock=True))
    filling = Filling(own_draft(request, pk), timezone.now())
    form = ContactForm(initial=filling.draft.contact, needs_name=objects_by_code(filling.draft))
    return _show_check(request, filling, form, filling.all_problems(), 200)


def _take_check(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Keep how the person may be reached, then do what the button asks for."""
    if sender_of(request, draft) is None:
        keep_contact(draft, ContactForm.typed(request.POST))
    now = timezone.now()
    match request.POST.get("do", "").split(":", 1):
        case ["keep"]:
            return HttpResponse(status=HTTPStatus.NO_CONTENT)
        case ["back"]:
            filling = Filling(draft, now)
            return redirect(filling.url(filling.sheets[-1] if filling.sheets else None))
        case ["change", name]:
            return redirect(way_to_change(Filling(draft, now), name))
    return _submit(request, draft)


def _submit(request: HttpRequest, draft: Draft) -> HttpResponse:
    by_code = objects_by_code(draft)
    if needs_account(request, draft.service) and not by_code:
        return redirect_to_login(request.get_full_path())
    filling, user = Filling(draft, timezone.now()), sender_of(request, draft)
    form = ContactForm(request.POST, needs_name=by_code)
    if not form.is_valid() or filling.refused_files(filling.sheets):
        return _show_check(request, filling, form, filling.all_problems(), UNPROCESSABLE)
    try:
        submitted = submit(filling.submission(user, form.contact()), timezone.now())
        if by_code:
            hold(request, submitted.pk)
        return _to_done(request, submitted)
    except Invalid as invalid:
        return _show_check(request, filling, form, invalid.problems, UNPROCESSABLE)
    except Refused as refused:
        return _show_check(request, filling, form, [], UNPROCESSABLE, refusal=str(refused.message))


def _to_done(request: HttpRequest, submitted: ServiceRequest) -> HttpResponse:
    remember(request, SUBMITTED, submitted.pk)
    return redirect("apply_done", pk=submitted.pk)


def _show_check(
    request: HttpRequest, filling: Filling, form: ContactForm, problems: list[Problem], status: int, refusal: str = ""
) -> HttpResponse:
    context: dict[str, Any] = {
        "draft": filling.draft,
        "definition": filling.definition,
        "office": filling.office,
        "sections": review(filling, problems),
        "problems": [*told_problems(filling, problems), *([{"do": "", "message": refusal}] if refusal else [])],
        "form": form,
        "contact": applicant_of(filling.draft) if sender_of(request, filling.draft) else None,
        "assistance": Assistance.of(filling.draft.assistance),
        "fee": filling.fee(),
        "time_limit": filling.time_limit(),
        "is_refused": status == UNPROCESSABLE,
        "at": len(filling.sheets) + 1,
        "has_back": bool(filling.sheets),
    }
    return render(request, "citizens/apply_check.html", context, status=status)


@require_safe
def done(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Confirm a submission: its reference, what happens next, and until when."""
    submitted = own_request(request, pk)
    steps = submitted.version.definition.workflow.by_key
    context = {
        "service_request": submitted,
        "definition": submitted.version.definition,
        "status_code": write_status_code(status_code_of(submitted.pk)),
        "standstills": standstills_of(submitted.version.definition),
        "next_steps": [steps[step.key] for step in current_steps(submitted) if step.key in steps],
        "expected": expectation_of(submitted, timezone.now()),
        "assistance": Assistance.of(submitted.assistance) if submitted.assistant_id == request.user.pk else None,
        "may_follow": followed_requests(request).filter(pk=submitted.pk).exists(),
    }
    return render(request, "citizens/apply_done.html", context)
