"""The charts of agencies, offices, comparisons and the index: what the tables tell, nothing else, and as files."""

import re
import xml.etree.ElementTree as ET
from io import BytesIO
from typing import Any

import pytest
from django.conf import settings as portal_settings
from django.core.cache import caches
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags
from PIL import Image

from services.transparency.models import Count, Cursor
from services.transparency.months import added_up, monthly
from services.transparency.periods import months_after
from services.transparency.queries import service_figures
from services.transparency.standings import renew_standings
from services.transparency.tables import Figures
from tests.public.figured import add, page
from tests.worlds import desk, published

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("figured")]
SVG = "{http://www.w3.org/2000/svg}"
OFFICES = {"what": "offices", "service": "permit", "a": "north-hall", "b": "west-hall"}
ON_TIME_ONLY = {"on_time": 100, "first_time_right": 0, "satisfied": 0, "robot_share": 0}
CHARTS: list[tuple[str, str, list[str], dict[str, Any], str]] = [
    ("figures_of_agency", "agency_chart", ["north"], {}, "volume"),
    ("figures_of_agency", "agency_chart", ["north"], {}, "on_time"),
    ("figures_of_agency", "agency_chart", ["north"], {}, "offices"),
    ("figures_of_office", "office_chart", ["west-hall"], {}, "time"),
    ("figures_of_office", "office_chart", ["west-hall"], {}, "on_time"),
    ("figures_of_office", "office_chart", ["west-hall"], {}, "offices"),
    ("figures_compare", "compare_chart", [], OFFICES, "time"),
    ("figures_compare", "compare_chart", [], OFFICES, "on_time"),
    ("figures_index", "index_chart", [], ON_TIME_ONLY, "ranked"),
]


@pytest.fixture(autouse=True)
def months(figured: Any) -> None:
    """Let the two months before last have decisions, too: each with more of them late."""
    this = timezone.localdate().replace(day=1)
    for back, late in ((2, 30), (3, 60)):
        for measure, number in (("received", 110), ("approved", 100), ("late", late), ("on_time", 100 - late)):
            add(measure, number, months_after(this, -back))


def month(back: int) -> Any:
    return months_after(timezone.localdate().replace(day=1), -back)


def tables(client: Client, name: str, *args: str, **query: Any) -> dict[str, list[list[str]]]:
    """Give the cells of the table under each chart, by the chart's title."""
    figures = re.findall(r'<figure class="chart">(.*?)</figure>', page(client, name, *args, **query), re.DOTALL)
    return {strip_tags(words(r"<figcaption>(.*?)</figcaption>", figure)): cells(figure) for figure in figures}


def cells(figure: str) -> list[list[str]]:
    rows = re.findall(r"<tr>(.*?)</tr>", figure[figure.index("<tbody") :], re.DOTALL)
    return [[strip_tags(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)] for row in rows]


def words(pattern: str, text: str) -> str:
    return re.search(pattern, text)[1]  # type: ignore[index]


def drawn(client: Client, view: str, *args: str, **query: Any) -> ET.Element:
    answer = client.get(reverse(view, args=args), query)
    assert answer.status_code == 200, answer.content
    return ET.fromstring(answer.content)  # noqa: S314  our own


@pytest.mark.parametrize(("name", "view", "args", "query", "chart"), CHARTS)
class TestEachChart:
    def test_has_title_description_table_and_files_on_its_page(
        self, client: Client, name: str, view: str, args: list[str], query: dict[str, Any], chart: str
    ) -> None:
        told = page(client, name, *args, **query)
        own = [
            one for one in re.findall(r'<figure class="chart">(.*?)</figure>', told, re.DOTALL) if f"/{chart}." in one
        ]

        assert len(own) == 1
        assert re.search(r'<svg[^>]* role="img"[^>]*>\s*<title>[^<]+</title>\s*<desc>[^<]+</desc>', own[0])
        assert cells(own[0])
        for kind in ("png", "svg"):
            link = words(rf'href="({reverse(view, args=[*args, chart, kind])}[^"]*)"', own[0])
            assert client.get(link.replace("&amp;", "&")).status_code == 200

    def test_comes_as_svg_and_as_a_real_picture(
        self, client: Client, name: str, view: str, args: list[str], query: dict[str, Any], chart: str
    ) -> None:
        root = drawn(client, view, *args, chart, "svg", **query)
        answer = client.get(reverse(view, args=[*args, chart, "png"]), query)
        picture = Image.open(BytesIO(answer.content))

        assert root.findtext(f"{SVG}title")
        assert root.findtext(f"{SVG}desc")
        assert picture.format == "PNG"
        assert picture.width == 1040
        assert len(picture.convert("RGB").getcolors(maxcolors=1 << 20) or []) > 20

    def test_is_kept_until_figures_are_counted_on(
        self,
        client: Client,
        settings: Any,
        django_assert_max_num_queries: Any,
        name: str,
        view: str,
        args: list[str],
        query: dict[str, Any],
        chart: str,
    ) -> None:
        settings.FIGURES_KEPT_S = 600
        caches["figures"].clear()
        Cursor.objects.create(pk=1, transaction=1, event_id=1)
        address = reverse(view, args=[*args, chart, "svg"])

        first = client.get(address, query)
        with django_assert_max_num_queries(1):
            again = client.get(address, query)
        caches["figures"].clear()

        assert again.content == first.content


