"""Invent people who report about streets with an account, as sample data.

All of them let themselves be counted, and most told what is counted: were it some, then in a year of so few reports the
rest would be one to four late or refused ones, and no share of any group could be told.
"""

import random
from collections.abc import Mapping
from datetime import date, timedelta
from uuid import NAMESPACE_DNS, uuid5

from services.accounts.models import User

CITIES = {
    "sumgait-city-hall": "Sumgait",
    "ganja-city-hall": "Ganja",
    "sheki-city-hall": "Sheki",
    "lankaran-city-hall": "Lankaran",
}
AT_EACH, TELL = 12, 0.9
GENDERS = {User.Gender.WOMAN: 10, User.Gender.MAN: 11, User.Gender.OTHER: 1, "": 4}
LANGUAGES = {"az": 14, "en": 5, "fr": 2}
AGES = range(17, 84)


class Residents:
    """People of four cities. What they gave is drawn from a chance of its own, so that it changes nothing else."""

    def __init__(self, today: date) -> None:
        self.chance = random.Random(2037)  # noqa: S311
        self.by_office = {office: [self._person(office, at, today) for at in range(AT_EACH)] for office in CITIES}
        everybody = [person for people in self.by_office.values() for person in people]
        User.objects.bulk_create(everybody, ignore_conflicts=True)

    def _person(self, office: str, at: int, today: date) -> User:
        email = f"resident-{office.removesuffix('-city-hall')}-{at + 1}@example.org"
        person = User(
            id=uuid5(NAMESPACE_DNS, email),
            email=email,
            name=f"Resident {at + 1} of {CITIES[office]}",
            language=self._one_of(LANGUAGES),
            gender=self._one_of(GENDERS),
            may_be_counted=True,
        )
        if self.chance.random() < TELL:
            person.birth_date = today - timedelta(days=365.25 * self.chance.choice(AGES))
        if self.chance.random() < TELL:
            person.address = {"city": CITIES[office]}
        person.set_unusable_password()
        return person

    def _one_of(self, weights: Mapping[str, int]) -> str:
        return self.chance.choices(list(weights), list(weights.values()))[0]

    def reporter(self, office: str) -> User:
        """Give who reports a fault of a city."""
        return self.chance.choice(self.by_office[office])
