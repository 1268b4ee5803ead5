"""Tables for `portalctl submit-csv`: what it refuses to begin with, what it takes up again, and what it tells."""

import csv
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
from portalctl import cli, journal

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


@pytest.fixture
def bench(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setenv("PORTALCTL_URL", "http://127.0.0.1")
    monkeypatch.setenv("PORTALCTL_TOKEN", "portal_x")
    return Bench(tmp_path, capsys)


class TestResults:
    def test_each_row_is_accepted_or_refused_with_its_column(self, bench: Bench) -> None:
        code, told = bench.run()

        assert code == 1
        assert "3 rows, 3 to be sent" in told
        assert bench.column("state") == ["accepted", "refused", "accepted"]
        assert bench.column("reference") == ["K7M2-9QXD-4T", "", "K7M2-9QXD-4T"]
        assert (bench.ended()[1]["columns"], bench.ended()[1]["reason"]) == ("Lat", "Lat: is required")
        assert (bench.ended()[1]["line"], bench.ended()[1]["key"]) == ("3", "2")

    def test_sends_what_stands_for_a_word_and_what_is_the_same_in_all_rows(self, bench: Bench) -> None:
        bench.run()

        sent = next(form for form in bench.door.taken.values() if form["lat"] == "40.1")
        assert sent == {
            "api_key": "portal_x",
            "service_code": "hole",
            "lat": "40.1",
            "long": "49.1",
            "attribute[size]": "large",
            "attribute[danger]": "true",
        }

    @pytest.mark.parametrize(
        ("row", "columns", "reason"),
        [
            ("4,40.1,49.1,tiny", "Size", "Size: 'tiny' isn't among the values that the mapping knows"),
            ("1,40.1,49.1,big", "No", "No: is the same as in line 2"),
            (" ,40.1,49.1,big", "No", "No: is empty, and it tells rows apart"),
            ("4,40.1", "", "the row has 2 values and the head 4: a comma or a quote is missing"),
        ],
    )
    def test_a_row_that_cant_be_sent_is_refused_without_asking(
        self, bench: Bench, row: str, columns: str, reason: str
    ) -> None:
        bench.table.write_text(f"No,Lat,Lon,Size\n1,40.1,49.1,big\n\n{row}\n")

        assert bench.run()[0] == 1
        assert (bench.column("state"), bench.door.sent) == (["accepted", "refused"], 1)
        assert (bench.ended()[1]["columns"], bench.ended()[1]["reason"]) == (columns, reason)

    def test_a_place_that_isnt_there_is_told_by_both_its_columns(self, bench: Bench) -> None:
        told = [{"code": 400, "description": "attribute[place]: There is no such place."}]
        bench.door.fault = lambda _: httpx.Response(400, json=told)

        bench.run()

        assert bench.ended()[0]["reason"] == "Lat, Lon: There is no such place."

    def test_only_the_owner_reads_what_was_answered(self, bench: Bench) -> None:
        bench.run()

        assert {file.stat().st_mode & 0o777 for file in bench.folder.glob("day.csv.*")} == {0o600}


class TestTakingUpAgain:
    def test_a_second_run_sends_nothing(self, bench: Bench) -> None:
        before = bench.run(), bench.ended()
        code, told = bench.run()

        assert (code, bench.door.sent) == (1, 3)
        assert "3 rows, 0 to be sent" in told
        assert before[1] == bench.ended()

    def test_a_mended_row_is_sent_again_and_no_other(self, bench: Bench) -> None:
        bench.run()
        bench.table.write_text(TABLE.replace("2,,", "2,40.2,"))

        assert bench.run()[0] == 0
        assert (bench.door.sent, bench.column("state")) == (4, ["accepted"] * 3)

    def test_refused_rows_are_sent_again_on_demand(self, bench: Bench) -> None:
        bench.run()

        bench.run("--again")

        assert bench.door.sent == 4

    def test_a_row_that_was_changed_after_it_was_accepted_stays_and_says_so(self, bench: Bench) -> None:
        bench.run()
        bench.table.write_text(TABLE.replace("40.1", "40.9"))

        bench.run()

        assert bench.door.sent == 3
        assert bench.ended()[0]["state"] == "accepted"
        assert "the change was not sent" in bench.ended()[0]["reason"]

    @pytest.mark.parametrize("lost", [1, 40, 10_000])
    def test_what_was_lost_of_the_resume_file_doubles_nothing(self, bench: Bench, lost: int) -> None:
        bench.run()
        content = bench.resume.read_bytes()
        bench.resume.write_bytes(content[:-lost])

        bench.run()

        assert bench.door.sent > 3
        assert len(bench.door.taken) == 2
        assert [json.loads(line)["key"] for line in bench.resume.read_bytes().splitlines()[1:]]
        assert bench.column("state") == ["accepted", "refused", "accepted"]

    def test_what_stops_one_row_stops_all_and_the_next_run_goes_on(self, bench: Bench) -> None:
        bench.door.fault = lambda _: httpx.Response(403, json=[{"description": "api_key: ended."}])

        code, told = bench.run("--at-once", "1")

        assert (code, bench.door.sent) == (3, 1)
        assert "api_key: ended." in told
        assert bench.column("state") == ["not sent"] * 3
        bench.door.fault = lambda _: None
        assert bench.run()[0] == 1
        assert bench.column("state") == ["accepted", "refused", "accepted"]

    def test_a_full_disk_stops_it_and_loses_nothing(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        whole, written = journal.os.write, []

        def fill(file: int, line: bytes) -> int:
            written.append(line)
            if len(written) == 3:
                whole(file, line[:20])
                raise OSError(28, "No space left on device")
            return whole(file, line)

        monkeypatch.setattr(journal.os, "write", fill)
        code, told = bench.run("--at-once", "2")
        monkeypatch.undo()
        monkeypatch.setenv("PORTALCTL_URL", "http://127.0.0.1")
        monkeypatch.setenv("PORTALCTL_TOKEN", "portal_x")

        assert code == 2
        assert "Make room, then run the same again" in told
        assert bench.run()[0] == 1
        assert len(bench.door.taken) == 2

    def test_two_at_once_dont_share_a_resume_file(self, bench: Bench) -> None:
        held = journal.Journal(bench.resume, {})
        try:
            assert "Another portalctl is at work" in bench.run()[1]
        finally:
            held.close()
        assert "belongs to something else" in bench.run()[1]
        assert bench.door.sent == 0


BAD_TABLES: dict[str, tuple[Any, str]] = {
    "a column lacks": ("No,Lat,Size\n1,40,big\n", "has no column 'Lon'. It has: No, Lat, Size."),
    "nothing": ("", "has no column 'No', 'Lat', 'Lon', 'Size'. It has: nothing."),
    "a column twice": ("No,Lat,Lat,Lon,Size\n", "has the column 'Lat' more than once"),
    "another encoding": ("No,Lat,Lon,Size\n1,40,49,ö\n".encode("cp1252"), "line 2 isn't utf-8. Say which it is"),
    "half a packed file": (gzip.compress(TABLE.encode())[:-9], "can't be read"),
    "an open quote": ('No,Lat,Lon,Size\n1,40,49,"big\n', "unexpected end of data"),
    "an endless value": (f"No,Lat,Lon,Size\n1,40,49,{'x' * 1_000_001}\n", "field larger than field limit"),
    "no file": (None, "No such file"),
}
BAD_MAPPINGS = {
    "no file": (None, "No such file"),
    "no TOML": ("service =", "is no TOML"),
    "nothing": ("", "service: write the code of a service"),
    "an unknown name": (MAPPING + '[more]\na = "b"', "more isn't known"),
    "an unknown way": (MAPPING.replace("open311", "post"), 'through: write "open311"'),
    "no key": (MAPPING.replace('key = "No"', "key = 7"), "key: name the column"),
    "code for a field": (MAPPING.replace('"lat"', '"__import__"'), "'__import__' is no field"),
    "a field twice": (MAPPING.replace('"long"', '"lat"'), "lat is filled more than once"),
    "values of no column": (MAPPING.replace('[values."Size"]', '[values."Sice"]'), "'Sice' is no column"),
    "a list as a value": (MAPPING.replace('"large"', '["large"]'), "what stands for 'Size' are texts"),
    "a date as a constant": (MAPPING.replace("true", "2026-01-01"), "constants are texts"),
    "an unknown attribute": (MAPPING.replace("attribute[size]", "attribute[sice]"), "has no field sice"),
}


class TestBadFiles:
    @pytest.mark.parametrize(("content", "words"), BAD_TABLES.values(), ids=BAD_TABLES)
    def test_a_bad_table_is_refused_before_anything_is_sent(self, bench: Bench, content: Any, words: str) -> None:
        if content is None:
            bench.table.unlink()
        else:
            bench.table.write_bytes(content if isinstance(content, bytes) else content.encode())

        code, told = bench.run()

        assert (code, bench.door.sent) == (2, 0)
        assert words in told

    @pytest.mark.parametrize(("content", "words"), BAD_MAPPINGS.values(), ids=BAD_MAPPINGS)
    def test_a_bad_mapping_is_refused_with_what_is_wrong(self, bench: Bench, content: str | None, words: str) -> None:
        bench.mapping.unlink() if content is None else bench.mapping.write_text(content)

        code, told = bench.run()

        assert (code, bench.door.sent) == (2, 0)
        assert words in told

    @pytest.mark.parametrize(
        ("content", "more"),
        [
            (gzip.compress(TABLE.encode()), ()),
            (b"\xef\xbb\xbf" + TABLE.encode(), ()),
            (TABLE.replace(",", ";").encode("utf-16"), ("--encoding", "utf-16", "--delimiter", ";")),
        ],
    )
    def test_reads_tables_as_they_come(self, bench: Bench, content: bytes, more: tuple[str, ...]) -> None:
        bench.table.write_bytes(content)

        bench.run(*more)

        assert bench.column("key") == ["1", "2", "3"]

    def test_a_check_sends_nothing(self, bench: Bench) -> None:
        assert bench.run("--check") == (0, f"3 rows, 3 to be sent; resume file {bench.resume}\n")
        assert bench.door.sent == 0

    @pytest.mark.parametrize(
        "words", [("--at-once", "0"), ("--at-once", "17"), ("--delimiter", ";;"), ("--patience", "-1")]
    )
    def test_a_bad_option_is_refused(self, bench: Bench, words: tuple[str, ...]) -> None:
        with pytest.raises(SystemExit, match="2"):
            bench.run(*words)

    def test_an_unknown_encoding_is_told(self, bench: Bench) -> None:
        assert "There is no encoding 'klingon'" in bench.run("--encoding", "klingon")[1]

    def test_no_token_is_told_before_anything_is_written(self, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("PORTALCTL_TOKEN")

        assert bench.run()[0] == 3
        assert not bench.resume.exists()
