"""Check the whole ledger: chains, leaves, public events, tiles, seals, times, and that nothing lacks its leaf."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain

from django.conf import settings
from django.db.models import Max, Q
from django.db.models.expressions import RawSQL
from django.utils import timezone

from services.ledger import merkle, notes
from services.ledger.keys import verifiers
from services.ledger.leaves import commitment_to
from services.ledger.merkle import HASH_BYTES
from services.ledger.models import Event, Leaf, PublicEvent, Seal, Sealing, Tile
from services.ledger.public_events import is_true_of, leaf_of
from services.ledger.queries import broken_links
from services.ledger.tiles import BITS, WIDTH

STRETCH = 16 * WIDTH
MERGE_DELAY = timedelta(seconds=60)
# A transaction may have begun this long before the seal that it came too late for.
LONGEST_TRANSACTION = timedelta(minutes=10)


@dataclass(frozen=True)
class Fault:
    """What doesn't hold, and why."""

    what: str
    why: str

    def __str__(self) -> str:
        return f"{self.what}: {self.why}"


@dataclass
class Tree:
    """The tree as it grows leaf by leaf: the hashes of its perfect parts, the greatest first."""

    size: int = 0
    parts: list[tuple[int, bytes]] = field(default_factory=list)

    def add(self, leaf: bytes) -> None:
        height = 0
        while self.parts and self.parts[-1][0] == height:
            leaf = merkle.node_hash(self.parts.pop()[1], leaf)
            height += 1
        self.parts.append((height, leaf))
        self.size += 1

    @property
    def root(self) -> bytes:
        *left, last = [part for _, part in self.parts] or [merkle.EMPTY]
        for one in reversed(left):
            last = merkle.node_hash(one, last)
        return last


def faults() -> Iterator[Fault]:
    """Give everything that doesn't hold. Reads all events twice; needs none of the private keys."""
    for link in broken_links():
        yield Fault(f"event {link.event_id} ({link.subject}/{link.seq})", link.why)
    yield from _seal_faults()
    yield from _leaf_faults()
    yield from _tile_faults()
    yield from _unsealed()


def _named(event: Event) -> str:
    return f"event {event.pk} ({event.subject}/{event.seq})"


def _seal_faults() -> Iterator[Fault]:
    known = verifiers(settings.KEYS_DIR)
    before: tuple[int, datetime | None] = (0, None)
    for seal in Seal.objects.order_by("pk").iterator(chunk_size=2000):
        if (why := _fault_of(seal, known)) or (why := _goes_back(seal, *before)):
            yield Fault(f"seal {seal.pk} ({seal})", why)
        before = (seal.size, seal.at)


def _fault_of(seal: Seal, known: Sequence[notes.Verifier]) -> str:
    try:
        head = notes.read_head(notes.text_of(seal.note, known))
    except notes.BadNote as error:
        return str(error)
    return "" if (head.size, head.root, head.at) == (seal.size, bytes(seal.root), seal.at) else "differs from its note"


def _goes_back(seal: Seal, size: int, at: datetime | None) -> str:
    if seal.size < size:
        return "is smaller than the one before"
    return "is older than the one before" if at and seal.at < at else ""


def _leaf_faults() -> Iterator[Fault]:
    """Walk through the log once, in stretches, with the seals beside it."""
    end = max(Leaf.objects.aggregate(last=Max("index"))["last"] or -1, _sealed_size() - 1) + 1
    tree, seals = Tree(), Seal.objects.order_by("size", "pk").iterator(chunk_size=2000)
    seal = next(seals, None)
    newest: datetime | None = None
    for start in range(0, end, STRETCH):
        stretch = _Stretch.read(start, min(start + STRETCH, end))
        for index in range(stretch.start, stretch.end):
            while seal and seal.size == index:
                yield from _root_fault(seal, tree)
                newest, seal = seal.at, next(seals, None)
            yield from stretch.faults(index, newest)
            tree.add(stretch.hash(index))
    for rest in chain([seal] if seal else [], seals):
        yield from _root_fault(rest, tree)


