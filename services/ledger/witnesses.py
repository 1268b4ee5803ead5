"""Ask witnesses to sign the newest head, by the protocol of C2SP `tlog-witness`."""

from base64 import b64encode
from dataclasses import dataclass

import httpx
import structlog
from django.conf import settings
from django.utils import timezone

from services.ledger.models import Cosignature, Seal, WitnessRefusal
from services.ledger.notes import BadNote, Cosigned, Verifier, cosigned, read_verifier
from services.ledger.proofs import consistency

log = structlog.get_logger()
TIMEOUT = httpx.Timeout(10, connect=2)
MOST_BYTES = 10_000
SIGNED_BEFORE = 409


@dataclass(frozen=True)
class Witness:
    """Who watches the log, and where."""

    key: Verifier
    url: str


class NotSigned(Exception):
    """A witness didn't sign a head; the message says why."""


def named_witnesses() -> list[Witness]:
    return [Witness(read_verifier(key), url.rstrip("/")) for key, url in settings.WITNESSES]


def ask_all() -> None:
    """Let every witness sign the newest head that it hasn't signed; a refusal is kept until it signs again."""
    seal = Seal.objects.order_by("-pk").first()
    if seal is None:
        return
    for witness in named_witnesses():
        if not seal.cosignatures.filter(witness=witness.key.name).exists():
            _ask(witness, seal)


def _ask(witness: Witness, seal: Seal) -> None:
    name = witness.key.name
    try:
        signed = _signed(witness, seal)
    except (NotSigned, httpx.HTTPError) as why:
        log.warning("witness_refused", witness=name, seal=seal.pk, why=str(why))
        words = {"seal": seal, "why": str(why)}
        WitnessRefusal.objects.update_or_create(
            witness=name, defaults=words, create_defaults={**words, "since": timezone.now()}
        )
        return
    Cosignature.objects.create(seal=seal, witness=name, at=signed.at, line=signed.line)
    WitnessRefusal.objects.filter(witness=name).delete()


def _signed(witness: Witness, seal: Seal) -> Cosigned:
    """Get a witness's signature; when it knows another size than we thought, ask once more from there."""
    last = Cosignature.objects.filter(witness=witness.key.name).order_by("-pk").select_related("seal").first()
    answer = _send(witness, last.seal.size if last else 0, seal)
    if answer.status_code == SIGNED_BEFORE:
        answer = _send(witness, _known_size(answer, seal), seal)
    if answer.status_code != httpx.codes.OK:
        raise NotSigned(f"{answer.status_code} {answer.text[:500].strip()}")
    try:
        signed = cosigned(seal.note + answer.text[:MOST_BYTES], witness.key)
    except BadNote as error:
        raise NotSigned("its answer isn't a signature") from error
    if signed is None:
        raise NotSigned("its signature doesn't hold")
    return signed


def _known_size(answer: httpx.Response, seal: Seal) -> int:
    words = answer.text.strip()
    if not words.isdecimal() or int(words) > seal.size:
        raise NotSigned(f"it has seen a log of {words[:20]} events, which is more than the {seal.size} that are here")
    return int(words)


def _send(witness: Witness, old: int, seal: Seal) -> httpx.Response:
    proof = consistency(old, seal.size) if 0 < old < seal.size else []
    lines = [f"old {old}", *(b64encode(one).decode() for one in proof), "", seal.note]
    return httpx.post(f"{witness.url}/add-checkpoint", content="\n".join(lines), timeout=TIMEOUT)
