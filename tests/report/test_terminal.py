from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len
from rich.console import Console

from measurand.figures.text import inert, number, one_line
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


COMMANDS = ("::error::red", "::stop-commands::x", "##[error]red", "##vso[task.complete]done")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("width", [20, 40, 41, 42, 100])
def test_no_line_is_a_command_of_a_build_server(command: str, width: int, hostile: Hostile) -> None:
    """Not as it was written, and not where it is wrapped either."""
    for text in (command, f"   {command}", f"a reason of some length and then {command} to end"):
        told = terminal_text(hostile(text), width=width)
        assert "##[" not in told
        assert "##vso[" not in told
        assert not [line for line in told.splitlines() if line.lstrip().startswith("::")]


def test_what_is_no_command_stays_as_it_is() -> None:
    for text in ("checks.py::right", "a :: b", "## a heading", "x ##"):
        assert inert(text) == text
    assert inert("one\n  ::add-mask::x").replace("\u200b", "") == "one\n  ::add-mask::x"


def test_colours_hide_no_command() -> None:
    document = Document(title="::error::x", banner="##[group]y", headlines=(), sections=())
    stream = io.StringIO()
    print_document(document, Console(file=stream, width=60, force_terminal=True))
    plain = re.sub(r"\x1b\[[0-9;]*m", "", stream.getvalue())
    assert "##[" not in plain
    assert "\n::" not in f"\n{plain}"
