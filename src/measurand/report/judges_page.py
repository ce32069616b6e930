"""The page on which a judge is chosen: who may be the best, at what price, with which faults."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from measurand.analysis.result import Findings, Result
from measurand.figures.forest import Forest, ForestRow
from measurand.report.document import Block, Cell, Column, Document, Paragraph, Plot, Section, Table
from measurand.report.sections import (
    FOOTER,
    PageContext,
    all_decisions,
    data_sections,
    headlines,
    limits_section,
)
from measurand.report.shelf import OVERALL, Shelf, distinct, matrix, shared_span
from measurand.report.words import basis, cell, label, methods, rank_range

__all__ = ["BY_DIMENSION", "judges_document"]

_ACCURACY = ("correlation_with_people", "agreement_with_people")
_BESIDE = ("cost_per_thousand_outputs", "seconds_per_output", "judge_failure_rate")
_UNKNOWN = (("cost_per_thousand_outputs", "the cost"), ("seconds_per_output", "the time"))
_DETAILS = (
    *("kappa_with_people", "error_after_mapping", "leniency", "advantage_over_person"),
    *("repeat_reliability", "repeat_consistency", "first_slot_excess", "rated_share"),
)
_LOOKED_UP = frozenset(
    label(name)
    for name in (
        *("error_after_mapping", "rated_share", "repeat_reliability", "repeat_consistency"),
        *("first_slot_excess",),
    )
)
"""The columns that a terminal shows only where all is asked for."""
BY_DIMENSION = "By dimension"
_RANKS = (
    "The rank is a range: behind all that are surely better, before all that are surely worse. "
    "Whoever may have rank 1 is in the set of best."
)
_MOST_DRAWN = 30
"""More lines than this are a wall, not a picture."""


def judges_document(findings: Findings, context: PageContext | None = None) -> Document:
    """The page of one comparison of judges; every result appears on it once."""
    known = context or PageContext()
    shelf = Shelf(findings.results)
    ranks = _ranks(findings)
    first = _first(findings, ranks)
    sections = [
        *_side_by_side(shelf, ranks, first),
        *_by_dimension(shelf, ranks, told=first is not None),
        *_failures(shelf),
        *shelf.rest(),
        *all_decisions(findings.verdicts),
        *data_sections(known.intakes, known.refused_file),
        *limits_section(findings.limits),
    ]
    return Document(
        title=known.title or "Which judge?",
        subtitle=known.subtitle,
        banner=known.banner,
        headlines=headlines(findings.verdicts),
        sections=tuple(sections),
        footer=FOOTER,
    )


Ranks = Mapping[str, Mapping[str, Result]]
"""By dimension, then by rater, the best first."""


def _ranks(findings: Findings) -> Ranks:
    found: dict[str, dict[str, Result]] = {}
    for result in sorted(findings.named("rank"), key=lambda r: r.estimate.value or 0.0):
        found.setdefault(result.dimension or "", {})[result.raters[0]] = result
    return found


def _first(findings: Findings, ranks: Ranks) -> str | None:
    """What stands first: the overall rank, or the only dimension; one of several is not all."""
    if OVERALL in ranks:
        return OVERALL
    found = distinct(r.dimension for r in findings.results if r.name in _ACCURACY)
    return found[0] if len(found) == 1 else None


def _side_by_side(shelf: Shelf, ranks: Ranks, first: str | None) -> list[Section]:
    """One line a judge: its place, how right it is, what it costs."""
    beside = shelf.take(*_BESIDE, where=lambda r: r.failure is None and r.dimension is None)
    accuracy = shelf.take(*_ACCURACY, where=lambda r: first is not None and r.dimension == first)
    places = shelf.take("rank", where=lambda r: first is not None and r.dimension == first)
    if not (beside or accuracy):
        return []
    own = ranks.get(first or "", {})
    names = [
        *own,
        *(n for n in distinct(r.raters[0] for r in (*accuracy, *beside)) if n not in own),
    ]
    by_rater = {(r.raters[0], r.name): r for r in (*accuracy, *beside)}
    present = {r.name for r in (*accuracy, *beside) if r.estimate.present}
    kinds = [name for name in (*_ACCURACY, *_BESIDE) if name in present]
    ways = {r.raters[0]: r.design for r in (*accuracy, *beside) if r.design is not None}
    several = len(set(ways.values())) > 1
    columns = [
        Column("Judge, check or person"),
        *([Column("Rank")] if places else []),
        *(_column(name, [r for r in (*accuracy, *beside) if r.name == name]) for name in kinds),
        *([Column("Way")] if several else []),
    ]
    rows: list[tuple[Cell, ...]] = [
        (
            name,
            *([_rank(own.get(name))] if places else []),
            *(_cell(by_rater.get((name, kind))) for kind in kinds),
            *([ways.get(name)] if several else []),
        )
        for name in names
    ]
    caption = f"Side by side: {first}" if first else "On all dimensions together"
    table = Table(caption, tuple(columns), tuple(rows), _basis(places, accuracy))
    unknown = [word for name, word in _UNKNOWN if beside and name not in kinds]
    blocks: list[Block] = [*_drawn(accuracy, names, first), table]
    if unknown:
        blocks.append(Paragraph(f"Not known of any of them: {' and '.join(unknown)}."))
    return [Section("Side by side", tuple(blocks), _RANKS if places else "")]


def _drawn(accuracy: Sequence[Result], names: Sequence[str], about: str | None) -> Iterator[Plot]:
    found = {r.raters[0]: r for r in accuracy}
    rows = tuple(ForestRow(name, found[name].estimate) for name in names if name in found)
    if not 1 < len(rows) <= _MOST_DRAWN:
        return
    title = label(accuracy[0].name)
    yield Plot(
        Forest(rows, title, span=shared_span(accuracy)),
        f"Forest plot: {title.lower()} of each judge, the best first; the table has the numbers.",
        f"{title} of each judge on {about or 'all'}; each interval is of one judge alone.",
    )


def _by_dimension(shelf: Shelf, ranks: Ranks, *, told: bool) -> list[Section]:
    """All there is to say of each judge, a table a dimension; ``told`` what a rank is."""
    blocks: list[Block] = []
    found = shelf.take("rank", *_ACCURACY, *_DETAILS)
    for dimension in distinct(result.dimension for result in found):
        part = [r for r in found if r.dimension == dimension and r.name != "rank" and r.raters]
        if not part:
            continue
        own = ranks.get(dimension, {})
        order = [*own, *distinct(r.raters[0] for r in part)]
        part.sort(key=lambda r: order.index(r.raters[0]))
        table = matrix(
            dimension,
            part,
            rows=lambda r: r.raters[0],
            columns=lambda r: label(r.name),
            corner="Judge, check or person",
        )
        columns = (replace(c, detail=c.name in _LOOKED_UP) for c in table.columns)
        table = replace(table, columns=tuple(columns))
        blocks += _drawn([r for r in part if r.name in _ACCURACY], order, dimension)
        shown = any(r.name == "rank" and r.dimension == dimension for r in found)
        blocks.append(_with_ranks(table, own) if shown else table)
    blocks += _constants(shelf)
    if not blocks:
        return []
    summary = "On the outputs that everybody who is ranked has rated; see the limits for how many."
    ranked = any(r.name == "rank" for r in found) and not told
    return [Section(BY_DIMENSION, tuple(blocks), f"{_RANKS} {summary}" if ranked else summary)]


def _with_ranks(table: Table, ranks: Mapping[str, Result]) -> Table:
    """The table with the ranks as its second column."""
    columns = (table.columns[0], Column("Rank"), *table.columns[1:])
    rows = tuple((row[0], _rank(ranks.get(str(row[0]))), *row[1:]) for row in table.rows)
    return replace(table, columns=columns, rows=rows)


def _constants(shelf: Shelf) -> Iterator[Block]:
    constants = shelf.take("agreement_of_constant")
    if constants:
        yield matrix(
            "If the commonest answer were given to every output",
            constants,
            rows=lambda r: r.dimension,
            columns=lambda r: label(r.name),
            corner="Dimension",
        )


def _failures(shelf: Shelf) -> list[Section]:
    failed = shelf.take("judge_failure_rate", where=lambda r: r.failure is not None)
    if not failed:
        return []
    table = matrix(
        "Ratings that failed, by class",
        failed,
        rows=lambda r: r.raters[0],
        columns=lambda r: r.failure,
        corner="Judge or check",
    )
    return [Section("Failures", (table,), "Of all ratings that each was asked for.")]


def _column(name: str, results: Sequence[Result]) -> Column:
    return Column(label(name), right=True, note=methods(r.estimate for r in results))


def _cell(result: Result | None) -> Cell:
    if result is None:
        return None
    if not result.estimate.present and result.name in _BESIDE:
        return "not known"
    if result.name == "cost_per_thousand_outputs" and result.estimate.high == 0:
        return "nothing"
    return cell(result.name, result.estimate)


def _rank(result: Result | None) -> str | None:
    return None if result is None else rank_range(result.estimate)


def _basis(places: Sequence[Result], accuracy: Sequence[Result]) -> str:
    ranks = f"Ranks hold all at once at {places[0].estimate.level:.0%}. " if places else ""
    return ranks + basis((r.estimate for r in accuracy), method="")
