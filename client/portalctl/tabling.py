"""The command `submit-csv`: from its files to its results."""

import csv
import io
import re
import time
from argparse import Namespace
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

from portalctl.calls import Portal
from portalctl.files import replace_file
from portalctl.journal import Journal, Outcome
from portalctl.loading import ACCEPTED, NOT_SENT, REFUSED, Loader
from portalctl.mapping import read_mapping
from portalctl.stops import Code, Stop
from portalctl.tables import Row, read_table

HEAD = ("line", "key", "state", "reference", "id", "columns", "reason", "notice")
EVERY_S, EVERY_PART = 0.5, 20
FORMULA, NUMBER = ("=", "+", "-", "@", "\t", "\r", "＝"), re.compile(r"[+-]?[0-9]+([.,][0-9]+)?")
Say = Callable[[str], None]


class Progress:
    """One line that is written anew on a terminal; elsewhere a line for every twentieth of the whole."""

    def __init__(self, total: int, say: Say, *, on_terminal: bool) -> None:
        self.total, self.say, self.on_terminal = total, say, on_terminal
        self.states: Counter[str] = Counter()
        self._begun = self._told_at = time.monotonic()

    def count(self, outcome: Outcome) -> None:
        self.states[outcome.state] += 1
        done, now = self.states.total(), time.monotonic()
        is_time = now - self._told_at > EVERY_S if self.on_terminal else done % max(1, self.total // EVERY_PART) == 0
        if is_time or done == self.total:
            self._told_at = now
            self.say(f"{done} of {self.total} sent: {_counts(self.states)}; {done / (now - self._begun or 1):.0f}/s")


def submit_table(portal: Portal, given: Namespace, say: Say, *, on_terminal: bool) -> Code:
    """Hand a table in and write how every row ended; give what that means for the exit code."""
    mapping = read_mapping(given.mapping)
    rows = read_table(given.file, mapping, given.encoding, given.delimiter)
    portal.secret()
    resume, results = _beside(given.resume, given.file, ".resume"), _beside(given.results, given.file, ".results.csv")
    _check_apart([given.file, given.mapping], [resume, results])
    journal = Journal(resume, {"portal": str(portal.address), "service": mapping.service, "through": mapping.through})
    try:
        loader = Loader(portal, mapping, journal)
        loader.check()
        waiting = loader.waiting(rows, again=given.again)
        say(f"{len(rows)} rows, {len(waiting)} to be sent; resume file {resume}")
        if given.check:
            return Code.REFUSED if any(row.fault for row in rows) else Code.DONE
        progress = Progress(len(waiting), say, on_terminal=on_terminal)
        try:
            loader.run(waiting, given.at_once, progress.count)
        finally:
            states = write_results(results, loader.told(rows))
            say(f"{_counts(states)}; results in {results}")
        return Code.REFUSED if states[REFUSED] else Code.DONE
    finally:
        journal.close()


def _check_apart(read: list[Path], written: list[Path]) -> None:
    """Refuse to write over what is read, or into one file twice."""
    if len({file.resolve() for file in (*read, *written)}) < len({file.resolve() for file in read}) + len(written):
        raise Stop("The table, the mapping, the resume file and the results are files of their own. Name others.")


def _beside(named: Path | None, file: Path, ending: str) -> Path:
    return named or file.with_name(file.name + ending)


def write_results(file: Path, told: Iterable[tuple[Row, Outcome]]) -> Counter[str]:
    """Write how each row ended, in the order of the table; give how many ended how."""
    content, states = io.StringIO(newline=""), Counter[str]()
    writer = csv.writer(content)
    writer.writerow(HEAD)
    for row, ended in told:
        states[ended.state] += 1
        known = (ended.reference, ended.id, ended.columns, ended.reason, ended.notice)
        writer.writerow((row.line, *map(_harmless, (row.key, ended.state, *known))))
    replace_file(file, content.getvalue().encode())
    return states


def _harmless(text: str) -> str:
    """Put a quote before what a spreadsheet would take for a formula; numbers stay."""
    is_formula = text.startswith(FORMULA) and not NUMBER.fullmatch(text)
    return f"'{text}" if is_formula else text


def _counts(states: Counter[str]) -> str:
    parts = [f"{states[state]} {state}" for state in (ACCEPTED, REFUSED)]
    return ", ".join([*parts, f"{states[NOT_SENT]} not sent"] if states[NOT_SENT] else parts)
