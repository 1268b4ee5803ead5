"""What only the portal's own code can look at: recounts the figures, the sealed log and the files; prints JSON."""

import hashlib
import json
import sys
import time
from typing import Any

import django
from django.core.files.storage import default_storage


def main() -> None:
    django.setup()
    from services.ledger.automation import seal
    from services.transparency.automation import refresh

    refresh()
    seal()
    if sys.argv[1:] != ["count"]:
        print(json.dumps({"figures": figures(), "log": log(), "chains": chains(), **files()}))


def figures() -> list[str]:
    """Compare the figures as they were counted, event by event as they came, with a recount and with plain SQL."""
    from django.db.models import Sum

    from services.ledger.models import Event
    from services.transparency.automation import ROLL_UPS, rebuild
    from services.transparency.models import Count

    def rolled_up() -> list[set[tuple[Any, ...]]]:
        return [set(model.objects.exclude(number=0).values_list(*key, *more)) for model, key, more in ROLL_UPS]

    counted = rolled_up()
    rebuild()
    told = [
        f"{model.__name__}: {len(before ^ after)} rows differ from a recount"
        for (model, *_), before, after in zip(ROLL_UPS, counted, rolled_up(), strict=True)
        if before != after
    ]
    number = Count.objects.filter(measure="received", cut="").aggregate(sum=Sum("number"))["sum"] or 0
    events = Event.objects.filter(kind="submitted", facts__has_key="service").count()
    return [*told, *([f"{number} received, but {events} events tell so"] if number != events else [])]


def log() -> list[str]:
    """Find events without a leaf, gaps, and signed heads that don't fit the leaves."""
    from services.ledger.leaves import contents_of
    from services.ledger.models import Event, Leaf, Seal

    _wait_for_open_transactions()
    leaves = list(Leaf.objects.select_related("event").order_by("index"))
    missing = Event.objects.count() - len(leaves)
    told = [f"{missing} events without a leaf"] if missing else []
    if [leaf.index for leaf in leaves] != list(range(len(leaves))):
        told.append("the leaves are not numbered in a row")
    hashes = [content.hash for content in contents_of([leaf.event for leaf in leaves])]
    seals = list(Seal.objects.order_by("pk"))
    if [seal.size for seal in seals] != sorted(seal.size for seal in seals):
        told.append("a later head is smaller than an earlier one")
    some = {*seals[:: max(1, len(seals) // 20)], *seals[-1:]}
    told += [f"the head of size {one.size} is another" for one in some if root(hashes[: one.size]) != bytes(one.root)]
    return told


def chains() -> list[str]:
    """Find what `verify_ledger` finds."""
    from services.ledger.checking import faults

    return [str(fault) for fault in faults()]


def root(leaves: list[bytes]) -> bytes:
    """Give the root of a tree level by level, with nothing of the portal's own tree."""
    level = leaves
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        odd = level[-1:] if len(level) % 2 else []
        level = [hashlib.sha256(b"\x01" + left + right).digest() for left, right in pairs] + odd
    return level[0] if level else hashlib.sha256().digest()


def _wait_for_open_transactions() -> None:
    """Seal what became final only now, and give that a moment."""
    from services.ledger.automation import seal
    from services.ledger.models import Event, Leaf

    for _ in range(20):
        seal()
        if Event.objects.count() == Leaf.objects.count():
            return
        time.sleep(0.5)


def files() -> dict[str, Any]:
    """Compare rows and files by their digests; a file that a kill left without a row is only counted."""
    from services.requests.models import Document

    documents = list(Document.objects.all())
    torn = [f"document {one.number}: {why}" for one in documents if (why := fault_of(one.file.name, one.sha256))]
    known = {document.file.name.rsplit("/", 1)[-1] for document in documents}
    kept = default_storage.listdir("documents")[1] if documents else []
    return {"files": torn, "documents": len(documents), "left_over": len(set(kept) - known)}


def fault_of(name: str, sha256: str) -> str:
    if not default_storage.exists(name):
        return "has no file"
    with default_storage.open(name) as file:
        return "" if hashlib.sha256(file.read()).hexdigest() == sha256 else "has another file"


if __name__ == "__main__":
    main()
