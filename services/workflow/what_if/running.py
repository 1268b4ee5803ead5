"""Run trials in the background: a few requests at a time, read-only, and taken over when a worker dies."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from services.accounts.models import User
from services.catalogue.drafting import read_for
from services.catalogue.models import DefinitionDraft, ServiceVersion, digest_of
from services.catalogue.operations import plain
from services.workflow.actions import FORMS
from services.workflow.background import LEASE, own, work_off
from services.workflow.trials import Trial, TrialResult
from services.workflow.what_if.history import Recorded, last_decided, medians, recorded
from services.workflow.what_if.telling import failed, result_of

log = structlog.get_logger(__name__)
KEPT = timedelta(days=90)
BATCH = 20
Medians = Mapping[str, float]


def try_draft(draft: DefinitionDraft, wanted: int, by: User, now: datetime) -> Trial:
    """Let the last requests be replayed through a sound draft; while one trial of it runs, give that one."""
    assert draft.is_sound
    total = last_decided(draft.service, wanted, now).count()
    try:
        with transaction.atomic():
            return Trial.objects.create(draft=draft, wanted=wanted, by=by, asked_at=now, total=total)
    except IntegrityError:
        return Trial.objects.get(draft=draft, finished_at=None)


def run_trials(now: datetime) -> int:
    """Run every trial that waits, and forget old ones; give how many were run."""
    Trial.objects.filter(finished_at__lt=now - KEPT).delete()
    return work_off(Trial, _run, now)


def _run(trial: Trial) -> bool:
    """Replay what is still to be replayed; tell whether the trial was still this worker's to finish."""
    version = version_of(trial.draft)
    chosen = list(last_decided(trial.draft.service, trial.wanted, trial.asked_at).values_list("pk", flat=True))
    lengths = medians(chosen)
    done = trial.results.count()
    for numbers in _batches(done, len(chosen)):
        results = replay([chosen[number] for number in numbers], version, lengths)
        if not _keep(trial, numbers, results, len(chosen)):
            return False
    return bool(own(trial).update(finished_at=timezone.now(), lease_until=None, total=len(chosen), done=len(chosen)))


def _batches(start: int, end: int) -> Iterator[range]:
    return (range(first, min(first + BATCH, end)) for first in range(start, end, BATCH))


def version_of(draft: DefinitionDraft) -> ServiceVersion:
    """Give the version that a draft would become; it has no row. What is no longer sound raises `ValueError`."""
    definition, faults = read_for(draft.service, draft.text, FORMS)
    if definition is None:
        raise ValueError(f"draft {draft.pk} is no longer sound: {faults}")
    source = plain(definition)
    return ServiceVersion(service=draft.service, number=0, source=source, digest=digest_of(source))


@transaction.atomic
def replay(requests: Sequence[UUID], version: ServiceVersion, lengths: Medians) -> list[TrialResult]:
    """Replay requests in a transaction in which the database refuses every change."""
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
    return [_replay_one(known, version, lengths) for known in recorded(requests)]


def _replay_one(known: Recorded, version: ServiceVersion, lengths: Medians) -> TrialResult:
    try:
        return result_of(known, version, lengths)
    except DatabaseError:
        raise
    except Exception:
        log.exception("replay_failed", service_request=str(known.service_request.pk))
        return failed(known, lengths)


def _keep(trial: Trial, numbers: range, results: Sequence[TrialResult], total: int) -> bool:
    """Keep a batch's results together with the progress, unless another worker has taken the trial over."""
    with transaction.atomic():
        lease = timezone.now() + LEASE
        if not own(trial).update(done=numbers.stop, total=total, lease_until=lease):
            return False
        for number, result in zip(numbers, results, strict=False):
            result.trial, result.number = trial, number
        TrialResult.objects.bulk_create(results)
    return True
