"""Looks at a portal that has come to rest and gives everything that isn't as it must be."""

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.drill.clients import Journal
from tests.drill.portals import DrillPortal

REGISTRIES = {"reservations": "reserve", "permits": "enter"}
WAYS = {"letter": "", "text": "sms"}  # by the branch of their rows
OURS = "answers->>'plate' LIKE %s"
MESSAGE_ID = re.compile(rb"^Message-ID: *(?:\n )?<([^>]+)>", re.MULTILINE | re.IGNORECASE)


@dataclass
class Found:
    """The faults by the rule that they break, and what was counted on the way."""

    faults: dict[str, list[str]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def all(self) -> list[str]:
        return [f"{rule}: {fault}" for rule, faults in self.faults.items() for fault in faults]

    @property
    def rules_broken(self) -> set[str]:
        return {rule.split()[0] for rule, faults in self.faults.items() if faults}


@dataclass
class Checker:
    """The rules I1 to I11, for the requests of a drill with one seed."""

    portal: DrillPortal
    journal: Journal
    seed: int

    def look(self) -> Found:
        found = Found()
        inside = self._inside()
        found.faults = {
            "I1 acknowledged and there": self._lost(),
            "I2 one request a key": self._doubled(),
            "I3 nothing stuck": self._stuck(),
            "I4 one result a step": self._repeated(),
            "I5 one effect a step": self._effects(),
            "I6 chains hold": inside["chains"],
            "I7 one leaf an event, heads fit": inside["log"],
            "I8 nothing left to ring for": self._due(),
            "I9 letters and texts": [
                *self._told("letter", self._letters(), found.counts),
                *self._told("text", self._texts(), found.counts),
            ],
            "I10 files": inside["files"],
            "I11 figures = recount": inside["figures"],
        }
        found.counts |= {"documents": inside["documents"], "files without a row": inside["left_over"]}
        return found

    def _ours(self, query: str) -> list[tuple[Any, ...]]:
        return self.portal.rows(query, f"seed{self.seed}-%")

    def _inside(self) -> dict[str, Any]:
        done = self.portal.run("tests.drill.inside")
        assert done.returncode == 0, done.stderr[-3000:]
        report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return report

    def _lost(self) -> list[str]:
        stored = {str(pk): plate for pk, plate in self._ours(f"SELECT id, answers->>'plate' {FROM}")}
        acknowledged, meant = self.journal.read("acknowledged"), self.journal.read("meant")
        lost = [f"lost {key}" for key, ids in acknowledged.items() if any(stored.get(pk) != key for pk in ids)]
        refused = [f"{key} was refused: {told}" for key, told in self.journal.read("refused").items()]
        return lost + refused + [f"{key} was never acknowledged" for key in sorted(meant.keys() - acknowledged.keys())]

    def _doubled(self) -> list[str]:
        counts = Counter(plate for (plate,) in self._ours(f"SELECT answers->>'plate' {FROM}"))
        by_key = self.journal.read("acknowledged")
        told_two = [f"{key} has two references" for key, ids in by_key.items() if len(ids) > 1]
        return [f"doubled {key}" for key, count in counts.items() if count > 1] + told_two

    def _stuck(self) -> list[str]:
        rows = self._ours(f"SELECT id, status {FROM} AND status <> 'approved'")
        return [f"{pk} is {status}" for pk, status in rows]

    def _repeated(self) -> list[str]:
        rows = self._ours(
            f"SELECT service_request_id, key FROM workflow_step WHERE service_request_id IN (SELECT id {FROM}) "
            "AND state = 'done' GROUP BY 1, 2, branch HAVING count(*) > 1"
        )
        told = self._ours(
            f"SELECT subject, facts->>'step' FROM ledger_event WHERE subject IN (SELECT id {FROM}) "
            "AND kind = 'step_done' AND facts->>'kind' = 'robot' GROUP BY 1, 2 HAVING count(*) > 1"
        )
        return [f"{pk} did {key} more than once" for pk, key in {*rows, *told}]

    def _effects(self) -> list[str]:
        faults = []
        for registry, key in REGISTRIES.items():
            effects = [one for one in self.portal.effects(registry) if one["key"].startswith(f"seed{self.seed}-")]
            made = Counter(effect["idempotency_key"] for effect in effects)
            by_plate = Counter(effect["key"] for effect in effects)
            rows = self._ours(
                "SELECT service_request_id || '/' || id FROM workflow_step WHERE service_request_id IN "
                f"(SELECT id {FROM}) AND key = '{key}' AND state = 'done' AND instead_of_id IS NULL"
            )
            finished = {pk for (pk,) in rows}
            faults += [f"{registry} {pk}: {made[pk]} effects" for pk in finished if made[pk] != 1]
            faults += [f"{registry} {pk}: an effect of no finished step" for pk in made.keys() - finished]
            faults += [f"{registry} {plate}: {count} effects" for plate, count in by_plate.items() if count > 1]
        return faults

    def _due(self) -> list[str]:
        rows = self.portal.rows("SELECT id, key, state FROM workflow_step WHERE state IN ('due', 'running')")
        return [f"step {pk} {key} is {state}" for pk, key, state in rows]

    def _told(self, what: str, copies: Counter[str], counts: dict[str, int]) -> list[str]:
        """Compare what came, letters in the mailbox or texts at their provider, with the rows of notices, by its key.

        Nothing can be sent and noted in one act: who is killed in between leaves what is sent again. That may happen
        no more often than its row tells that it was taken up again, and it is counted.
        """
        notices = self._notices(WAYS[what])
        times = {pk: copies[pk] for pk in notices}
        counts[f"{what}s that came once"] = sum(number == 1 for number in times.values())
        counts[f"{what}s that came again, as their rows tell"] = sum(
            1 < number <= notices[pk][1] for pk, number in times.items()
        )
        return [
            *(f"{what} {pk} was given up" for pk, (outcome, _) in notices.items() if outcome != "sent"),
            *(f"{what} {pk} never came" for pk, number in times.items() if number == 0),
            *(
                f"{what} {pk} came {times[pk]} times in {tries} tries"
                for pk, (_, tries) in notices.items()
                if times[pk] > tries
            ),
            *(f"{what} {pk} has no row" for pk in copies.keys() - notices.keys()),
        ]

    def _notices(self, way: str) -> dict[str, tuple[str, int]]:
        """Give the outcome of each notice that went a way, and how often a worker took it in hand."""
        rows = self._ours(
            "SELECT service_request_id || '.' || id, outcome, attempts FROM workflow_step "
            f"WHERE service_request_id IN (SELECT id {FROM}) AND kind = 'notice' AND branch = '{way}'"
        )
        return {pk: (outcome, attempts) for pk, outcome, attempts in rows}

    def _letters(self) -> Counter[str]:
        """Count the letters about our requests by their Message-ID."""
        mailbox = (self.portal.folder.path / "mail").iterdir()
        return self._about_ours(
            id_.decode().split("@")[0] for file in mailbox for id_ in MESSAGE_ID.findall(file.read_bytes())
        )

    def _texts(self) -> Counter[str]:
        """Count the texts about our requests by the key that the provider got with each."""
        return self._about_ours(key.replace("/", ".") for key in self.portal.texts.keys)

    def _about_ours(self, keys: Iterable[str]) -> Counter[str]:
        ours = {str(pk) for (pk,) in self._ours(f"SELECT id {FROM}")}
        return Counter(key for key in keys if key.split(".")[0] in ours)


FROM = f"FROM requests_servicerequest WHERE {OURS}"
