"""Whether all are served alike: groups of the people who let themselves be counted, as they may be told.

Pure functions without Django. Only those who said yes are counted, each in one group of each kind (gender, age, place,
language); "" are those of them who didn't say. All kinds have the same people, and no group of one kind is told with a
group of another: so between the tables of two kinds nothing follows but what their one sum says.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from services.transparency.disclosure import are_told, told_together
from services.transparency.statistics import ALL_BUT_TWO_IN_A_THOUSAND, Interval, difference, wilson

FEWEST_COMPARED = 30
OTHERS = "*"
AGES = (18, 30, 45, 60, 75)


class Tally(NamedTuple):
    """Of one group: how many requests were decided, how many of them in time, how many refused."""

    decided: int = 0
    on_time: int = 0
    refused: int = 0

    def plus(self, other: "Tally") -> "Tally":
        return Tally(*(one + two for one, two in zip(self, other, strict=True)))

    def minus(self, other: "Tally") -> "Tally":
        return Tally(*(one - two for one, two in zip(self, other, strict=True)))

    def parts(self, name: str) -> tuple[int, int]:
        """Give how many count for a measure, and how many of the decided don't."""
        part: int = getattr(self, name)
        return part, self.decided - part


PARTS = ("on_time", "refused")


@dataclass(frozen=True)
class Share:
    """A share of a group with where the true one lies 95 times of 100, and its difference to all other groups.

    `apart` is the interval of the difference, 998 times of 1,000; None where either side has fewer than 30 cases.
    """

    part: int
    share: float
    interval: Interval
    by: float | None = None
    apart: Interval | None = None

    @property
    def state(self) -> str:
        """Tell whether the group's share is beyond what chance explains: more, less, chance; "" when not compared."""
        if self.apart is None:
            return ""
        return "more" if self.apart.low > 0 else "less" if self.apart.high < 0 else "chance"


@dataclass(frozen=True)
class Group:
    """A group as it may be told: its size, and its shares by measure; `others` tells how many it stands for."""

    key: str
    decided: int
    shares: Mapping[str, Share]
    others: int = 0


def age_band(age: int | None) -> str:
    """Give the band of an age: `-17`, `18-29` … `75-`; "" when it isn't known."""
    if age is None:
        return ""
    begun = [least for least in AGES if least <= age]
    if not begun:
        return f"-{AGES[0] - 1}"
    ends = [least for least in AGES if least > age]
    return f"{begun[-1]}-{ends[0] - 1}" if ends else f"{begun[-1]}-"


def may_be_told(whole: Tally, counted: Tally) -> list[str]:
    """Give the measures of which groups may be told at all; [] when not even how many are counted.

    Who isn't counted is the rest of the whole, so the rest mustn't be few either.
    """
    rest = whole.minus(counted)
    if not counted.decided or not are_told([counted.decided, rest.decided]):
        return []
    return ["decided", *(name for name in PARTS if are_told([*counted.parts(name), *rest.parts(name)]))]


def groups_of(tallies: Mapping[str, Tally], measures: Sequence[str]) -> list[Group]:
    """Give the groups of one kind as they may be told; those with few cases as one, with enough others."""
    if "decided" not in measures:
        return []
    together = told_together({key: [tally.decided] for key, tally in tallies.items()})
    shown = {key: tally for key, tally in tallies.items() if key not in together and tally.decided}
    if together:
        shown[OTHERS] = summed(tallies[key] for key in together)
    if len(shown) < 2:
        return []
    hidden = {
        name: told_together({key: tally.parts(name) for key, tally in shown.items()})
        for name in PARTS
        if name in measures
    }
    whole = summed(shown.values())
    return [
        Group(
            key,
            tally.decided,
            {name: share_of(tally, whole, name) for name in hidden if key not in hidden[name]},
            len(together) if key == OTHERS else 0,
        )
        for key, tally in shown.items()
    ]


def share_of(tally: Tally, whole: Tally, name: str) -> Share:
    """Give a group's share, compared with that of all others where both have thirty cases."""
    part, _rest = tally.parts(name)
    share, interval = part / tally.decided, wilson(part, tally.decided)
    others = whole.minus(tally)
    if min(tally.decided, others.decided) < FEWEST_COMPARED:
        return Share(part, share, interval)
    other = others.parts(name)[0]
    apart = difference(part, tally.decided, other, others.decided, ALL_BUT_TWO_IN_A_THOUSAND)
    return Share(part, share, interval, share - other / others.decided, apart)


def summed(tallies: Iterable[Tally]) -> Tally:
    """Add up groups."""
    total = Tally()
    for tally in tallies:
        total = total.plus(tally)
    return total
