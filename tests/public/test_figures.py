"""The public figures: narrowed and sorted by their address, few queries, downloads, and a clear answer to nonsense."""

import csv
import json
import re
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from services.catalogue.models import ServiceVersion
from services.transparency.equity import KINDS
from services.transparency.measures import MEASURES
from services.transparency.models import Count, EquityCount, EquityRun, OfficeFigures
from services.transparency.operations import write_remark
from services.transparency.periods import months_after
from services.transparency.standings import renew_standings
from tests import worlds
from tests.public.figured import add, page
from tests.worlds import desk, published

pytestmark = pytest.mark.django_db
AssertMaxQueries = Callable[..., Any]
MOST_QUERIES = 8


class TestState:
    def test_is_found_narrowed_and_sorted_by_the_address(self, client, figured):
        published([desk("judge")], towns=("south",), service="other")

        assert reverse("figures_of", args=["other"]) not in page(client, "figures", agency="north")
        assert "No service was found." in page(client, "figures", q="zzzzzz")
        for sort in ("received", "median", "on_time"):
            told = page(client, "figures", sort=sort)
            first, then = (told.index(reverse("figures_of", args=[code])) for code in ("permit", "other"))
            assert first < then, sort

    def test_comes_as_csv_and_json(self, client, figured):
        rows = list(csv.DictReader(StringIO(page(client, "state_file", "csv"))))
        told = json.loads(page(client, "state_file", "json"))

        assert {
            "service": "permit",
            "period": "12m",
            "table": "whole",
            "key": "",
            "measure": "received",
            "value": "300",
        } in rows
        assert len(told["figures"]) == len(rows)
        assert set(told["measures"]) == {measure.code for measure in MEASURES}


class TestService:
    def test_says_in_a_sentence_how_long_it_takes(self, client, figured):
        told = page(client, "figures_of", "permit")

        assert "Half of the requests are decided within 2 working days" in told
        assert "73 % are decided within what the law allows (10 working days)." in told

    def test_says_which_office_is_slowest_and_whether_chance_explains_it(self, client, figured):
        told = page(client, "figures_of", "permit")

        assert "Slowest is west hall: half within 4 working days." in told
        assert "Least often in time is west hall: 40 % of its decisions, 73 % everywhere." in told
        assert "That is more than chance explains." in told
        assert "Less often in time than chance explains: west hall." in told

    def test_names_the_slowest_office_also_where_chance_can_not_be_judged(self, client, figured):
        Count.objects.filter(cut="office", measure__in=["late", "on_time"]).delete()
        renew_standings(timezone.now(), all_of_them=True)
        told = page(client, "figures_of", "permit")

        assert "Slowest is west hall: half within 4 working days." in told
        assert "Whether more than chance is behind that can’t be told: the numbers are too small." in told

    def test_tells_reasons_in_words(self, client, figured):
        assert re.search(r"It doesn(’|'|&#x27;)t fit\.</th><td[^>]*>30<", page(client, "figures_of", "permit"))

    def test_tells_cuts_of_one_period_only(self, client, figured):
        told = page(client, "figures_of", "permit", period="all")

        assert "west hall" not in told
        assert "of one period only" in told

    def test_every_chart_has_a_title_a_description_and_a_table(self, client, figured):
        told = page(client, "figures_of", "permit")
        charts = re.findall(r'<figure class="chart">(.*?)</figure>', told, re.DOTALL)

        assert charts
        for chart in charts:
            assert re.search(r'<svg[^>]* role="img"[^>]*>\s*<title>[^<]+</title>\s*<desc>[^<]+</desc>', chart)
            assert "<table" in chart

    @pytest.mark.parametrize("unit", ["day", "week", "month", "quarter", "year"])
    def test_is_told_by_any_unit(self, client, figured, unit):
        assert client.get(reverse("figures_of", args=["permit"]), {"unit": unit}).status_code == 200


class TestPlaces:
    def test_an_office_is_compared_in_each_service(self, client, figured):
        told = page(client, "figures_of_office", "west-hall")

        assert "Of 100 decisions that may be told, 40 % came in time." in told
        assert "worse than chance explains" in told

    def test_an_agency_shows_its_services_and_offices(self, client, figured):
        told = page(client, "figures_of_agency", "north")

        assert reverse("figures_of", args=["permit"]) in told
        assert reverse("figures_of_office", args=["north-hall"]) in told

    def test_what_may_not_be_told_is_not_kept(self, figured):
        add("received", 3, months_after(timezone.localdate().replace(day=1), -1), office="south-hall")
        add("withdrawn", 3, months_after(timezone.localdate().replace(day=1), -1))
        Count.objects.filter(cut="office", key="south-hall", measure="late").update(number=2)

        renew_standings(timezone.now(), all_of_them=True)

        kept = {row.office: row.numbers for row in OfficeFigures.objects.all()}
        assert all("late" not in numbers for office, numbers in kept.items() if office == "south-hall")


