"""A draft read against the current definition of its service: what is asked, what is wrong, what is handed in."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal.templatetags.words import own_text
from services.accounts.models import User
from services.catalogue.answers import Checked, Form, Problem, missing_evidence, read, variables
from services.catalogue.definition import AnyField, Evidence, FileField, GroupField, Page, Span
from services.catalogue.expressions import Unknown
from services.catalogue.fees import fee_of
from services.catalogue.models import ServiceVersion
from services.requests.assistance import Assistance, Relation
from services.requests.evidence import Evidence as File
from services.requests.models import Channel, Draft
from services.workflow.conditions import time_limit_of
from services.workflow.operations.submission import Submission

PAPERS = "papers"
CONTACT = ("name", "email", "phone", "personal_identifier")


def objects_by_code(draft: Draft) -> bool:
    """Tell whether a draft objects to what was sent without an account, and so is sent without one, too."""
    return draft.appeal_of_id is not None and draft.applicant_id is None


def submission_key(draft: UUID) -> str:
    return f"draft {draft}"


def contact_of(user: User) -> dict[str, str]:
    """Give what the profile tells of how to reach a person."""
    return {name: str(value) for name in CONTACT if (value := getattr(user, name))}


def applicant_of(draft: Draft) -> dict[str, str]:
    """Give who a draft is for: the person helped, or its holder; nothing when nobody said who they are."""
    if draft.helped:
        return {name: value for name in CONTACT if (value := draft.helped.get(name))}
    return contact_of(draft.applicant) if draft.applicant else {}


def channel_of(draft: Draft) -> str:
    """Give by which channel a draft will come in: what an official types comes from the counter."""
    return Channel.COUNTER if draft.assistance.get("relation") == Relation.OFFICIAL else Channel.ONLINE


def fitting(field: AnyField, value: Any) -> Any:
    """Give a group's entries without what only an earlier version of the form asked for; other answers as they are."""
    if not isinstance(field, GroupField):
        return value
    keys = {one.key for one in field.fields}
    entries = [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []
    return [{key: part for key, part in entry.items() if key in keys} for entry in entries]


@dataclass(frozen=True)
class Sheet:
    """One page to fill in: a page of the form, or the papers at its end."""

    key: str
    title: Mapping[Any, str]
    intro: Mapping[Any, str]
    parts: list[AnyField] | list[Evidence]


class Filling:
    """A draft read against the current definition: what is shown, what is wrong, what comes next."""

    def __init__(
        self, draft: Draft, now: datetime, version: ServiceVersion | None = None, files: Iterable[File] | None = None
    ) -> None:
        current = version or draft.service.current
        assert current is not None
        assert draft.office is not None
        self.draft, self.office, self.version = draft, draft.office, current
        self.definition = self.version.definition
        fields = self.definition.fields
        self.given = {key: fitting(fields[key], value) for key, value in draft.answers.items() if key in fields}
        self.files = list(draft.evidence.order_by("supplied_at") if files is None else files)
        self.counts = Counter(file.key for file in self.files if not file.is_refused)
        self.today = self.office.agency.calendar.day_of(now)
        self.context = self._context()
        self.answers = self.read(set()).answers
        self.form = Form(self.definition, self.version.expressions, self.answers, self.context, self.counts)

    def _context(self) -> dict[str, Any]:
        contact = applicant_of(self.draft)
        return {
            "office_parameters": self.parameters,
            "applicant": {name: contact.get(name, "") for name in ("name", "personal_identifier")},
            "today": self.today.isoformat(),
            "channel": channel_of(self.draft),
        }

    @property
    def parameters(self) -> Mapping[str, Any]:
        """Give the delivering office's own values."""
        places = {place.office: place.parameters for place in self.definition.delivered_by}
        return places.get(self.office.code, {})

    def read(self, pages: set[str] | None) -> Checked:
        """Check these pages; None checks everything."""
        expressions = self.version.expressions
        return read(self.definition, expressions, self.given, context=self.context, evidence=self.counts, pages=pages)

    def problems(self, sheet: Sheet) -> list[Problem]:
        """Give what is wrong on one page."""
        found = missing_evidence(self.form, self.counts) if sheet.key == PAPERS else self.read({sheet.key}).problems
        return self.in_order(self._with_refused_files(found, [sheet]))

    def all_problems(self) -> list[Problem]:
        """Give what is wrong anywhere."""
        return self._with_refused_files(self.read(None).problems, self.sheets)

    def _with_refused_files(self, found: Iterable[Problem], sheets: Iterable[Sheet]) -> list[Problem]:
        refused = self.refused_files(sheets)
        keys = {problem.path for problem in refused}
        return [*refused, *(problem for problem in found if problem.path not in keys)]

    def refused_files(self, sheets: Iterable[Sheet]) -> list[Problem]:
        """Give a problem for each file on these pages that a later scan refused."""
        keys = [part.key for sheet in sheets for part in sheet.parts]
        words = _(
            "“%(name)s” could not be accepted: it did not pass the check for harmful programs. "
            "Remove it and bring another one."
        )
        refused = [file for file in self.files if file.is_refused and file.key in keys]
        return [Problem(file.key, words % {"name": file.name}, "file") for file in refused]

    def in_order(self, problems: Iterable[Problem]) -> list[Problem]:
        """Give problems in the order of the questions."""
        places = {part.key: place for place, part in enumerate(part for sheet in self.sheets for part in sheet.parts)}
        return sorted(problems, key=lambda problem: places.get(problem.path.partition(".")[0], len(places)))

    @cached_property
    def sheets(self) -> list[Sheet]:
        """Give the pages that are shown, and the papers last when some are asked for."""
        pages = [self._sheet(page) for page in self.form.pages()]
        papers = self.form.evidence()
        return [*pages, Sheet(PAPERS, own_text(_("Your papers")), {}, papers)] if papers else pages

    def _sheet(self, page: Page) -> Sheet:
        return Sheet(page.key, page.title, page.intro or {}, self.form.fields(page))

    def sheet(self, key: str) -> Sheet | None:
        """Give the page with this key when it is shown."""
        return next((sheet for sheet in self.sheets if sheet.key == key), None)

    def knows(self, key: str) -> bool:
        """Tell whether there is such a page, shown or hidden."""
        return key == PAPERS or any(page.key == key for page in self.definition.pages)

    def sheet_of(self, path: str) -> Sheet | None:
        """Give the page that asks for an answer."""
        key = path.partition(".")[0]
        return next((sheet for sheet in self.sheets for part in sheet.parts if part.key == key), None)

    def url(self, sheet: Sheet | None) -> str:
        """Give a page's address; no page means the check of all answers."""
        if sheet is None:
            return reverse("apply_check", args=[self.draft.pk])
        return reverse("apply_page", args=[self.draft.pk, sheet.key])

    def neighbours(self, sheet: Sheet) -> tuple[Sheet | None, Sheet | None]:
        """Give the pages before and after one."""
        place = self.sheets.index(sheet)
        following = self.sheets[place + 1 : place + 2]
        return self.sheets[place - 1] if place else None, following[0] if following else None

    def fee(self) -> Decimal | None:
        """Give the fee, when the answers alone tell it."""
        known = variables(self.definition, answers=self.answers, evidence_counts=self.counts, **self.context)
        try:
            return fee_of(self.definition, self.version.expressions, known, self.answers, self.parameters)
        except Unknown:
            return None

    def time_limit(self) -> Span:
        return time_limit_of(self.definition, self.form.holds)

    def takers(self) -> dict[str, FileField | Evidence]:
        """Give what takes files now, by its key."""
        parts = [part for sheet in self.sheets for part in sheet.parts]
        return {part.key: part for part in parts if isinstance(part, FileField | Evidence)}

    def submission(self, sender: User | None, reached_by: Mapping[str, str] | None = None) -> Submission:
        """Give what is handed in by its sender, or by nobody's account; then `reached_by` tells who it is."""
        draft = self.draft
        return Submission(
            version=self.version,
            office=self.office,
            answers=self.given,
            contact=applicant_of(draft) if sender else (reached_by or {}),
            applicant=None if draft.helped else sender,
            assistant=sender if draft.helped else None,
            assistance=Assistance.of(draft.assistance),
            channel=channel_of(draft),
            draft=draft,
            language=draft.helped.get("language") or get_language() or "en",
            key=submission_key(draft.pk),
        )
