"""Where every system stands: overall and on each dimension, beside floor, expert and ceiling."""

from __future__ import annotations

from collections.abc import Sequence

from measurand.analysis.result import Findings, Result
from measurand.core.rubric import Rubric
from measurand.figures.forest import Band, Forest, ForestRow, Line
from measurand.report.bounds_table import bounds_tables
from measurand.report.corrected_section import by_judge, dimension_of, raw_tables
from measurand.report.document import Block, Column, Fold, Paragraph, Plot, Section, Table
from measurand.report.sections import PageContext
from measurand.report.shelf import OVERALL, Shelf, is_whole, matrix, shared_span
from measurand.report.words import basis, cell, label
from measurand.stats.ceiling import majority_ceiling

__all__ = ["MARKS", "dimension_sections", "estimates_table", "overall_sections"]

_ROWS_OPEN = 12
MARKS = frozenset({"floor", "expert"})
"""Roles that are the ends of a scale, and are drawn as lines to read the others against."""

_BASES = frozenset({"current", "baseline"})
_CEILINGS = ("ceiling_majority_bounds", "ceiling_majority")
_AGREED = 0.85


def _system(result: Result) -> str:
    return ", ".join(result.systems)


def overall_sections(shelf: Shelf, findings: Findings, known: PageContext) -> list[Section]:
    """Where every system stands, between the floor and the expert where there are any."""
    means = shelf.take("mean", where=lambda r: r.dimension == OVERALL and is_whole(r))
    places = shelf.take("place", where=lambda r: r.dimension in {None, OVERALL} and is_whole(r))
    blocks: list[Block] = []
    if means:
        blocks.append(
            Plot(
                Forest(
                    _rows(means), "Overall score, 0 worst to 1 best", lines=_marks(means, known)
                ),
                "Forest plot of the overall score of every system with its interval.",
                f"Overall score by system. {basis(r.estimate for r in means)}",
                estimates_table(
                    "Overall score by system", "System", [(by_judge(r), r) for r in means]
                ),
            )
        )
    raw = "What the judge says of the overall score, uncorrected by people"
    blocks += raw_tables(shelf, raw, where=lambda r: r.dimension == OVERALL)
    caption = "Overall score, if all that failed were the worst or the best"
    blocks += bounds_tables(shelf, caption, where=lambda r: r.dimension == OVERALL)
    if places:
        named = [(_system(r) or label(r.name), r) for r in places]
        blocks.append(estimates_table("Between floor (0) and expert (1)", "System", named))
    if worth := shelf.take("effective_examples"):
        named = [("Examples that count alike", r) for r in worth]
        blocks.append(estimates_table("What the re-weighted examples are worth", "", named))
    told = f"Of {findings.headline}." if findings.headline else ""
    return [Section("Overall", tuple(blocks), told)] if blocks else []


def _rows(means: Sequence[Result]) -> tuple[ForestRow, ...]:
    return tuple(
        ForestRow(by_judge(r), r.estimate, colour="muted" if r.opinion else "accent") for r in means
    )


def _marks(means: Sequence[Result], known: PageContext) -> tuple[Line, ...]:
    """The means of floor, expert and baseline, as lines to read the others against."""
    return tuple(
        Line(result.estimate.value, known.role(_system(result)))
        for result in means
        if known.role(_system(result)) in MARKS | _BASES and result.estimate.value is not None
    )


def estimates_table(caption: str, corner: str, named: Sequence[tuple[str, Result]]) -> Table:
    """One estimate a line."""
    results = [result for _, result in named]
    columns = (
        Column(corner),
        Column("Estimate", right=True, span=shared_span(results)),
        Column("n", right=True),
    )
    rows = tuple((name, cell(r.name, r.estimate), r.estimate.n) for name, r in named)
    return Table(caption, columns, rows, basis(result.estimate for result in results))


