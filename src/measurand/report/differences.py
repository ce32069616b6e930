"""The part of a comparison about pairs: how far apart, and is that more than the margin?"""

from __future__ import annotations

from collections.abc import Sequence

from measurand.analysis.result import Result, Verdict
from measurand.figures.forest import Band, Forest, ForestRow, Line
from measurand.figures.style import Colour
from measurand.report.document import Block, Cell, Column, Fold, Outcome, Plot, Section, Table
from measurand.report.shelf import OVERALL, Shelf, is_whole, matrix, shared_span
from measurand.report.words import basis, pair

__all__ = ["difference_sections"]

_ROWS_DRAWN = 40
_DECIDED = frozenset({"a better", "b better"})


def _pair(result: Result) -> str:
    return pair(result.systems)


def difference_sections(shelf: Shelf, verdicts: Sequence[Verdict]) -> list[Section]:
    """Every pair of systems: the difference, and the margin within which it does not matter."""
    differences = shelf.take("difference", where=is_whole)
    if not differences:
        return []
    overall = [r for r in differences if r.dimension in {None, OVERALL}]
    decided = {(v.systems, v.dimension or OVERALL): v for v in verdicts if len(v.systems) > 1}
    blocks: list[Block] = []
    if overall:
        blocks += _difference_forest(overall, decided)
        blocks.append(_difference_table(overall, decided))
    rest = [r for r in differences if r.dimension not in {None, OVERALL}]
    if rest:
        blocks.append(
            matrix(
                "Difference by dimension",
                rest,
                rows=_pair,
                columns=lambda result: result.dimension,
                corner="Systems",
                mark=0.0,
            )
        )
    if detectable := shelf.take("minimum_detectable_difference", where=is_whole):
        table = matrix(
            "Smallest difference that this many examples could have shown",
            detectable,
            rows=_pair,
            columns=lambda result: result.dimension,
            corner="Systems",
        )
        blocks.append(Fold("What this many examples could have shown", (table,)))
    summary = (
        "The first system minus the second, on the same examples: above 0 the first is better."
    )
    return [Section("Differences", tuple(blocks), summary)]


_Decided = dict[tuple[tuple[str, ...], str], Verdict]


def _difference_forest(overall: Sequence[Result], decided: _Decided) -> list[Block]:
    if len(overall) > _ROWS_DRAWN:
        return []
    margins = {abs(v.bound) for v in decided.values() if v.bound and v.dimension in {None, OVERALL}}
    rows = tuple(
        ForestRow(
            _pair(r), r.estimate, colour=_difference_colour(decided.get((r.systems, OVERALL)))
        )
        for r in overall
    )
    figure = Forest(
        rows,
        "Difference in overall score",
        lines=(Line(0.0),),
        bands=tuple(Band(-m, m, f"margin ±{m:g}") for m in sorted(margins)[:1]),
    )
    alt = "Forest plot of the difference of every pair of systems; the table has the numbers."
    caption = "Differences in overall score" + ("; the band is the margin." if margins else ".")
    return [Plot(figure, alt, caption)]


def _difference_colour(verdict: Verdict | None) -> Colour:
    if verdict is None:
        return "accent"
    return "good" if verdict.outcome in _DECIDED else "muted"


def _difference_table(overall: Sequence[Result], decided: _Decided) -> Table:
    columns = (
        Column("Systems"),
        Column("Verdict"),
        Column("Difference", right=True, span=shared_span(overall), mark=0.0),
        Column("n", right=True),
    )
    rows: list[tuple[Cell, ...]] = []
    for result in overall:
        verdict = decided.get((result.systems, OVERALL))
        rows.append(
            (
                _pair(result),
                Outcome.of(verdict) if verdict else None,
                result.estimate,
                result.estimate.n,
            )
        )
    return Table("Overall difference", columns, tuple(rows), basis(r.estimate for r in overall))
