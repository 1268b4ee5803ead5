"""Nothing inside is ever called: refused when it is written down, and again in the moment of the call."""

import socket
from collections.abc import Iterator
from ipaddress import ip_address

import pytest

from services.connectors.addresses import (
    NotAllowed,
    Resolver,
    check_base,
    is_outside,
    read_allowed,
    read_base,
    resolve,
)
from services.connectors.wire import Call, Deadline, NotSent, send
from tests.connectors.canary import Canary

# What reliability.md 4 H 91 lists, and its neighbours; PORT is a port on which somebody inside listens.
BAD = [
    "http://127.0.0.1:PORT",
    "http://[::1]:PORT",
    "http://0:PORT",
    "http://0x7f.1:PORT",
    "http://2130706433:PORT",
    "http://169.254.169.254",
    "http://[::ffff:10.0.0.1]:PORT",
    "http://[::ffff:127.0.0.1]:PORT",
    "http://user@127.0.0.1:PORT",
    "file:///etc/passwd",
    "gopher://127.0.0.1:PORT",
    "https://example.org:22",
    "https://example.org:6379",
    "http://[64:ff9b::7f00:1]:PORT",
    "http://[64:ff9b::127.0.0.1]:PORT",
    "http://0177.0.0.1:PORT",
    "http://127.1:PORT",
    "http://127.0.0.1.:PORT",
    "http://0.0.0.0:PORT",
    "http://[::]:PORT",
    "http://10.0.0.1",
    "http://192.168.1.1",
    "http://172.16.0.1",
    "https://127.0.0.1",
    "https://[2002:7f00:1::]",
    "https://[fe80::1%25lo]",
    "https://[fd00::1]",
    "https://100.64.0.1",
    "https://224.0.0.1",
    "http://example.org",
    "https://user:word@example.org",
    "https://éxample.org",
    "https://example.org/?a=b",
    "https://example.org/#a",
    "https://",
    "https://-a.example.org",
    "https://example.org:0",
    "https://example.org:70000",
    "https://example.org:99999999999999999999",
    "//example.org",
    "example.org",
    "javascript:alert(1)",
]


BAD_SIGNS = ["", "https://exa mple.org", "https://a\r\nHost:b", "https://exam\tple.org", "https://ex\\ample.org"]
BAD_SIGNS += ["https://" + "a" * 600]


def leads_to(*addresses: str) -> Resolver:
    return lambda *_: list(addresses)


@pytest.fixture
def canary() -> Iterator[Canary]:
    with Canary() as canary:
        yield canary


@pytest.mark.parametrize("url", [*BAD, *BAD_SIGNS])
def test_a_bad_address_is_refused_when_it_is_written_down(canary: Canary, url: str) -> None:
    with pytest.raises(NotAllowed):
        check_base(read_base(url.replace("PORT", str(canary.port))), [])
    assert canary.calls == 0


@pytest.mark.parametrize(
    "url", ["https://register.example.org", "https://xn--bcher-kva.example/api", "https://93.184.215.14"]
)
def test_an_outside_address_may_be_written_down(url: str) -> None:
    check_base(read_base(url), [])


INSIDE = [
    "127.0.0.1",
    "::1",
    "::ffff:127.0.0.1",
    "64:ff9b::7f00:1",
    "10.0.0.1",
    "169.254.169.254",
    "0.0.0.0",  # noqa: S104
    "2002:7f00:1::",
]


@pytest.mark.parametrize("address", INSIDE)
def test_a_name_that_leads_inside_is_not_called(canary: Canary, address: str) -> None:
    base = read_base("https://localtest.example")
    call = Call(base, (), "GET", "/x", Deadline(2), 1000)

    with pytest.raises(NotAllowed, match="inside"):
        send(call, leads_to(address))
    assert canary.calls == 0


def test_one_inside_address_among_outside_ones_is_enough_to_refuse() -> None:
    base = read_base("https://mixed.example")
    with pytest.raises(NotAllowed, match="inside"):
        resolve(base, [], 1, leads_to("93.184.215.14", "127.0.0.1"))


