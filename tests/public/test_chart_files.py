"""Charts as files: SVG that stands alone, and PNG of it in every language, without a browser."""

import xml.etree.ElementTree as ET
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from PIL import Image

from portal import charts
from portal.chart_files import CHARTS, as_file
from services.transparency.models import Bucket, Count
from services.transparency.operations import write_remark
from services.transparency.periods import months_after
from tests import worlds
from tests.worlds import build_agencies, desk, published

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def permit(db: None) -> None:
    """Publish a service of two towns, with a hundred decisions at each in each of three months."""
    build_agencies("north", "south")
    published([desk("judge")], towns=("north", "south"))
    this = timezone.localdate().replace(day=1)
    for back in (1, 2, 3):
        month = months_after(this, -back)
        for cut, key in (("", ""), ("office", "north-hall"), ("office", "south-hall")):
            times = 1 if cut else 2
            for name, number in {"received": 100, "approved": 100, "on_time": 80, "late": 20}.items():
                place = {"service": "permit", "cut": cut, "key": key, "month": month}
                Count.objects.create(**place, measure=name, number=number * times)
            Bucket.objects.create(**place, measure="running_days", bucket=3 + back, number=100 * times)


def address(chart: str, kind: str, code: str = "permit") -> str:
    return reverse("figures_chart", args=[code, chart, kind])


@pytest.mark.parametrize("chart", CHARTS)
class TestEachChart:
    def test_comes_as_svg_with_title_and_description(self, permit, client: Client, chart: str) -> None:
        answer = client.get(address(chart, "svg"))
        root = ET.fromstring(answer.content)  # noqa: S314  our own

        assert answer["Content-Type"] == "image/svg+xml"
        assert root.findtext(f"{SVG}title") == str(CHARTS[chart].title)
        assert root.findtext(f"{SVG}desc") == str(CHARTS[chart].desc)
        assert not root.findall(f".//{SVG}script")

    def test_comes_as_png(self, permit, client: Client, chart: str) -> None:
        answer = client.get(address(chart, "png"))
        picture = Image.open(BytesIO(answer.content))

        assert answer["Content-Disposition"] == f'attachment; filename="permit-{chart}.png"'
        assert picture.format == "PNG"
        assert picture.width == 1040
        colours = picture.convert("RGB").getcolors(maxcolors=1 << 20)
        assert colours
        assert len(colours) > 20

    def test_is_offered_on_the_page(self, permit, client: Client, chart: str) -> None:
        told = client.get(reverse("figures_of", args=["permit"])).content.decode()

        for kind in ("png", "svg"):
            assert f'href="{address(chart, kind)}' in told


@pytest.mark.parametrize("language", ["en", "fr", "az", "ar"])
def test_words_are_drawn_in_every_language(language: str) -> None:
    """Each language gives another picture: none falls back to boxes or to nothing."""
    with translation.override(language):
        drawn = charts.trend(["1", "2"], [("first", [1, 2])])
        assert drawn
        with_words = as_file(drawn, CHARTS["volume"], "png", "ədalət")
        without = as_file(drawn, CHARTS["volume"], "png", "")

    assert drawn.is_mirrored == (language == "ar")
    assert with_words != without


def test_remarks_stand_below_the_picture_and_hostile_words_are_only_words(permit, client: Client) -> None:
    before = Image.open(BytesIO(client.get(address("volume", "png")).content))
    write_remark(
        service=published([desk("judge")], towns=("north", "south")).service,
        first_day=months_after(timezone.localdate().replace(day=1), -2),
        last_day=None,
        words={"en": "#panic() $x$ </svg><script>"},
        is_public=True,
        by=worlds.clerk("dilara", desks=(), role="manager"),
        now=timezone.now(),
    )

    after = Image.open(BytesIO(client.get(address("volume", "png")).content))

    assert after.height > before.height
    assert "script" not in client.get(address("volume", "svg")).content.decode()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (("volume", "gif", "permit"), 404),
        (("nothing", "png", "permit"), 404),
        (("volume", "png", "nothing"), 404),
    ],
)
def test_what_is_no_chart_answers_404(permit, client: Client, path: tuple[str, str, str], status: int) -> None:
    assert client.get(address(*path)).status_code == status


def test_a_bad_period_gets_a_clear_answer_and_nothing_to_draw_404(permit, client: Client) -> None:
    assert client.get(address("volume", "png"), {"period": "2026-13"}).status_code == 400
    assert client.get(address("offices", "png"), {"period": "all"}).status_code == 404
