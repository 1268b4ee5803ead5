"""The public event log: every leaf by the month of its seal, with what may be told of it; nothing about persons.

A service is told once five requests for it came, an office or channel of it once five came there; until then a hash
stands in place of the words. What was sealed before is told again in the month in which it may be told at last; so the
file of a month that is over never changes (docs/decisions/0016).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from heapq import merge
from itertools import groupby, islice
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar

from django.db.models import Max
from django.db.models.fields.json import KT
from django.db.models.functions import TruncMonth

from services.ledger.leaves import commitment_to
from services.ledger.models import Event, Leaf, NamedPlace, PublicEvent, Seal
from services.ledger.public_events import KINDS, RENAMED, SHUT, TOLD, public_hash, salt_of

STRETCH = 2000
# So long after the log grew beyond a month, nobody can still give a name that would change that month's file.
SETTLED_AFTER = timedelta(hours=1)
PLAIN = ("leaf", "seal", "commitment", "hidden")
FACTS = sorted({RENAMED.get(name, name) for names in TOLD.values() for name in names} - {"service", "step"})
COLUMNS = [*PLAIN, "request", "event", "day", "service", "step", *FACTS, "took", "answer", "month", "is_satisfied"]
NUMBERS = frozenset({"leaf", "seal", "lost", "minutes", "saves_minutes", "version", "working_days", "took"})
FLAGS = frozenset({"elsewhere", "on_time", "is_satisfied"})
Name = tuple[str, str, str]
Item = TypeVar("Item")


@dataclass(frozen=True)
class Month:
    """The leaves of one month, from number `first` up to but without `end`; when closed, its file never changes."""

    name: str
    first: int
    end: int
    is_closed: bool

    @property
    def size(self) -> int:
        return self.end - self.first


def months(now: datetime) -> list[Month]:
    """Give every month in which the log grew, oldest first; two queries."""
    sizes = Seal.objects.annotate(month=TruncMonth("at", tzinfo=UTC)).values_list("month").annotate(Max("size"))
    settled = Seal.objects.filter(at__lt=now - SETTLED_AFTER).aggregate(size=Max("size"))["size"] or 0
    found, first = [], 0
    for month, end in sizes.order_by("month"):
        if end > first:
            found.append(Month(f"{month:%Y-%m}", first, end, settled > end))
        first = max(first, end)
    return found


def month_of(name: str, now: datetime) -> Month | None:
    return next((month for month in months(now) if month.name == name), None)


def counted_leaves(event_id: int) -> int | None:
    """Give how many leaves there are up to an event; None as long as it has none."""
    index = Leaf.objects.filter(pk=event_id).values_list("index", flat=True).first()
    return None if index is None else index + 1


class Names(NamedTuple):
    """What may be named in the file of a month, and what of it couldn't be in the file before."""

    all: Collection[Name]
    new: Collection[Name]


def names_in(month: Month) -> Names:
    """Give the services and places that the file of a month may name; one query."""
    rows = list(NamedPlace.objects.filter(since__lte=month.end).values_list("service", "cut", "key", "since"))
    new = {(service, cut, key) for service, cut, key, since in rows if since > month.first}
    return Names({(service, cut, key) for service, cut, key, _ in rows}, new)


def hidden_events(services: Collection[str]) -> int:
    """Count the events of which no file tells more than a hash, of all these services and of none; two queries."""
    named = NamedPlace.objects.filter(cut="").values_list("service", flat=True)
    return PublicEvent.objects.filter(service__in={"", *services} - set(named)).count()


def lines_of(month: Month, names: Names) -> Iterator[dict[str, Any]]:
    """Give the leaves of a month in order, after those of the months before that may be named only now.

    Each with its number, the size of the first seal over it, the commitment to its event, and what the log tells.
    """
    seals = _Seals()
    for indices in _in_stretches(_told_late(month, names)):
        yield from _lines(indices, names.all, seals)
    for start in range(month.first, month.end, STRETCH):
        yield from _lines(range(start, min(start + STRETCH, month.end)), names.all, seals)


def _told_late(month: Month, names: Names) -> Iterator[int]:
    """Give the leaves of earlier months that tell more since something has a name."""
    found = []
    for service in sorted({service for service, _cut, _key in names.new}):
        before = PublicEvent.objects.filter(service=service, index__lt=month.first).order_by("index")
        if (service, "", "") not in names.new:
            before = before.filter(told__event__in=("submitted", "routed"))
        found.append(before.values_list("index", flat=True).iterator(chunk_size=STRETCH))
    return (index for index, _same in groupby(merge(*found)))


