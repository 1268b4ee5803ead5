"""Files that a person chose on a page of a form: looked over while nothing is locked, and kept with what was typed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.http import HttpRequest
from django.utils import timezone

from portal.filling import Filling, Sheet
from portal.upload_limit import TOO_MANY, TooManyUploads, count_uploads
from services.catalogue.answers import Problem
from services.catalogue.definition import Evidence, FileField
from services.requests.models import Draft
from services.requests.operations import keep_evidence
from services.requests.supplying import BadEvidence, LookedOver, look_over
from services.workflow.operations.walking import citizen


@dataclass(frozen=True)
class Brought:
    """Files that may be kept, by the key of their question, and a problem for each that can't be taken."""

    files: list[tuple[str, LookedOver]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def look_over_files(request: HttpRequest, draft: Draft, key: str) -> Brought:
    """Look over the files that were sent with a page."""
    brought, now = Brought(), timezone.now()
    sheet = Filling(draft, now).sheet(key)
    for part in _takers(sheet) if sheet else ():
        for upload in request.FILES.getlist(part.key):
            try:
                count_uploads(request)
                by = citizen(draft.applicant)
                looked = look_over(draft, part.key, upload, accept=part.accept, by=by, now=now)
                brought.files.append((part.key, looked))
            except TooManyUploads as bad:
                brought.problems.append(Problem(part.key, bad.message, TOO_MANY))
                break
            except BadEvidence as bad:
                brought.problems.append(Problem(part.key, bad.message, "file"))
    return brought


def keep_files(draft: Draft, sheet: Sheet, brought: Brought, now: datetime) -> list[Problem]:
    """Keep the files that were looked over, where the page still asks for them; give what is wrong with others."""
    at_most = {part.key: part.at_most for part in _takers(sheet)}
    problems = [problem for problem in brought.problems if problem.path in at_most]
    for key, looked in brought.files:
        try:
            if key in at_most:
                keep_evidence(draft, key, looked, at_most=at_most[key], now=now)
        except BadEvidence as bad:
            problems.append(Problem(key, bad.message, "file"))
    return problems


def _takers(sheet: Sheet) -> Iterator[FileField | Evidence]:
    return (part for part in sheet.parts if isinstance(part, FileField | Evidence))
