"""Correlations of two weighted vectors, for many sets of weights at once.

Every function maps weights, shape (rows, units), to one value a row; NaN where either vector is
constant over the units that weigh. Vectors are placed on about [-1/2, 1/2] first: none of these
depends on the common scale.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from measurand.errors import InsufficientData
from measurand.stats.arrays import Floats
from measurand.stats.bca import block_rows

__all__ = ["Rows", "concordance_rows", "left_out", "midranks", "pearson_rows", "spearman_rows"]

Rows: TypeAlias = Callable[[Floats], Floats]
"""Weights, shape (rows, units), to values, shape (rows,)."""

_ROUNDING = 1e-12


def pearson_rows(x: Floats, y: Floats) -> Rows:
    """Pearson's correlation."""
    x, y = _centred(x, float(np.ptp(x))), _centred(y, float(np.ptp(y)))
    return partial(_correlations, x, y)


def concordance_rows(x: Floats, y: Floats) -> Rows:
    """Lin's concordance: the correlation, less what differs in place and in spread."""
    span = max(float(np.ptp(x)), float(np.ptp(y)))
    middle = (float(np.min(x)) + float(np.max(x))) / 2
    x, y = _centred(x, span, middle), _centred(y, span, middle)

    def rows(weights: Floats) -> Floats:
        mean_x, mean_y, xx, yy, xy = _moments(x, y, weights)
        apart = xx + yy + (mean_x - mean_y) ** 2
        flat = (xx <= _ROUNDING) & (yy <= _ROUNDING)
        found = np.divide(2 * xy, apart, out=np.full(len(weights), np.nan), where=~flat)
        return np.asarray(found)

    return rows


def spearman_rows(x: Floats, y: Floats) -> Rows:
    """Spearman's correlation: Pearson's of the midranks, which the weights make."""
    order_x, order_y = _Order(x), _Order(y)

    def rows(weights: Floats) -> Floats:
        total = weights.sum(axis=1, keepdims=True)
        x, y = (order.midranks(weights) / total - 1 / 2 for order in (order_x, order_y))
        return _correlations(x, y, weights)

    return rows


def midranks(values: Floats, weights: Floats) -> Floats:
    """The midranks of values that weigh differently, from 0 to the total weight."""
    return np.asarray(_Order(values).midranks(weights[None, :])[0])


def left_out(rows: Rows, weights: Floats, codes: NDArray[np.intp]) -> Floats:
    """The statistic without each cluster.

    Args:
        rows: The statistic.
        weights: Shape (units,).
        codes: Shape (units,): the cluster of each unit, numbered from 0.
    """
    count = int(codes.max()) + 1
    block = block_rows(len(weights))
    values = []
    for start in range(0, count, block):
        out = np.arange(start, min(start + block, count))
        values.append(rows(np.where(codes == out[:, None], 0.0, weights)))
    return np.concatenate(values)


class _Order:
    """Where values stand among each other, worked out once."""

    def __init__(self, values: Floats) -> None:
        self._order = np.argsort(values, kind="stable")
        ordered = values[self._order]
        self._starts = np.flatnonzero(np.concatenate([[True], ordered[1:] > ordered[:-1]]))
        sizes = np.diff(np.append(self._starts, len(values)))
        self._group = np.empty(len(values), dtype=np.intp)
        self._group[self._order] = np.repeat(np.arange(len(sizes)), sizes)

    def midranks(self, weights: Floats) -> Floats:
        each = np.add.reduceat(weights[:, self._order], self._starts, axis=1)
        return np.asarray((np.cumsum(each, axis=1) - each / 2)[:, self._group])


def _centred(values: Floats, span: float, middle: float | None = None) -> Floats:
    if span <= _ROUNDING * float(np.abs(values).max(initial=0.0)):
        raise InsufficientData("all values are equal, so there is nothing to correlate")
    centre = (float(np.min(values)) + float(np.max(values))) / 2 if middle is None else middle
    return np.asarray((values - centre) / span)


def _moments(
    x: Floats, y: Floats, weights: Floats
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """The two means, and the variances and the covariance around them."""
    total = weights.sum(axis=1)
    added = "rn,n->r" if x.ndim == 1 else "rn,rn->r"
    mean_x, mean_y, xx, yy, xy = (
        np.einsum(added, weights, part) / total for part in (x, y, x * x, y * y, x * y)
    )
    return mean_x, mean_y, xx - mean_x**2, yy - mean_y**2, xy - mean_x * mean_y


def _correlations(x: Floats, y: Floats, weights: Floats) -> Floats:
    _, _, xx, yy, xy = _moments(x, y, weights)
    usable = (xx > _ROUNDING) & (yy > _ROUNDING)
    spread = np.sqrt(np.maximum(xx, 0) * np.maximum(yy, 0))
    found = np.divide(xy, spread, out=np.full(len(xy), np.nan), where=usable)
    return np.asarray(np.clip(found, -1.0, 1.0))
