"""Severity of two raters is half a paired difference; accuracy beside certain truth is a share."""

from __future__ import annotations

import numpy as np
import pytest

from measurand.stats.dawid_skene import one_coin_accuracy
from measurand.stats.proportion import wilson
from measurand.stats.severity import rater_severity

# Student (1908), Biometrika 6: extra hours of sleep of ten patients under two drugs.
FIRST = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
SECOND = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]


def test_two_raters_are_a_paired_t_test() -> None:
    """R's t.test(extra ~ group, paired = TRUE): 1.58 [0.7001142, 2.4598858]."""
    found = rater_severity(np.column_stack([FIRST, SECOND]), span=20)[0].estimate
    assert found.value == pytest.approx(1.58 / 2, abs=1e-9)
    assert found.low == pytest.approx(0.7001142 / 2, abs=1e-6)
    assert found.high == pytest.approx(2.4598858 / 2, abs=1e-6)


def test_two_raters_are_the_same_p_value() -> None:
    """Its p-value, two-sided: 0.002833."""
    found = rater_severity(np.column_stack([FIRST, SECOND]), span=20)[0]
    assert found.p_beyond(0.0) == pytest.approx(0.002833 / 2, abs=1e-6)


def test_accuracy_where_the_truth_is_certain_is_wilson() -> None:
    truth = np.arange(400) % 2
    ratings = np.tile(truth[:, None].astype(float), (1, 9))
    ratings[:80, 0] = 1 - truth[:80]
    found, wanted = one_coin_accuracy(ratings)[0], wilson(320, 400)
    assert found.value == pytest.approx(0.8, abs=1e-6)
    assert found.low == pytest.approx(wanted.low, abs=1e-3)
    assert found.high == pytest.approx(wanted.high, abs=1e-3)
