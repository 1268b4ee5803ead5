"""What an agency promised after what people said, and what came of it: told by managers, read by everybody."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _

from services.accounts.models import User
from services.catalogue.models import Service
from services.ledger.operations import Entry, record
from services.transparency.operations import FURTHEST, LONGEST_WORDS, require_managed
from services.transparency.steering import Promise
from services.workflow.operations.walking import clerk, require

SHOWN = 20
Words = dict[str, str]
State = Literal["stands", "overdue", "kept", "given_up"]


@transaction.atomic
def make_promise(*, service: Service, heard: Words, promised: Words, by_date: date, by: User, now: datetime) -> Promise:
    """Promise something after what people said; everybody reads it at the service's figures."""
    require_managed(service, by)
    require_words(heard)
    require_words(promised)
    require(now.date() < by_date <= now.date() + FURTHEST, _("Choose a day to come, within five years."))
    promise = Promise.objects.create(
        service=service, heard=heard, promised=promised, by_date=by_date, made_by=by, made_at=now
    )
    record([Entry(promise.pk, "promise_made", clerk(by), now, _facts(promise))], new_subjects=True)
    return promise


@transaction.atomic
def close_promise(*, promise: Promise, is_kept: bool, outcome: Words, by: User, now: datetime) -> None:
    """Tell what was done, or why it is given up; the promise stays where it was read."""
    fresh = Promise.objects.select_for_update(of=("self",)).select_related("service").get(pk=promise.pk)
    require_managed(fresh.service, by)
    require(fresh.closed_at is None, _("What came of this promise was told already."))
    require_words(outcome)
    fresh.is_kept, fresh.outcome, fresh.closed_by, fresh.closed_at = is_kept, outcome, by, now
    fresh.save(update_fields=["is_kept", "outcome", "closed_by", "closed_at"])
    record([Entry(fresh.pk, "promise_closed", clerk(by), now, {**_facts(fresh), "is_kept": is_kept})])


def require_words(words: Words) -> None:
    """Raise `Refused` unless there are words, and not too many."""
    texts = [text.strip() for text in words.values()]
    require(any(texts), _("Write what people should know."))
    require(all(len(text) <= LONGEST_WORDS for text in texts), _("Use at most 300 characters."))


def _facts(promise: Promise) -> dict[str, object]:
    """Give what the ledger is told: not the words, which may name somebody."""
    return {"service": promise.service.code, "by_date": promise.by_date.isoformat()}


@dataclass(frozen=True)
class ToldPromise:
    """A promise as everybody reads it."""

    heard: Words
    promised: Words
    outcome: Words
    made_at: datetime
    by_date: date
    closed_at: datetime | None
    state: State


ROW = JSONObject(
    heard="heard",
    promised="promised",
    outcome="outcome",
    made_at="made_at",
    by_date="by_date",
    closed_at="closed_at",
    is_kept="is_kept",
)


def promises_beside(pk: str = "pk") -> ArraySubquery:
    """Give a service's promises beside it, in the same query, for `told_promises`; the latest first."""
    rows = Promise.objects.filter(service=OuterRef(pk)).order_by("-made_at")
    return ArraySubquery(rows.annotate(row=ROW).values("row")[:SHOWN])


def told_promises(rows: Iterable[Mapping[str, Any]], today: date) -> list[ToldPromise]:
    """Give promises as they are read, with whether each stands, is overdue, was kept or given up."""
    return [_told(row, today) for row in rows]


def _told(row: Mapping[str, Any], today: date) -> ToldPromise:
    by_date, closed = date.fromisoformat(row["by_date"]), row["closed_at"]
    state: State = "kept" if row["is_kept"] else "given_up" if closed else "overdue" if by_date < today else "stands"
    return ToldPromise(
        row["heard"],
        row["promised"],
        row["outcome"],
        datetime.fromisoformat(row["made_at"]),
        by_date,
        datetime.fromisoformat(closed) if closed else None,
        state,
    )
