"""Every benchmark runs, at a tiny size; how long it takes is no test's business."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
GROUPS = ("start check",)
LONG = (
    "read",
    "paired difference cluster mcnemar",
    "compare-baseline compare-all",
    "redact",
    "import",
    "alpha icc fleiss cohen",
    "judging",
    "runner",
    "desk",
    "demo",
    "report",
    "peer",
    "overlap folding",
)
"""Those that take seconds even when they are tiny."""


def bench(*words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "bench", *words],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return done.stdout


@pytest.mark.parametrize(
    "group", [*GROUPS, *(pytest.param(group, marks=pytest.mark.long) for group in LONG)]
)
def test_every_row_runs_at_a_tiny_size(group: str) -> None:
    names = bench("--list", *group.split()).split()
    table = bench("--quick", *group.split())
    rows = [line for line in table.splitlines() if line.startswith("| ")]
    shown = [row.split(" | ")[0].removeprefix("| ") for row in rows[1:]]
    assert shown == names
    assert all("**" in row or "is not installed" in row for row in rows[1:])


def test_the_groups_are_all_there_is() -> None:
    words = " ".join([*GROUPS, *LONG]).split()
    assert bench("--list", *words) == bench("--list")


def test_the_page_names_every_row() -> None:
    page = (ROOT / "bench" / "README.md").read_text(encoding="utf-8")
    assert [name for name in bench("--list").split() if f"| {name} |" not in page] == []
