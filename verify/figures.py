"""Count the portal's published figures again from its public event log: `python figures.py --help`.

Lies beside `verify.py`, whose tree and keys it uses; needs nothing of the portal's own code. See `README.md`.
"""

import argparse
import json
import math
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from statistics import fmean, stdev

import verify
from verify import Event, Head, Key, Refuted

WIDTH, DECIDED = 1.0198, ("approved", "refused", "closed")
HOLDERS = {"desk": "office", "applicant": "applicant", "wait": "law"}
WORK = {"robot": "robot_steps", "desk": "clerk_steps"}
COUNTED = {
    "complained": "complaints",
    "complaint_answered": "complaints_answered",
    "objected": "objections",
    "decision_annulled": "overturned",
    "decision_sent_back": "overturned",
    "opinions_silent": "silent_opinions",
}
PARTS = {"median": 0.5, "p90": 0.9}
LENGTHS = ("took", "decision", "days")
STARRED = ("office", "channel", "version", "stops")  # tables with a row `*` for what is told together
UNTOLD = ("refused", "asked", "equity")  # tables of reasons, papers and groups of people, which the log doesn't tell
Place = tuple[str, str]
Cell = tuple[str, str, str]


# The log: every line of it is in the tree that was signed.


def leaf_of(line: Event) -> bytes:
    hidden = bytes.fromhex(line.get("hidden", ""))
    known = hidden if line.get("public") is None else verify.public_hash(line["public"])
    return verify.sha256(b"\x00portal leaf 1\x00", bytes.fromhex(line["commitment"]), known)


def read_log(portal: str, keys: Sequence[Key]) -> tuple[Head, list[Event], int]:
    """Give the sealed lines of the public log, and how many of them the portal's figures count."""
    head, lines = verify.read_head(verify.fetch(f"{portal}/api/log/head").decode(), keys), {}
    index = json.loads(verify.fetch(f"{portal}/api/log/events"))
    for month in index["months"]:
        for line in map(json.loads, verify.fetch(portal + month["files"]["jsonl"]).splitlines()):
            lines[line["leaf"]] = line  # what may be told only later comes again: the last one tells most
    found = [lines[leaf] for leaf in sorted(lines)[: head.size]]
    if [line["leaf"] for line in found] != list(range(head.size)):
        raise Refuted("the public log lacks lines")
    if verify.root_over(map(leaf_of, found)) != (head.size, head.root):
        raise Refuted(f"line {first_false(found, head, portal)} of the public log isn't what was sealed")
    for line in found:
        check_places(line)
    return head, found, index["counted"] or 0


def first_false(lines: Sequence[Event], head: Head, portal: str) -> int:
    """Find the first line that doesn't fit the tree, by halves: it's proved that those before grow into the tree."""
    good, bad = 0, len(lines)
    while bad - good > 1:
        size = (good + bad) // 2
        proof = verify.proof_of(portal, "consistency", size, head.size)
        root = verify.root_over(map(leaf_of, lines[:size]))[1]
        is_good = verify.is_consistent(size, head.size, proof, root, head.root)
        good, bad = (size, bad) if is_good else (good, size)
    return good


def check_places(line: Event) -> None:
    """Check that an office or channel is the one that was sealed with the event."""
    for name, (salt, value) in line.get("places", {}).items():
        if line["public"][name] != verify.sha256(b"portal place 1\x00", verify.canonical([salt, name, value])).hex():
            raise Refuted(f"line {line['leaf']} of the public log names another {name} than was sealed")


def named(line: Event) -> Event:
    """Give what a line tells, with `*` for an office or channel that isn't named."""
    places = {name: "*" for name in ("office", "channel") if name in line["public"]}
    return {**line["public"], **places, **{name: value for name, (_, value) in line.get("places", {}).items()}}


# The figures.


def middle(bucket: int) -> float:
    """Give the seconds that stand for a step of lengths: each is 1.98 % longer than the one before."""
    return 2 * WIDTH**bucket / (WIDTH + 1) / 1_000_000


