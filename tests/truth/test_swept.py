"""Wins alone call a system stronger no more often than they say, where votes share examples."""

from __future__ import annotations

import numpy as np
import pytest

from measurand.stats.pair_results import pair_results
from measurand.stats.proportion import clopper_pearson
from measurand.stats.swept import sure_wins, swept_rate, tiers

RUNS, RATERS = 1500, 20


@pytest.mark.parametrize("examples", [4, 6, 8])
def test_equals_that_examples_decide_are_seldom_called_unequal(examples: int) -> None:
    """Everybody agrees on an example, and the example is a coin.

    One side wins all with a probability of 2 / 2^n: .125, .031, .008. From four examples that
    would be called sure too often, were the twenty raters votes of their own; it never is.
    """
    rng = np.random.default_rng(11)
    example = np.repeat(np.arange(examples), RATERS)
    rater = np.tile(np.arange(RATERS), examples)
    clusters = {"rater": rater, "example": example}
    swept = sure = missed = 0
    for _ in range(RUNS):
        points = rng.integers(0, 2, examples).astype(float)[example]
        if 0 < points.mean() < 1:
            continue
        sides = ["a"] * points.size, ["b"] * points.size
        results = pair_results(*sides, points, names=["a", "b"], clusters=clusters)
        swept += 1
        sure += len(sure_wins(results, tiers(results)))
        rate = swept_rate(results, 0, [1])
        missed += not (rate.low or 0.0) <= 0.5 <= (rate.high or 0.0)
    expected = 2 * 0.5**examples
    least = clopper_pearson(swept, RUNS, level=0.999)
    assert (least.low or 0.0) <= expected <= (least.high or 1.0)
    assert sure == (0 if examples == 4 else swept)
    assert missed == (0 if examples == 4 else swept)
    assert (clopper_pearson(sure, RUNS, level=0.999).low or 0.0) <= 0.05
