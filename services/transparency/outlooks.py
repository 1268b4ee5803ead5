"""What the next four weeks will bring to a service, from its counts by week."""

from dataclasses import dataclass
from datetime import date, timedelta

from services.transparency import reading
from services.transparency.outlook import MOST_WEEKS, Outlook, outlook
from services.transparency.rules import DECIDED

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Outlooks:
    """What is expected of a service in the four weeks from `first` on; None where the past doesn't say."""

    first: date
    received: Outlook | None
    decided: Outlook | None
    change: Outlook | None

    @property
    def is_known(self) -> bool:
        return self.received is not None


def outlooks_of(service: str, today: date) -> Outlooks:
    """Tell what the next four whole weeks bring, from the last two years; one query.

    `change` is by how much the backlog grows: received less decided less withdrawn.
    """
    monday = today - timedelta(days=today.weekday())
    counts = reading.by_day(service, ["received", *DECIDED, "withdrawn"])
    days = [day for numbers in counts.values() for day in numbers if day < monday]
    first = max(min(days, default=monday), monday - MOST_WEEKS * WEEK)
    weeks = [first - timedelta(days=first.weekday())]
    while weeks[-1] < monday:
        weeks.append(weeks[-1] + WEEK)

    def by_week(*measures: str) -> list[int]:
        numbers = dict.fromkeys(weeks[:-1], 0)
        for measure in measures:
            for day, number in counts.get(measure, {}).items():
                week = day - timedelta(days=day.weekday())
                if week in numbers:
                    numbers[week] += number
        return list(numbers.values())

    received, decided, withdrawn = by_week("received"), by_week(*DECIDED), by_week("withdrawn")
    change = [one - two - three for one, two, three in zip(received, decided, withdrawn, strict=True)]
    sizes = [one + two for one, two in zip(received, decided, strict=True)]
    return Outlooks(monday, outlook(received), outlook(decided), outlook(change, sizes))
