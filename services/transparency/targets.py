"""How far a service is from what its managers set as targets."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from services.transparency.statistics import wilson
from services.transparency.steering import Target
from services.transparency.tables import Figures

State = Literal["reached", "missed", "unsure", "unknown"]
SHARES: Mapping[str, Callable[[Figures], tuple[int | None, int | None]]] = {
    "on_time": lambda told: (told.on_time, _sum(told.on_time, told.late)),
    "first_time_right": lambda told: (told.first_time_right, told.decided),
    "satisfied": lambda told: (told.satisfied, told.rated),
}


@dataclass(frozen=True)
class Gap:
    """Where a measure stands and how far it is from its target; `unsure` where chance alone may make the gap.

    A positive `by` is better than the target: in the measure's own unit.
    """

    target: Target
    value: float | None
    by: float | None
    state: State


def gap_of(target: Target, told: Figures) -> Gap:
    """Compare a target with the figures of a period."""
    if target.measure == Target.Measure.MEDIAN:
        days = told.median.days
        if days is None:
            return Gap(target, None, None, "unknown")
        return Gap(target, days, target.aim - days, "reached" if days <= target.aim else "missed")
    part, whole = SHARES[target.measure](told)
    if part is None or not whole:
        return Gap(target, None, None, "unknown")
    low, high = wilson(part, whole)
    state: State = "reached" if low >= target.aim else "missed" if high < target.aim else "unsure"
    return Gap(target, part / whole, part / whole - target.aim, state)


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other
