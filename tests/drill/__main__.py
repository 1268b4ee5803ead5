"""The kill campaign: python -m tests.drill [requests] [kills] [seed] [minutes]

Submits for so many minutes at most; kills are spread over the requests, so that a run cut short has its share of them.
Prints what was done and found as a table and writes it to var/chaos.md, ready for bench/README.md.
"""

import os
import shutil
import sys
from collections.abc import Mapping

from tests.drill.checker import Found
from tests.drill.drill import Drill
from tests.drill.portals import ROOT, DrillPortal

LEASE_S = 20.0  # as in production
DEFAULTS = ["10000", "200", "7", "60"]


def main() -> int:
    requests, kills, seed, minutes = (int(word) for word in [*sys.argv[1:], *DEFAULTS[len(sys.argv) - 1 :]])
    say(f"{requests} requests, {kills} kills, seed {seed}, at most {minutes} minutes of submitting")
    portal = DrillPortal("chaos")
    try:
        portal.begin()
        say("The portal is ready.")
        drill = Drill(portal, requests, seed, kills, gap_s=1.5, lease_s=LEASE_S, longest_s=60 * minutes, say=say)
        found = drill.run()
        report = "\n".join(lines(drill, found))
        print(report)
        (ROOT / "var").mkdir(exist_ok=True)
        (ROOT / "var" / "chaos.md").write_text(report + "\n")
        if found.all:
            keep(portal)
        return 1 if found.all else 0
    finally:
        portal.end()


def say(line: str) -> None:
    print(line, flush=True)


def keep(portal: DrillPortal) -> None:
    """Keep the logs of a run that found faults."""
    kept = ROOT / "var" / "chaos-logs"
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(portal.folder.path / "log", kept)
    print(f"The logs are in {kept}.")


def told(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{what} {count}" for what, count in sorted(counts.items()))


def lines(drill: Drill, found: Found) -> list[str]:
    """Give the report as Markdown."""
    requests, kills = len(drill.journal.read("acknowledged")), sum(drill.killer.counts.values())
    facts = {
        "requests, kills, seed": f"{requests} of {drill.requests}, {kills} of {drill.kills}, {drill.seed}",
        "killed": told(drill.killer.counts),
        "besides": told(drill.killer.besides),
        "ended though nobody killed it": told(drill.killer.ended_alone) or "nothing",
        "answers to clients": told(drill.clients.answers),
        "took": f"{drill.took_s:.0f} s ({requests / max(drill.took_s, 1):.1f} requests/s), "
        f"load {os.getloadavg()[0]:.1f} at the end",
        "longest that a step was due, in line included": "{:.0f} s ({})".format(*drill.longest_wait),
        "all was done after the last kill and answer": f"{drill.settled_after_s:.0f} s",
        "counted": told(found.counts),
        "0 in so many means less than, at 95 %": f"{3 / max(kills, 1):.2%} a kill, "
        f"{3 / max(requests, 1):.3%} a request",
    }
    table = [f"| {what} | {words} |" for what, words in facts.items()]
    rules = [f"| {rule} | {len(faults)} |" for rule, faults in found.faults.items()]
    examples = [f"* {fault}" for fault in found.all[:40]]
    return ["| what | |", "|---|---|", *table, "", "| rule | faults |", "|---|---|", *rules, "", *examples]


if __name__ == "__main__":
    sys.exit(main())
