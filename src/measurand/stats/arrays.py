"""Arrays of numbers, and what is refused before anything is computed from them."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import UsageError

__all__ = ["Floats", "as_table", "check_finite"]

Floats: TypeAlias = NDArray[np.float64]


def check_finite(values: ArrayLike, dimensions: int) -> Floats:
    """Return the values as floats.

    Raises:
        UsageError: They have another number of dimensions, or hold NaN or infinity.
    """
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != dimensions:
        raise UsageError(f"an array of {dimensions} dimension(s) is needed; found {array.ndim}")
    if not np.isfinite(array).all():
        raise UsageError("values must be finite numbers; leave out what was not given")
    return array


def as_table(ratings: Floats) -> Floats:
    """Return ratings as a (units, raters) table of floats, NaN where one was not given.

    Raises:
        UsageError: They have another shape, or hold an infinite number.
    """
    table = np.asarray(ratings, dtype=np.float64)
    if table.ndim != 2:  # noqa: PLR2004 - a table has two dimensions
        raise UsageError(f"ratings have the shape (units, raters); found {table.ndim} dimensions")
    if np.isinf(table).any():
        raise UsageError("a rating is infinite; mark ratings that were not given with NaN")
    return table
