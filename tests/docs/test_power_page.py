"""The page about sizes: every number beside a command is what the command answers."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from measurand.cli import main

PAGE = (Path(__file__).parents[2] / "docs" / "power.md").read_text(encoding="utf-8")
COMMENT = re.compile(r"^measurand (power .*?)  +# (.*)$", re.MULTILINE)
SAID = [(words, told) for words, told in COMMENT.findall(PAGE) if re.search(r"\d", told)]
GIVEN = re.compile(r"\.?\d+(?:,\d{3})*(?:\.\d+)?")


def forms(result: dict[str, float | None]) -> Iterator[str]:
    """The ways in which a page may write a result."""
    for end in ("value", "low", "high"):
        x = result[end]
        if x is not None:
            yield from (f"{x:,.0f}", f"{100 * x:.1f}", f"{100 * x:.0f}")
            yield f"{x:.2f}".removeprefix("0")


@pytest.mark.parametrize(("words", "told"), SAID, ids=[words for words, _ in SAID])
def test_what_the_page_says_is_what_comes_out(
    words: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*shlex.split(words), "--json"]) == 0
    results = json.loads(capsys.readouterr().out)["results"]
    shown = {form for result in results for form in forms(result)}
    asked = set(re.findall(r"[\d.]+", words))
    about = {f"{100 * float(x):.0f}" for x in asked if x.strip(".")} | asked
    about |= {f"{float(x):.2f}".removeprefix("0") for x in asked if x.strip(".")}
    free = {"2024", "50", "1,000"}  # the year of a paper, and the sizes of the table
    missing = [n for n in GIVEN.findall(told) if n not in shown | about | free]
    assert missing == []


def test_the_numbers_are_seen() -> None:
    assert len(SAID) >= 15