def dimension_sections(shelf: Shelf, findings: Findings, known: PageContext) -> list[Section]:
    """The means of every dimension, the bounds that failures leave, and the rubric."""
    means = shelf.take("mean", where=is_whole)
    if not means:
        return []
    table = matrix(
        "Mean by system and dimension",
        means,
        rows=_system,
        columns=dimension_of,
        corner="System",
    )
    raw = "What the judge says by itself, uncorrected by people"
    blocks: list[Block] = [table, *_figures(means, findings, known), *raw_tables(shelf, raw)]
    if bounds := bounds_tables(shelf, "Means, if all that failed were the worst or the best"):
        long = sum(len(one.rows) for one in bounds) > _ROWS_OPEN
        blocks += (
            [Fold("If all that failed were the worst or the best", tuple(bounds))]
            if long
            else bounds
        )
    if known.rubric is not None:
        weights = known.rubric.weights()
        columns = (
            Column("Dimension"),
            Column("Weight", right=True),
            Column("Scale"),
            Column("Definition"),
        )
        rows = tuple(
            (d.name, f"{weights[d.name]:.0%}", str(d.scale), d.definition) for d in known.rubric
        )
        blocks.append(Table("The rubric", columns, rows))
        blocks += _by_segment(known.rubric)
    return [Section("Dimensions", tuple(blocks))]


def _by_segment(rubric: Rubric) -> list[Block]:
    """The weights of every segment that has some of its own."""
    if not rubric.by_segment:
        return []
    names = [d.name for d in rubric]
    usual = {d.name: d.weight for d in rubric}
    rows = []
    for segment, weights in rubric.by_segment.items():
        told = {**usual, **weights}
        total = sum(told.values())
        rows.append((segment, *(f"{told[name] / total:.0%}" if total else "" for name in names)))
    columns = (Column("Segment"), *(Column(name, right=True) for name in names))
    note = "Examples with weights of their own have those. What blocks is the same for all."
    return [Table("Weights by segment", columns, tuple(rows), note)]


def _figures(means: Sequence[Result], findings: Findings, known: PageContext) -> list[Block]:
    """Dimensions whose raters' ceiling is known, drawn beside it, their floor and their expert."""
    ceilings = _ceilings(findings)
    blocks: list[Block] = []
    for name, ceiling in ceilings.items():
        own = [result for result in means if result.dimension == name]
        if not any(result.estimate.present for result in own):
            continue
        figure = Forest(
            _rows(own), f"Mean, {name}", lines=_marks(own, known), bands=(_band(ceiling),)
        )
        alt = f"Forest plot of the mean of every system on {name}; the table has the numbers."
        caption = f"{name}, with what its raters leave attainable of a majority's vote."
        blocks.append(Plot(figure, alt, caption))
    return [*blocks, Paragraph(_explained(ceilings))] if blocks else []


def _ceilings(findings: Findings) -> dict[str, Result]:
    """By dimension, what raters leave attainable of a majority's vote; the narrower where known."""
    found: dict[str, Result] = {}
    for name in _CEILINGS:
        for result in findings.named(name):
            pooled = not (result.systems or result.component or result.segment or result.raters)
            if pooled and result.dimension and result.estimate.present:
                found.setdefault(result.dimension, result)
    return found


def _band(ceiling: Result) -> Band:
    estimate = ceiling.estimate
    return Band(estimate.low or 0.0, estimate.high or 0.0, "ceiling")


def _explained(ceilings: dict[str, Result]) -> str:
    """What a ceiling is, and what agreement among raters is not."""
    told = "; ".join(
        f"{name} {ceiling.estimate.low or 0:.1%} to {ceiling.estimate.high or 0:.1%}"
        for name, ceiling in ceilings.items()
    )
    known = majority_ceiling(_AGREED)
    return (
        f"The ceiling is the most that a flawless system could get of people's majority votes: "
        f"{told}. It is an interval, and it is not how often two raters agree: at {_AGREED:.0%} "
        f"agreement it lies anywhere from {known.coin.majority:.1%}, if some outputs are matters "
        f"of opinion, to {known.independent.majority:.1%}, if raters slip now and then, because a "
        "majority of three outvotes slips."
    )
