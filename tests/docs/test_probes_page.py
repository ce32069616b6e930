"""The page about probes names them all, and its examples are what they do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from measurand.core.example import Example, Message
from measurand.core.probes import PROBES, SURFACE
from measurand.raters.probes import AuditDesign, apply

PAGE = (Path(__file__).parents[2] / "docs" / "probes.md").read_text(encoding="utf-8")
SHOWN = re.findall(
    r"^`([a-z-]+)`(?:, of another one)?:\n\n((?:```text\n.*?\n```\n\n?)+)",
    PAGE,
    re.MULTILINE | re.DOTALL,
)
LOUVRE = Example(id="louvre", messages=(Message("user", "When is the Louvre open?"),))


def texts(block: str) -> list[str]:
    return re.findall(r"```text\n(.*?)\n```", block, re.DOTALL)


def test_every_probe_has_its_row_with_what_it_changes() -> None:
    for name, one in PROBES.items():
        row = re.search(rf"^\| `{name}` \|(.*)$", PAGE, re.MULTILINE)
        assert row is not None, name
        assert one.changes in row[1]
        assert one.bias in row[1] or one.acts == "attack"
        assert ("on request" in row[1]) == (not one.usual)
        assert ("English" in row[1].split("|")[-2]) == one.english


def test_every_probe_of_texts_is_shown() -> None:
    assert [name for name, _ in SHOWN] == list(SURFACE)


@pytest.mark.parametrize(("name", "block"), SHOWN)
def test_the_text_is_what_the_probe_makes_of_it(name: str, block: str) -> None:
    (usual,) = texts(PAGE.partition("The output:\n\n")[2].partition("`pad-restate`")[0])
    *own, after = texts(block)
    made = apply(name, LOUVRE, own[0] if own else usual, seed=0, family="fir")
    assert (made.kept, made.text) == (True, after)


def test_the_sizes_are_those_of_the_usual_design() -> None:
    design = AuditDesign()
    units = (14 * design.items, design.items, 2 * design.pairs, 10 * design.attacks)
    assert f"| together | {sum(units):,} |" in PAGE
    for count in units:
        assert f"| {count} |" in PAGE
