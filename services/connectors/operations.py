"""Set connectors up, pause and resume them: administrators only, each on record; and count how calls went."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from services.accounts.models import User
from services.agencies.models import Agency
from services.connectors.addresses import read_base
from services.connectors.form import BadConnectors, Fault, Form, read
from services.connectors.models import CallsOfDay, Connector
from services.connectors.rules import MOST, class_of, subject_of
from services.ledger.operations import Entry, record

NO_CALLS = [0] * (MOST + 1)


class NotForYou(Exception):
    """Connectors belong to the administrators of the platform."""


def examine(data: Any) -> list[Form]:
    """Read connectors and prove that they can work here; raise `BadConnectors` with every fault."""
    forms = read(data, settings.CONNECTOR_VALUES, read_base(settings.BASE_URL))
    agencies = set(Agency.objects.values_list("code", flat=True))
    faults = []
    for index, form in enumerate(forms):
        path = f"connectors.{index}"
        if form.agency not in agencies:
            faults.append(Fault(f"{path}.agency", f"there is no agency '{form.agency}'", "Name an agency."))
        if not form.is_repeated_safely and form.limits.deadline_s >= settings.ROBOT_LEASE_S:
            words = f"is as long as a worker holds a step ({settings.ROBOT_LEASE_S} s)"
            faults.append(Fault(f"{path}.limits.deadline_s", words, "Shorten it."))
    if faults:
        raise BadConnectors(faults)
    return forms


@transaction.atomic
def load_connectors(data: Any, now: datetime, by: User | None = None) -> Sequence[str]:
    """Write connectors and give the codes of those that are new or changed; raise `BadConnectors` or `NotForYou`.

    The same data again changes nothing. `by` is nobody when it is done from the command line.
    """
    _require_administrator(by)
    return [form.code for form in examine(data) if _write(form, now, by)]


def _require_administrator(by: User | None) -> None:
    if by is not None and not (by.is_superuser and by.is_active):
        raise NotForYou


def _write(form: Form, now: datetime, by: User | None) -> bool:
    source = form.model_dump(mode="json", exclude_unset=True)
    known = Connector.objects.select_for_update().filter(code=form.code).first()
    if known is not None and known.source == source:
        return False
    Connector.objects.update_or_create(
        code=form.code,
        defaults={
            "agency": Agency.objects.get(code=form.agency),
            "source": source,
            "changed_at": now,
            "concurrent": form.limits.concurrent,
            "calls_a_minute": form.limits.calls_a_minute,
        },
    )
    text = json.dumps(source, sort_keys=True, ensure_ascii=False)
    _tell(form.code, "connector_changed", by, now, digest=hashlib.sha256(text.encode()).hexdigest())
    return True


@transaction.atomic
def pause(code: str, words: str, now: datetime, by: User | None = None) -> None:
    """Let no call out to a connector until it is resumed; its steps wait. Pausing it again changes nothing."""
    _require_administrator(by)
    connector = Connector.objects.select_for_update().get(code=code)
    if connector.paused_at is None:
        connector.paused_at, connector.paused_by, connector.pause_words = now, by, words
        connector.save(update_fields=["paused_at", "paused_by", "pause_words"])
        _tell(code, "connector_paused", by, now)


@transaction.atomic
def resume(code: str, now: datetime, by: User) -> None:
    """Let calls out again; resuming what isn't paused changes nothing."""
    _require_administrator(by)
    connector = Connector.objects.select_for_update().get(code=code)
    if connector.paused_at is not None:
        connector.paused_at, connector.paused_by, connector.pause_words = None, None, ""
        connector.save(update_fields=["paused_at", "paused_by", "pause_words"])
        _tell(code, "connector_resumed", by, now)


def _tell(code: str, kind: str, by: User | None, now: datetime, **facts: Any) -> None:
    actor = f"admin:{by.pk}" if by else "system"
    record([Entry(subject_of(code), kind, actor, now, {"connector": code, **facts})])


def count_call(code: str, seconds: float, now: datetime, failed_by: str = "") -> None:
    """Count one call of a connector: how long it took and, when it failed, by which code."""
    with transaction.atomic():
        connector = Connector.objects.filter(code=code).first()
        if connector is None:
            return
        known, _ = CallsOfDay.objects.get_or_create(
            connector=connector, day=timezone.localdate(now), defaults={"durations": NO_CALLS}
        )
        day = CallsOfDay.objects.select_for_update().get(pk=known.pk)
        day.calls += 1
        day.durations[class_of(seconds)] += 1
        if failed_by:
            day.failures, day.failed_at, day.failed_by = day.failures + 1, now, failed_by
        else:
            day.succeeded_at = now
        day.save()
