"""A program of an agency hands a table in: it shows its id and secret, and is given tokens of an hour."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qsl

import httpx
import pytest
from portalctl.calls import Portal
from portalctl.journal import Journal, Outcome
from portalctl.loading import Loader
from portalctl.mapping import read_mapping
from portalctl.programs import Program
from portalctl.stops import Stop
from portalctl.tables import read_table

from services.accounts.models import User
from services.accounts.tokens import Token
from services.requests.models import ServiceRequest
from tests import worlds
from tests.api.agency_programs import confirmed
from tests.client.asking import Ctl
from tests.client.benches import NOTICE
from tests.client.test_through_api import InTurn

pytestmark = pytest.mark.django_db
PLACE = {"key": "place", "kind": "location", "label": worlds.text("Where")}
ABOUT = [{"key": "about", "title": worlds.text("About"), "fields": [PLACE]}]


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("portalctl.loading.ThreadPoolExecutor", InTurn)
    (tmp_path / "day.csv").write_text("No,Lat,Lon\n1,40.59,49.67\n2,40.60,49.68\n")
    columns = '[columns]\nLat = "lat"\nLon = "long"\n'
    (tmp_path / "day.toml").write_text(f'service = "hole"\nthrough = "open311"\nkey = "No"\n{columns}')
    return tmp_path / "day.csv"


class Given:
    """A portal that gives a token of an hour each time."""

    def __init__(self, status: int = 200, **told: object) -> None:
        self.status, self.told, self.asked = status, told, 0

    def __call__(self, method: str, path: str, **more: object) -> httpx.Response:
        self.asked += 1
        told = self.told or {"access_token": f"portal_{self.asked}", "expires_in": 3600}
        return httpx.Response(self.status, json=told, request=httpx.Request(method, f"http://portal/{path}"))


class Hourly:
    """A portal that once asks to come back in an hour, and then takes the last token it gave, for an hour."""

    def __init__(self) -> None:
        self.now, self.given, self.until, self.is_full = 0.0, 0, 0.0, True

    def wait(self, seconds: float) -> None:
        self.now += seconds

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            self.given, self.until = self.given + 1, self.now + 3600
            return httpx.Response(200, json={"access_token": f"portal_{self.given}", "expires_in": 3600})
        if self.is_full:
            self.is_full = False
            return httpx.Response(429, headers={"Retry-After": "3600"})
        form = dict(parse_qsl(request.content.decode()))
        shown = form.get("api_key") or request.headers["Authorization"].removeprefix("Bearer ")
        if shown != f"portal_{self.given}" or self.now >= self.until:
            return httpx.Response(403, json=[{"code": 403, "description": "api_key: this token has expired."}])
        told = {"reference": "K7M2-9QXD-4T", "id": request.headers["Idempotency-Key"]}
        report = [{"service_request_id": told["id"], "service_notice": NOTICE}]
        return httpx.Response(201, json=report if "open311" in request.url.path else told)


class TestTable:
    def test_is_handed_in_by_the_program_itself(
        self, table: Path, ctl: Ctl, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        worlds.build_agencies("north")
        worlds.published([worlds.desk("judge")], service="hole", identity="none", open_reports=True, pages=ABOUT)
        program, secret = confirmed(worlds.clerk("bruno"), "reports:submit")
        (tmp_path / "secret").write_text(f"{secret}\n")
        (tmp_path / "secret").chmod(0o600)
        monkeypatch.setenv("PORTALCTL_CLIENT_ID", program.client_id)
        monkeypatch.setenv("PORTALCTL_CLIENT_SECRET_FILE", str(tmp_path / "secret"))

        code, _, why = ctl("submit-csv", table, "--mapping", table.with_suffix(".toml"))

        assert code == 0, why
        assert ServiceRequest.objects.count() == 2
        assert Token.objects.filter(user=program.user_id).count() == 1

    @pytest.mark.parametrize(
        ("known", "code", "words"),
        [
            ({}, 3, "The program's secret is missing"),
            ({"SECRET": "portal_wrong"}, 3, "No program that may act now has this id and secret"),
            ({"SECRET": "open sesame"}, 3, "is no token or secret"),
            ({"SECRET": "portal_right", "TOKEN": "portal_x"}, 2, "Say who asks in one way"),
        ],
    )
    def test_says_why_it_is_not(
        self, table: Path, ctl: Ctl, monkeypatch: pytest.MonkeyPatch, known: dict[str, str], code: int, words: str
    ) -> None:
        worlds.build_agencies("north")
        worlds.published([worlds.desk("judge")], service="hole", identity="none", open_reports=True, pages=ABOUT)
        monkeypatch.setenv("PORTALCTL_CLIENT_ID", "program_x")
        for name, value in known.items():
            monkeypatch.setenv(f"PORTALCTL_{name.replace('SECRET', 'CLIENT_SECRET')}", value)

        ended, _, why = ctl("submit-csv", table, "--mapping", table.with_suffix(".toml"))

        assert (ended, words in why) == (code, True), why

    @pytest.mark.parametrize(("through", "office"), [("open311", "lat"), ("api", "office")])
    def test_goes_on_with_a_new_token_after_a_pause_of_an_hour(self, table: Path, through: str, office: str) -> None:
        door, ended, words = Hourly(), list[Outcome](), table.with_suffix(".toml")
        words.write_text(f'service = "hole"\nthrough = "{through}"\nkey = "No"\n[columns]\nLat = "{office}"\n')
        program = Program("program_x", "portal_y", clock=lambda: door.now)
        known = {"pause": door.wait, "transport": httpx.MockTransport(door), "program": program}
        mapping, journal = read_mapping(words), Journal(table.with_suffix(".resume"), {})
        loader = Loader(Portal(httpx.URL("http://127.0.0.1/"), **known), mapping, journal)

        loader.run(read_table(table, mapping, "utf-8", ","), 1, ended.append)
        journal.close()

        assert [one.state for one in ended] == ["accepted", "accepted"]
        assert door.given == 2


class TestOpen:
    def test_what_needs_no_token_is_told_without_a_secret(
        self, aysel: User, ctl: Ctl, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PORTALCTL_CLIENT_ID", "program_x")

        for words in (("services",), ("service", "permit"), ("figures",)):
            assert ctl(*words)[::2] == (0, "")


class TestToken:
    def test_is_asked_for_anew_a_minute_before_it_expires(self) -> None:
        now = [0.0]
        program, door = Program("program_x", "portal_y", clock=lambda: now[0]), Given()

        told = []
        for now[0] in (0, 3539, 3540, 7079, 7080):
            told.append(program.token(door))

        assert told == ["portal_1", "portal_1", "portal_2", "portal_2", "portal_3"]

    @pytest.mark.parametrize("door", [Given(404, errors=[]), Given(200, token="x"), Given(200, access_token="x")])
    def test_what_is_no_portal_is_told(self, door: Callable[..., httpx.Response]) -> None:
        with pytest.raises(Stop, match=r"are given no token\. Check the address"):
            Program("program_x", "portal_y").token(door)
