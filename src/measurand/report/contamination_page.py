"""The page on contamination: each test with what it found and what it cannot see, worst first."""

from __future__ import annotations

from collections.abc import Sequence

from measurand.analysis.exposure import TITLES, Exposure, worst_first
from measurand.analysis.result import Findings, Result
from measurand.figures.forest import Forest, ForestRow, Line
from measurand.report.document import (
    Block,
    Bullets,
    Cell,
    Column,
    Document,
    Fold,
    Outcome,
    Paragraph,
    Plot,
    Section,
    Table,
)
from measurand.report.sections import FOOTER, headlines, limits_section
from measurand.report.shelf import distinct
from measurand.report.words import basis, cell, label, pair

__all__ = ["NOT_RUN", "SUMMARY", "TEST_SECTIONS", "contamination_document"]

SUMMARY, NOT_RUN = "Tests", "What was not run"
TEST_SECTIONS = frozenset({SUMMARY, NOT_RUN, *TITLES.values()})
"""The titles of the sections that answer the question."""

_ITEMS = 15
_DRAWN = ("twin_gap", "style_excess", "date_gap_adjusted", "gaming_divergence")
_SUMMARY = (
    "One verdict a test, worst first, and none over all: no test can show that a set was never "
    "seen. That nothing was found means no more than what each test is able to see."
)


def contamination_document(
    tests: Sequence[Exposure], findings: Findings, *, title: str = "", subtitle: str = ""
) -> Document:
    """The page; every result appears on it once.

    Args:
        tests: What each test found.
        findings: The numbers, decisions and limits of all of them.
        title: The page's heading.
        subtitle: One line below it: of which set.
    """
    ordered = worst_first(tests)
    ran = [one for one in ordered if one.ran]
    left = [one for one in ordered if not one.ran]
    return Document(
        title=title or "Has this set been seen before?",
        subtitle=subtitle,
        headlines=headlines(findings.verdicts),
        sections=(
            *_summary(ran),
            *(_section(one) for one in ran),
            *_not_run(left),
            *limits_section(findings.limits),
        ),
        footer=FOOTER,
    )


def _summary(ran: Sequence[Exposure]) -> list[Section]:
    if not ran:
        text = "Nothing was given that any test could be run on."
        return [Section(SUMMARY, (Paragraph(text),), _SUMMARY)]
    columns = (Column("Test"), Column("Verdict"))
    rows = tuple((one.title, Outcome(one.outcome)) for one in ran)
    return [Section(SUMMARY, (Table("Tests that were run", columns, rows),), _SUMMARY)]


def _not_run(left: Sequence[Exposure]) -> list[Section]:
    if not left:
        return []
    told = tuple(f"{one.title}: {one.told}" for one in left)
    return [Section(NOT_RUN, (Bullets(told),), "And why; each might have found something.")]


def _section(one: Exposure) -> Section:
    """A test: what came out, what it cannot see, its numbers, and the examples it is about."""
    blocks: list[Block] = [Paragraph(f"{one.outcome.capitalize()}. {one.told}")]
    blocks.append(Paragraph(f"What it cannot see: {one.blind}"))
    blocks += _numbers(one)
    blocks += _listed(one)
    return Section(one.title, tuple(blocks))


def _numbers(one: Exposure) -> list[Block]:
    """A table for each name; of the gaps also a figure."""
    blocks: list[Block] = []
    results = one.findings.results
    for name in distinct(result.name for result in results):
        own = [result for result in results if result.name == name]
        main = [result for result in own if result.design is None]
        table = _table(name, main)
        if name in _DRAWN and len([r for r in main if r.estimate.present]) > 1:
            blocks.append(_plot(name, main, table))
        else:
            blocks.append(table)
        if by_form := [result for result in own if result.design is not None]:
            blocks.append(Fold(f"{label(name)}, by phrasing", (_table(name, by_form),)))
    return blocks


def _plot(name: str, results: Sequence[Result], table: Table) -> Plot:
    present = [result for result in results if result.estimate.present]
    rows = tuple(ForestRow(_about(result), result.estimate) for result in present)
    figure = Forest(rows, label(name), (Line(0.0, "none"),))
    return Plot(figure, f"{label(name)}, with intervals.", table=table)


def _table(name: str, results: Sequence[Result]) -> Table:
    columns = (Column("Of"), Column(label(name), right=True), Column("n", right=True))
    rows: list[tuple[Cell, ...]] = [
        (_about(result), cell(name, result.estimate), result.estimate.n) for result in results
    ]
    return Table(label(name), columns, tuple(rows), basis(r.estimate for r in results))


def _about(result: Result) -> str:
    parts = (pair(result.systems), result.dimension, result.design, result.segment)
    return ", ".join(part for part in parts if part and part != "overall") or result.label


def _listed(one: Exposure) -> list[Block]:
    """The examples that it is about, the worst ones open."""
    if not one.items:
        return []
    columns = (Column("What"), Column("What was seen"))
    first = Table("Worst first", columns, one.items[:_ITEMS])
    if len(one.items) <= _ITEMS:
        return [first]
    rest = Table("Further ones", columns, one.items[_ITEMS:])
    return [first, Fold(f"{len(one.items) - _ITEMS:,} more", (rest,))]
