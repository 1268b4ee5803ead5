"""Tables, mappings and options that `portalctl submit-csv` refuses before anything is sent."""

import gzip
from typing import Any

import pytest

from tests.client.benches import MAPPING, TABLE, Bench

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
