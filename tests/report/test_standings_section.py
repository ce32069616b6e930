"""The section on rankings from pairs: every number once, ranks in words, the best in colour."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial

from measurand.analysis.result import Findings, Result
from measurand.figures.forest import Forest
from measurand.report.document import Document, Plot, Section, Table
from measurand.report.html import html_page
from measurand.report.markdown import markdown_text
from measurand.report.shelf import Shelf
from measurand.report.standings_section import standings_sections
from measurand.report.terminal import terminal_text
from measurand.stats.estimate import Estimate

NAMES = ("best <b>", "middle", "last")


def number(value: float, half: float = 0.1, n: int = 400) -> Estimate:
    return Estimate(value=value, low=value - half, high=value + half, n=n, method="Bradley-Terry")


def findings(*, against: str | None = None, ranked: bool = True, who: str = "people") -> Findings:
    rest = () if against is None else (against,)
    results = [
        Result(
            name="tied_votes",
            estimate=number(0.25, 0.05),
            dimension="help",
            raters=(who,),
        )
    ]
    for place, name in enumerate(NAMES, 1):
        about = partial(Result, dimension="help", raters=(who,))
        if ranked:
            ends = (
                Estimate(value=float(place), low=1.0, high=2.0, n=400, method="max-T")
                if place < 3
                else number(3.0, 0.0)
            )
            results += [
                about(name="strength", estimate=number(1.0 - place), systems=(name,)),
                about(name="rank", estimate=ends, systems=(name,)),
            ]
        if name != against:
            for rate in ("win_rate", "win_rate_length_controlled"):
                estimate = number(0.8 - 0.2 * place)
                results.append(about(name=rate, estimate=estimate, systems=(name, *rest)))
    results.append(
        Result(
            name="style_effect",
            estimate=number(0.4),
            dimension="help",
            raters=(who,),
            design="length",
        )
    )
    return Findings(results=tuple(results))


def sections(told: Findings) -> tuple[list[Section], Shelf]:
    shelf = Shelf(told.results)
    return standings_sections(shelf, told), shelf


def page(told: Findings) -> Document:
    found, shelf = sections(told)
    return Document(title="t", headlines=(), sections=(*found, *shelf.rest()), footer="f")


def test_every_number_is_taken_and_shown_once() -> None:
    (section,), shelf = sections(findings())
    assert not shelf.rest()
    plot, table, effects = section.blocks
    assert isinstance(plot, Plot)
    assert isinstance(plot.figure, Forest)
    assert [row.colour for row in plot.figure.rows] == ["accent", "accent", "muted"]
    assert plot.figure.rows[0].label == "1\N{NO-BREAK SPACE}to\N{NO-BREAK SPACE}2 · best <b>"
    assert isinstance(table, Table)
    heads = [column.name for column in table.columns]
    assert heads == ["System", "Rank", "Strength, log-odds", "Win rate", "Win rate at equal length"]
    assert [row[0] for row in table.rows] == list(NAMES)
    assert [row[1] for row in table.rows][2] == "3"
    assert "25.0% of 400 votes are ties (20.0% to 30.0%)" in table.note
    assert isinstance(effects, Table)
    assert effects.rows[0][0] == "length"


def test_the_first_in_rank_comes_first_though_it_has_no_strength() -> None:
    told = findings()
    gone = Estimate.absent("it won all")
    results = [
        replace(r, estimate=gone) if r.name == "strength" and r.systems == NAMES[:1] else r
        for r in told.results
    ]
    (section,), _ = sections(Findings(results=tuple(results)))
    table = next(block for block in section.blocks if isinstance(block, Table))
    assert [row[0] for row in table.rows] == list(NAMES)


def test_strengths_with_style_taken_out_have_a_column_of_their_own() -> None:
    told = findings()
    own = [
        replace(r, design="style controlled", estimate=number(0.3))
        for r in told.results
        if r.name == "strength"
    ]
    (section,), shelf = sections(Findings(results=(*told.results, *own)))
    assert not shelf.rest()
    plot, table, _ = section.blocks
    assert isinstance(plot, Plot)
    assert isinstance(plot.figure, Forest)
    assert len(plot.figure.rows) == len(NAMES)
    assert isinstance(table, Table)
    assert table.columns[3].name == "Strength, log-odds, style controlled"
    assert [row[0] for row in table.rows] == list(NAMES)


def test_against_a_baseline_the_heading_says_so() -> None:
    (section,), _ = sections(findings(against="middle"))
    table = section.blocks[1]
    assert isinstance(table, Table)
    assert table.columns[3].name == "Win rate against middle"
    assert [row[3] is None for row in table.rows] == [False, True, False]


def test_two_systems_have_a_win_rate_and_no_rank() -> None:
    (section,), shelf = sections(findings(ranked=False, against="last"))
    assert not shelf.rest()
    assert "rank" not in section.summary
    assert not any(isinstance(block, Plot) for block in section.blocks)


def test_ranks_of_others_are_left_alone() -> None:
    judges = Result(name="rank", estimate=number(1.0, 0.0), dimension="help", raters=("judge-1",))
    told = findings()
    both = Findings(results=(*told.results, judges))
    _, shelf = sections(both)
    assert len(shelf.rest()) == 1


def test_no_pairs_no_section() -> None:
    assert standings_sections(Shelf(()), Findings(results=())) == []


def test_names_are_text_in_every_rendering() -> None:
    document = page(findings())
    html = html_page(document)
    assert "best <b>" not in html
    assert "best &lt;b&gt;" in html
    assert re.search(r"1.to.2", terminal_text(document))
    assert "Ranked by pairs" in markdown_text(document)
