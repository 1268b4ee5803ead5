"""How long requests stay undecided, from the recent past: pure functions without Django.

Kaplan and Meier's estimate over a span of calendar time: a request counts from the age at which it came into the span
to the age at which it was decided, withdrawn, or has now. So the many that are still open count, too: to look at the
decided ones alone would promise too much whenever work piles up.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from services.ledger.public_events import bucket_of
from services.transparency.rules import MICROSECOND, middle_of

FROM_THE_START = -1
Curve = Sequence[tuple[int, float]]


@dataclass
class Lives:
    """How many requests came into the span, were decided, and were last seen undecided, by the bucket of their age."""

    entered: Counter[int] = field(default_factory=Counter)
    decided: Counter[int] = field(default_factory=Counter)
    left: Counter[int] = field(default_factory=Counter)

    @property
    def decisions(self) -> int:
        return self.decided.total()

    def add(self, *, entered: timedelta, last_seen: timedelta, is_decided: bool) -> None:
        """Add one request by its ages."""
        is_new = entered <= timedelta(0)
        self.entered[FROM_THE_START if is_new else bucket_of(entered // MICROSECOND)] += 1
        (self.decided if is_decided else self.left)[bucket_of(last_seen // MICROSECOND)] += 1


def curve_of(lives: Lives) -> Curve:
    """Give the share that is still undecided after each bucket in which something was decided."""
    curve, share, at_risk = [], 1.0, 0
    entered = sorted(lives.entered.items(), reverse=True)
    for bucket in sorted(lives.decided.keys() | lives.left.keys()):
        at_risk += _came_before(bucket, entered)
        if lives.decided[bucket] and at_risk:
            share *= max(0.0, 1 - lives.decided[bucket] / at_risk)
            curve.append((bucket, share))
        at_risk -= lives.decided[bucket] + lives.left[bucket]
    return curve


def _came_before(bucket: int, entered: list[tuple[int, int]]) -> int:
    came = 0
    while entered and entered[-1][0] < bucket:
        came += entered.pop()[1]
    return came


def undecided_after(curve: Curve, age: timedelta) -> float:
    """Give the share that is still undecided at an age."""
    reached = bucket_of(age // MICROSECOND) if age > timedelta(0) else FROM_THE_START
    shares = [share for bucket, share in curve if bucket < reached]
    return shares[-1] if shares else 1.0


def age_when_decided(curve: Curve, share: float, age: timedelta = timedelta(0)) -> timedelta | None:
    """Give by which age `share` of those undecided at `age` are decided; None when the past doesn't say."""
    wanted = undecided_after(curve, age) * (1 - share)
    for bucket, undecided in curve:
        if undecided <= wanted + 1e-12 and length_of(bucket) > age:
            return length_of(bucket)
    return None


def length_of(bucket: int) -> timedelta:
    """Give the age that stands for a bucket."""
    return timedelta(microseconds=middle_of(bucket))
