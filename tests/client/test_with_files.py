"""`portalctl submit` with files: a draft, its files and its submission, of which nothing is doubled or left behind."""

import json
from pathlib import Path

import httpx
import pytest
from portalctl import cli

from services.requests.models import Draft, ServiceRequest
from tests import worlds
from tests.citizens.forms import PDF
from tests.client.asking import HERE, Ctl, ask, secret_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    worlds.build_agencies("north")
    paper = {"key": "lease", "title": worlds.text("Lease"), "required": True}
    worlds.published([worlds.desk("judge")], evidence=[paper])
    monkeypatch.setenv("PORTALCTL_TOKEN", secret_of(worlds.citizen(), "drafts:write", "requests:submit"))
    (tmp_path / "request.json").write_text(json.dumps({"answers": {"rooms": "3"}}))
    (tmp_path / "lease.pdf").write_bytes(PDF)
    return [
        "submit",
        "permit",
        tmp_path / "request.json",
        "--with-file",
        f"lease={tmp_path / 'lease.pdf'}",
        "--declared",
    ]


class Lossy:
    """Loses the first answer to a call whose path ends so; the portal has done it."""

    def __init__(self, end: str) -> None:
        self.end, self.is_lost = end, False

    def __call__(self, request: httpx.Request) -> httpx.Response:
        answer = ask(request)
        if request.method == "POST" and request.url.path.endswith(self.end) and not self.is_lost:
            self.is_lost = True
            raise httpx.ReadError("gone")
        return answer


class TestWithFiles:
    def test_the_same_again_is_the_same_request(self, words: list[object], ctl: Ctl) -> None:
        code, first, why = ctl(*words)
        again = ctl(*words)
        other = ctl(*words, "--once-more", "another")

        assert (code, why, again[:2]) == (0, "", (0, first))
        assert other[1] != first
        assert ServiceRequest.objects.count() == 2
        kept = ServiceRequest.objects.get(reference=first.strip().replace("-", ""))
        assert [(file.key, file.name) for file in kept.evidence.all()] == [("lease", "lease.pdf")]
        assert kept.answers == {"rooms": 3}

    @pytest.mark.parametrize("end", ["/drafts/", "/files/", "/submission/"])
    def test_goes_on_where_an_answer_was_lost(
        self, words: list[object], ctl: Ctl, capsys: pytest.CaptureFixture[str], end: str
    ) -> None:
        door = httpx.MockTransport(Lossy(end))

        lost = cli.main([str(word) for word in words], door)
        told = cli.main([str(word) for word in words], door)

        assert (lost, told) == (4, 0), capsys.readouterr()
        request = ServiceRequest.objects.get()
        assert (request.evidence.count(), Draft.objects.count()) == (1, 0)

    @pytest.mark.parametrize(
        ("spoil", "code", "said"),
        [
            (("lease.pdf", b"no pdf at all"), 1, "lease.pdf for lease: "),
            (("request.json", b'{"answers": {"rooms": "many"}}'), 1, "Give a number, like 12."),
            (("request.json", b'{"answers": {}, "contact": {"name": "X"}}'), 2, "contact can't be sent with files"),
        ],
    )
    def test_nothing_stays_of_what_is_refused(
        self, words: list[object], ctl: Ctl, tmp_path: Path, spoil: tuple[str, bytes], code: int, said: str
    ) -> None:
        name, content = spoil
        (tmp_path / name).write_bytes(content)

        ended, _, why = ctl(*words)

        assert (ended, said in why) == (code, True), why
        assert not Draft.objects.exists()
        assert not ServiceRequest.objects.exists()

    def test_why_it_was_refused_is_told_where_its_draft_cant_be_thrown_away(
        self, words: list[object], tmp_path: Path, capsys: pytest.CaptureFixture[str], ctl: Ctl
    ) -> None:
        def deaf(request: httpx.Request) -> httpx.Response:
            if request.method == "DELETE":
                raise httpx.ConnectError("no way")
            return ask(request)

        (tmp_path / "lease.pdf").write_bytes(b"no pdf at all")

        code, why = cli.main([str(word) for word in words], httpx.MockTransport(deaf)), capsys.readouterr().err

        assert code == 1
        assert "lease.pdf for lease: " in why
        assert "The draft stays among yours: http://127.0.0.1/ doesn't answer" in why

    @pytest.mark.parametrize(("meanwhile", "code"), [("sent", 0), ("thrown away", 1)])
    def test_begins_again_once_where_its_draft_is_gone(
        self, words: list[object], capsys: pytest.CaptureFixture[str], ctl: Ctl, meanwhile: str, code: int
    ) -> None:
        plain, asked = [str(word) for word in words], []

        def late(request: httpx.Request) -> httpx.Response:
            asked.append(request.url.path)
            if request.url.path.endswith("/files/"):
                cli.main(plain, HERE) if meanwhile == "sent" else Draft.objects.all().delete()
            return ask(request)

        ended, told = cli.main(plain, httpx.MockTransport(late)), capsys.readouterr()

        assert (ended, asked.count("/api/drafts/")) == (code, 2), told.err
        assert [one.written_reference for one in ServiceRequest.objects.all()] == sorted(set(told.out.split()))

    def test_somebody_must_say_that_it_is_true(self, words: list[object], ctl: Ctl) -> None:
        assert ctl(*words[:-1])[::2] == (
            2, "portalctl: Say by --declared that all of it is true and complete, as the form's last page asks.\n",
        )  # fmt: skip
        assert not Draft.objects.exists()
