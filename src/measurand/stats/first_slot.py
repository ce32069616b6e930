"""Does a judge prefer what it is shown first? Both orders of a pair, with repeats as the floor.

A judge without any such preference contradicts itself in the other order as often as it does in
the same one: its noise. So a rate of flips is no measure of bias; the points that go to whoever
is shown first are, beyond a half.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats, as_table
from measurand.stats.estimate import LEVEL, Estimate, attempt
from measurand.stats.mean import mean_of

__all__ = ["Flips", "first_slot_excess", "flips"]

_HALF = 0.5
_SAME = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Flips:
    """How often two calls about the same material differ.

    Args:
        rate: Of calls that were shown it in different ways.
        floor: Of calls that were shown it in the same way: noise alone.
        excess: The rate less the floor, on the units that have both.
    """

    rate: Estimate
    floor: Estimate
    excess: Estimate


def first_slot_excess(
    own_first: ArrayLike,
    own_second: ArrayLike,
    *,
    clusters: ArrayLike | None = None,
    level: float = LEVEL,
) -> Estimate:
    """The points of whoever is shown first, less a half: 0 without a preference for a place.

    Both orders of a pair are averaged, which takes out who is better, so that pairs may be of any
    quality; the interval is over pairs.

    Args:
        own_first: Points of the pair's own side (1 win, .5 tie, 0 loss) when it is shown first,
            shape (pairs,) or (pairs, repeats), NaN where none was given.
        own_second: Likewise when it is shown second.
        clusters: The cluster of each pair, shape (pairs,).
        level: The confidence level.

    Raises:
        InsufficientData: Fewer than two pairs (or clusters) were judged in both orders.
        UsageError: The arguments do not fit, or points lie outside of [0, 1].
    """
    first, second = _points(own_first, own_second)
    slot = (_row_means(first) + 1 - _row_means(second)) / 2 - _HALF
    return _mean(slot, clusters, level=level, bounds=(-_HALF, _HALF))


def flips(
    one: ArrayLike,
    other: ArrayLike,
    *,
    clusters: ArrayLike | None = None,
    level: float = LEVEL,
) -> Flips:
    """How often a judge says something else when shown the same in another way.

    Every call of one way is held against every call of the other, and for the floor against the
    other calls of its own way, averaged within the unit. What flips beyond the floor is due to
    the way of showing.

    Args:
        one: What was said when shown in one way, shape (units, repeats), NaN where nothing was.
        other: Likewise in the other way; told from the same side.
        clusters: The cluster of each unit, shape (units,).
        level: The confidence level.

    Returns:
        Rate, floor and excess; the last two absent where nothing was asked twice in the same way.

    Raises:
        UsageError: The arguments do not fit each other.
    """
    first, second = _aligned(one, other)
    across = _differing(first, second)
    within = _row_means(np.column_stack([_differing(first), _differing(second)]))
    mean = partial(_mean, clusters=clusters, level=level)
    absent = "nothing was asked twice in the same way, so noise alone is not known"
    shares = {"rate": (across, (0.0, 1.0)), "floor": (within, (0.0, 1.0))}
    shares["excess"] = (across - within, (-1.0, 1.0))
    return Flips(
        **{
            name: Estimate.absent(absent, method="mean of pairs", level=level)
            if name != "rate" and np.isnan(within).all()
            else attempt(
                partial(mean, values, bounds=bounds),
                n=int(np.isfinite(values).sum()),
                method="mean of pairs",
                level=level,
            )
            for name, (values, bounds) in shares.items()
        }
    )


def _points(own_first: ArrayLike, own_second: ArrayLike) -> tuple[Floats, Floats]:
    first, second = _aligned(own_first, own_second)
    for table in (first, second):
        given = table[~np.isnan(table)]
        if given.size and (given.min() < 0 or given.max() > 1):
            raise UsageError("points lie between 0 (loss) and 1 (win)")
    return first, second


def _aligned(one: ArrayLike, other: ArrayLike) -> tuple[Floats, Floats]:
    tables = []
    for side in (one, other):
        array = np.asarray(side, dtype=np.float64)
        tables.append(as_table(array[:, None] if array.ndim == 1 else array))
    if len(tables[0]) != len(tables[1]):
        raise UsageError(f"both ways have the same units; found {len(tables[0])}, {len(tables[1])}")
    return tables[0], tables[1]


def _differing(one: Floats, other: Floats | None = None) -> Floats:
    """The share of differing pairs of calls in each row; NaN where there is no pair."""
    right = one if other is None else other
    gap = np.abs(one[:, :, None] - right[:, None, :])
    pairs = ~np.isnan(gap)
    if other is None:
        pairs &= ~np.eye(one.shape[1], dtype=np.bool_)
    counts = pairs.sum(axis=(1, 2))
    hits = (pairs & (gap > _SAME)).sum(axis=(1, 2))
    shares: Floats = np.divide(hits, counts, out=np.full(len(one), np.nan), where=counts > 0)
    return shares


def _row_means(table: Floats) -> Floats:
    counts = (~np.isnan(table)).sum(axis=1)
    sums = np.nansum(table, axis=1)
    means: Floats = np.divide(sums, counts, out=np.full(len(table), np.nan), where=counts > 0)
    return means


def _mean(
    values: Floats,
    clusters: ArrayLike | None,
    *,
    level: float,
    bounds: tuple[float, float],
) -> Estimate:
    given = np.isfinite(values)
    if not given.any():
        raise InsufficientData("nothing was shown both ways")
    if clusters is None:
        return mean_of(values[given], None, bounds=bounds, level=level)
    labels = np.asarray(clusters)
    if labels.shape != values.shape:
        raise UsageError(f"one cluster per unit is needed; found {labels.shape}")
    chosen = labels[given]
    alone = len(np.unique(chosen)) == chosen.size
    return mean_of(values[given], None if alone else chosen, bounds=bounds, level=level)
