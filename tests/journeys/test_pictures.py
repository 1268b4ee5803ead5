"""The pictures of the README: one page of each audience. Taken by `make screenshots`."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys.people import Visitor

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not os.environ.get("README_PICTURES"), reason="Pictures are taken by `make screenshots`"),
]
Open = Callable[..., Visitor]


def take(visitor: Visitor, name: str) -> None:
    folder = Path(os.environ["README_PICTURES"])
    visitor.page.screenshot(path=folder / f"{name}.jpg", type="jpeg", quality=65)


def test_one_page_of_each_audience(visitor: Open) -> None:
    everyone, aysel, bruno, dilara = visitor(), visitor("aysel", width=390), visitor("bruno"), visitor("dilara")
    reference = aysel.apply_for_parking("company_car", "10-BB-456")
    aysel.follow("Follow your request")
    aysel.wait_for("With Sumgait")
    take(aysel, "citizen")
    bruno.open_request(reference)
    bruno.click("Take this step")
    take(bruno, "clerk")
    dilara.page.goto("/manage/")
    take(dilara, "manager")
    everyone.page.goto("/figures/pothole-report/")
    take(everyone, "everyone")