class TestAgency:
    def test_tells_the_same_numbers_by_month_as_its_service(self, client: Client) -> None:
        told = tables(client, "figures_of_agency", "north")

        assert [row[1:] for row in told["Received and decided"]] == [["110", "100"], ["110", "100"], ["300", "300"]]
        assert [row[1:] for row in told["Decided in time"]] == [["40 %"], ["70 %"], ["73 %"]]
        assert told["Offices: decided in time"] == [["north hall", "100", "90 %", "83–94 %"]]

    def test_a_month_that_is_not_told_is_drawn_nowhere(self, client: Client) -> None:
        Count.objects.filter(measure="late", month=month(2), cut="").update(number=3)

        told = tables(client, "figures_of_agency", "north")["Decided in time"]
        root = drawn(client, "agency_chart", "north", "on_time", "svg")

        assert [row[1] for row in told] == ["40 %", "–", "–"]
        strokes = [path.get("d", "") for path in root.findall(f".//{SVG}g/{SVG}path[@stroke='#0b5b5e']")]
        assert not any("L" in stroke for stroke in strokes), "one month alone is a dot"
        assert len(root.findall(f".//{SVG}circle")) == 1

    @pytest.mark.parametrize(
        ("few", "services", "sums"),
        [
            (5, 2, [["160", "150"], ["115", "105"], ["350", "350"]]),
            (3, 1, [["110", "100"], ["110", "100"], ["300", "300"]]),
        ],
    )
    def test_a_service_with_few_cases_in_a_month_is_left_out_of_all_months(
        self, client: Client, few: int, services: int, sums: list[list[str]]
    ) -> None:
        published([desk("judge")], towns=("north",), service="other")
        for back, number in ((1, 50), (2, few), (3, 50)):
            for measure in ("received", "approved", "on_time"):
                Count.objects.create(service="other", cut="", key="", month=month(back), measure=measure, number=number)

        told = tables(client, "figures_of_agency", "north")["Received and decided"]

        assert [row[1:] for row in told] == sums
        assert f"Counted are {services} of 2 services" in page(client, "figures_of_agency", "north")


class TestMonths:
    def test_are_told_as_on_the_page_of_each_service(self, figured: Any) -> None:
        Count.objects.filter(measure="late", month=month(2), cut="").update(number=3)
        today = timezone.localdate()

        firsts, told = monthly(["permit"], today)
        series = {point.first: point.figures.numbers for point in service_figures("permit", today).series}

        assert len(firsts) == 3
        for first, figures in zip(firsts, told["permit"], strict=True):
            for name in ("received", "decided", "on_time", "late"):
                assert figures.numbers[name] == series[first][name], (first, name)

    def test_take_one_query_for_any_number_of_services(self, django_assert_num_queries: Any) -> None:
        for code in ("a", "b", "c"):
            Count.objects.create(service=code, cut="", key="", month=month(1), measure="received", number=9)
        with django_assert_num_queries(1):
            monthly(["permit", "a", "b", "c"], timezone.localdate())

    def test_are_added_up_of_the_same_services_only(self) -> None:
        def row(*numbers: int | None) -> list[Figures]:
            return [Figures("", {"received": number}) for number in numbers]

        told = {"a": row(9, 9, 9), "b": row(100, None, 200), "c": row(None, 7, 8), "idle": row(0, 0, 0)}
        sums = added_up(told, "received")

        assert (sums.services, sums.of) == (2, 3)
        assert sums.numbers == [(109,), None, (209,)]
        assert added_up({}, "received").numbers == []


