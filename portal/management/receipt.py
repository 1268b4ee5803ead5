"""Read the log of real applications and plan its replay in the order of time. Pure functions without Django.

The log is "Receipt phase of an environmental permit application process" (CoSeLoG, 4TU.ResearchData): one row an event.
"""

import csv
import gzip
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from pathlib import Path

CHANNELS = {"Internet": "online", "Desk": "counter", "Post": "post", "e-mail": "email", "Intern": "internal"}
OFFICES = {
    "General": "environment-general",
    "Customer contact": "environment-customer-contact",
    "Experts": "environment-experts",
}


class Order(IntEnum):
    """What comes first among things that happened at the same moment."""

    SUBMIT = 1
    WORK = 2
    DECIDE = 3


@dataclass(frozen=True)
class Work:
    """One completed activity: who did which, at which desk, when."""

    activity: str
    clerk: str
    desk: str
    at: datetime


@dataclass
class Case:
    """One application of the log."""

    name: str
    channel: str
    office: str
    starts_at: datetime
    deadline: datetime
    ended_at: datetime | None
    works: list[Work] = field(default_factory=list)

    @property
    def first_seen_at(self) -> datetime:
        """Give the first moment at which the office dealt with it: two were worked on before their legal start."""
        moments = [self.starts_at, *(work.at for work in self.works)]
        return min(moments if self.ended_at is None else [*moments, self.ended_at])


Happening = tuple[datetime, Order, Case, Work | None]


def read_cases(path: Path) -> list[Case]:
    """Read the log, a gzipped CSV; raise `KeyError` naming a missing column, `ValueError` for what is no moment."""
    cases: dict[str, Case] = {}
    with gzip.open(path, "rt", newline="") as file:
        for row in csv.DictReader(file):
            name = row["case:concept:name"]
            case = cases.setdefault(name, _case(name, row))
            case.works.append(_work(row))
    return list(cases.values())


def _case(name: str, row: dict[str, str]) -> Case:
    return Case(
        name=name,
        channel=CHANNELS[row["case:channel"]],
        office=OFFICES[row["case:department"]],
        starts_at=datetime.fromisoformat(row["case:startdate"]),
        deadline=datetime.fromisoformat(row["case:deadline"]),
        ended_at=datetime.fromisoformat(row["case:enddate"]) if row["case:enddate"] else None,
    )


def _work(row: dict[str, str]) -> Work:
    return Work(
        activity=activity_key(row["concept:name"]),
        clerk=row["org:resource"],
        desk=row["org:group"].lower().replace("empty", "group-empty").replace(" ", "-"),
        at=datetime.fromisoformat(row["time:timestamp"]),
    )


def activity_key(name: str) -> str:
    """Give the definition's key of an activity: its number, as in `t07_1`, or `confirmation`."""
    first = name.split(" ", maxsplit=1)[0]
    return first.lower().replace("-", "_") if first.startswith("T") else "confirmation"


def in_order(cases: Iterable[Case]) -> list[Happening]:
    """Give all that happened, in the order of time."""
    return sorted(_happenings(cases), key=lambda happening: (happening[0], happening[1], happening[2].name))


def _happenings(cases: Iterable[Case]) -> Iterator[Happening]:
    for case in cases:
        yield case.first_seen_at, Order.SUBMIT, case, None
        for work in case.works:
            yield work.at, Order.WORK, case, work
        if case.ended_at is not None:
            yield case.ended_at, Order.DECIDE, case, None


def e_mail_names(clerks: Iterable[str]) -> dict[str, str]:
    """Give each clerk a name for an e-mail address; clerks that differ only in case ("test", "TEST") get a number."""
    names: dict[str, str] = {}
    for clerk in sorted(clerks):
        name, number = clerk.lower(), 1
        while name in names.values():
            number += 1
            name = f"{clerk.lower()}-{number}"
        names[clerk] = name
    return names
