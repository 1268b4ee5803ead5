"""A folder with a table and a mapping, and a door that answers as GeoReport does."""

import csv
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qsl

import httpx
import pytest
from portalctl import cli

MAPPING = """
service = "hole"
through = "open311"
key = "No"
[columns]
"Lat" = "lat"
"Lon" = "long"
"Size" = "attribute[size]"
[values."Size"]
"big" = "large"
[constants]
"attribute[danger]" = true
"""
TABLE = "No,Lat,Lon,Size\n1,40.1,49.1,big\n2,,49.2,\n3,40.3,49.3,big\n"
FORM = {"properties": {"size": {}, "danger": {}, "place": {}}}
LISTED = {"attributes": [{"code": "size"}, {"code": "danger"}]}
NOTICE = "Follow it at http://x/status/ with the reference K7M2-9QXD-4T and the code K7M2-9QXD-4TAB-3F0Z."
Row = dict[str, str]


class Door:
    """GeoReport as the portal speaks it: a report for each key, and a fault for each place that lacks."""

    def __init__(self) -> None:
        self.taken: dict[str, dict[str, str]] = {}
        self.sent = 0
        self.fault: Callable[[dict[str, str]], httpx.Response | None] = lambda _: None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, json=FORM if "/form/" in request.url.path else LISTED)
        self.sent += 1
        form = dict(parse_qsl(request.content.decode()))
        if fault := self.fault(form):
            return fault
        if lacking := [name for name in ("lat", "long") if name not in form]:
            return httpx.Response(400, json=[{"code": 400, "description": f"{name} required"} for name in lacking])
        key = request.headers["Idempotency-Key"]
        self.taken.setdefault(key, form)
        number = f"{list(self.taken).index(key):08}-0000-4000-8000-000000000000"
        return httpx.Response(201, json=[{"service_request_id": number, "service_notice": NOTICE}])


class Bench:
    """A folder with a table and a mapping, and the program that is given them."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys, self.door = folder, capsys, Door()
        self.table, self.mapping = folder / "day.csv", folder / "day.toml"
        self.table.write_text(TABLE)
        self.mapping.write_text(MAPPING)
        self.resume = folder / "day.csv.resume"

    def run(self, *more: str) -> tuple[int, str]:
        words = ["submit-csv", str(self.table), "--mapping", str(self.mapping), *more]
        code = cli.main(words, httpx.MockTransport(self.door))
        return code, self.capsys.readouterr().err

    def ended(self) -> list[Row]:
        with (self.folder / "day.csv.results.csv").open(newline="") as results:
            return list(csv.DictReader(results))

    def column(self, name: str) -> list[str]:
        return [row[name] for row in self.ended()]
