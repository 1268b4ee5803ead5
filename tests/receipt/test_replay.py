"""1,434 real applications through the portal: its public figures must be those that the log's authors published."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from portal.management.receipt import e_mail_names, in_order, read_cases
from tests.live import new_database

ROOT = Path(__file__).parent.parent.parent
DATA = ROOT.parent / "shared" / "data"
LOG, ORACLE = DATA / "receipt.csv.gz", DATA / "receipt_oracle.json"
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not LOG.exists(), reason=f"The receipt log isn't at {DATA}")]

CHANNELS = {"online": "Internet", "counter": "Desk", "post": "Post", "email": "e-mail", "internal": "Intern"}
OFFICES = {
    "environment-general": "General",
    "environment-customer-contact": "Customer contact",
    "environment-experts": "Experts",
}
TELL = """
import json, django; django.setup()
from datetime import date
from django.test import Client
from services.transparency.reading import book_of
client = Client(HTTP_HOST="localhost")
lines = json.loads(client.get("/figures/environmental-permit.json").content)["figures"]
page = client.get("/figures/environmental-permit/").content.decode()
table = lambda name, measure: {
    line["key"]: line["value"] for line in lines if (line["table"], line["measure"]) == (name, measure)
}
whole = {line["measure"]: line["value"] for line in lines if line["table"] == "whole"}
handling = {line["measure"]: line["value"] for line in lines if line["table"] == "handling"}
book = book_of("environmental-permit", date.today())
rows = lambda cut: {row.key: row.ever["received"] for row in book.rows[cut]}
print(json.dumps({
    "total": [whole[name] for name in ("received", "decided", "open", "on_time", "late")],
    "channels": rows("channel"), "offices": rows("office"),
    "told": {"channels": table("channel", "received"), "offices": table("office", "received")},
    "decided": {"channels": table("channel", "decided"), "offices": table("office", "decided")},
    "months": {key[:7]: value for key, value in table("month", "received").items()},
    "handling": [handling["mean"], handling["longest"], handling["deviation"]], "median": handling["median"],
    "page": [words in page for words in ("1434", "1329", "952 in time, 377 late", ">105<")],
}))
"""

SEAL = "import django; django.setup(); from services.ledger.automation import seal; seal()"

RECOUNT = """
import io, json, django; django.setup()
from contextlib import redirect_stderr, redirect_stdout
from functools import lru_cache
from django.conf import settings
from django.test import Client
from services.ledger import keys
from tests.ledger import strangers
program, figures = strangers.load_figures()
honest = lru_cache(None)(strangers.asking(Client(HTTP_HOST="localhost"), program.fetch))
key = str(keys.verifiers(settings.KEYS_DIR)[0])

def told(change):
    program.fetch = lambda where: change(where, honest(where))
    with redirect_stdout(io.StringIO()) as words, redirect_stderr(words):
        code = figures.main([strangers.PORTAL, "--key", key])
    return [code, words.getvalue()]

def figure(where, content):
    if "/figures/" not in where:
        return content
    known = json.loads(content)
    for line in known["figures"]:
        line["value"] += (line["table"], line["key"], line["measure"]) == ("channel", "counter", "received")
    return json.dumps(known).encode()

def changing(change):
    def changed(where, content):
        if not where.endswith(".jsonl"):
            return content
        lines = [json.loads(line) for line in content.splitlines()]
        change(lines)
        return "\\n".join(map(json.dumps, lines)).encode()
    return changed

def back_date(lines):
    lines[20001]["commitment"] = lines[20000]["commitment"]

def leave_out(lines):
    del lines[20001]

def rename(lines):
    next(line for line in lines if line.get("places"))["places"]["channel"][1] = "fax"