def _in_stretches(items: Iterator[Item]) -> Iterator[list[Item]]:
    while stretch := list(islice(items, STRETCH)):
        yield stretch


class _Seals:
    """The sizes of seals, read in order: whoever asks for a leaf before the last one begins anew."""

    def __init__(self) -> None:
        self.last = -1

    def over(self, index: int) -> int:
        """Give the size of the first seal that covers a leaf."""
        if index < self.last or self.last < 0:
            sizes = Seal.objects.filter(size__gt=index).order_by("size").values_list("size", flat=True).distinct()
            self.sizes = sizes.iterator(chunk_size=STRETCH)
            self.size = next(self.sizes)
        while self.size <= index:
            self.size = next(self.sizes)
        self.last = index
        return self.size


def _lines(indices: Iterable[int], named: Collection[Name], seals: _Seals) -> Iterator[dict[str, Any]]:
    wanted = list(indices)
    told = {event.index: event for event in PublicEvent.objects.filter(pk__in=wanted)}
    leaves = dict(Leaf.objects.filter(index__in=wanted).values_list("index", "event_id"))
    events = Event.objects.only("digest", "transaction", "recorded_at", "facts").in_bulk(list(leaves.values()))
    for index in wanted:
        event = events[leaves[index]]
        line = {"leaf": index, "seal": seals.over(index), "commitment": commitment_to(event).hex()}
        yield line | _words(told.get(index), event, named)


def _words(public: PublicEvent | None, event: Event, named: Collection[Name]) -> dict[str, Any]:
    """Give what may be told of an event: nothing, that something is, or its words, with the places that are named."""
    if public is None:
        return {"public": None}
    if (public.service, "", "") not in named or public.told["event"] not in KINDS:
        return {"hidden": public_hash(public.told).hex()}
    known = {name: event.facts[name] for name in SHUT if name in public.told}
    places = {
        name: [salt_of(bytes(event.digest), name), value]
        for name, value in known.items()
        if (public.service, name, value) in named
    }
    return {"public": public.told} | ({"places": places} if places else {})


def named_services() -> list[str]:
    """Give the codes of the services whose events the log tells."""
    return sorted(NamedPlace.objects.filter(cut="").values_list("service", flat=True))


def number_of_names() -> int:
    """Tell how many services, offices and channels the log names; none is ever taken back."""
    return NamedPlace.objects.count()


def named_places(service: str) -> list[Name]:
    """Give the service, its offices and its channels, as far as the log may name them."""
    return list(NamedPlace.objects.filter(service=service).values_list("service", "cut", "key"))


def cases_of(service: str) -> Iterator[list[dict[str, Any]]]:
    """Give the requests for a service one by one, each by what the log tells of its events, in order.

    An office or channel that isn't named is told as `*`. Memory doesn't grow with the log.
    """
    named = named_places(service)
    request = KT("told__request")
    told = PublicEvent.objects.filter(service=service, told__has_key="request").order_by(request, "index")
    rows = told.iterator(chunk_size=STRETCH)
    words = (word for stretch in _in_stretches(rows) for word in _named_words(stretch, named))
    return (list(case) for _request, case in groupby(words, itemgetter("request")))


def _named_words(rows: Iterable[PublicEvent], named: Collection[Name]) -> Iterator[dict[str, Any]]:
    wanted = {row.index: row for row in rows}
    leaves = (
        Leaf.objects.filter(index__in=wanted).select_related("event").only("index", "event__digest", "event__facts")
    )
    events = {leaf.index: leaf.event for leaf in leaves}
    for index, row in wanted.items():
        line = _words(row, events[index], named)
        if "public" in line:
            yield _with_names(line) | {"leaf": index}


def flat(line: dict[str, Any]) -> list[Any]:
    """Give a leaf as a row of a table: an office or channel by its name, or `*` where it isn't told."""
    known = line | _with_names(line)
    return [known.get(name, "") for name in COLUMNS]


def _with_names(line: Mapping[str, Any]) -> dict[str, Any]:
    """Give what a line tells, with `*` for an office or channel that isn't named."""
    told = line.get("public") or {}
    return told | {name: line.get("places", {}).get(name, ["", "*"])[1] for name in SHUT if name in told}
