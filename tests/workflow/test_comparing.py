"""Values mean the same however they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.workflow.comparing import METRES_A_DEGREE, are_alike, box_around, metres_between

ALIKE = [
    ("Əliyeva  Aysel", "ALIYEVA AYSEL".replace("A", "E", 1)),
    ("İsmayıl Şükür-oğlu", "ismayil SUKUR OGLU"),
    ("Müller", "MULLER"),
    ("2026-03-01", "01.03.2026"),
    ("2026-03-01", "1/3/2026"),
    ("2026-03-01T10:30:00", "2026-03-01"),
    ("12.50", 12.5),
    ("12,50", "12.5"),
    (100, "100.0"),
    (True, "true"),
    (["b", "A"], ["a", "B"]),
    ("10-AB-123", "10 ab 123"),
]
DIFFERENT = [
    ("Aysel", "Aysen"),
    ("2026-03-01", "2026-01-03"),
    ("007", "7"),
    (True, False),
    (["a"], ["a", "a"]),
    ("12.5", "125"),
]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_the_same_in_other_clothes_is_alike(one: object, other: object) -> None:
    assert are_alike(one, other)
    assert are_alike(other, one)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_what_differs_is_not(one: object, other: object) -> None:
    assert not are_alike(one, other)


@given(st.text(max_size=40))
def test_everything_is_like_itself_in_capitals_and_spaces(text: str) -> None:
    assert are_alike(text, f"  {text} ")


near = st.floats(-2, 2)
PLACES = st.tuples(st.floats(-80, 80), st.floats(-170, 170))


@given(PLACES, st.floats(1, 5000), near, near)
def test_what_is_near_lies_in_the_box(place: tuple[float, float], metres: float, up: float, along: float) -> None:
    here = {"lat": place[0], "lon": place[1]}
    south, north, west, east = box_around(here, metres)
    there = {"lat": here["lat"] + up * metres / METRES_A_DEGREE, "lon": here["lon"] + along * (east - west) / 2}

    if metres_between(here, there) <= metres:
        assert south <= there["lat"] <= north
        assert west <= there["lon"] <= east


def test_a_degree_on_the_ground() -> None:
    assert metres_between({"lat": 40.0, "lon": 49.0}, {"lat": 41.0, "lon": 49.0}) == pytest.approx(111_195, rel=1e-3)
