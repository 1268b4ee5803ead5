"""Ask clamd about a file: its bytes go over a socket (INSTREAM), a word comes back. What follows is for others."""

import socket
import time
from collections.abc import Iterable
from contextlib import suppress
from urllib.parse import urlparse

PART, LONGEST_REPLY, USUAL_PORT = 64 * 1024, 4096, 3310
END, SIZE_EXCEEDED = b"\0", "size limit exceeded"


class Unscanned(Exception):
    """The scanner is away, slow, or says what nobody understands: nothing is known of the file."""


class TooLargeToScan(Exception):
    """The file is larger than the scanner takes (`StreamMaxLength`): it never will be scanned."""


def scan(parts: Iterable[bytes], url: str, within_s: float) -> str:
    """Give the name of what was found in a file, empty when nothing was.

    `url` is tcp://host:port or unix:///path. Raises `Unscanned` when there is no clear answer within so many seconds in
    all, and `TooLargeToScan`.
    """
    ends_at = time.monotonic() + within_s
    try:
        with _connected(url, ends_at) as wire:
            with suppress(ConnectionError):  # clamd hangs up on what is too large, and has said so
                _send(wire, parts, ends_at)
            return _found(_reply(wire, ends_at))
    except OSError as error:
        raise Unscanned(str(error)) from error


def _connected(url: str, ends_at: float) -> socket.socket:
    where = urlparse(url)
    if where.scheme == "tcp":
        return socket.create_connection((where.hostname, where.port or USUAL_PORT), _left(ends_at))
    wire = socket.socket(socket.AF_UNIX)
    try:
        wire.settimeout(_left(ends_at))
        wire.connect(where.path)
    except OSError:
        wire.close()
        raise
    return wire


def _send(wire: socket.socket, parts: Iterable[bytes], ends_at: float) -> None:
    for data in (b"zINSTREAM" + END, *map(_framed, _pieces(parts)), _framed(b"")):
        wire.settimeout(_left(ends_at))
        wire.sendall(data)


def _pieces(parts: Iterable[bytes]) -> Iterable[bytes]:
    """Cut into pieces that are never empty: an empty one ends the stream."""
    return (part[at : at + PART] for part in parts for at in range(0, len(part), PART))


def _framed(piece: bytes) -> bytes:
    return len(piece).to_bytes(4, "big") + piece


def _reply(wire: socket.socket, ends_at: float) -> str:
    """Read up to the mark that ends a reply; half a reply is none."""
    said = b""
    while not said.endswith(END):
        wire.settimeout(_left(ends_at))
        more = wire.recv(LONGEST_REPLY)
        if not more or len(said) > LONGEST_REPLY:
            raise Unscanned("The scanner hung up in the middle of its answer.")
        said += more
    return said.rstrip(END).decode("utf-8", "replace").strip()


def _found(reply: str) -> str:
    """Give what a reply names as found; raise when it isn't one of the two clear answers."""
    if SIZE_EXCEEDED in reply:
        raise TooLargeToScan(reply)
    about, _colon, answer = reply.partition(": ")
    if about == "stream" and answer == "OK":
        return ""
    name = answer.removesuffix(" FOUND")
    if about == "stream" and name and name != answer:
        return name
    raise Unscanned(f"The scanner answered {reply[:100]!r}.")


def _left(ends_at: float) -> float:
    """Give how many seconds are left; raise when none is."""
    left = ends_at - time.monotonic()
    if left <= 0:
        raise Unscanned("The scanner was too slow.")
    return left
