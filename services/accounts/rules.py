from datetime import date


def age_on(birth_date: date, day: date) -> int:
    """Give the age in whole years on a day."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))
