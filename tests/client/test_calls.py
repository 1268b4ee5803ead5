"""How `portalctl` waits, tries again and gives up, and what it tells of an answer that helps nobody."""

from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest
from django.utils import timezone
from portalctl.calls import LONGEST_PAUSE_S, Patience, Portal, faults_of, words_of
from portalctl.programs import Program
from portalctl.stops import Code, Stop

PLACE = httpx.URL("http://127.0.0.1:9/")
PATIENCE = Patience()
Answer = httpx.Response | Exception


class Portals:
    """A portal that gives these answers in turn, and the pauses in between."""

    def __init__(self, answers: list[Answer], patience: Patience = PATIENCE) -> None:
        self.answers, self.pauses, self.told, self.asked = answers, [], [], []
        transport = httpx.MockTransport(self.answer)
        self.portal = Portal(
            PLACE, "portal_x", patience=patience, say=self.told.append, pause=self.pauses.append, transport=transport
        )

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def send(self) -> httpx.Response:
        return self.portal.send("POST", "api/requests/", json={}, headers={"Idempotency-Key": "k"})


def later(status: int = 503, after: str | None = None) -> httpx.Response:
    errors = [{"code": "away", "detail": "Come back.", "attr": None}]
    headers = {} if after is None else {"Retry-After": after}
    return httpx.Response(status, json={"type": "server_error", "errors": errors}, headers=headers)


class TestWaiting:
    def test_waits_as_long_as_the_portal_asks(self) -> None:
        portals = Portals([later(429, "3600"), later(503, "5"), httpx.Response(201)], Patience(1, 7200))

        assert portals.send().status_code == 201
        assert portals.pauses == [3600, 5]
        assert portals.told[0] == "http://127.0.0.1:9/ says: Come back. Trying again in 3600 s."

    def test_reads_a_date_to_come_back_at(self) -> None:
        at = format_datetime(timezone.now() + timedelta(seconds=90))
        portals = Portals([later(503, at), httpx.Response(201)], Patience(1, 100))

        portals.send()

        assert 80 < portals.pauses[0] <= 90

    @pytest.mark.parametrize(
        "fault", [httpx.ConnectError("no way"), httpx.ReadTimeout(""), later(500), later(502, "x")]
    )
    def test_pauses_grow_up_to_a_minute_until_the_tries_are_used_up(self, fault: Answer) -> None:
        portals = Portals([fault] * 10, Patience(10))

        with pytest.raises(Stop, match="Given up after 10 failed tries") as stop:
            portals.send()

        assert stop.value.code == Code.UNREACHED
        assert len(portals.pauses) == 9
        assert all(low <= pause <= low * 1.25 for low, pause in zip(grown(), portals.pauses, strict=False))

    def test_the_same_is_sent_with_the_same_key(self) -> None:
        portals = Portals([httpx.ReadError("cut"), later(), httpx.Response(201)])

        portals.send()

        assert [one.headers["Idempotency-Key"] for one in portals.asked] == ["k"] * 3

    def test_gives_up_when_it_is_asked_to_wait_for_longer_than_it_may(self) -> None:
        portals = Portals([later(429, "60"), later(429, "60")], Patience(3, 100))

        with pytest.raises(Stop, match="Given up after no failed tries"):
            portals.send()

        assert portals.pauses == [60]

    def test_stops_waiting_when_the_others_stop(self) -> None:
        portals = Portals([later()] * 9, Patience(9))
        portals.portal.pause = None
        portals.portal.stopped.set()

        with pytest.raises(Stop, match=r"Stopped\."):
            portals.send()


def grown() -> list[float]:
    return [min(0.5 * 2**at, LONGEST_PAUSE_S) for at in range(9)]


REFUSALS: dict[str, tuple[httpx.Response, Code, str]] = {
    "a token that was ended": (
        httpx.Response(401, json={"errors": [{"attr": None, "detail": "This token has expired."}]}),
        Code.NO_TOKEN,
        "This token has expired. Make one",
    ),
    "a token for something else": (
        httpx.Response(403, json=[{"code": 403, "description": "api_key: this token needs the scope reports:submit."}]),
        Code.NO_TOKEN,
        "needs the scope reports:submit",
    ),
    "a page": (httpx.Response(200, html="<p>Hello"), Code.WRONG_USE, "there is no portal"),
    "a page that isn't there": (httpx.Response(404, html="<p>No"), Code.WRONG_USE, "there is no portal"),
    "another place": (
        httpx.Response(301, headers={"Location": "https://portal.example.org/"}),
        Code.WRONG_USE,
        "on to https://portal.example.org/",
    ),
    "what can't be unpacked": (
        httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(b"no gzip")),
        Code.UNREACHED,
        "can't be read",
    ),
}


class TestRefusals:
    @pytest.mark.parametrize(("answer", "code", "words"), REFUSALS.values(), ids=REFUSALS)
    def test_says_what_an_answer_means(self, answer: httpx.Response, code: Code, words: str) -> None:
        with pytest.raises(Stop) as stop:
            Portals([answer]).portal.get("api/services/")

        assert words in stop.value.words
        assert stop.value.code == code

    def test_a_program_is_told_whom_to_ask(self) -> None:
        given = httpx.Response(200, json={"access_token": "portal_1", "expires_in": 3600})
        portals = Portals([given, REFUSALS["a token for something else"][0]])
        portals.portal.program = Program("program_x", "portal_y")

        with pytest.raises(Stop, match=r"reports:submit\. Ask a manager of the agency"):
            portals.portal.get("api/requests/", auth=portals.portal.bearer)

        assert portals.asked[1].headers["Authorization"] == "Bearer portal_1"

    def test_a_list_without_pages_is_no_list_of_a_portal(self) -> None:
        with pytest.raises(Stop, match="there is no portal"):
            list(Portals([httpx.Response(200, json={"a": 1})]).portal.pages("api/services/"))

    @pytest.mark.parametrize(
        ("told", "faults"),
        [
            ([{"code": 400, "description": "lat required"}], [("lat", "is required")]),
            ([{"code": 400, "description": "lat: Give a number."}], [("lat", "Give a number.")]),
            ([{"code": 409, "description": "This office: closed."}], [("", "This office: closed.")]),
            ({"errors": [{"attr": "answers.rooms", "detail": "Too many."}]}, [("answers.rooms", "Too many.")]),
            ({"errors": [{"attr": None, "detail": "Not now."}]}, [("", "Not now.")]),
            ({"errors": 7}, []),
            ("words", []),
            ([1], []),
        ],
    )
    def test_reads_both_shapes_of_faults(self, told: Any, faults: list[tuple[str, str]]) -> None:
        assert faults_of(httpx.Response(400, json=told)) == faults
        assert len(words_of(httpx.Response(400, json=told))) == len(faults)

    def test_a_token_goes_over_plain_http_to_this_machine_only(self) -> None:
        ways: dict[str, Callable[[], Portal]] = {
            where: lambda where=where: Portal(httpx.URL(where), "portal_x")
            for where in ("http://portal.example.org/", "http://127.0.0.1:8000/", "https://portal.example.org/")
        }

        with pytest.raises(Stop, match="isn't sent over plain HTTP"):
            ways.pop("http://portal.example.org/")()
        for make in ways.values():
            make().close()
