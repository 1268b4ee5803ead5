import unicodedata
from datetime import date

LOOK_ALIKE = frozenset({"LATIN", "CYRILLIC", "GREEK"})


def age_on(birth_date: date, day: date) -> int:
    """Give the age in whole years on a day."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def mixes_alphabets(domain: str) -> bool:
    """Tell whether a domain has letters of two alphabets that look alike, as Latin and Cyrillic ones do."""
    try:
        written = domain.encode("ascii").decode("idna")
    except UnicodeError:
        written = domain
    letters = (unicodedata.name(letter, "") for letter in written if letter.isalpha())
    return len({name.partition(" ")[0] for name in letters} & LOOK_ALIKE) > 1
