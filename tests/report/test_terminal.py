from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len
from rich.console import Console

from measurand.figures.text import number, one_line
from measurand.report.comparison_page import comparison_document
from measurand.report.document import Document
from measurand.report.terminal import print_document, terminal_text
from measurand.report.words import SHARES

if TYPE_CHECKING:
    from tests.report.conftest import World

Hostile = Callable[[str], Document]


def coloured(document: Document, *, no_color: bool) -> str:
    console = Console(
        file=io.StringIO(),
        width=200,
        force_terminal=True,
        color_system="truecolor",
        no_color=no_color,
        _environ={},
    )
    with console.capture() as capture:
        print_document(document, console)
    return capture.get()


def test_no_text_commands_the_terminal(attack: str, hostile: Hostile) -> None:
    text = terminal_text(hostile(attack), width=400)
    assert not [c for c in text if ord(c) < 32 and c != "\n"]
    assert not set(text) & set("\x7f\x85\x9b\u202e\u2066\u2069\u200b")
    assert text.count(one_line(attack).strip()) >= 10
    text.encode("utf-8")


def test_no_text_adds_a_colour_or_a_link(attack: str, hostile: Hostile) -> None:
    codes = re.findall(r"\x1b[^m]*m", coloured(hostile(attack), no_color=False))
    assert codes
    assert set(codes) <= set(re.findall(r"\x1b[^m]*m", coloured(hostile("plain"), no_color=False)))
    assert "\x1b]" not in coloured(hostile(attack), no_color=False)


def test_without_colours_there_are_none(hostile: Hostile) -> None:
    codes = re.findall(r"\x1b\[([\d;]*)m", coloured(hostile("plain"), no_color=True))
    assert not [code for code in codes if re.search(r"\b(3|4|9|10)\d\b", code)]


@pytest.mark.parametrize("width", [40, 60, 80, 100, 160])
def test_every_number_survives_every_width(world: World, width: int) -> None:
    findings = world.findings()
    text = terminal_text(comparison_document(findings, world.context()), width=width)
    assert max(cell_len(line) for line in text.splitlines()) <= width
    squeezed = re.sub(r"\s+", "", text)
    for result in findings.results:
        if result.estimate.value is not None:
            shown = number(result.estimate.value, percent=result.name in SHARES)
            assert shown.removeprefix("-") in squeezed
    assert "…" not in text.replace("…\n", "", 4) or width < 80


def test_a_wide_terminal_shows_rows_and_a_narrow_one_records(world: World) -> None:
    document = comparison_document(world.findings(), world.context())
    assert re.search(r"floor +fail +\d\.\d%, at most \d\.\d%", terminal_text(document, width=160))
    assert re.search(r"\nfloor\n  Verdict +fail\n", terminal_text(document, width=40))


def test_the_headline_comes_first(world: World) -> None:
    lines = terminal_text(comparison_document(world.findings(), world.context())).splitlines()
    assert lines[0].strip() == "SIMULATED DATA"
    assert lines[1] == "Which system is better?"
    assert lines[4].startswith("current BETTER  overall, against candidate-large")
