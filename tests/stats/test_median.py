from __future__ import annotations

import numpy as np
import pytest

from measurand.errors import InsufficientData, UsageError
from measurand.stats.median import median


def test_ends_are_order_statistics() -> None:
    """David and Nagaraja (2003), section 7.1: of ten, the second and ninth hold it in .9785."""
    found = median([10, 2, 3, 4, 5, 6, 7, 8, 9, 1])
    assert (found.value, found.low, found.high) == (5.5, 2.0, 9.0)


def test_five_values_are_too_few() -> None:
    with pytest.raises(InsufficientData, match="5 values"):
        median([1, 2, 3, 4, 5])
    assert median([1, 2, 3, 4, 5, 6]).low == 1.0
    with pytest.raises(InsufficientData):
        median([])


def test_not_a_number_is_refused() -> None:
    with pytest.raises(UsageError):
        median([1.0, float("nan")] * 5)


def test_equal_values() -> None:
    found = median(np.full(20, 3.0))
    assert (found.low, found.value, found.high) == (3.0, 3.0, 3.0)