def _sealed_size() -> int:
    return Sealing.objects.values_list("size", flat=True).first() or 0


def _root_fault(seal: Seal, tree: Tree) -> Iterator[Fault]:
    if seal.size != tree.size:
        yield Fault(f"seal {seal.pk} ({seal})", f"covers more than the {tree.size} leaves that are there")
    elif bytes(seal.root) != tree.root:
        yield Fault(f"seal {seal.pk} ({seal})", "isn't over the leaves that are there")


@dataclass
class _Stretch:
    """Neighbouring leaves, with their events and what the public log tells of them."""

    start: int
    end: int
    event_ids: dict[int, int]
    events: dict[int, Event]
    told: dict[int, dict[str, object]]
    tiles: dict[int, bytes]

    @classmethod
    def read(cls, start: int, end: int) -> "_Stretch":
        within = {"index__gte": start, "index__lt": end}
        event_ids = dict(Leaf.objects.filter(**within).values_list("index", "event_id"))
        told = dict(PublicEvent.objects.filter(**within).values_list("index", "told"))
        tiles = Tile.objects.filter(level=0, index__gte=start >> BITS, index__lte=end >> BITS)
        hashes = {tile.index: bytes(tile.hashes) for tile in tiles}
        return cls(start, end, event_ids, Event.objects.in_bulk(list(event_ids.values())), told, hashes)

    def hash(self, index: int) -> bytes:
        tile, place = divmod(index, WIDTH)
        return self.tiles.get(tile, b"")[place * HASH_BYTES : (place + 1) * HASH_BYTES]

    def faults(self, index: int, newest: datetime | None) -> Iterator[Fault]:
        """Give what is wrong with a leaf that came after a seal of the time `newest`."""
        number = self.event_ids.get(index)
        event = self.events.get(number or 0)
        if number is None:
            yield Fault(f"leaf {index}", "is missing")
        elif event is None:
            yield Fault(f"event {number} (leaf {index})", "was removed after it was sealed")
        else:
            yield from (Fault(f"{_named(event)}, leaf {index}", why) for why in self._whys(index, event, newest))

    def _whys(self, index: int, event: Event, newest: datetime | None) -> Iterator[str]:
        told = self.told.get(index)
        if leaf_of(commitment_to(event), told) != self.hash(index):
            yield "isn't what was sealed"
        if told is not None and not is_true_of(told, event.kind, event.facts, bytes(event.digest)):
            yield "is told otherwise by the public log"
        if newest and min(event.at, event.recorded_at) < newest - LONGEST_TRANSACTION:
            yield f"is dated before the seal of {newest:%Y-%m-%d %H:%M:%S}, which it came after"


def _tile_faults() -> Iterator[Fault]:
    """Compare every hash above the leaves with the tile that it stands for."""
    above = {(tile.level, tile.index): bytes(tile.hashes) for tile in Tile.objects.filter(level__gt=0)}
    full = WIDTH * HASH_BYTES
    for tile in Tile.objects.order_by("level", "index").iterator(chunk_size=1000):
        place, hashes = tile.index % WIDTH, bytes(tile.hashes)
        kept = above.get((tile.level + 1, tile.index // WIDTH), b"")[place * HASH_BYTES : (place + 1) * HASH_BYTES]
        parts = [hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES)]
        if kept != (merkle.perfect_root(parts) if len(hashes) == full else b""):
            yield Fault(f"tile {tile}", "isn't what stands above it")


def _unsealed() -> Iterator[Fault]:
    """Give the events that should have a leaf and have none."""
    sealing = Sealing.objects.first() or Sealing()
    late = Q(recorded_at__lt=timezone.now() - 2 * MERGE_DELAY)
    passed = Q(transaction__lt=sealing.transaction) | Q(transaction=sealing.transaction, pk__lte=sealing.event_id)
    unborn = Q(transaction__gt=RawSQL("pg_snapshot_xmax(pg_current_snapshot())::text::bigint", []))
    without = Event.objects.filter(late | passed | unborn, leaf=None)
    yield from (Fault(_named(event), "has no leaf") for event in without.iterator(chunk_size=2000))
