"""Where the portal is and who asks: from options, the environment and a file, never a token from the command line."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path

import httpx

from portalctl.stops import Code, Stop

ADDRESS, TOKEN, TOKEN_FILE = "PORTALCTL_URL", "PORTALCTL_TOKEN", "PORTALCTL_TOKEN_FILE"
MARK = "portal_"
HERE = ("localhost", "127.0.0.1", "::1")
HOW = f"Make one under My data, Programs, and put it into {TOKEN} or into a file with mode 600 that {TOKEN_FILE} names."


def address_of(option: str | None, environment: Mapping[str, str]) -> httpx.URL:
    """Give the portal's address, without anything behind its host and port but a folder."""
    text = option or environment.get(ADDRESS, "")
    if not text:
        raise Stop(f"Say where the portal is: --portal https://portal.example.org, or {ADDRESS} in the environment.")
    try:
        address = httpx.URL(text.strip())
    except httpx.InvalidURL as fault:
        raise Stop(f"{text!r} is no address: {fault}.") from None
    if address.scheme not in ("http", "https") or not address.host:
        raise Stop(f"{text!r} is no address of a portal. It looks like https://portal.example.org.")
    if address.userinfo or address.query or address.fragment:
        raise Stop(f"The address of the portal ends with its host: https://{address.host}.")
    return address.copy_with(path=address.path.rstrip("/") + "/")


def token_of(environment: Mapping[str, str]) -> str:
    """Give the token from the environment or the file that it names; an empty text when there is none."""
    if token := environment.get(TOKEN, "").strip():
        return _sound(token, TOKEN)
    home = Path(environment.get("XDG_CONFIG_HOME") or Path(environment.get("HOME", "/")) / ".config")
    named = environment.get(TOKEN_FILE)
    file = Path(named) if named else home / "portalctl" / "token"
    if not named and not file.exists():
        return ""
    return _sound(_read(file), str(file))


def _read(file: Path) -> str:
    try:
        with file.open(encoding="utf-8") as content:
            if os.fstat(content.fileno()).st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise Stop(f"Others may read the token in {file}. Run: chmod 600 {file}", Code.NO_TOKEN)
            return content.read(1000).strip()
    except (OSError, UnicodeDecodeError) as fault:
        raise Stop(f"The token can't be read from {file}: {fault}.", Code.NO_TOKEN) from None


def _sound(token: str, where: str) -> str:
    if not token.startswith(MARK) or not token.isascii() or not token.isprintable() or " " in token:
        raise Stop(f"What stands in {where} is no token: a token begins with {MARK}.", Code.NO_TOKEN)
    return token


def check_is_private(address: httpx.URL) -> None:
    """Refuse to show a token where everybody on the way could read it."""
    if address.scheme == "http" and address.host not in HERE:
        raise Stop(f"A token isn't sent over plain HTTP. Use https://{address.host}.", Code.NO_TOKEN)
