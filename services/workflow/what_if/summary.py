"""What a trial shows as a whole."""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from services.workflow.trials import Trial, TrialResult
from services.workflow.what_if.telling import ANSWERS, FEE, LIMIT


@dataclass(frozen=True)
class Summary:
    """The results of a trial, added up. Shares are of the minutes of work, seconds from submission to end."""

    total: int
    end_alike: int
    unchanged: int
    other_ends: Counter[str]
    with_problems: int
    other_fee: int
    fees: Decimal
    other_limit: int
    robot_share: tuple[float | None, float | None]
    seconds: tuple[float | None, float | None]


def summary_of(trial: Trial) -> Summary:
    """Add up what a trial has found so far."""
    results = list(trial.results.all())
    alike = [one for one in results if one.before["outcome"] == one.after["outcome"]]
    changes = Counter(change for one in results for change in one.changes)
    return Summary(
        total=len(results),
        end_alike=len(alike),
        unchanged=sum(not one.changes for one in results),
        other_ends=Counter(one.after["outcome"] for one in results if one not in alike),
        with_problems=changes[ANSWERS],
        other_fee=changes[FEE],
        fees=sum((_fee(one.after) - _fee(one.before) for one in results), Decimal(0)),
        other_limit=changes[LIMIT],
        robot_share=(_share(results, "before"), _share(results, "after")),
        seconds=(_mean_seconds(alike, "before"), _mean_seconds(alike, "after")),
    )


def _fee(side: dict[str, str | None]) -> Decimal:
    return Decimal(side["fee"] or 0)


def _share(results: list[TrialResult], side: str) -> float | None:
    robots = sum(getattr(one, side)["robot_minutes"] for one in results)
    whole = robots + sum(getattr(one, side)["clerk_minutes"] for one in results)
    return robots / whole if whole else None


def _mean_seconds(results: list[TrialResult], side: str) -> float | None:
    """Give the mean estimate; of requests that come to the same end only: the others were not walked to theirs."""
    return sum(getattr(one, side)["seconds"] for one in results) / len(results) if results else None
