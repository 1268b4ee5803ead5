"""The public pages: found by words, told in plain numbers, few queries."""

import csv
import re
from collections.abc import Callable
from datetime import date, time, timedelta
from hashlib import sha256
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from services.agencies.models import Agency, Office
from services.catalogue.models import LifeEvent, ServiceVersion
from services.catalogue.operations import renew_prose
from services.ledger.public_events import bucket_of
from services.requests.document_numbers import new_document_number
from services.requests.models import Document
from services.transparency.models import Bucket, Count
from services.transparency.periods import months_after
from services.workflow.operations.working_days import add_own_day, remove_own_day
from tests.worlds import DAY, NOON, apply, build_agencies, citizen, clerk, desk, published, text

FEW = 12
AssertMaxQueries = Callable[..., Any]
pytestmark = pytest.mark.django_db


@pytest.fixture
def permit() -> ServiceVersion:
    build_agencies("north", "south")
    return published([desk("judge")], towns=("north", "south"))


def count(measure: str, number: int, **where: Any) -> None:
    """Count something of last month: as a whole, and where it belongs."""
    cells = [("", ""), *({"version": "1", "office": "north-hall", "channel": "online", **where}).items()]
    month = months_after(timezone.localdate().replace(day=1), -1)
    for cut, key in cells:
        cell = {"service": "permit", "cut": cut, "key": key, "month": month, "measure": measure}
        known, is_new = Count.objects.get_or_create(**cell, defaults={"number": number})
        if not is_new:
            known.number += number
            known.save()


def measured(cases: int) -> None:
    """Count requests that were all decided on time, within three days each, and as many that are open."""
    count("received", 2 * cases)
    count("approved", cases)
    count("on_time", cases)
    length = bucket_of(int(3 * DAY / timedelta(microseconds=1)))
    month = months_after(timezone.localdate().replace(day=1), -1)
    Bucket.objects.create(service="permit", month=month, measure="decision", bucket=length, number=cases)


def page(client: Client, name: str, *args: str, **words: str) -> str:
    return client.get(reverse(name, args=args), words).content.decode()


def issued(version: ServiceVersion, **more: Any) -> Document:
    facts = {
        "key": "permit",
        "title": "Permit",
        "number": "A1B2C3",
        "issued_at": NOON,
        "sha256": sha256(b"").hexdigest(),
    }
    return Document.objects.create(service_request=apply(version, by=citizen()), **{**facts, **more})


class TestFindingServices:
    def test_home_counts_what_an_agency_delivers_or_answers_for_as_its_own_page_lists_it(self, client, permit):
        published([desk("judge")], towns=("south",), service="parking", responsible="south")

        front = page(client, "home")

        for agency, count in (("north", 1), ("south", 2)):
            assert re.search(rf'href="/agencies/{agency}/">.*?</a> <span class="quiet small">{count} service', front)
            assert len(set(re.findall(r'href="(/services/[a-z-]+/)"', page(client, "agency", agency)))) == count

    def test_home_leads_to_life_events_agencies_and_the_search(self, client, permit):
        home = page(client, "home")

        assert reverse("life_event", args=["moving-home"]) in home
        assert reverse("agency", args=["north"]) in home
        assert 'type="search"' in home

    def test_finds_by_words_and_says_when_nothing_fits(self, client, permit):
        assert reverse("service", args=["permit"]) in page(client, "services", q="permt")
        assert "No service was found." in page(client, "services", q="zzzzzz")

    def test_finds_by_the_names_of_who_delivers_it_and_of_what_leads_to_it(self, client, permit):
        Office.objects.filter(code="south-hall").update(name={"en": "Lighthouse"})
        LifeEvent.objects.update(name={"en": "Wandering"})
        assert reverse("service", args=["permit"]) not in page(client, "services", q="lighthouse")

        renew_prose()

        for words in ("lighthouse", "wandering"):
            assert reverse("service", args=["permit"]) in page(client, "services", q=words)

    def test_gives_only_the_list_while_somebody_types(self, client, permit):
        typed = client.get(reverse("services"), {"q": "permit"}, headers={"HX-Request": "true"})
        back = client.get(reverse("services"), headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})

        assert b"<html" not in typed.content
        assert b"<html" in back.content
        assert "HX-Request" in typed["Vary"]

    def test_lists_services_of_a_life_event_and_of_an_agency(self, client, permit):
        assert reverse("service", args=["permit"]) in page(client, "life_event", "moving-home")
        assert reverse("service", args=["permit"]) in page(client, "agency", "south")
        assert client.get(reverse("agency", args=["nowhere"])).status_code == 404

    @time_machine.travel(NOON)
    def test_tells_when_an_agency_does_not_work(self, client, permit):
        north = Agency.objects.get(code="north")
        manager = clerk("dilara", desks=(), role="manager")
        add_own_day(north, date(2026, 3, 13), "half", manager, NOON, name=text("We move"), closes_at=time(13))
        gone = add_own_day(north, date(2026, 3, 12), "off", manager, NOON, name=text("Once planned"))
        remove_own_day(gone, manager, NOON)

        told = page(client, "agency", "north")

        assert "It works on these days: Monday, Tuesday, Wednesday, Thursday, Friday." in told
        assert "Its days off are known until 31 December 2026." in told
        assert "2 special days in the next twelve months" in told
        assert told.index("9 March 2026") < told.index("13 March 2026") < told.index("Half day, until 13:00")
        assert "We move" in told
        assert "Once planned" not in told
        assert "Dilara" not in told
        assert "We move" not in page(client, "agency", "south")


