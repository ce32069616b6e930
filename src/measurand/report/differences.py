"""The part of a comparison about pairs: how far apart, and is that more than the margin?"""

from __future__ import annotations

from collections.abc import Sequence

from measurand.analysis.result import Result, Verdict
from measurand.figures.forest import Band, Forest, ForestRow, Line
from measurand.figures.style import Colour
from measurand.report.corrected_section import by_judge, dimension_of
from measurand.report.document import Block, Cell, Column, Fold, Outcome, Plot, Section, Table
from measurand.report.overall_section import MARKS
from measurand.report.sections import PageContext
from measurand.report.shelf import OVERALL, Shelf, is_whole, matrix, shared_span
from measurand.report.words import basis, pair

__all__ = ["difference_sections"]

_ROWS_DRAWN = 40
_OF_PAIRS = frozenset({OVERALL, "difference"})
"""Verdicts on which of two systems is better; others may be about two systems as well."""
_DECIDED = frozenset({"a better", "b better"})
_SUMMARY = (
    "The first system minus the second, on the same examples: above 0 the first is better. "
    "Equivalent: shown to differ by less than the margin. Tie: a difference of the margin would "
    "probably have been seen, and none is shown, nor that they are equivalent. Not worse: shown "
    "to be worse by less than the margin, if at all. Inconclusive: too few examples to say any "
    "of it."
)


def _pair(result: Result) -> str:
    return pair(result.systems)


def _by_whom(result: Result) -> str:
    """The pair; marked where the difference is what a judge thinks."""
    return by_judge(result) if result.dimension in {None, OVERALL} else _pair(result)


def difference_sections(
    shelf: Shelf, verdicts: Sequence[Verdict], known: PageContext
) -> list[Section]:
    """Every pair of systems: the difference, and the margin within which it does not matter."""
    differences = shelf.take("difference", where=is_whole)
    if not differences:
        return []
    overall = [r for r in differences if r.dimension in {None, OVERALL}]
    decided = {(v.systems, v.dimension or OVERALL): v for v in verdicts if v.name in _OF_PAIRS}
    blocks: list[Block] = []
    if overall:
        blocks += _difference_forest(overall, decided, known)
        blocks.append(_difference_table(overall, decided))
    rest = [r for r in differences if r.dimension not in {None, OVERALL}]
    if raw := shelf.take("judge_difference_raw", where=is_whole):
        blocks.append(_other("What the judge says by itself, uncorrected by people", raw))
    if at_once := shelf.take("difference_simultaneous", where=is_whole):
        caption = "Differences, whose intervals hold for all pairs of a dimension at once"
        table = _other(caption, at_once)
        blocks.append(Fold("With intervals that hold for all pairs at once", (table,)))
    if rest:
        blocks.append(
            matrix(
                "Difference by dimension",
                rest,
                rows=_pair,
                columns=dimension_of,
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
    return [Section("Differences", tuple(blocks), _SUMMARY)]


def _other(caption: str, results: Sequence[Result]) -> Table:
    return matrix(caption, results, rows=_pair, columns=dimension_of, corner="Systems", mark=0.0)


_Decided = dict[tuple[tuple[str, ...], str], Verdict]


def _difference_forest(
    overall: Sequence[Result], decided: _Decided, known: PageContext
) -> list[Block]:
    if len(overall) > _ROWS_DRAWN:
        return []
    margins = {abs(v.bound) for v in decided.values() if v.bound and v.dimension in {None, OVERALL}}
    rows = tuple(
        ForestRow(
            _by_whom(r), r.estimate, colour=_difference_colour(decided.get((r.systems, OVERALL)))
        )
        for r in overall
    )
    figure = Forest(
        rows,
        "Difference in overall score",
        lines=(Line(0.0), *_marks(overall, known)),
        bands=tuple(Band(-m, m, f"margin ±{m:g}") for m in sorted(margins)[:1]),
    )
    alt = "Forest plot of the difference of every pair of systems; the table has the numbers."
    caption = "Differences in overall score" + ("; the band is the margin." if margins else ".")
    return [Plot(figure, alt, caption)]


def _marks(overall: Sequence[Result], known: PageContext) -> list[Line]:
    """How far floor and expert are from the baseline, where all meet one."""
    if len({result.systems[1:] for result in overall}) > 1:
        return []
    return [
        Line(result.estimate.value, known.role(system))
        for result in overall
        for system in result.systems[:1]
        if known.role(system) in MARKS and result.estimate.value is not None
    ]


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
                _by_whom(result),
                Outcome.of(verdict) if verdict else None,
                result.estimate,
                result.estimate.n,
            )
        )
    note = basis(r.estimate for r in overall)
    if len(overall) > 1:
        note += " Each is of its pair alone; the verdicts are adjusted for all pairs."
    return Table("Overall difference", columns, tuple(rows), note)
