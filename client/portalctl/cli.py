"""Read the command line, do the command, and tell by the exit code how it ended."""

import json
import os
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from typing import Any

import httpx

from portalctl import reading
from portalctl.calls import Patience, Portal
from portalctl.completion import script
from portalctl.programs import Program
from portalctl.settings import address_of, program_of, token_of
from portalctl.stops import Code, Stop
from portalctl.submitting import read_request, submit
from portalctl.tabling import submit_table
from portalctl.with_files import read_upload
from portalctl.words import parsers

SHORT = Patience(tries=3, longest_s=60)
LONG_TRIES = 8
OPEN = ("services", "service", "figures")  # to everybody: no token is shown, nor need it be sound


def main(words: Sequence[str] | None = None, transport: httpx.BaseTransport | None = None) -> int:
    """Do what the words say; everything but the answer itself is told on the standard error."""
    whole, commands = parsers()
    given = whole.parse_args(words)
    if given.command == "completion":
        print(script(given.shell, commands), end="")
        return Code.DONE
    try:
        return _run(given, transport)
    except Stop as stop:
        tell(f"portalctl: {stop.words}")
        return stop.code
    except KeyboardInterrupt:
        tell("portalctl: interrupted. The same again goes on.")
        return Code.INTERRUPTED
    except BrokenPipeError:  # whoever read the answer has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Code.DONE


def tell(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def _run(given: Namespace, transport: httpx.BaseTransport | None) -> Code:
    is_table = given.command == "submit-csv"
    patience = Patience(LONG_TRIES, given.patience) if is_table else SHORT
    program, token = (None, "") if given.command in OPEN else _who_asks()
    address = address_of(given.portal, os.environ)
    portal = Portal(address, token, given.language, patience, tell, transport=transport, program=program)
    try:
        return DO[given.command](portal, given) or Code.DONE
    finally:
        portal.close()


def _who_asks() -> tuple[Program | None, str]:
    known = program_of(os.environ)
    return (Program(*known), "") if known else (None, token_of(os.environ))


def _services(portal: Portal, given: Namespace) -> None:
    known = list(reading.services(portal))
    if given.json:
        _print_json(known)
        return
    width = max((len(one["code"]) for one in known), default=0)
    for one in known:
        print(f"{one['code']:<{width}}  {reading.in_language(one['title'], portal.language)}")


def _service(portal: Portal, given: Namespace) -> None:
    if given.json:
        _print_json(reading.service(portal, given.service))
    else:
        reading.show_service(portal, given.service, print)


def _submit(portal: Portal, given: Namespace) -> None:
    files = [read_upload(field, file) for field, file in given.with_file]
    if files and not given.declared:
        raise Stop("Say by --declared that all of it is true and complete, as the form's last page asks.")
    content = read_request(given.file)
    if files and "contact" in content:
        raise Stop(f"{given.file}: contact can't be sent with files: it is that of the token's owner.")
    if given.office:
        content["office"] = given.office
    print(submit(portal, given.service, content, files, given.once_more, tell))


def _submit_csv(portal: Portal, given: Namespace) -> Code:
    on_terminal = sys.stderr.isatty()
    return submit_table(portal, given, _over if on_terminal else tell, on_terminal=on_terminal)


def _over(words: str) -> None:
    """Write over the last line of a terminal where more of the same follows."""
    is_passing = " sent: " in words
    print(f"\r\033[K{words}", end="" if is_passing else "\n", file=sys.stderr, flush=True)


def _follow(portal: Portal, given: Namespace) -> None:
    reading.follow(portal, given.reference, lambda words: print(words, flush=True), given.watch)


def _figures(portal: Portal, given: Namespace) -> None:
    reading.figures(portal, given.service, given.format, given.output, sys.stdout.buffer.write)


def _print_json(content: Any) -> None:
    print(json.dumps(content, ensure_ascii=False, indent=2))


DO: dict[str, Callable[[Portal, Namespace], Code | None]] = {
    "services": _services,
    "service": _service,
    "submit": _submit,
    "submit-csv": _submit_csv,
    "follow": _follow,
    "figures": _figures,
}
