"""Which addresses may be called: outside ones by https on port 443, and what an allow-list names; nothing else."""

import re
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolver = Callable[[str, int], list[str]]

HTTPS = 443
LONGEST = 500
HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*")
NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
TRANSLATED = [ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48")]


class NotAllowed(Exception):
    """An address that must not be called; tells why."""


@dataclass(frozen=True)
class Base:
    """Where a connector's calls go: the part of an address before the paths."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def origin(self) -> tuple[str, int]:
        return self.host, self.port

    @property
    def host_header(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == {"http": 80, "https": HTTPS}[self.scheme] else f"{host}:{self.port}"


@dataclass(frozen=True)
class Allowed:
    """One line of an allow-list: a host or a network, and a port of it."""

    host: str
    network: Network | None
    port: int


def read_base(url: str) -> Base:
    """Read the address of a connector; raise `NotAllowed` for whatever could be read in two ways."""
    if not url.isascii() or not url.isprintable() or len(url) > LONGEST or set(url) & set("\\ ?#@"):
        raise NotAllowed("may hold letters of ASCII only, no sign-in name, no question mark, no #")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise NotAllowed("is no address") from None
    if parts.scheme not in ("http", "https"):
        raise NotAllowed("must begin with https://")
    if port == 0:
        raise NotAllowed("names the port 0")
    default = HTTPS if parts.scheme == "https" else 80
    return Base(parts.scheme, _host(parts.hostname or ""), port or default, parts.path.rstrip("/"))


def _host(host: str) -> str:
    literal = _literal(host)
    if literal is not None:
        return str(literal)
    if not HOST.fullmatch(host) or NUMBER.fullmatch(host.rsplit(".", 1)[-1]):
        raise NotAllowed("has no host name that means one thing only")
    return host


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host) if "%" not in host else None
    except ValueError:
        return None


def read_allowed(text: str) -> Allowed:
    """Read a line of an allow-list: `register.example.org:8443`, `10.2.3.0/24:443`, `[fd00::/8]:443`."""
    place, colon, port = text.strip().lower().rpartition(":")
    place = place.removeprefix("[").removesuffix("]")
    if not colon or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise NotAllowed("must be host:port or network:port")
    try:
        return Allowed("", ip_network(place), int(port))
    except ValueError:
        return Allowed(_host(place), None, int(port))


def check_base(base: Base, allow: Sequence[Allowed], own: Base | None = None) -> None:
    """Raise `NotAllowed` unless a call may go there, as far as the address itself tells."""
    if own is not None and base.origin == own.origin:
        raise NotAllowed("is this portal itself")
    literal = _literal(base.host)
    if literal is not None:
        check_address(literal, base, allow)
    elif not _is_plain(base) and not any(line.port == base.port for line in allow):
        raise NotAllowed("is neither https on port 443 nor on the allow-list")


def check_address(address: Address, base: Base, allow: Sequence[Allowed]) -> None:
    """Raise `NotAllowed` unless this very address may be connected to.

    A name on the allow-list opens a port of an outside address; only a network opens an inside one, or plain http.
    """
    reached = embedded(address)
    lines = [line for line in allow if line.port == base.port]
    if any(line.network is not None and address in line.network for line in lines):
        return
    if not is_outside(reached):
        raise NotAllowed("leads to an inside address")
    named = base.scheme == "https" and any(line.host == base.host for line in lines)
    if not _is_plain(base) and not named:
        raise NotAllowed("is neither https on port 443 nor on the allow-list")


def _is_plain(base: Base) -> bool:
    return base.scheme == "https" and base.port == HTTPS


def embedded(address: Address) -> Address:
    """Give the address that another one stands for: mapped, translated or tunnelled."""
    if isinstance(address, IPv4Address):
        return address
    if any(address in network for network in TRANSLATED):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo[1] if address.teredo else None
    return address.ipv4_mapped or address.sixtofour or teredo or address


def is_outside(address: Address) -> bool:
    """Tell whether an address is one of the open internet."""
    closed = address.is_multicast or address.is_reserved or address.is_unspecified or address.is_private
    return address.is_global and not closed


def ask_resolver(host: str, port: int) -> list[str]:
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def resolve(base: Base, allow: Sequence[Allowed], within_s: float, resolver: Resolver = ask_resolver) -> list[str]:
    """Give the addresses of a host, once: every one of them must be allowed; raise `OSError` when there is none."""
    found = [base.host] if _literal(base.host) else _asked(base, within_s, resolver)
    for one in found:
        literal = _literal(one)
        if literal is None:
            raise NotAllowed("leads to an address that can't be read")
        check_address(literal, base, allow)
    return found


def _asked(base: Base, within_s: float, resolver: Resolver) -> list[str]:
    # The system's resolver knows no deadline: it is left behind when it takes too long.
    found: list[str] = []
    asking = threading.Thread(target=lambda: _keep(found, base, resolver), daemon=True)
    asking.start()
    asking.join(within_s)
    if not found:
        raise OSError("the name has no address")
    return list(dict.fromkeys(found))


def _keep(found: list[str], base: Base, resolver: Resolver) -> None:
    try:
        found += resolver(base.host, base.port)
    except OSError:
        return
