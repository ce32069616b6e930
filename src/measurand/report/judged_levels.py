"""What a judge said beside what people said of the same outputs, level by level."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from measurand.analysis.calibration import Locked
from measurand.analysis.calibration_pool import Pool
from measurand.analysis.matrix import Floats
from measurand.figures.heat import Heat
from measurand.report.document import Block, Cell, Column, Fold, Plot, Section, Table

__all__ = ["judged_levels"]

_PICTURES = 6
_MOST_LEVELS = 7
_BINS = 5
_HALF = 0.5


def judged_levels(held: Sequence[Locked]) -> list[Section]:
    """A matrix for each judge and dimension, the first few of them, and the counts behind it.

    Args:
        held: The locked outputs of each judge.
    """
    pools = [(one.judge, pool) for one in held for pool in one.pools.values()]
    told = [(judge, pool.only(pool.both)) for judge, pool in pools]
    blocks: list[Block] = []
    tables: list[Table] = []
    for judge, pool in [pair for pair in told if pair[1].n][:_PICTURES]:
        about = f"{judge}, {pool.dimension}"
        names, counts = _counted(pool)
        blocks.append(_picture(about, names, counts))
        tables.append(_counts_table(about, names, counts))
    if not blocks:
        return []
    summary = "A judge that agrees with people fills the diagonal; a lenient one lies right of it."
    blocks.append(Fold("Counts by level", tuple(tables)))
    return [Section("Judge beside people", tuple(blocks), summary)]


def _picture(about: str, names: tuple[str, ...], counts: Floats) -> Plot:
    sums = counts.sum(axis=1)
    values = tuple(
        tuple(float(x / total) if total else None for x in row)
        for row, total in zip(counts, sums, strict=True)
    )
    return Plot(
        Heat(names, names, values, "the judge said", "people said", span=(0.0, 1.0)),
        f"Matrix of levels, {about}: the share of the judge's ratings by what people said; a table "
        "below has the counts.",
        f"{about}: what the judge said of outputs that people rated so, as shares of each row; "
        f"{int(sums.sum()):,} outputs.",
    )


def _counts_table(about: str, names: tuple[str, ...], counts: Floats) -> Table:
    heads = (Column("People"), *(Column(name, right=True) for name in names))
    rows: list[tuple[Cell, ...]] = [
        (name, *(int(x) for x in row)) for name, row in zip(names, counts, strict=True)
    ]
    return Table(f"{about}: outputs by what people and the judge said", heads, tuple(rows))


def _counted(pool: Pool) -> tuple[tuple[str, ...], Floats]:
    """Outputs by people's level and the judge's; averages count at the nearest level."""
    values = pool.people, pool.judge
    levels = _levels(pool)
    if levels:
        names = ("no", "yes") if pool.scale.binary else tuple(map(str, levels))
        codes = [np.floor(x + _HALF).astype(int) - levels[0] for x in values]
    else:
        every = np.concatenate(values)
        edges = np.linspace(every.min(), every.max(), _BINS + 1)
        names = tuple(f"{start:.3g} to {end:.3g}" for start, end in pairwise(edges))
        codes = [np.searchsorted(edges, x, side="right") - 1 for x in values]
    width = len(names)
    inside = [np.clip(code, 0, width - 1) for code in codes]
    flat = np.bincount(inside[0] * width + inside[1], minlength=width**2).astype(np.float64)
    return names, flat.reshape(width, width)


def _levels(pool: Pool) -> range:
    """The whole numbers of the scale; empty where it has none, or too many to draw."""
    scale, low, high = pool.scale, pool.scale.low, pool.scale.high
    if low is None or high is None or not (low.is_integer() and high.is_integer()):
        return range(0)
    levels = range(int(low), int(high) + 1)
    graded = scale.metric == "ordinal" or scale.binary
    return levels if graded and len(levels) <= _MOST_LEVELS else range(0)
