"""The command line's own words: commands, options, and what each is for."""

import argparse
from pathlib import Path

from portalctl import __version__
from portalctl.mapping import API, OPEN311

ABOUT = """\
Read a portal's services and figures, submit requests, follow them, and hand in tables of reports."""
NOTES = """\
environment:
  PORTALCTL_URL         the portal's address, in place of --portal
  PORTALCTL_TOKEN       the token, made under My data, Programs; or
  PORTALCTL_TOKEN_FILE  a file with mode 600 that holds it (~/.config/portalctl/token if neither is set)
  PORTALCTL_CLIENT_ID, PORTALCTL_CLIENT_SECRET or PORTALCTL_CLIENT_SECRET_FILE
                        in place of a token: a program that a manager of an agency made

exit codes:
  0  done
  1  the portal refused a request, or rows of a table
  2  wrong use: an option, a file, a column, an address
  3  no token, or one that was ended, has expired or lets the program do something else
  4  the portal couldn't be reached, or asked to wait for too long; the same again goes on
  130  interrupted; the same again goes on

Example: portalctl submit-csv day.csv --mapping day.toml --portal https://portal.example.org"""
CSV_ABOUT = f"""\
Hand in a table: each row is accepted once, with its reference, or refused with the column that is wrong.

The mapping is a TOML file:
  service = "pothole-report"
  through = "{OPEN311}"         # reports in nobody's name; or "{API}": requests in the token's owner's name
  key = "Number"              # the column, or columns, that tell rows apart
  [columns]                   # column = field
  "Latitude" = "lat"
  "Size" = "attribute[size]"  # through "{API}": "office", "answers.size", "contact.email"
  [values."Size"]             # what stands for the words of a column
  "big" = "large"
  [constants]                 # fields that are the same in all rows
  jurisdiction_id = "sumgait-roads"

What was answered stands in the resume file before the next row is sent. After an end of any kind give the same
command again: it sends what has no answer yet, and rows that were refused and have been mended since."""
PLAIN = argparse.RawDescriptionHelpFormatter


def parsers() -> tuple[argparse.ArgumentParser, dict[str, argparse.ArgumentParser]]:
    """Give the parser of the whole command line, and that of each command."""
    whole = argparse.ArgumentParser("portalctl", description=ABOUT, epilog=NOTES, formatter_class=PLAIN)
    whole.add_argument("--version", action="version", version=f"portalctl {__version__}")
    kinds = whole.add_subparsers(dest="command", required=True, metavar="COMMAND", title="commands")
    known = {
        "services": kinds.add_parser("services", help="list the services"),
        "service": kinds.add_parser("service", help="show a service and what its form asks for"),
        "submit": kinds.add_parser("submit", help="submit a request from a JSON file"),
        "submit-csv": kinds.add_parser(
            "submit-csv", help="hand in a table", description=CSV_ABOUT, formatter_class=PLAIN
        ),
        "follow": kinds.add_parser("follow", help="tell how far a request is"),
        "figures": kinds.add_parser("figures", help="fetch figures as CSV or JSON"),
        "completion": kinds.add_parser("completion", help="print what a shell needs to complete words"),
    }
    for name, parser in known.items():
        FILLERS[name](parser)
        if name != "completion":
            _where(parser)
    return whole, known


def _where(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--portal", metavar="URL", help="the portal's address; else PORTALCTL_URL")
    parser.add_argument("--language", default="en", metavar="CODE", help="language of texts: en, az, fr or ar")


def _services(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="as the portal tells it")


def _service(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("service", metavar="SERVICE", help="its code")
    parser.add_argument("--json", action="store_true", help="with its whole definition, as the portal tells it")


def _submit(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("service", metavar="SERVICE", help="its code")
    parser.add_argument("file", type=Path, help='{"office": ..., "answers": {...}, "contact": {...}}; contact may lack')
    parser.add_argument("--office", metavar="CODE", help="in place of the file's; needed where several deliver it")
    parser.add_argument(
        "--with-file",
        action="append",
        default=[],
        type=_field_and_file,
        metavar="FIELD=FILE",
        help="a file; again for more",
    )
    parser.add_argument("--declared", action="store_true", help="you say: all of it is true and complete; with files")
    parser.add_argument("--once-more", default="", metavar="WORD", help="send the same as another request; a word each")


def _submit_csv(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="CSV", help="the table, packed by gzip or not")
    parser.add_argument("--mapping", type=Path, required=True, metavar="TOML", help="which column fills which field")
    parser.add_argument("--resume", type=Path, metavar="FILE", help="the resume file; else CSV.resume")
    parser.add_argument("--results", type=Path, metavar="FILE", help="how each row ended; else CSV.results.csv")
    parser.add_argument("--encoding", default="utf-8", help="of the table; else utf-8")
    parser.add_argument("--delimiter", default=",", type=_one_character, help="between values; else a comma")
    parser.add_argument("--at-once", type=_few, default=4, metavar="N", help="rows on the way at once, 1 to 16; else 4")
    parser.add_argument(
        "--patience", type=_seconds, default=7200, metavar="S", help="longest wait for one row; else 7200"
    )
    parser.add_argument("--again", action="store_true", help="send all refused rows again, unchanged ones, too")
    parser.add_argument("--check", action="store_true", help="read and check everything, send nothing")


def _follow(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("reference", metavar="REFERENCE", help="as in K7M2-9QXD-4T, or the number of a report")
    parser.add_argument("--watch", type=_seconds, metavar="S", help="ask again every so many seconds until its end")


def _figures(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("service", nargs="?", metavar="SERVICE", help="its code; else the main figures of all services")
    parser.add_argument("--format", choices=["csv", "json"], default="csv")
    parser.add_argument("--output", type=Path, metavar="FILE", help="where to; else to the standard output")


def _completion(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shell", choices=["bash", "zsh"], help='as in: eval "$(portalctl completion bash)"')


FILLERS = {
    "services": _services,
    "service": _service,
    "submit": _submit,
    "submit-csv": _submit_csv,
    "follow": _follow,
    "figures": _figures,
    "completion": _completion,
}


def _one_character(text: str) -> str:
    text = "\t" if text == "\\t" else text
    if len(text) != 1 or text in '\r\n"':
        raise argparse.ArgumentTypeError(r"one character, as in ; or \t")
    return text


def _field_and_file(text: str) -> tuple[str, Path]:
    field, mark, file = text.partition("=")
    if not (mark and field and file):
        raise argparse.ArgumentTypeError("the field and the file, as in lease=lease.pdf")
    return field, Path(file)


def _few(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 16):
        raise argparse.ArgumentTypeError("a whole number from 1 to 16")
    return int(text)


def _seconds(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 86_400):
        raise argparse.ArgumentTypeError("whole seconds, from 1 to 86400")
    return int(text)