class TestOffice:
    def test_is_shown_beside_all_offices(self, client: Client) -> None:
        told = tables(client, "figures_of_office", "west-hall")

        assert told["Time, and that of all offices"] == [
            ["Permit", "4 working days", "4 working days", "2 working days"]
        ]
        assert told["In time, and all offices"][0][1:] == ["40 %", "31–50 %", "66 %", "worse than chance explains"]
        funnel = told["Offices compared with what chance alone would give: Permit"]
        assert [row[:3] for row in funnel] == [
            ["north hall", "100", "90 %"],
            ["south hall", "100", "88 %"],
            ["west hall", "100", "40 %"],
        ]

    def test_its_own_dot_is_named_and_outside_of_chance(self, client: Client) -> None:
        root = drawn(client, "office_chart", "west-hall", "offices", "svg")

        assert root.findtext(f"{SVG}title") == "Offices compared with what chance alone would give: Permit"
        assert [text.text for text in root.findall(f".//{SVG}g[@fill='#14211f']/{SVG}text")] == ["west hall"]
        assert len(root.findall(f".//{SVG}path[@fill='#a3271f']")) == 1

    def test_what_is_not_told_of_it_is_not_drawn(self, client: Client) -> None:
        Count.objects.filter(cut="office", key="west-hall", measure="late").update(number=3)
        renew_standings(timezone.now(), all_of_them=True)

        told = tables(client, "figures_of_office", "west-hall")

        assert list(told) == ["Time, and that of all offices"]
        assert client.get(reverse("office_chart", args=["west-hall", "on_time", "svg"])).status_code == 404


class TestCompared:
    def test_two_stand_beside_each_other(self, client: Client) -> None:
        told = tables(client, "figures_compare", **OFFICES)

        assert told["How long decisions took"] == [
            ["north hall", "2 working days", "2 working days"],
            ["west hall", "4 working days", "4 working days"],
        ]
        assert told["Decided in time"] == [["north hall", "90 %", "83–94 %"], ["west hall", "40 %", "31–50 %"]]

    def test_nothing_is_drawn_before_two_are_chosen_or_of_what_is_not_told(self, client: Client) -> None:
        Count.objects.filter(cut="office", key="west-hall", measure="late").update(number=3)
        renew_standings(timezone.now(), all_of_them=True)

        assert tables(client, "figures_compare") == {}
        assert list(tables(client, "figures_compare", **OFFICES)) == ["How long decisions took"]


class TestIndex:
    def test_ranks_by_the_weights_in_force(self, client: Client) -> None:
        told = page(client, "figures_index", **ON_TIME_ONLY)

        assert tables(client, "figures_index", **ON_TIME_ONLY) == {"Services by their number": [["Permit", "66"]]}
        assert "In time 100, Right the first time 0, Satisfied 0, Done by robots 0." in told

    def test_a_service_without_a_number_is_not_drawn(self, client: Client) -> None:
        assert tables(client, "figures_index") == {}
        assert client.get(reverse("index_chart", args=["ranked", "svg"])).status_code == 404

    def test_of_many_the_ends_are_drawn(self, client: Client) -> None:
        for at in range(30):
            published([desk("judge")], towns=("south",), service=f"other-{at}")
            for measure in ("received", "approved", "on_time"):
                cell = {"service": f"other-{at}", "cut": "", "key": "", "month": month(1)}
                Count.objects.create(**cell, measure=measure, number=50)

        rows = tables(client, "figures_index", **ON_TIME_ONLY)["Services by their number"]

        assert len(rows) == 24
        assert rows[-1] == ["Permit", "66"]
        assert "Drawn are the first 12 and the last 12 of 31." in page(client, "figures_index", **ON_TIME_ONLY)


@pytest.mark.parametrize(
    ("view", "args", "query", "status"),
    [
        ("agency_chart", ["north", "volume", "gif"], {}, 404),
        ("agency_chart", ["north", "nothing", "svg"], {}, 404),
        ("agency_chart", ["nowhere", "volume", "svg"], {}, 404),
        ("office_chart", ["nowhere", "time", "svg"], {}, 404),
        ("compare_chart", ["time", "svg"], {}, 404),
        ("compare_chart", ["time", "svg"], {"what": "planets"}, 400),
        ("index_chart", ["ranked", "svg"], {"on_time": "101"}, 400),
    ],
)
def test_what_is_no_chart_gets_a_clear_answer(
    client: Client, view: str, args: list[str], query: dict[str, str], status: int
) -> None:
    assert client.get(reverse(view, args=args), query).status_code == status


def test_the_dark_colours_are_for_screens_only_so_that_charts_can_be_printed() -> None:
    tokens = (portal_settings.BASE_DIR / "portal" / "static" / "css" / "tokens.css").read_text()

    assert re.findall(r"@media (.*) \{", tokens) == ["screen and (prefers-color-scheme: dark)"]


@pytest.mark.parametrize("language", ["fr", "az", "ar"])
def test_charts_are_drawn_in_every_language(client: Client, language: str) -> None:
    address = reverse("office_chart", args=["west-hall", "on_time", "svg"])
    english = client.get(address).content
    other = client.get(address, headers={"Accept-Language": language}).content.decode()

    assert other != english.decode()
    assert ("In time, and all offices" in other) is False
    name = re.search(r'<text lang="en" text-anchor="(\w+)"[^>]*>Permit', other)
    assert name
    assert name[1] == ("end" if language == "ar" else "start")
