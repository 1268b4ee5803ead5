"""Days off by country from the library `holidays`: plain data, no rows."""

from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from typing import Any

import holidays

LANGUAGES = ("en", "az", "fr", "ar")
EDITION = version("holidays")


class UnknownCountry(ValueError):
    """The library has no list for this country or part of a country."""


@dataclass(frozen=True)
class Listed:
    """A day of a country's list: off, or worked in exchange for another; its name in the languages there are."""

    date: date
    is_off: bool
    name: dict[str, str]


def days_of(country: str, subdivision: str, year: int) -> list[Listed]:
    """Give a year's public holidays and exchanged working days; raise `UnknownCountry`."""
    plain = _read(country, subdivision, year, None)
    named = {code: _read(country, subdivision, year, known) for code, known in _languages(plain).items()}
    off = [
        Listed(day, True, {code: names[day] for code, names in named.items() if day in names} or {"en": name})
        for day, name in plain.items()
        if day.year == year
    ]
    worked = [Listed(day, False, {}) for day in plain.weekend_workdays if day.year == year]
    return sorted([*off, *worked], key=lambda day: day.date)


def check_country(country: str, subdivision: str = "") -> None:
    """Raise `UnknownCountry` unless there is a list."""
    _read(country, subdivision, 2026, None)


def _read(country: str, subdivision: str, year: int, language: str | None) -> Any:
    try:
        return holidays.country_holidays(country, subdiv=subdivision or None, years=year, language=language)
    except NotImplementedError as error:
        raise UnknownCountry(str(error)) from None


def _languages(plain: Any) -> dict[str, str]:
    """Give the languages of the portal in which a list has names: ours, and as the library calls it."""
    known = {language: language[:2] for language in plain.supported_languages or ()}
    return {ours: theirs for theirs, ours in sorted(known.items()) if ours in LANGUAGES}
