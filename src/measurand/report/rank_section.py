"""Which ranks the data leave open to each system, and which may be the best."""

from __future__ import annotations

from collections.abc import Sequence

from measurand.analysis.result import Result, Verdict
from measurand.analysis.system_ranks import BEST
from measurand.figures.forest import Forest, ForestRow
from measurand.report.document import Block, Cell, Column, Outcome, Plot, Section, Table
from measurand.report.shelf import OVERALL, Shelf, distinct, is_whole
from measurand.report.words import basis, rank_range

__all__ = ["rank_sections"]

_SUMMARY = (
    "The ranks that each system may have; 1 is the best. All of them hold at once: a system ranks "
    "behind every one that is surely better and before every one that is surely worse."
)


def rank_sections(shelf: Shelf, verdicts: Sequence[Verdict]) -> list[Section]:
    """The ranks of systems overall and by dimension; nothing where fewer than three are ranked."""
    ranks = shelf.take("rank", where=lambda r: is_whole(r) and len(r.systems) == 1)
    if not ranks:
        return []
    blocks: list[Block] = []
    overall = sorted(
        (r for r in ranks if (r.dimension or OVERALL) == OVERALL),
        key=lambda r: r.estimate.value or 0.0,
    )
    if overall:
        rows = tuple(
            ForestRow(
                r.systems[0],
                r.estimate,
                colour="good" if (r.estimate.low or 0) <= 1 else "accent",
                text=rank_range(r.estimate) or "",
            )
            for r in overall
        )
        blocks.append(
            Plot(
                Forest(rows, "Rank, 1 is the best", span=(0.5, len(rows) + 0.5)),
                "Forest plot of the ranks that each system may have; the table has the numbers.",
                "Ranks by overall score; those that reach 1 may be the best.",
            )
        )
    order = [r.systems[0] for r in overall] or distinct(r.systems[0] for r in ranks)
    blocks.append(_table(ranks, order))
    best = [v for v in verdicts if v.name == BEST and not v.raters]
    if best:
        blocks.append(_best(best))
    return [Section("Ranks", tuple(blocks), _SUMMARY)]


def _table(ranks: Sequence[Result], order: Sequence[str]) -> Table:
    names = distinct(r.dimension for r in ranks)
    cells = {(r.systems[0], r.dimension): r.estimate for r in ranks}
    rows: list[tuple[Cell, ...]] = [
        (
            system,
            *(
                None if (found := cells.get((system, name))) is None else rank_range(found)
                for name in names
            ),
        )
        for system in order
    ]
    columns = (Column("System"), *(Column(name, right=True) for name in names))
    return Table("Possible ranks", columns, tuple(rows), basis(result.estimate for result in ranks))


def _best(verdicts: Sequence[Verdict]) -> Table:
    """The set of best on every dimension."""
    columns = (
        Column("Dimension"),
        Column("Verdict"),
        Column("May be the best"),
        Column("First ahead of second", right=True),
        Column("Examples needed", right=True),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            verdict.dimension,
            Outcome.of(verdict),
            ", ".join(verdict.systems),
            verdict.estimate,
            verdict.n_needed,
        )
        for verdict in verdicts
    ]
    return Table("The set of best systems", columns, tuple(rows))
