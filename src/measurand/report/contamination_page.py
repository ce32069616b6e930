"""The page on contamination: each test with what it found and what it cannot see, worst first."""

from __future__ import annotations

from collections.abc import Sequence

from measurand.analysis.exposure import TITLES, Exposure, together, worst_first
from measurand.analysis.measure import OVERALL
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
    reasons = tuple(verdict.reason for verdict in together([one]).verdicts)
    blocks: list[Block] = []
    if len(reasons) > 1:
        blocks.append(Bullets(reasons))
    else:
        blocks.append(Paragraph(one.told))
    blocks.append(Paragraph(f"What it cannot see: {one.blind}"))
    blocks += _numbers(one.findings.results)
    blocks += _listed(one)
    return Section(one.title, tuple(blocks), one.outcome.capitalize())


def _numbers(results: Sequence[Result]) -> list[Block]:
    """All numbers of a test in a table, and its main ones as a figure."""
    if not results:
        return []
    whole = {result.name for result in results if result.design is None}
    main = [r for r in results if r.design is None or r.name not in whole]
    drawn = [r for r in main if r.name in _DRAWN and r.estimate.present and _whole(r)]
    blocks: list[Block] = []
    if len(drawn) > 1:
        blocks.append(_plot(drawn))
    blocks.append(_table("Numbers", main))
    if by_form := [result for result in results if result not in main]:
        blocks.append(Fold("By kind", (_table("By kind", by_form),)))
    return blocks


def _plot(results: Sequence[Result]) -> Plot:
    rows = tuple(ForestRow(_about(result), result.estimate) for result in results)
    told = label(results[0].name)
    return Plot(Forest(rows, told, (Line(0.0, "none"),)), f"{told}, with intervals.")


def _table(caption: str, results: Sequence[Result]) -> Table:
    columns = (
        Column("What"),
        Column("Of"),
        Column("Estimate", right=True),
        Column("n", right=True),
    )
    rows: list[tuple[Cell, ...]] = [
        (label(r.name), _about(r), cell(r.name, r.estimate), r.estimate.n) for r in results
    ]
    return Table(caption, columns, tuple(rows), basis(r.estimate for r in results))


def _whole(result: Result) -> bool:
    return result.dimension in {None, OVERALL}


def _about(result: Result) -> str:
    parts = (pair(result.systems), result.dimension, result.design, result.segment)
    return ", ".join(part for part in parts if part and part != OVERALL)


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
