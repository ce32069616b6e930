"""Published values of the intraclass correlation."""

from __future__ import annotations

import numpy as np
import pytest

from measurand.stats.icc import Form, icc

# Shrout and Fleiss (1979), Intraclass correlations, table 2: six targets, four judges.
TARGETS = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]],
    dtype=float,
)


@pytest.mark.parametrize(
    ("form", "average", "value"),
    [
        # Table 4 prints .17, .29, .71, .44, .62, .91; further digits: pingouin 0.7.0.
        ("1", False, 0.165742),
        ("A", False, 0.289764),
        ("C", False, 0.714841),
        ("1", True, 0.442797),
        ("A", True, 0.620051),
        ("C", True, 0.909316),
    ],
)
def test_value(form: Form, value: float, *, average: bool) -> None:
    assert icc(TARGETS, form=form, average=average).value == pytest.approx(value, abs=1e-6)


@pytest.mark.parametrize(
    ("form", "average", "low", "high"),
    [
        # pingouin 0.7.0, which rounds to two digits.
        ("1", False, -0.13, 0.72),
        ("A", False, 0.02, 0.76),
        ("C", False, 0.34, 0.95),
        ("1", True, -0.88, 0.91),
        ("A", True, 0.07, 0.93),
        ("C", True, 0.68, 0.99),
    ],
)
def test_interval(form: Form, low: float, high: float, *, average: bool) -> None:
    estimate = icc(TARGETS, form=form, average=average)
    assert (estimate.low, estimate.high) == pytest.approx((low, high), abs=5.1e-3)
