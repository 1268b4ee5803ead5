"""Proofs that anyone may ask for: signed heads, that an event is in the log, that the log only grew."""

from base64 import b64encode
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Max

from services.ledger import merkle
from services.ledger.merkle import NoSuchProof
from services.ledger.models import Cosignature, Event, PublicEvent, Seal
from services.ledger.tiles import hashes_of


def newest_seal() -> Seal | None:
    """Give the newest seal, of those of its size the one that witnesses signed."""
    return newest_proofs()[0]


def newest_proofs() -> tuple[Seal | None, Cosignature | None]:
    """Give the newest seal as `newest_seal` does, and the last signature of a witness."""
    newest = Seal.objects.order_by("-pk").first()
    signature = last_cosignature() if newest else None
    signed = signature.seal if signature and newest and signature.seal.size == newest.size else None
    return signed or newest, signature


def note_of(seal: Seal) -> str:
    """Give a seal with everything that was signed under it."""
    lines = dict(seal.cosignatures.order_by("pk").values_list("witness", "line"))
    return seal.note + "".join(lines.values())


def last_cosignature() -> Cosignature | None:
    return Cosignature.objects.select_related("seal").order_by("-pk").first()


def inclusion(index: int, size: int) -> list[bytes]:
    """Give the proof that a leaf is in the log's first `size` events; raise `NoSuchProof` if no seal covers these."""
    _require_sealed(size)
    return hashes_of(merkle.inclusion_path(index, size))


def consistency(old: int, new: int) -> list[bytes]:
    """Give the proof that the log of `new` events grew from the one of `old`; raise `NoSuchProof` as above."""
    _require_sealed(new)
    return hashes_of(merkle.consistency_path(old, new))


def _require_sealed(size: int) -> None:
    sealed = Seal.objects.aggregate(size=Max("size"))["size"] or 0
    if size > sealed:
        raise NoSuchProof(f"only {sealed} events are sealed, not {size}")


@dataclass(frozen=True)
class ProvedHistory:
    """The events of a subject that a seal covers, each with its leaf and proof, and how many still wait for a seal."""

    seal: Seal | None
    events: list[dict[str, Any]]
    waiting: int

    @property
    def is_whole(self) -> bool:
        return bool(self.events) and not self.waiting


def proved_history(subject: UUID, shown: Collection[str]) -> ProvedHistory:
    """Prove the history of a subject under the newest seal; only events of the kinds `shown` tell their content."""
    seal = newest_seal()
    rows = list(Event.objects.filter(subject=subject).order_by("seq").annotate(index=F("leaf__index")))
    size = seal.size if seal else 0
    sealed = [event for event in rows if event.index is not None and event.index < size]
    events = list(_proved(sealed, size, shown))
    return ProvedHistory(seal, events, len(rows) - len(sealed))


def covered(subject: UUID) -> ProvedHistory:
    """Tell, without the proofs, how far the newest seal covers the history of a subject."""
    seal = newest_seal()
    events = Event.objects.filter(subject=subject)
    waiting = events.exclude(leaf__index__lt=seal.size).count() if seal else events.count()
    return ProvedHistory(seal, [], waiting)


def _proved(events: list[Any], size: int, shown: Collection[str]) -> Iterator[dict[str, Any]]:
    told = dict(PublicEvent.objects.filter(pk__in=[event.index for event in events]).values_list("index", "told"))
    for event in events:
        content = {"kind": event.kind, "actor": event.actor, "at": _moment(event.at), "facts": event.facts}
        yield {
            "seq": event.seq,
            "digest": bytes(event.digest).hex(),
            "transaction": event.transaction,
            "recorded_at": _moment(event.recorded_at),
            **(content if event.kind in shown else {}),
            "public": told.get(event.index),
            "leaf": event.index,
            "proof": [b64encode(one).decode() for one in hashes_of(merkle.inclusion_path(event.index, size))],
        }


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