class TestServicePage:
    def test_begins_with_the_legal_limit_and_claims_no_median_without_cases(self, client, permit):
        told = page(client, "service", "permit")

        assert "By law decided within 10 working days." in told
        assert "not enough decisions yet" in told
        assert reverse("apply", args=["permit"]) in told

    def test_tells_the_real_median_once_there_is_one(self, client, permit):
        measured(5)

        assert "By law decided within 10 working days; half within 3 days." in page(client, "service", "permit")

    @pytest.mark.parametrize(("late", "shares"), [(5, ["80"]), (3, [])], ids=["five late", "few late"])
    def test_tells_the_share_in_time_but_never_how_few_were_late(self, client, permit, late: int, shares: list[str]):
        measured(20)
        count("late", late)
        count("approved", late)

        assert re.findall(r"(\d+)\s%\s+within the legal limit", page(client, "service", "permit")) == shares

    def test_tells_what_most_often_goes_wrong_in_small_numbers(self, client):
        build_agencies("north")
        reasons = [{"code": "unfit", "text": text("The photo is unfit.")}]
        published([desk("judge")], rejection_reasons=reasons)
        count("received", 50)
        count("refused:unfit", 10)
        count("asked:", 20)

        told = " ".join(page(client, "service", "permit").split())
        assert "1 in 5 is refused: The photo is unfit." in told
        assert "For 4 in 10 the office has to ask because something is missing or unclear." in told

    def test_tells_no_time_of_so_few_decisions_that_it_would_be_somebody_s_own(self, client, permit):
        measured(3)

        assert "half within" not in page(client, "service", "permit")
        assert "not enough decisions yet" in page(client, "service", "permit")

    def test_compares_the_fees_of_places_that_differ(self, client):
        build_agencies("north", "south")
        places = [
            {"office": "north-hall", "parameters": {"price": 10}},
            {"office": "south-hall", "parameters": {"price": 15}},
        ]
        fee = {"base": [{"parameter": "price"}]}
        published([desk("judge")], parameters={"price": text("Price")}, delivered_by=places, fee=fee)

        told = page(client, "service", "permit")

        assert "The fee depends on the place" in told
        assert "10 AZN" in told
        assert "15 AZN" in told

    def test_marks_texts_in_another_language(self, client, permit):
        client.post(reverse("set_language"), {"language": "ar"})

        told = page(client, "service", "permit")

        assert '<html lang="ar" dir="rtl">' in told
        assert '<h1><bdi lang="en">Permit</bdi></h1>' in told


class TestFigures:
    def test_say_that_nobody_has_asked_yet(self, client, permit):
        assert "Nobody has asked for this service here yet." in page(client, "figures_of", "permit")

    def test_tell_counts_and_times_with_the_names_of_offices_and_channels(self, client, permit):
        measured(5)

        told = page(client, "figures_of", "permit")

        assert "Half of the requests are decided within 3 days" in told
        assert "100 % are decided within what the law allows (10 working days)." in told
        assert '<th scope="row">north hall</th>' in told
        assert '<th scope="row">Online</th>' in told

    def test_keep_times_of_fewer_than_five_cases_back(self, client, permit):
        measured(4)

        assert "There are too few requests to tell anything" in page(client, "figures_of", "permit")

    def test_come_as_csv_under_a_heading(self, client, permit):
        measured(5)

        answer = client.get(reverse("figures_file", args=["permit", "csv"]))
        rows = list(csv.DictReader(StringIO(answer.content.decode())))

        assert ("office", "north-hall", "received", "10") in {
            (row["table"], row["key"], row["measure"], row["value"]) for row in rows
        }

    @pytest.mark.parametrize("name", ["home", "services", "figures"])
    def test_need_few_queries_however_many_services(
        self, client, name, django_assert_max_num_queries: AssertMaxQueries
    ):
        build_agencies("north")
        for number in range(30):
            published([desk("judge")], service=f"permit-{number}")

        with django_assert_max_num_queries(FEW):
            client.get(reverse(name))

    @pytest.mark.parametrize("name", ["service", "figures_of"])
    def test_need_few_queries_however_many_offices(self, client, name, django_assert_max_num_queries: AssertMaxQueries):
        towns = [f"town-{number}" for number in range(30)]
        build_agencies(*towns)
        published([desk("judge")], towns=towns)
        for office in Office.objects.all():
            count("received", 1, office=office.code)

        with django_assert_max_num_queries(FEW):
            client.get(reverse(name, args=["permit"]))


class TestVerifying:
    @pytest.mark.parametrize(
        ("facts", "words"),
        [
            ({}, "This document is valid"),
            ({"valid_until": (NOON - 400 * DAY).date()}, "This document has expired"),
            ({"revoked_at": NOON, "revoked_reason": "Forged."}, "This document was revoked"),
        ],
    )
    def test_tells_the_state_and_never_whom_it_is_about(self, client, permit, facts, words):
        document = issued(permit, number=new_document_number(), **facts)

        told = page(client, "verify_document", document.number)

        assert words in told
        assert "Aysel" not in told

    def test_answers_404_for_an_unknown_number(self, client):
        answer = client.get(reverse("verify_document", args=["nothing"]))

        assert answer.status_code == 404
        assert b"This document is not ours" in answer.content

    def test_asks_for_a_number_or_a_file(self, client):
        answer = client.post(reverse("verify"), {})

        assert answer.status_code == 422
        assert b"Type the number or choose the file." in answer.content
