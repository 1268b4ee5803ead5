"""Whether two values mean the same, however they are written: pure functions without Django."""

import math
import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

EARTH_M = 6_371_008.8
METRES_A_DEGREE = 111_195.0
LETTERS = str.maketrans("əƏıİIğĞ", "eeiiigg")
DAYS = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})")
Place = Mapping[str, float]
Box = tuple[float, float, float, float]


def are_alike(one: Any, other: Any) -> bool:
    """Tell whether two values mean the same: texts without case, spaces, accents and marks, days, numbers, lists."""
    if isinstance(one, list) and isinstance(other, list):
        return sorted(map(plain, one)) == sorted(map(plain, other))
    return plain(one) == plain(other)


def plain(value: Any) -> str:
    """Give a value in the form in which it is compared."""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value).strip()
    return _as_number(text) or _as_day(text) or _as_words(text)


def _as_number(text: str) -> str:
    # Digits that begin with 0 are a number in a register, not a quantity: 007 isn't 7.
    if re.fullmatch(r"-?(0|[1-9]\d*)(\.\d+|,\d{1,2})?", text) is None:
        return ""
    return f"{Decimal(text.replace(',', '.')).normalize():f}"


def _as_day(text: str) -> str:
    written = DAYS.fullmatch(text)
    year_first = f"{written[3]}-{int(written[2]):02}-{int(written[1]):02}" if written else text[:10]
    try:
        return date.fromisoformat(year_first).isoformat() if written or len(text) in (10, 19, 20, 25) else ""
    except ValueError:
        return ""


def _as_words(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.translate(LETTERS)).casefold()
    return "".join(letter for letter in letters if unicodedata.category(letter)[0] in "LN")


def metres_between(one: Place, other: Place) -> float:
    """Give how far two places are from each other on the ground."""
    north, other_north = math.radians(one["lat"]), math.radians(other["lat"])
    up = math.sin((other_north - north) / 2) ** 2
    along = math.cos(north) * math.cos(other_north) * math.sin(math.radians(other["lon"] - one["lon"]) / 2) ** 2
    return 2 * EARTH_M * math.asin(math.sqrt(min(1.0, up + along)))


def box_around(place: Place, metres: float) -> Box:
    """Give the least and greatest latitude, and the least and greatest longitude, of all that is so near to a place."""
    high = metres / METRES_A_DEGREE * 1.01
    wide = high / max(0.01, math.cos(math.radians(min(90.0, abs(place["lat"]) + high))))
    return place["lat"] - high, place["lat"] + high, place["lon"] - wide, place["lon"] + wide
