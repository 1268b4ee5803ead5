"""Texts of definitions: nothing is taken silently, and every fault has its line."""

from pathlib import Path

import pytest

from services.catalogue.definition import Definition
from services.catalogue.definition_text import read_text, write_text
from services.catalogue.differences import differences
from services.catalogue.operations import plain
from services.catalogue.soundness import Unsound

FILES = sorted((Path(__file__).parent.parent.parent / "samples" / "services").glob("*.yaml"))


class TestReading:
    def test_a_name_twice_is_refused_with_path_and_lines(self) -> None:
        with pytest.raises(Unsound) as found:
            read_text("steps:\n- key: a\n  to: b\n  to: c\nfee: {base: 1, base: 2}\n")

        assert [(fault.path, fault.message, fault.line) for fault in found.value.faults] == [
            ("steps.0.to", "stands there twice, on line 3 and on line 4", 4),
            ("fee.base", "stands there twice, on line 5 and on line 5", 5),
        ]

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("a: &x 1\nb: *x", "another place"),
            ("a: [", "can't be read"),
            ("a: 2026-13-45", "can't be read"),
            ("{[1]: 2}", "can't be read"),
            ("[" * 3000, "can't be read"),
            ("a: " + "9" * 5000, "can't be read"),
            ("!!python/object:os.system {}", "can't be read"),
            ('a: "\\0"', "can't be stored"),
            ('"\\ud800": 1', "can't be stored"),
            ("[" * 60 + "]" * 60, "levels deep"),
            ("x" * 200_000, "is longer"),
            ("", "is empty"),
            (b"\xff\xfe\x00", "can't be read"),
        ],
    )
    def test_refuses_in_words_what_is_no_definition(self, text: str | bytes, words: str) -> None:
        with pytest.raises(Unsound, match=words):
            read_text(text)

    def test_knows_the_line_of_every_part_and_of_what_is_missing_in_it(self) -> None:
        text = read_text("a: 1\nb:\n  - c: 2\n    d: {e: 3}\n")

        assert [text.line_of(path) for path in ("a", "b.0.c", "b.0.d.e", "b.0.missing", "nowhere")] == [1, 3, 4, 3, 1]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_is_written_again_says_the_same(file: Path) -> None:
    definition = Definition.model_validate(read_text(file.read_bytes()).data)
    again = Definition.model_validate(read_text(write_text(plain(definition))).data)

    assert plain(again) == plain(definition)
    assert differences(definition, again) == []


class TestDifferences:
    def test_tell_each_part_that_differs_by_its_lines(self) -> None:
        source = read_text(FILES[0].read_bytes()).data
        before = Definition.model_validate(source)
        source["time_limit"]["days"] = 9
        source["fee"] = {"base": [{"amount": 3}]}
        gone = source["evidence"].pop()
        field = source["pages"][0]["fields"][1]
        field["required"] = False
        found = {(one.section, one.name): one for one in differences(before, Definition.model_validate(source))}

        assert {key: one.kind for key, one in found.items()} == {
            ("fee", "fee"): "added",
            ("limit", "time_limit"): "changed",
            ("questions", field["key"]): "changed",
            ("papers", gone["key"]): "removed",
        }
        assert found["limit", "time_limit"].after == ["{days: 9, silence: approval, silence_to: by_silence}"]
        assert found["questions", field["key"]].after == ["required: false"]
