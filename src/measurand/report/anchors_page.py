"""The page about anchors: has the judge changed, or the system, and how do we know?"""

from __future__ import annotations

from collections.abc import Sequence

from measurand.analysis.anchors import odds
from measurand.analysis.result import Findings, Result
from measurand.figures.forest import Forest, ForestRow, Line
from measurand.report.document import (
    Block,
    Cell,
    Column,
    Document,
    Paragraph,
    Plot,
    Section,
    Table,
)
from measurand.report.sections import FOOTER, PageContext, headlines, limits_section
from measurand.report.shelf import Shelf, distinct, matrix
from measurand.report.words import basis, label

__all__ = ["anchors_document"]

_NOW = ("anchor_evidence", "anchor_shift", "stream_shift")
_MOST_DRAWN = 30


def anchors_document(
    findings: Findings, context: PageContext | None = None, *, alpha: float = 0.05
) -> Document:
    """The page of one set of anchors; every result appears on it once."""
    known = context or PageContext()
    shelf = Shelf(findings.results)
    sections = [
        *_evidence(shelf, alpha),
        *_history(shelf),
        *_flips(shelf),
        *shelf.rest(),
        *limits_section(findings.limits),
    ]
    return Document(
        title=known.title or "Has the judge changed?",
        subtitle=known.subtitle,
        banner=known.banner,
        headlines=headlines(findings.verdicts),
        sections=tuple(sections),
        footer=FOOTER,
    )


def _evidence(shelf: Shelf, alpha: float) -> list[Section]:
    found = {(r.raters[0], r.name): r for r in shelf.take(*_NOW)}
    if not found:
        return []
    names = distinct(name for _, name in found)
    columns = (Column("Judge"), *(Column(label(name), right=True) for name in names))
    rows: list[tuple[Cell, ...]] = [
        (judge, *(_cell(found.get((judge, name))) for name in names))
        for judge in distinct(judge for judge, _ in found)
    ]
    shifts = [r.estimate for (_, name), r in found.items() if name != "anchor_evidence"]
    table = Table("Evidence by judge", columns, tuple(rows), basis(shifts))
    told = (
        f"The evidence is the stake of a gambler who began with 1 and bets on a change; without "
        f"one it ever reaches {1 / alpha:g} with a probability of at most {alpha:g}."
    )
    return [Section("Drift", (table, Paragraph(told)), "On outputs that have not changed.")]


def _cell(result: Result | None) -> Cell:
    """An estimate; of evidence the odds, which are known exactly."""
    if result is None:
        return None
    value = result.estimate.value
    if result.name != "anchor_evidence" or value is None:
        return result.estimate
    return odds(value)


def _history(shelf: Shelf) -> list[Section]:
    """How far each judge stands above people, run by run."""
    gaps = shelf.take("anchor_gap")
    blocks = [
        block
        for judge in distinct(r.raters[0] for r in gaps)
        for block in _drawn(judge, [r for r in gaps if r.raters[0] == judge])
    ]
    if not blocks:
        return []
    summary = "How far the judge stands above what people say, in points of the scale."
    return [Section("Run by run", tuple(blocks), summary)]


def _drawn(judge: str, gaps: Sequence[Result]) -> list[Block]:
    """One picture a judge, its dimensions one below the other, and a table of all runs."""
    table = matrix(
        judge,
        gaps,
        rows=lambda r: r.segment,
        columns=lambda r: r.dimension,
        corner="Run",
        mark=0.0,
    )
    dimensions = distinct(r.dimension for r in gaps)
    most = max(_MOST_DRAWN // len(dimensions), 2)
    rows = tuple(
        ForestRow(r.segment or "", r.estimate, group=name if len(dimensions) > 1 else "")
        for name in dimensions
        for r in [r for r in gaps if r.dimension == name][-most:]
    )
    if len(rows) <= len(dimensions):  # one run is no history
        return [table]
    about = f"how far {judge} stands above people, run by run"
    return [
        Plot(
            Forest(rows, f"{label('anchor_gap')} (points)", lines=(Line(0.0, "as people"),)),
            f"Forest plot: {about}.",
            f"{about[0].upper()}{about[1:]}; 0 is as people say.",
            table,
        )
    ]


def _flips(shelf: Shelf) -> list[Section]:
    flips = shelf.take("anchor_flips")
    if not flips:
        return []
    table = matrix(
        "The last run against the one before",
        flips,
        rows=lambda r: r.raters[0],
        columns=lambda r: r.dimension,
        corner="Judge",
    )
    summary = (
        "The share of anchors that were judged otherwise; a noisy judge does so without any change."
    )
    return [Section("Judged otherwise", (table,), summary)]
