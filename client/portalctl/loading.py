"""Hand a table in: each row is accepted once, or refused with the columns that are wrong."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from itertools import islice
from typing import Any

import httpx

from portalctl.calls import Portal, content_of, faults_of, not_a_portal
from portalctl.journal import Journal, Outcome
from portalctl.mapping import API, TableMapping, Unmapped
from portalctl.reading import form_of
from portalctl.stops import Code, Stop
from portalctl.tables import Row

ACCEPTED, REFUSED, NOT_SENT = "accepted", "refused", "not sent"
REPORTS, REQUESTS = "open311/v2/requests.json", "api/requests/"
REFERENCE = re.compile(r"(?<![0-9A-Z-])[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{2}(?![0-9A-Z-])")
WHOLE = {"service", "service_code", "api_key", "Idempotency-Key"}
CHANGED = "The row was changed after it was accepted; the change was not sent."
FOR_ALL = (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN)


class Loader:
    """Sends the rows of a table by a mapping, several at once, and notes each answer."""

    def __init__(self, portal: Portal, mapping: TableMapping, journal: Journal) -> None:
        self.portal, self.mapping, self.journal = portal, mapping, journal
        self._unlisted: set[str] = set()

    def check(self) -> None:
        """Raise `Stop` unless the portal has the service, with every field that the mapping fills."""
        through = self.mapping.through
        known = self._answers() if through == API else self._attributes()
        named = [*self.mapping.columns.values(), *self.mapping.constants]
        pattern = re.compile(r"answers\.([^.]+).*" if through == API else r"attribute\[(.*)\]")
        asked = {found[1] for field in named if (found := pattern.fullmatch(field))}
        if strange := sorted(asked - known):
            has = ", ".join(sorted(known)) or "none"
            raise Stop(f"The service {self.mapping.service} has no field {', '.join(strange)}. It has: {has}.")

    def _answers(self) -> set[str]:
        return set(form_of(self.portal, self.mapping.service).get("properties", {}))

    def _attributes(self) -> set[str]:
        """Give the fields of the form; those that GeoReport's own arguments fill aren't listed, but known."""
        missing = f"{self.mapping.service} takes no open reports, or isn't there. See: portalctl services"
        told = self.portal.get(f"open311/v2/services/{self.mapping.service}.json", missing=missing)
        known = self._answers()
        self._unlisted = known - {one["code"] for one in told["attributes"]}
        return known

    def waiting(self, rows: Iterable[Row], *, again: bool) -> list[Row]:
        """Give the rows that are still to be sent: new ones, and refused ones that were changed, or all by `again`."""
        return [row for row in rows if not row.fault and self._is_waiting(row, again=again)]

    def _is_waiting(self, row: Row, *, again: bool) -> bool:
        known = self.journal.outcomes.get(row.key)
        if known is None or known.state == ACCEPTED:
            return known is None
        return again or known.content != self._digest(row)

    def run(self, rows: Iterable[Row], at_once: int, done: Callable[[Outcome], None]) -> None:
        """Send rows, so many at once; the first that can't be sent at all stops the rest."""
        source = iter(rows)
        with ThreadPoolExecutor(at_once) as pool:
            running = {pool.submit(self._send, row) for row in islice(source, at_once)}
            try:
                while running:
                    ended, running = wait(running, return_when=FIRST_COMPLETED)
                    for outcome in _results(ended):
                        done(outcome)
                    running |= {pool.submit(self._send, row) for row in islice(source, len(ended))}
            finally:
                self.portal.stopped.set()

    def _send(self, row: Row) -> Outcome:
        outcome = self._outcome(row)
        self.journal.note(outcome)
        return outcome

    def _outcome(self, row: Row) -> Outcome:
        content = self._digest(row)
        try:
            fields = self.mapping.fields_of(row.values)
        except Unmapped as fault:
            return Outcome(row.key, content, REFUSED, columns=fault.column, reason=f"{fault.column}: {fault}")
        answer = self._post(fields, self.mapping.idempotency_key(row.key))
        if answer.status_code == httpx.codes.CREATED:
            return self._accepted(row.key, content, answer)
        faults = faults_of(answer)
        if answer.status_code in FOR_ALL or not faults or any(name in WHOLE for name, _ in faults):
            raise self.portal.refusal(answer)
        return self._refused(row.key, content, faults)

    def _post(self, fields: dict[str, Any], key: str) -> httpx.Response:
        headers = {"Idempotency-Key": key}
        if self.mapping.through == API:
            body = {"service": self.mapping.service, "answers": {}, **_nested(fields)}
            return self.portal.send("POST", REQUESTS, json=body, headers=headers, auth=self.portal.bearer)
        plain = {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in fields.items()}
        form = {"service_code": self.mapping.service, **plain}
        return self.portal.send("POST", REPORTS, form=lambda: self._signed(form), headers=headers)

    def _signed(self, form: dict[str, str]) -> dict[str, str]:
        return {"api_key": self.portal.secret(), **form}

    def _accepted(self, key: str, content: str, answer: httpx.Response) -> Outcome:
        told = content_of(answer)
        try:
            if self.mapping.through == API:
                return Outcome(key, content, ACCEPTED, told["reference"], told["id"])
            [receipt] = told
            notice = str(receipt.get("service_notice", ""))
            found = REFERENCE.search(notice)
            number = str(receipt["service_request_id"])
        except (KeyError, TypeError, ValueError):
            raise not_a_portal(self.portal.address) from None
        return Outcome(key, content, ACCEPTED, found[0] if found else "", number, notice=notice)

    def _refused(self, key: str, content: str, faults: Iterable[tuple[str, str]]) -> Outcome:
        columns, reasons = [], []
        for name, words in faults:
            filled_by = self._columns_of(name)
            columns += filled_by
            reasons.append(f"{', '.join(filled_by) or name}: {words}" if name else words)
        return Outcome(key, content, REFUSED, columns=", ".join(dict.fromkeys(columns)), reason="; ".join(reasons))

    def _columns_of(self, name: str) -> list[str]:
        """Give the columns of what the portal names. It names a place by its field, which two arguments fill."""
        found = self.mapping.columns_of(name) if name else []
        if not found and name.startswith("attribute[") and name[len("attribute[") : -1] in self._unlisted:
            return self.mapping.columns_of("lat") + self.mapping.columns_of("long")
        return found

    def _digest(self, row: Row) -> str:
        try:
            content: Any = self.mapping.fields_of(row.values)
        except Unmapped:
            content = row.values
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def told(self, rows: Iterable[Row]) -> Iterator[tuple[Row, Outcome]]:
        """Give every row with how it ended; one that can't be sent at all is refused."""
        for row in rows:
            known = self.journal.outcomes.get(row.key)
            if row.fault:
                columns = ", ".join(row.columns)
                reason = f"{columns}: {row.fault}" if columns else row.fault
                yield row, Outcome(row.key, "", REFUSED, columns=columns, reason=reason)
            elif known is None:
                yield row, Outcome(row.key, "", NOT_SENT)
            elif known.state == ACCEPTED and known.content != self._digest(row):
                yield row, replace(known, reason=CHANGED)
            else:
                yield row, known


def _results(ended: Iterable[Future[Outcome]]) -> Iterator[Outcome]:
    """Give what was answered, all of it before what couldn't be."""
    failed = []
    for one in ended:
        if fault := one.exception():
            failed.append(fault)
        else:
            yield one.result()
    if failed:
        raise min(failed, key=lambda fault: isinstance(fault, Stop) and fault.code == Code.UNREACHED)


def _nested(fields: dict[str, Any]) -> dict[str, Any]:
    """Give fields named by paths as the tree that they name."""
    tree: dict[str, Any] = {}
    for path, value in fields.items():
        *way, last = path.split(".")
        place = tree
        for part in way:
            place = place.setdefault(part, {})
        place[last] = value
    return tree