class TestCompare:
    def test_two_offices_with_the_interval_of_the_difference(self, client, figured):
        told = page(client, "figures_compare", what="offices", service="permit", a="north-hall", b="west-hall")

        assert "west hall than north hall: worse (-50 points; between -60 and -38, 95 times of 100)" in told

    def test_two_periods(self, client, figured):
        assert "the last 12 months" in page(client, "figures_compare", what="periods", service="permit")


class TestIndex:
    def test_follows_the_weights_of_the_reader(self, client, figured):
        told = page(client, "figures_index", on_time="100", first_time_right="0", satisfied="0", robot_share="0")

        assert "<strong>73</strong>" in told

    def test_has_no_number_where_a_part_is_not_told(self, client, figured):
        assert "<strong>73</strong>" not in page(client, "figures_index")


class TestMeasures:
    @pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.code)
    def test_each_has_its_page(self, client, measure):
        told = page(client, "measure", measure.code)

        assert str(measure.formula) in told
        assert str(measure.left_out) in told

    def test_every_figure_leads_to_its_definition(self, client, figured):
        for name, args in (("figures", []), ("figures_of", ["permit"]), ("figures_of_office", ["west-hall"])):
            links = set(re.findall(r'class="measure" href="([^"]+)"', page(client, name, *args)))
            assert len(links) >= 4
            assert {client.get(link).status_code for link in links} == {200}


def test_how_long_and_who_is_slowest_are_two_clicks_from_the_first_page(client, figured):
    first = page(client, "home")
    assert f'href="{reverse("figures")}">How long does it take, and which office is slowest?' in first

    then = page(client, "figures")
    assert f'href="{reverse("figures_of", args=["permit"])}"' in then

    told = page(client, "figures_of", "permit")
    main = told[told.index("<main") :]
    assert (
        main.index("Half of the requests are decided within") < main.index("Slowest is west hall") < main.index("<form")
    )


BAD = [
    ("figures_of", {"period": "2026-03..2025-01"}, "ends before it begins"),
    ("figures_of", {"from": "2026-03", "to": "2025-01"}, "ends before it begins"),
    ("figures_of", {"period": "yesterday"}, "A period is"),
    ("figures_of", {"period": "2099"}, "in the future"),
    ("figures_of", {"period": "2026-13"}, "A period is"),
    ("figures_of", {"unit": "second"}, "may be one of"),
    ("figures_file", {"rows": "1000000000"}, "from 1 to 10000"),
    ("figures_file", {"rows": "-1"}, "from 1 to 10000"),
    ("figures", {"sort": "luck"}, "may be one of"),
    ("figures", {"agency": "nowhere"}, "no such agency"),
    ("figures_compare", {"what": "offices", "service": "permit", "a": "nowhere", "b": "north-hall"}, "no such office"),
    ("figures_compare", {"a": "permit", "b": "nothing"}, "no such service"),
    ("figures_compare", {"a": "permit", "b": "permit"}, "two different"),
    ("figures_compare", {"what": "periods", "service": "permit", "a": "2025", "b": "2025"}, "two different"),
    ("figures_compare", {"what": "planets"}, "may be one of"),
    ("figures_index", {"on_time": "101"}, "from 0 to 100"),
    (
        "figures_index",
        {"on_time": "0", "first_time_right": "0", "satisfied": "0", "robot_share": "0"},
        "At least one weight",
    ),
]


@pytest.mark.parametrize(("name", "query", "words"), BAD, ids=lambda one: str(one)[:60])
def test_nonsense_gets_a_clear_answer(client, figured, name, query, words):
    args = {"figures_of": ["permit"], "figures_file": ["permit", "csv"]}.get(name, [])

    answer = client.get(reverse(name, args=args), query)

    assert answer.status_code == 400
    assert words in answer.content.decode()


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("figures", []),
        ("state_file", ["json"]),
        ("figures_of", ["permit"]),
        ("figures_file", ["permit", "csv"]),
        ("figures_of_agency", ["north"]),
        ("figures_of_office", ["west-hall"]),
        ("figures_index", []),
        ("figures_compare", []),
        ("measures", []),
        ("measure", ["median"]),
    ],
)
def test_pages_need_few_queries(client, figured, name, args, django_assert_max_num_queries: AssertMaxQueries):
    add("received", 40, timezone.localdate().replace(day=1))  # some are open: their age is read, too
    groups_and_remarks(figured)
    with django_assert_max_num_queries(MOST_QUERIES):
        assert client.get(reverse(name, args=args)).status_code == 200


def groups_and_remarks(version: ServiceVersion) -> None:
    """Let a service have all that its page can show."""
    run = EquityRun.objects.create(
        service="permit", until=timezone.localdate().replace(day=1), decided=100, on_time=50, refused=50
    )
    for kind in KINDS:
        for key in ("north", "south"):
            EquityCount.objects.create(run=run, kind=kind, key=key, decided=50, on_time=25, refused=25)
    manager, now = worlds.clerk("dilara", desks=(), role="manager"), timezone.now()
    known = {"words": {"en": "A flood"}, "first_day": timezone.localdate(), "last_day": None, "is_public": True}
    write_remark(service=version.service, by=manager, now=now, **known)
