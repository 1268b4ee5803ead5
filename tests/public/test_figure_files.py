"""Figures as files: what the pages of agencies, offices, comparisons and the index tell, to compute with."""

import csv
import json
from io import StringIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.public.figured import page
from tests.worlds import desk, published

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("figured")]
OFFICES = {"what": "offices", "service": "permit", "a": "north-hall", "b": "west-hall"}


def rows_of(client: Client, name: str, *args: str, **query: Any) -> set[tuple[str, ...]]:
    """Read a file twice, as CSV and as JSON, which tell the same; give its rows."""
    rows = {tuple(row.values()) for row in csv.DictReader(StringIO(page(client, name, *args, "csv", **query)))}
    told = json.loads(page(client, name, *args, "json", **query))["figures"]
    assert {tuple(str(value) for value in row.values()) for row in told} == rows
    return rows


def test_an_agency_tells_its_services_and_its_offices(client: Client) -> None:
    rows = rows_of(client, "agency_file", "north")

    assert ("permit", "12m", "whole", "", "received", "300") in rows
    assert ("permit", "12m", "office", "north-hall", "on_time", "90") in rows
    assert ("", "", "office sum", "north-hall", "decided", "100") in rows
    assert not any(row[3] == "west-hall" for row in rows), "another agency's office"


def test_an_office_tells_whether_chance_explains_it(client: Client) -> None:
    rows = rows_of(client, "office_file", "west-hall")

    assert ("permit", "12m", "office", "west-hall", "late", "60") in rows
    assert ("permit", "12m", "office", "west-hall", "median_working_days", "4") in rows
    assert ("permit", "12m", "office", "west-hall", "beyond_chance", "-1") in rows
    assert ("", "", "office sum", "west-hall", "on_time", "40") in rows


def test_two_are_compared_as_on_the_page(client: Client) -> None:
    published([desk("judge")], towns=("south",), service="other")

    offices = rows_of(client, "compare_file", **OFFICES)
    services = rows_of(client, "compare_file", a="permit", b="other")
    periods = rows_of(client, "compare_file", what="periods", service="permit", a="12m-before", b="12m")

    assert {
        ("permit", "12m", "office", code, "late", late) for code, late in (("north-hall", "10"), ("west-hall", "60"))
    } <= offices
    assert ("permit", "12m", "whole", "", "decided", "300") in services & periods
    assert rows_of(client, "compare_file") == set(), "nothing is chosen yet"


def test_the_index_tells_the_weights_with_the_numbers(client: Client) -> None:
    rows = rows_of(client, "index_file", on_time=50, first_time_right=0, satisfied=0, robot_share=0)

    assert ("", "", "weight", "on_time", "weight", "50") in rows
    numbers = {row[4]: float(row[5]) for row in rows if row[2] == "index"}
    assert numbers["index"] == pytest.approx(100 * numbers["on_time"])
    assert numbers["on_time"] == pytest.approx(218 / 300)


@pytest.mark.parametrize(
    ("name", "args", "query", "status"),
    [
        ("agency_file", ["north", "exe"], {}, 404),
        ("agency_file", ["nowhere", "csv"], {}, 404),
        ("office_file", ["nowhere", "csv"], {}, 404),
        ("office_file", ["north-hall", "csv"], {"rows": "0"}, 400),
        ("compare_file", ["csv"], {**OFFICES, "a": "nowhere"}, 400),
        ("index_file", ["csv"], {"on_time": "101"}, 400),
        ("index_file", ["xml"], {}, 404),
    ],
)
def test_nonsense_gets_a_clear_answer(
    client: Client, name: str, args: list[str], query: dict[str, str], status: int
) -> None:
    assert client.get(reverse(name, args=args), query).status_code == status


@pytest.mark.parametrize(
    ("name", "args", "query"),
    [
        ("figures_of_agency", ["north"], {}),
        ("figures_of_office", ["west-hall"], {}),
        ("figures_compare", [], OFFICES),
        ("figures_index", [], {"on_time": "7"}),
    ],
)
def test_pages_lead_to_their_files(client: Client, name: str, args: list[str], query: dict[str, str]) -> None:
    told = page(client, name, *args, **query)
    ways = [part.split('"')[0].replace("&amp;", "&") for part in told.split('href="') if ".csv" in part.split('"')[0]]

    assert len(ways) == 1
    answer = client.get(ways[0])
    assert answer.status_code == 200
    assert len(answer.content.splitlines()) > 1
    if "on_time" in query:
        assert b",weight,on_time,weight,7" in answer.content


def test_files_need_few_queries(client: Client, django_assert_max_num_queries: Any) -> None:
    files = [
        ("agency_file", ["north", "csv"], {}),
        ("office_file", ["west-hall", "csv"], {}),
        ("index_file", ["csv"], {}),
    ]
    for name, args, query in [*files, ("compare_file", ["csv"], OFFICES)]:
        with django_assert_max_num_queries(8):
            client.get(reverse(name, args=args), query)
