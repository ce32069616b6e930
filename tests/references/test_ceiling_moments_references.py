"""The bounds of the ceiling of a majority vote, against a linear programme on a fine grid."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog

from measurand.stats.ceiling_moments import majority_bounds, majority_score

GRID = np.unique(np.concatenate([np.linspace(0, 1, 4001), np.linspace(0, 0.3, 8001) ** 2]))


@pytest.mark.parametrize("raters", [3, 5, 7])
@pytest.mark.parametrize(
    ("points", "masses"),
    [
        ([0.04, 0.81], [0.5, 0.5]),
        ([0.0, 0.3, 1.0], [0.1, 0.5, 0.4]),
        ([0.6, 0.7, 0.9], [0.2, 0.6, 0.2]),
        ([0.01, 0.02, 0.5], [0.6, 0.3, 0.1]),
    ],
)
def test_bounds_are_those_of_the_linear_programme(
    points: list[float], masses: list[float], raters: int
) -> None:
    first, second = (float(np.array(masses) @ np.array(points) ** power) for power in (1, 2))
    found = majority_bounds(first, second, raters)
    score = majority_score(GRID, raters)
    limits = np.vstack([np.ones_like(GRID), GRID, GRID**2])
    for sign, bound in ((1, found.low), (-1, found.high)):
        best = linprog(
            sign * score,
            A_eq=limits,
            b_eq=[1, first, second],
            method="highs",
            options={"primal_feasibility_tolerance": 1e-10},
        )
        assert best.success
        assert bound == pytest.approx(sign * float(best.fun or 0.0), abs=1e-6)
    actual = float(np.array(masses) @ majority_score(np.array(points), raters))
    assert found.low - 1e-12 <= actual <= found.high + 1e-12
