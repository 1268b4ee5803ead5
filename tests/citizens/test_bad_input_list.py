"""The table of bad inputs names every kind, and only tests that are there."""

import re
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
ROWS = re.findall(
    r"^\| ([ACG]\d+) \|.*\| (\S+)::(\w+) \|$", (TESTS.parent / "docs/bad-input.md").read_text(), re.MULTILINE
)


def test_has_a_row_for_every_kind() -> None:
    kinds = {"A": range(1, 20), "C": range(39, 56), "G": range(78, 88)}

    named = list(dict.fromkeys(kind for kind, *_ in ROWS))  # a kind may have several rows

    assert named == [f"{letter}{number}" for letter, those in kinds.items() for number in those]


def test_names_only_tests_that_are_there() -> None:
    missing = [f"{file}::{test}" for _, file, test in ROWS if f"def {test}" not in (TESTS / file).read_text()]

    assert missing == []
