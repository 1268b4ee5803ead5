"""All figures of a manager's services as a file: made in the background, with progress, safe in a spreadsheet."""

import csv
import json
import zipfile
from datetime import timedelta
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from services.accounts.models import User
from services.transparency import exports
from services.transparency.background import FiguresExport
from services.transparency.exports import KEPT, ask_for_figures, make_figures
from services.transparency.lines import COLUMNS, FORMULA, harmless
from services.transparency.models import Count
from services.transparency.periods import months_after
from tests import worlds
from tests.worlds import NOON

BEYOND = timedelta(seconds=1)


@pytest.fixture
def dilara(db: None, settings: Any, tmp_path: Any) -> User:
    settings.MEDIA_ROOT = tmp_path
    worlds.build_agencies("north", "south")
    for service in ("permit", "card"):
        worlds.published([worlds.desk("judge")], service=service)
        for name, number in {"received": 40, "refused": 20, "approved": 20, "on_time": 40, "refused:=1+1": 20}.items():
            month = months_after(timezone.localdate().replace(day=1), -1)
            Count.objects.create(service=service, month=month, measure=name, number=number)
    worlds.published([worlds.desk("judge")], towns=("south",), service="other")
    return worlds.clerk("dilara", desks=(), role="manager")


def made(user: User, kind: str) -> bytes:
    ask_for_figures(user, kind, NOON)
    assert make_figures(NOON) == 1
    return FiguresExport.objects.get().file.read()


class TestFile:
    def test_has_the_figures_of_all_own_services_as_csv(self, dilara) -> None:
        rows = list(csv.DictReader(StringIO(made(dilara, "csv").decode())))

        assert list(rows[0]) == COLUMNS
        assert {row["service"] for row in rows} == {"permit", "card"}
        assert ["permit", "12m", "whole", "", "received", "40"] in [list(row.values()) for row in rows]

    def test_no_cell_of_csv_is_a_formula_and_json_says_what_is_meant(self, dilara) -> None:
        assert ",'=1+1,number,20" in made(dilara, "csv").decode()
        FiguresExport.objects.all().delete()

        told = json.loads(made(dilara, "json"))
        assert {line["key"] for line in told["figures"] if line["table"] == "refused"} == {"=1+1"}
        assert "received" in told["measures"]

    def test_as_zip_has_a_file_a_service(self, dilara) -> None:
        archive = zipfile.ZipFile(BytesIO(made(dilara, "zip")))

        assert archive.namelist() == ["card.csv", "permit.csv", "measures.json"]
        assert archive.read("card.csv").decode().splitlines()[0] == ",".join(COLUMNS)

    def test_tells_how_far_it_is(self, dilara, monkeypatch) -> None:
        seen = []
        figures = exports.service_figures

        def look(*known: Any) -> Any:
            seen.append(FiguresExport.objects.values_list("done", "total").get())
            return figures(*known)

        monkeypatch.setattr(exports, "service_figures", look)
        made(dilara, "csv")

        assert seen == [(0, 2), (1, 2)]
        assert FiguresExport.objects.values_list("done", "total").get() == (2, 2)

    def test_who_asks_twice_gets_one(self, dilara) -> None:
        assert ask_for_figures(dilara, "csv", NOON) == ask_for_figures(dilara, "zip", NOON)
        assert make_figures(NOON) == 1

    def test_is_made_anew_when_a_worker_died_and_removed_after_its_time(self, dilara) -> None:
        export = ask_for_figures(dilara, "csv", NOON)
        FiguresExport.objects.filter(pk=export.pk).update(lease_until=NOON + timedelta(minutes=2), attempts=1)
        assert make_figures(NOON) == 0
        assert make_figures(NOON + timedelta(minutes=3)) == 1
        FiguresExport.objects.update(finished_at=NOON)
        file = FiguresExport.objects.get().file

        make_figures(NOON + KEPT)
        assert file.storage.exists(file.name)
        make_figures(NOON + KEPT + BEYOND)
        assert not file.storage.exists(file.name)

    def test_of_who_manages_nothing_is_empty(self, dilara) -> None:
        assert made(worlds.citizen(), "csv").decode().splitlines() == [",".join(COLUMNS)]


class TestPage:
    def test_asks_waits_and_gives(self, dilara, client: Client) -> None:
        client.force_login(dilara)
        asked = client.post(reverse("managers_figures"), {"format": "csv"}, follow=True).content.decode()
        part = client.get(reverse("managers_figures"), headers={"HX-Request": "true"}).content.decode()
        make_figures(timezone.now())
        done = client.get(reverse("managers_figures")).content.decode()
        file = client.get(reverse("managers_figures_download"))

        assert "The file is about to be made." in asked
        assert "<html" not in part
        assert "Download the file" in done
        assert file["Content-Disposition"] == 'attachment; filename="figures.csv"'

    def test_refuses_what_is_no_form(self, dilara, client: Client) -> None:
        client.force_login(dilara)

        assert client.post(reverse("managers_figures"), {"format": "exe"}).status_code == 422
        assert not FiguresExport.objects.exists()

    def test_gives_nobody_what_somebody_else_asked_for(self, dilara, client: Client) -> None:
        made(dilara, "csv")
        client.force_login(worlds.clerk("dima", "south", desks=(), role="manager"))

        assert client.get(reverse("managers_figures_download")).status_code == 404


@given(st.text())
def test_no_text_is_a_formula(text: str) -> None:
    cell = str(harmless(text))

    assert not cell.startswith(FORMULA)
    assert cell.removeprefix("'") == text.removeprefix("'")
