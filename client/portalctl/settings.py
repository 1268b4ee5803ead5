"""Where the portal is and who asks: from options, the environment and a file, never a token from the command line."""

import os
import stat
from collections.abc import Mapping
from pathlib import Path

import httpx

from portalctl.stops import Code, Stop

ADDRESS, TOKEN, TOKEN_FILE = "PORTALCTL_URL", "PORTALCTL_TOKEN", "PORTALCTL_TOKEN_FILE"
CLIENT_ID, CLIENT_SECRET = "PORTALCTL_CLIENT_ID", "PORTALCTL_CLIENT_SECRET"
CLIENT_SECRET_FILE = f"{CLIENT_SECRET}_FILE"
MARK = "portal_"
HERE = ("localhost", "127.0.0.1", "::1")
HOW = f"Make one under My data, Programs, and put it into {TOKEN} or into a file with mode 600 that {TOKEN_FILE} names."
HOW_OF_PROGRAMS = f"Ask a manager of the agency, and put what you are told into {CLIENT_ID} and {CLIENT_SECRET}."


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


def program_of(environment: Mapping[str, str]) -> tuple[str, str] | None:
    """Give id and secret of an agency's program, the secret from the environment or the file that it names."""
    client_id = environment.get(CLIENT_ID, "").strip()
    if not client_id:
        return None
    if environment.get(TOKEN) or environment.get(TOKEN_FILE):
        raise Stop(f"Say who asks in one way: {TOKEN} of a person, or {CLIENT_ID} of an agency's program.")
    if secret := environment.get(CLIENT_SECRET, "").strip():
        return client_id, _sound(secret, CLIENT_SECRET)
    if not (named := environment.get(CLIENT_SECRET_FILE)):
        raise Stop(f"The program's secret is missing. {HOW_OF_PROGRAMS}", Code.NO_TOKEN)
    return client_id, _sound(_read(Path(named)), named)


def _read(file: Path) -> str:
    try:
        with file.open(encoding="utf-8") as content:
            if os.fstat(content.fileno()).st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise Stop(f"Others may read the secret in {file}. Run: chmod 600 {file}", Code.NO_TOKEN)
            return content.read(1000).strip()
    except (OSError, UnicodeDecodeError) as fault:
        raise Stop(f"The secret can't be read from {file}: {fault}.", Code.NO_TOKEN) from None


def _sound(token: str, where: str) -> str:
    if not token.startswith(MARK) or not token.isascii() or not token.isprintable() or " " in token:
        raise Stop(f"What stands in {where} is no token or secret: those begin with {MARK}.", Code.NO_TOKEN)
    return token


def check_is_private(address: httpx.URL) -> None:
    """Refuse to show a token where everybody on the way could read it."""
    if address.scheme == "http" and address.host not in HERE:
        raise Stop(f"A token isn't sent over plain HTTP. Use https://{address.host}.", Code.NO_TOKEN)