print(json.dumps([told(change) for change in (
    lambda where, content: content, figure, changing(back_date), changing(leave_out), changing(rename)
)]))
"""

# What a citizen read: `expected` of the forecasts as they were made at the last full hour, from what was known then.
FORETELL = """
import json, django; django.setup()
from collections import Counter
from datetime import timedelta
from django.db import transaction
from services.transparency.expectations import ANYWHERE, FEWEST_DECISIONS, expected
from services.transparency.forecasts import renew_forecast
from services.transparency.models import Forecast, MeasuredRequest
from services.transparency.rules import DECIDED
SERVICE, STEP = "environmental-permit", timedelta(days=14)
decided = list(MeasuredRequest.objects.filter(service=SERVICE, outcome__in=DECIDED))
fortnights = lambda one: range(-((one.submitted_at - one.ended_at) // STEP))
moments = [(one.submitted_at + number * STEP, number, one) for one in decided for number in fortnights(one)]
told, made_at = {"at submission": Counter(), "each fortnight after": Counter()}, None
with transaction.atomic():
    for at, number, one in sorted(moments, key=lambda moment: moment[0]):
        if made_at != (hour := at.replace(minute=0, second=0, microsecond=0)):
            made_at = hour
            renew_forecast(SERVICE, hour)
        counted = told["each fortnight after" if number else "at submission"]
        counted["asked"] += 1
        if date := expected(SERVICE, one.office, one.submitted_at, at):
            counted["told"] += 1
            counted["by half"] += one.ended_at.date() <= date.half_by.date()
            counted["by most"] += one.ended_at.date() <= date.most_by.date()
        else:
            known = Forecast.objects.get(service=SERVICE, office=ANYWHERE)
            counted["too few" if known.decided < FEWEST_DECISIONS else "too short"] += 1
    transaction.set_rollback(True)
print(json.dumps(told))
"""
# As published in README.md and docs/decisions/0006-expected-dates.md.
FORETOLD = {
    "at submission": {"asked": 1327, "too few": 222, "too short": 162, "told": 943, "by half": 505, "by most": 893},
    "each fortnight after": {
        "asked": 4961,
        "too few": 380,
        "too short": 1655,
        "told": 2926,
        "by half": 1605,
        "by most": 2770,
    },
}


@pytest.fixture(scope="module")
def environment() -> dict[str, str]:
    return {**os.environ, "DATABASE_URL": new_database("receipt"), "DJANGO_SETTINGS_MODULE": "portal.settings"}


def run(environment: dict[str, str], *words: str) -> str:
    done = subprocess.run(
        [sys.executable, *words], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.fixture(scope="module")
def figures(environment: dict[str, str]) -> dict[str, Any]:
    for words in (
        ("migrate", "-v0"),
        ("load_agencies", "samples/agencies.yaml"),
        ("load_connectors", "samples/connectors.yaml"),
        ("load_services", "samples"),
        ("replay_receipt", str(LOG), "-v0"),
        ("refresh_measures",),
    ):
        run(environment, "manage.py", *words)
    told: dict[str, Any] = json.loads(run(environment, "-c", TELL).splitlines()[-1])
    return told


@pytest.fixture(scope="module")
def oracle() -> dict[str, Any]:
    known: dict[str, Any] = json.loads(ORACLE.read_text())
    return known


def test_counts(figures: dict[str, Any], oracle: dict[str, Any]) -> None:
    expected = [oracle[name] for name in ("cases", "ended", "open", "on_time", "late")]
    assert figures["total"] == expected == [1434, 1329, 105, 952, 377]
    assert all(figures["page"])


def test_by_channel_department_and_month(figures: dict[str, Any], oracle: dict[str, Any]) -> None:
    assert {CHANNELS[key]: count for key, count in figures["channels"].items()} == oracle["by_channel"]
    assert {OFFICES[key]: count for key, count in figures["offices"].items()} == oracle["by_department"]
    assert {month: count for month, count in figures["months"].items() if count} == oracle["submitted_by_month"]


def test_what_is_told_names_nobody_who_came_alone(figures: dict[str, Any]) -> None:
    """One request came from the agency itself: it is told together with those by e-mail."""
    assert figures["told"]["channels"] == {"online": 1250, "counter": 109, "post": 53, "*": 22}
    assert figures["told"]["offices"] == figures["offices"]


def test_how_few_are_undecided_in_a_channel_follows_from_nothing(figures: dict[str, Any]) -> None:
    """Two from the counter and one by post are: so it isn't told of any channel how many are decided."""
    assert figures["decided"]["channels"] == {}
    assert figures["decided"]["offices"] == {
        "environment-general": 1285,
        "environment-customer-contact": 29,
        "environment-experts": 15,
    }


def test_durations(figures: dict[str, Any], oracle: dict[str, Any]) -> None:
    mean, longest, deviation = figures["handling"]
    assert round(mean, 3) == oracle["duration_mean_s"] == 467263.915
    assert round(longest, 3) == oracle["duration_max_s"] == 23832541.524
    assert round(deviation, 3) == oracle["duration_std_sample_s"] == 1322517.208


def test_nine_of_ten_are_decided_by_the_date_that_was_told(
    figures: dict[str, Any], environment: dict[str, str]
) -> None:
    told: dict[str, Any] = json.loads(run(environment, "-c", FORETELL).splitlines()[-1])

    assert told == FORETOLD
    for when in ("at submission", "each fortnight after"):
        assert told[when]["told"] > told[when]["asked"] / 2, "the past must mostly be enough to tell something"
        assert 0.85 <= told[when]["by most"] / told[when]["told"] <= 0.95
        assert 0.4 <= told[when]["by half"] / told[when]["told"] <= 0.6


@pytest.fixture(scope="module")
def sealed(figures: dict[str, Any], environment: dict[str, str]) -> None:
    run(environment, "manage.py", "make_keys")
    run(environment, "-c", SEAL)


def test_strangers_count_the_same_figures_from_the_public_log(sealed: None, environment: dict[str, str]) -> None:
    """And whoever changes one figure, one line, or leaves one out, is told of it by name."""
    honest, figure, changed, gone, renamed = json.loads(run(environment, "-c", RECOUNT).splitlines()[-1])

    assert honest[0] == 0
    assert int(re.search(r"^(\d+) published figures are", honest[1], re.MULTILINE)[1]) > 500
    assert "tells only a hash" in honest[1]
    assert [figure[0], changed[0], gone[0], renamed[0]] == [1, 1, 1, 1]
    assert "environmental-permit: channel counter received: 110, but the log says 109" in figure[1]
    assert "1 published figures aren't" in figure[1]
    assert "line 20001 of the public log isn't what was sealed" in changed[1]
    assert "the public log lacks lines" in gone[1]
    assert "names another channel than was sealed" in renamed[1]


def test_the_ledger_holds(sealed: None, environment: dict[str, str]) -> None:
    assert "every chain holds" in run(environment, "manage.py", "verify_ledger")


def test_counting_from_scratch_gives_the_same(figures: dict[str, Any], environment: dict[str, str]) -> None:
    run(environment, "manage.py", "refresh_measures", "--from-scratch")
    assert json.loads(run(environment, "-c", TELL).splitlines()[-1]) == figures


def test_the_log_is_read_whole() -> None:
    cases = read_cases(LOG)
    works = [work for case in cases for work in case.works]
    assert (len(cases), len(works)) == (1434, 8577)
    assert len({work.activity for work in works}) == 27
    assert len({work.desk for work in works}) == 10
    names = e_mail_names({work.clerk for work in works})
    assert len(names) == len(set(names.values())) == 48
    moments = [moment for moment, *_ in in_order(cases)]
    assert moments == sorted(moments)
