"""Means beside what they would be if all that failed were the worst, or the best."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from measurand.analysis.result import Result
from measurand.figures.text import number
from measurand.report.corrected_section import by_judge
from measurand.report.document import Cell, Column, Table
from measurand.report.shelf import Shelf, by_name, is_whole, shared_span
from measurand.report.words import basis

__all__ = ["bounds_tables"]

_WORST, _BEST = "mean_if_worst", "mean_if_best"


def bounds_tables(
    shelf: Shelf, caption: str, *, where: Callable[[Result], bool] = lambda _: True
) -> list[Table]:
    """The bounds of these means, a row each; nothing where nothing failed."""
    taken = shelf.take(_WORST, _BEST, where=lambda r: is_whole(r) and where(r))
    if not taken:
        return []
    span = shared_span(taken) if len({r.dimension for r in taken}) == 1 else None
    columns = (
        Column("System"),
        Column("Dimension"),
        Column("If the worst", right=True, span=span),
        Column("If the best", right=True, span=span),
        Column("Lies within", right=True),
    )
    rows = tuple(
        (by_judge(next(iter(ends.values()))), dimension, *_ends(ends))
        for (_, dimension, _), ends in by_name(taken).items()
    )
    alike = len({row[1] for row in rows}) == 1
    kept = [place for place in range(len(columns)) if not (alike and place == 1)]
    note = "What failed is somewhere between; the outer ends hold the mean wherever that is. "
    return [
        Table(
            caption,
            tuple(columns[place] for place in kept),
            tuple(tuple(row[place] for place in kept) for row in rows),
            note + basis(result.estimate for result in taken),
        )
    ]


def _ends(ends: dict[str, Result]) -> Sequence[Cell]:
    worst, best = (ends[name].estimate if name in ends else None for name in (_WORST, _BEST))
    low, high = (worst.low if worst else None), (best.high if best else None)
    within = "" if low is None or high is None else f"{number(low)} to {number(high)}"
    return (worst, best, within)
