"""What `portalctl` reads and submits, asked of the portal itself."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from django.utils import timezone
from portalctl import cli
from portalctl.calls import Patience, Portal
from portalctl.reading import follow

from services.accounts.models import User
from services.requests.models import ServiceRequest
from services.workflow.operations.desk import claim, decide
from services.workflow.operations.tokens import end_token
from tests import worlds
from tests.client.asking import HERE, Ctl, secret_of

pytestmark = pytest.mark.django_db


def ended(user: User) -> str:
    secret = secret_of(user)
    end_token(user.tokens.get(), timezone.now())
    return secret


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "answers.json"
    file.write_text(json.dumps({"answers": {"rooms": 3}}))
    return file


class TestReading:
    def test_lists_services_without_a_token(self, aysel: User, ctl: Ctl) -> None:
        assert ctl("services") == (0, "permit  Permit\nvisit   Permit\n", "")
        assert [one["code"] for one in json.loads(ctl("services", "--json")[1])] == ["permit", "visit"]

    def test_shows_what_a_form_asks_for(self, aysel: User, ctl: Ctl) -> None:
        code, told, _ = ctl("service", "visit")

        assert code == 0
        assert "Offices: north-hall, south-hall" in told
        assert "    rooms  Rooms" in told
        assert json.loads(ctl("service", "visit", "--json")[1])["definition"]["service"] == "visit"

    @pytest.mark.parametrize("words", [("service", "nothing"), ("service", "../log/head"), ("figures", "nothing")])
    def test_says_that_there_is_no_such_service(self, aysel: User, ctl: Ctl, words: tuple[str, ...]) -> None:
        code, told, why = ctl(*words)

        assert (code, told) == (2, "")
        assert f"There is no service {words[1]!r}" in why

    def test_fetches_figures(self, aysel: User, ctl: Ctl, tmp_path: Path) -> None:
        file = tmp_path / "figures.json"

        assert ctl("figures", "permit", "--format", "json", "--output", file)[0] == 0
        assert "figures" in json.loads(file.read_text())
        assert ctl("figures")[1].startswith("service,period,table,key,measure,value")


class TestSubmit:
    def test_a_second_press_gives_the_same_request(self, signed: User, ctl: Ctl, file: Path) -> None:
        first, again = ctl("submit", "permit", file), ctl("submit", "permit", file)

        [kept] = ServiceRequest.objects.all()
        assert first == (0, f"{kept.written_reference}\n", "")
        assert again[:2] == first[:2]

    def test_says_that_the_same_was_sent_before(self, signed: User, ctl: Ctl, file: Path) -> None:
        ctl("submit", "permit", file)
        ServiceRequest.objects.update(submitted_at=timezone.now() - timedelta(days=2))

        assert "The same was sent on" in ctl("submit", "permit", file)[2]

    def test_sends_another_one_by_a_word(self, signed: User, ctl: Ctl, file: Path) -> None:
        told = {ctl("submit", "permit", file, *more)[1] for more in ((), ("--once-more", "2"), ("--once-more", "2"))}

        assert len(told) == ServiceRequest.objects.count() == 2

    def test_names_the_answer_that_was_refused(self, signed: User, ctl: Ctl, file: Path) -> None:
        file.write_text('{"answers": {"rooms": "many"}}')

        code, told, why = ctl("submit", "permit", file)

        assert (code, told) == (1, "")
        assert "answers.rooms: Give a number, like 12." in why

    def test_asks_for_the_office_where_several_deliver(self, signed: User, ctl: Ctl, file: Path) -> None:
        assert "--office: north-hall, south-hall" in ctl("submit", "visit", file)[2]
        assert ctl("submit", "visit", file, "--office", "south-hall")[0] == 0

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"\xff", "no JSON in UTF-8"),
            (b"{", "no JSON in UTF-8"),
            (b"[" * 100_000, "no JSON in UTF-8"),
            (b'{"answers": {}, "answers": {}}', "a name stands in it twice"),
            (b'{"rooms": 3}', "has no answers"),
            (b'{"answers": {}, "offcie": "north-hall"}', "offcie isn't known"),
            (None, "No such file"),
        ],
    )
    def test_says_what_is_wrong_with_the_file(
        self, signed: User, ctl: Ctl, file: Path, content: bytes | None, words: str
    ) -> None:
        file.unlink() if content is None else file.write_bytes(content)

        code, _, why = ctl("submit", "permit", file)

        assert code == 2
        assert words in why


class TestFollow:
    def test_tells_state_and_history_by_the_reference_as_people_write_it(self, signed: User, ctl: Ctl) -> None:
        known = worlds.apply(worlds.published([worlds.desk("judge")], service="walk"), by=signed)

        code, told, _ = ctl("follow", known.written_reference.lower().replace("-", " "))

        assert code == 0
        assert told.startswith(f"{known.written_reference}, in progress, waits for: judge (desk), due 2026-03-")
        assert len(told.splitlines()) > 1

    def test_watches_until_the_end(self, aysel: User) -> None:
        known = worlds.apply(worlds.published([worlds.desk("judge")], service="walk"), by=aysel)
        bruno, told, pauses = worlds.clerk("bruno"), [], []

        def pause(seconds: float) -> None:
            pauses.append(seconds)
            held = claim(worlds.open_step(known), bruno, worlds.NOON)
            decide(held, "yes", bruno, worlds.NOON + worlds.DAY)

        here = httpx.URL("http://127.0.0.1/")
        follow(Portal(here, secret_of(aysel), pause=pause, transport=HERE), str(known.pk), told.append, 30)

        assert told[0].startswith(f"{known.written_reference}, in progress")
        assert told[1] == f"{known.written_reference}, approved"
        assert pauses == [30]

    @pytest.mark.parametrize("text", ["K7M2-9QXD-4T", "nonsense", "6f1bfb0e-7a0c-4b1a-8f3c-0d9a0a5d5f9e"])
    def test_what_isnt_ones_own_isnt_there(self, signed: User, ctl: Ctl, text: str) -> None:
        code, told, why = ctl("follow", text)

        assert (code > 0, told) == (True, "")
        assert "there is n" in why.lower()


class TestTokens:
    def test_none(self, aysel: User, ctl: Ctl, file: Path) -> None:
        code, _, why = ctl("submit", "permit", file)

        assert code == 3
        assert "This needs a token. Make one under My data, Programs" in why

    def test_from_a_file_that_nobody_else_reads(
        self, aysel: User, ctl: Ctl, file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        token = tmp_path / "token"
        token.write_text(secret_of(aysel) + "\n")
        monkeypatch.setenv("PORTALCTL_TOKEN_FILE", str(token))

        token.chmod(0o640)
        assert ctl("submit", "permit", file)[::2] == (
            3, f"portalctl: Others may read the secret in {token}. Run: chmod 600 {token}\n",
        )  # fmt: skip
        token.chmod(0o600)
        assert ctl("submit", "permit", file)[0] == 0
        token.unlink()
        assert ctl("submit", "permit", file)[0] == 3

    @pytest.mark.parametrize(
        ("spoil", "words"),
        [
            (lambda _: "portal_nobody", "isn't known, was ended or has expired"),
            (lambda user: secret_of(user, "requests:read"), "needs the scope requests:submit"),
            (ended, "isn't known, was ended or has expired"),
            (lambda _: "secret", "those begin with portal_"),
            (lambda _: "portal_\x7f", "those begin with portal_"),
        ],
    )
    def test_one_that_is_of_no_use(
        self,
        aysel: User,
        ctl: Ctl,
        file: Path,
        monkeypatch: pytest.MonkeyPatch,
        spoil: Callable[[User], str],
        words: str,
    ) -> None:
        monkeypatch.setenv("PORTALCTL_TOKEN", spoil(aysel))

        code, _, why = ctl("submit", "permit", file)

        assert code == 3
        assert words in why


@pytest.mark.parametrize(
    "address", ["", "portal.example.org", "ftp://portal.example.org", "https://a:b@c", "https://a.example/?b"]
)
def test_an_address_that_is_none_is_told(ctl: Ctl, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PORTALCTL_URL")

    code, _, why = ctl("services", "--portal", address)

    assert code == 2
    assert "https://" in why or "is no address" in why


def test_no_network_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(cli, "SHORT", Patience(tries=1))

    assert cli.main(["services", "--portal", "http://127.0.0.1:9"]) == 4
    assert "http://127.0.0.1:9/ doesn't answer" in capsys.readouterr().err