def test_a_name_that_changes_its_mind_is_asked_once_and_called_where_it_was_checked(canary: Canary) -> None:
    """DNS rebinding: the first answer is allowed, every later one is the canary's."""
    answers = iter(["127.0.0.9"])
    allow = (read_allowed(f"127.0.0.9/32:{canary.port}"),)
    base = read_base(f"http://rebinding.example:{canary.port}")
    call = Call(base, allow, "GET", "/x", Deadline(2), 1000)

    with pytest.raises(NotSent):  # nobody listens on 127.0.0.9
        send(call, lambda *_: [next(answers, "127.0.0.1")])
    assert canary.calls == 0


def test_the_canary_sings_when_the_check_is_off(canary: Canary, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.connectors.addresses.check_address", lambda *_: None)
    call = Call(read_base(f"http://127.0.0.1:{canary.port}"), (), "GET", "/x", Deadline(0.5), 1000)
    with pytest.raises(Exception, match=r".*"):
        send(call)
    canary.wait()
    assert canary.calls == 1


@pytest.mark.parametrize(
    ("line", "url", "may"),
    [
        ("127.0.0.1:8001", "http://127.0.0.1:8001", True),
        ("127.0.0.1:8001", "http://127.0.0.1:8002", False),
        ("127.0.0.1:8001", "http://127.0.0.2:8001", False),
        ("127.0.0.0/8:8001", "http://127.0.0.2:8001", True),
        ("[::1]:8001", "http://[::1]:8001", True),
        ("register.example.org:8443", "https://register.example.org:8443", True),
        ("register.example.org:8443", "https://93.184.215.14:8443", False),
    ],
)
def test_an_allow_list_opens_what_it_names_and_no_more(line: str, url: str, may: bool) -> None:
    def check() -> None:
        check_base(read_base(url), [read_allowed(line)])

    if may:
        check()
    else:
        with pytest.raises(NotAllowed):
            check()


def test_a_name_on_the_allow_list_opens_nothing_inside() -> None:
    base = read_base("https://register.example.org:8443")
    allow = [read_allowed("register.example.org:8443")]

    assert resolve(base, allow, 1, leads_to("93.184.215.14")) == ["93.184.215.14"]
    with pytest.raises(NotAllowed, match="inside"):
        resolve(base, allow, 1, leads_to("10.2.3.4"))


def test_plain_http_goes_nowhere_outside() -> None:
    allow = [read_allowed("register.example.org:80")]
    with pytest.raises(NotAllowed, match="https"):
        resolve(read_base("http://register.example.org"), allow, 1, leads_to("93.184.215.14"))


@pytest.mark.parametrize(
    "line", ["", "a", ":1", "a:", "a:b", "a:0", "a:70000", "a b:1", "10.0.0.1/8:80", "*:80", "a:٣"]
)
def test_a_bad_line_of_an_allow_list_is_refused(line: str) -> None:
    with pytest.raises(NotAllowed):
        read_allowed(line)


def test_this_portal_itself_is_refused_whatever_the_allow_list_says() -> None:
    own = read_base("https://portal.example.org")
    with pytest.raises(NotAllowed, match="this portal itself"):
        check_base(read_base("https://portal.example.org/api"), [read_allowed("portal.example.org:443")], own)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_outside_is_outside(address: str) -> None:
    from services.connectors.addresses import embedded

    assert is_outside(embedded(ip_address(address)))


def test_a_resolver_that_never_answers_is_left_behind() -> None:
    import time

    began = time.monotonic()
    with pytest.raises(OSError, match="no address"):
        resolve(read_base("https://slow.example"), [], 0.3, lambda *_: time.sleep(5) or [])
    assert time.monotonic() - began < 1


def test_a_name_that_nobody_knows_is_not_sent() -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror

    with pytest.raises(NotSent):
        send(Call(read_base("https://nobody.example"), (), "GET", "/", Deadline(1), 10), unknown)
