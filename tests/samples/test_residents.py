"""The invented people who report about streets: enough of each kind to be told, and few enough of some to be hidden."""

from collections import Counter
from datetime import date

import pytest

from portal.management.history import SHARES
from portal.management.residents import CITIES, Residents
from services.accounts.models import User
from services.accounts.rules import age_on
from services.transparency.fairness import OTHERS, Tally, age_band, groups_of

pytestmark = pytest.mark.django_db
TODAY, REPORTS = date(2026, 3, 2), 100


def reporters() -> list[User]:
    """Give who sent a hundred reports, at the cities in turn by their shares."""
    residents = Residents(TODAY)
    offices = [office for office, share in SHARES.items() for _ in range(share)]
    return [residents.reporter(offices[at % len(offices)]) for at in range(REPORTS)]


def told(keys: list[str]) -> dict[str, int]:
    """Give the sizes of groups as they may be told."""
    tallies = {key: Tally(number) for key, number in Counter(keys).items()}
    return {group.key: group.decided for group in groups_of(tallies, ["decided"])}


def test_groups_of_each_kind_are_told_and_the_small_ones_together() -> None:
    people = reporters()

    genders = told([person.gender for person in people])
    ages = told([age_band(age_on(one.birth_date, TODAY) if one.birth_date else None) for one in people])
    languages = told([person.language for person in people])
    places = told([person.address.get("city", "") for person in people])

    assert {"woman", "man"} <= set(genders)
    assert OTHERS in genders, "few of another gender, or who didn't say"
    assert len(ages) >= 5
    assert "az" in languages
    assert {"Sumgait", "Ganja"} <= set(places)
    for sizes in (genders, ages, languages, places):
        assert sum(sizes.values()) == REPORTS
        assert min(sizes.values()) >= 5


def test_all_may_be_counted_and_nobody_signs_in_with_a_password() -> None:
    Residents(TODAY)

    people = User.objects.filter(email__startswith="resident-")
    assert people.count() == 12 * len(CITIES)
    assert all(person.may_be_counted and not person.has_usable_password() for person in people)


def test_they_are_the_same_in_every_demonstration_and_made_once() -> None:
    first, again = reporters(), reporters()

    assert [person.pk for person in again] == [person.pk for person in first]
    assert User.objects.filter(email__startswith="resident-").count() == 12 * len(CITIES)
