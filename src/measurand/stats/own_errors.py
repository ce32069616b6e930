"""What of the errors of several means is each one's own, where all are of the same units."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats
from measurand.stats.bca import require_units
from measurand.stats.mean import cluster_codes

__all__ = ["own_errors"]

_FEWEST = 3
_UNITS = 2


def own_errors(
    table: ArrayLike, *, clusters: ArrayLike | None = None, weights: ArrayLike | None = None
) -> Floats:
    """The standard error of every column's mean, without what all columns share.

    Where systems answer the same questions, hard ones lower the mean of all of them alike. That is
    no noise between them, and the standard error of each mean by itself holds it. These are such
    that those of two columns, squared and added, come nearest to the variance of their difference
    as it is within rows; exactly so where what columns do not share is independent.

    Args:
        table: Shape (units, columns), NaN where a column has no value.
        clusters: The cluster of each unit, shape (units,); by default each unit is its own.
        weights: What each unit counts, shape (units,); the same by default.

    Returns:
        Shape (columns,); 0 where a column differs from others by less than they do.

    Raises:
        InsufficientData: Fewer than three columns or clusters, or a column has fewer than two
            values: what is its own cannot be told.
        UsageError: The table is none, or weights do not fit.
    """
    values = np.asarray(table, dtype=np.float64)
    if values.ndim != 2:  # noqa: PLR2004 - units by columns
        raise UsageError(f"a table has units and columns; found the shape {values.shape}")
    units, columns = values.shape
    weight = np.ones(units) if weights is None else np.asarray(weights, dtype=np.float64)
    if weight.shape != (units,):
        raise UsageError(f"every unit has one weight; found {weight.size} for {units}")
    given = ~np.isnan(values) & (weight > 0)[:, None]
    if columns < _FEWEST or (given.sum(axis=0) < _UNITS).any():
        raise InsufficientData(
            f"own errors take {_FEWEST} columns with {_UNITS} values each; found {columns} columns"
        )
    codes = cluster_codes(np.arange(units) if clusters is None else clusters, units)
    count = np.unique(codes[given.any(axis=1)]).size
    require_units(count, "an error", "clusters")
    shares = np.where(given, weight[:, None], 0.0)
    shares /= shares.sum(axis=0)
    filled = np.where(given, values, 0.0)
    moved = shares * (filled - (shares * filled).sum(axis=0))
    by = np.zeros((int(codes.max()) + 1, columns))
    np.add.at(by, codes, moved)
    return _own(by, count)


def _own(by: Floats, count: int) -> Floats:
    """From what each cluster adds to the error of each column, shape (clusters, columns)."""
    columns = by.shape[1]
    together = by.T @ by * count / (count - 1)
    alone = np.diag(together)
    apart = (alone[:, None] + alone - 2 * together).sum(axis=1)
    total = float(apart.sum()) / 2 / (columns - 1)
    return np.asarray(np.sqrt(np.maximum((apart - total) / (columns - 2), 0.0)))