class Recount:
    """The figures of one service in a span of months: by table, key and measure the numbers, and the lengths."""

    def __init__(self, first: str, end: str, before: str) -> None:
        self.first, self.end, self.before = first, end, before
        self.numbers: Counter[Cell] = Counter()
        self.lengths: dict[Cell, Counter[int]] = defaultdict(Counter)

    def add(self, places: Sequence[Place], day: str, measure: str, number: int = 1) -> None:
        """Count a number, or a length by its step: in the month of its day, and if that is in the span, at places."""
        month = day[:7]
        is_before = bool(self.before) and self.before <= month < self.first
        found = [("year before", "")] if is_before else list(places) if self.first <= month < self.end else []
        for table, key in [("month", f"{month}-01"), *found]:
            if measure in LENGTHS:
                self.lengths[table, key, measure][number] += 1
            else:
                self.numbers[table, key, measure] += number

    def add_request(self, events: Sequence[Event]) -> None:
        """Count one request by its first day, its last office and its last end."""
        first, by_kind = events[0], defaultdict(list)
        for one in events:
            by_kind[one["event"]].append(one)
        office = [one["office"] for one in events if "office" in one][-1]
        whole = ("whole", "")
        places = [whole, ("office", office), ("channel", first["channel"]), ("version", str(first["version"]))]
        self.add(places, first["day"], "received")
        for one in by_kind["step_done"]:
            self.add(places, first["day"], WORK.get(one.get("step_kind", ""), "other steps"))
            self.add(places, first["day"], "saved_minutes", one.get("saves_minutes", 0))
            self.add(places, first["day"], "clerk_minutes", one.get("minutes", 0))
        self._add_events(events)
        for asked in sorted(one["day"] for one in by_kind["applicant_asked"])[:1]:
            self.add([whole], asked, "asked")
        spans = [one["took"] for kind in ("activity_completed", "after_care") for one in by_kind[kind]]
        for longest in sorted(spans)[-1:]:
            self.add([("handling", "")], first["day"], "took", longest)
        for end in [one for one in events if one["event"] in ("ended", "reopened")][-1:]:
            self._add_end(places, end, by_kind)

    def _add_events(self, events: Sequence[Event]) -> None:
        whole = [("whole", "")]
        for one in events:
            if one["event"] in COUNTED:
                self.add(whole, one["day"], COUNTED[one["event"]])
            elif one["event"] == "decided_by_silence":
                self.add(whole, one["day"], "silent_approvals" if one["outcome"] == "approval" else "silent_refusals")
            elif one["event"] == "clock_stopped":
                self.add([("stops", one.get("reason", "unknown"))], one["day"], "number")

    def _add_end(self, places: Sequence[Place], end: Event, by_kind: dict[str, list[Event]]) -> None:
        day, outcome = end["day"], end.get("outcome", "")
        if outcome:
            self.add(places, day, outcome)
        if outcome not in DECIDED:
            return
        lost = sum(one.get("lost", 0) for one in by_kind["clock_resumed"])
        self.add(places, day, "decided")
        self.add(places, day, "on_time" if end["on_time"] else "late")
        self.add(places, day, "first_time_right", int(not by_kind["applicant_asked"] + by_kind["reopened"]))
        self.add(places, day, "stopped_days", lost)
        self.add(places[:1], day, "decision", end["took"])
        if "working_days" in end:
            self.add(places, day, "days", max(0, end["working_days"] - lost))
        self._add_steps(day, *(self._timed(by_kind[kind]) for kind in ("step_opened", "step_done")))

    def _timed(self, events: Sequence[Event]) -> list[Event]:
        return [one for one in events if one.get("step_kind") in HOLDERS and "step" in one]

    def _add_steps(self, day: str, opened: Sequence[Event], done: Sequence[Event]) -> None:
        """Count how long each step took that is over, and how long each holder had the request."""
        still, held = Counter(one["step"] for one in opened), defaultdict(float)
        still.subtract(one["step"] for one in done)
        for step, last in {one["step"]: one for one in done if not still[one["step"]] and "took" in one}.items():
            is_elsewhere = any(one.get("elsewhere") for one in [*opened, *done] if one["step"] == step)
            self.add([("step", step)], day, "took", last["took"])
            held["others" if is_elsewhere else HOLDERS[last["step_kind"]]] += middle(last["took"])
        for holder, seconds in held.items():
            self.add([("holder", holder)], day, "took", round(math.log(seconds / middle(0), WIDTH)))

    def add_detached(self, lines: Sequence[Event]) -> None:
        """Count answers, of each applicant the last, and looks into files: they don't tell of which request."""
        answers = {one["answer"]: one for one in lines if one["event"] == "rated"}
        for one in answers.values():
            self.add([("whole", "")], one["month"], "rated")
            self.add([("whole", "")], one["month"], "satisfied", int(one["is_satisfied"]))
        for one in lines:
            if one["event"] == "file_read":
                self.add([("whole", "")], one["day"], "file_reads")

    def put_together(self, shown: set[Place]) -> None:
        """Sum up as `*` the rows that a table doesn't show by themselves."""
        for (table, key, measure), number in list(self.numbers.items()):
            if table in STARRED and key != "*" and (table, key) not in shown:
                self.numbers[table, "*", measure] += number

    def figure(self, table: str, key: str, measure: str) -> float:
        """Give what a published figure should be."""
        if table == "working days":
            first, last = map(int, key.split("-"))
            return sum(self.lengths["whole", "", "days"][day] for day in range(first, last + 1))
        name, _, unit = measure.partition("_")
        if name in PARTS:
            of = "days" if unit == "working_days" else "decision" if table == "whole" else "took"
            cases = sorted(self.lengths[table, key, of].elements())
            case = cases[max(1, math.ceil(PARTS[name] * len(cases))) - 1] if cases else 0
            return case if of == "days" else middle(case)
        if table == "handling":
            spans = [middle(span) for span in self.lengths[table, key, "took"].elements()]
            return {"cases": len, "mean": fmean, "deviation": stdev, "longest": max}[measure](spans)
        if measure == "open":
            received, *left = (self.numbers[table, key, name] for name in ("received", "decided", "withdrawn"))
            return received - sum(left)
        return self.numbers[table, key, measure]


