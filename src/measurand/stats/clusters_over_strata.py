"""The error of a stratified mean whose units come in clusters that may reach over strata.

Turns of one conversation that were drawn from several strata share what the conversation was like.
Their errors add up, and each stratum still takes its own mean off them: of two units half of
their spread. Both are made up for here.
"""

from __future__ import annotations

import math
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from measurand.stats.arrays import Floats

__all__ = ["Spread", "crossed_parts", "crossed_spread", "homes", "spread_of", "units_held"]

Codes: TypeAlias = NDArray[np.intp]

_FEWEST = 2
_ROUNDING = 1e-9


class Spread(NamedTuple):
    """The standard error of a sum, and its degrees of freedom."""

    error: float
    df: float


class _Cells(NamedTuple):
    """What of a cluster lies within one stratum: shape (cells,), and the sums of parts there."""

    home: Codes
    cluster: Codes
    sums: Floats


def spread_of(squares: Floats, strata: Codes, sizes: Codes) -> Spread:
    """From squared parts that add up to 0 within strata: n / (n - 1) each, Satterthwaite's degrees.

    Args:
        squares: Of each unit, or of the sum of each cluster.
        strata: Of the same.
        sizes: How many there are of each stratum.

    References:
        Cochran (1977), *Sampling Techniques*, sections 5.4 and 5.10; Satterthwaite (1946).
    """
    each = np.bincount(strata, squares, minlength=sizes.size) * sizes / np.maximum(sizes - 1, 1)
    total = float(each.sum())
    weighed = float((each**2 / np.maximum(sizes - 1, 1)).sum())
    df = total**2 / weighed if weighed > 0 else float(sizes.sum() - 1)
    return Spread(math.sqrt(total), df)


def crossed_spread(parts: Floats, strata: Codes, clusters: Codes, *, alone: Spread) -> Spread:
    """The standard error of the sum of parts that add up to 0 within strata, in clusters.

    Of one stratum, parts add up within clusters, with the factor C / (C - 1) of its clusters, as
    they do where no cluster reaches over strata. What the parts of a cluster in two strata say
    together has the factors of both: each stratum took its own mean off. The error is no less than
    without clusters, and the degrees are the fewest of Satterthwaite's with clusters, those
    without, and C - 1 of all clusters.

    Args:
        parts: What each unit contributes, without any such factor.
        strata: Of the same units, each with two clusters or more.
        clusters: Of the same units, numbered from 0.
        alone: What it is if all units are independent.
    """
    cells = _cells(parts, strata, clusters)
    held = np.bincount(cells.home, minlength=int(strata.max()) + 1)
    within = spread_of(np.square(cells.sums, dtype=np.float64), cells.home, held)
    raised = (held / np.maximum(held - 1, 1))[cells.home] * cells.sums
    reached = np.bincount(cells.cluster, raised)
    across = float(reached @ reached) - float(raised @ raised)
    variance = max(within.error**2 + across, alone.error**2)
    return Spread(math.sqrt(variance), min(within.df, alone.df, float(reached.size - 1)))


def crossed_parts(parts: Floats, strata: Codes, clusters: Codes, *, alone: Spread) -> Floats:
    """The parts so raised that the squares of their sums by cluster add up to `crossed_spread`.

    Args:
        parts: As there.
        strata: As there.
        clusters: As there.
        alone: As there.
    """
    error = crossed_spread(parts, strata, clusters, alone=alone).error
    held = np.bincount(_cells(parts, strata, clusters).home, minlength=int(strata.max()) + 1)
    raised = parts * np.sqrt(held / np.maximum(held - 1, 1))[strata]
    sums = np.bincount(clusters, raised)
    root = math.sqrt(float(sums @ sums))
    if root > _ROUNDING * error:
        return np.asarray(raised * (error / root), dtype=np.float64)
    # The units of each cluster cancel out, and those of others show that they need not.
    signs = np.where(clusters % 2, -1.0, 1.0) / np.bincount(clusters)[clusters]
    return np.asarray(signs * (error / math.sqrt(sums.size)), dtype=np.float64)


def units_held(strata: Codes, units: Codes, count: int) -> Codes:
    """How many different units, or clusters, each of so many strata holds."""
    width = int(units.max(initial=0)) + 1
    return np.bincount(np.unique(strata * width + units) // width, minlength=count)


def homes(strata: Codes, units: Codes, count: int) -> Codes:
    """The strata that so many are joined to, so that each holds two units or clusters or more.

    One with fewer is one with those that follow, until they have two; the last ones with those
    before. Where all of them hold fewer than two, all are one.
    """
    width = int(units.max(initial=0)) + 1
    of, which = np.divmod(np.unique(strata * width + units), width)
    ends = np.searchsorted(of, np.arange(count), side="right").tolist()
    found, place, start, held = np.zeros(count, dtype=np.intp), 0, 0, set[int]()
    for stratum, end in enumerate(ends):
        found[stratum] = place
        held.update(which[start:end].tolist())
        start = end
        if len(held) >= _FEWEST:
            place, held = place + 1, set()
    return np.minimum(found, max(place - 1, 0))


def _cells(parts: Floats, strata: Codes, clusters: Codes) -> _Cells:
    width = int(clusters.max()) + 1
    cells, of = np.unique(strata * width + clusters, return_inverse=True)
    sums = np.asarray(np.bincount(of, parts), dtype=np.float64)
    return _Cells(cells // width, cells % width, sums)
