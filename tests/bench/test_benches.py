"""The benches run: what they measure is in bench/README.md, that they still can is shown here, with little data."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parent.parent.parent


def told(*words: str) -> str:
    """Run a bench on the stores of these tests and give what it prints."""
    known = {"DATABASE_URL": os.environ["DATABASE_URL"], "REDIS_URL": os.environ["REDIS_URL"]}
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=ROOT,
        env={**os.environ, **known},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def test_the_desk() -> None:
    lines = re.findall(
        r"^  (.+): half [\d.]+ ms, 95 of 100 [\d.]+ ms, (\d+) statements$",
        told("bench.desk", "6000", "2"),
        re.MULTILINE,
    )

    assert len(lines) == 7
    assert all(int(statements) > 0 for _, statements in lines)


def test_taking_the_next() -> None:
    assert re.search(r"bare [\d,]+/s, operation [\d,]+/s", told("bench.claim_next", "30000", "0.1"))


def test_automation_and_its_peers() -> None:
    said = told("bench.automation", "20")
    names = ("engine, 2 processes", "a transaction a request", "batches of 100", "Celery chain", "saved at each step")
    rates = [re.findall(rf"{name} ([\d,.]+)/s", said) for name in names]
    assert all(len(found) == 2 and all(float(rate.replace(",", "")) > 0 for rate in found) for found in rates), said


def test_finding() -> None:
    lines = re.findall(
        r"^  .+: half [\d.]+ ms, 95 of 100 [\d.]+ ms, (\d) statements; bare [\d.]+ ms, ratio [\d.]+$",
        told("bench.finding", "28", "2"),
        re.MULTILINE,
    )

    assert lines == ["2", "2", "2", "4", "4", "3"] * 2


def test_one_request_alone() -> None:
    assert re.search(r"half [1-9]\d* ms, 95 of 100 [1-9]\d* ms", told("bench.lone", "3"))