def is_same(line: Event, should: float) -> bool:
    """Compare a published figure: exactly, but for what comes from the lengths themselves and not from their steps."""
    if line["table"] == "holder" or line["measure"] in ("mean", "deviation", "longest"):
        return math.isclose(line["value"], should, rel_tol=0.02, abs_tol=1)
    is_rounded = line["measure"].endswith("_seconds")
    return bool(line["value"] == round(should) if is_rounded else math.isclose(line["value"], should, abs_tol=1e-6))


def recounts(lines: Sequence[Event], span: tuple[str, str, str]) -> dict[str, Recount]:
    """Count the figures of every service again."""
    requests, detached = defaultdict(list), defaultdict(list)
    for told in (named(line) for line in lines if line.get("public")):
        (requests[told["request"]] if "request" in told else detached[told["service"]]).append(told)
    found: dict[str, Recount] = defaultdict(lambda: Recount(*span))
    for events in requests.values():
        found[events[0]["service"]].add_request(events)
    for service, told_apart in detached.items():
        found[service].add_detached(told_apart)
    return found


def span_of(period: str) -> tuple[str, str, str]:
    """Give from which month on, before which one; and from which on the year before is told."""
    if period == "12m":
        year, month = (int(part) for part in f"{datetime.now(UTC):%Y-%m}".split("-"))
        first, end, before = (f"{year - back:04}-{month:02}" for back in (1, 0, 2))
        return first, end, before
    return ("", "~", "") if period == "all" else (period, f"{period}~", "")


def published(portal: str, service: str, period: str) -> list[Event]:
    address = f"{portal}/figures/{service}.json?period={period}&unit=month"
    return list(json.loads(verify.fetch(address))["figures"])


def wrong_in(lines: Sequence[Event], counted: Recount) -> Iterator[str]:
    """Give the published figures that aren't what the log says."""
    counted.put_together({(line["table"], line["key"]) for line in lines})
    for line in lines:
        place = (line["table"], line["key"], line["measure"])
        if line["table"] not in UNTOLD and not is_same(line, should := counted.figure(*place)):
            yield f"{' '.join(place)}: {line['value']}, but the log says {should:g}"


def check(portal: str, trusted: Sequence[Key], period: str) -> None:
    keys = verify.follow(verify.fetch(f"{portal}/api/log/keys").decode().splitlines(), trusted)
    head, lines, counted = read_log(portal, keys)
    services = recounts(lines[:counted], span_of(period))
    figures = {service: published(portal, service, period) for service in sorted(services)}
    if not counted or counted != json.loads(verify.fetch(f"{portal}/api/log/events"))["counted"]:
        raise Refuted("the portal counts right now, or not all that it counted is sealed: try again")
    wrong = [f"{service}: {one}" for service, told in figures.items() for one in wrong_in(told, services[service])]
    known = [line for told in figures.values() for line in told]
    untold = sum(line["table"] in UNTOLD for line in known)
    print(f"The public log is the one that was sealed on {verify.told(head.time)}: {head.size} events.")
    print(
        f"Of {sum('hidden' in line for line in lines)} events it tells only a hash, because few asked for the service."
    )
    print(f"{len(known) - untold - len(wrong)} published figures are what the log's first {counted} events say.")
    print(f"{untold} figures tell reasons of refusals and papers asked for, which the log doesn't tell of anybody.")
    if wrong:
        raise Refuted("\n".join([f"{len(wrong)} published figures aren't what the log says:", *wrong]))


def main(words: Sequence[str] | None = None) -> int:
    """Check all figures of a period: 0 when they are what the log says, 1 with a sentence when they aren't."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("portal", help="address of the portal")
    parser.add_argument("--key", action="append", required=True, help="the log's key that you trust; may be repeated")
    parser.add_argument("--period", default="all", help="all, 12m, a year (2026) or a month (2026-03)")
    options = parser.parse_args(words)
    return verify.run(
        lambda: check(options.portal.rstrip("/"), list(map(verify.read_key, options.key)), options.period)
    )


if __name__ == "__main__":
    sys.exit(main())
