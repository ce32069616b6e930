"""The ceiling, from closed forms evaluated independently (numerical integration, simulation)."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest

from measurand.stats.ceiling import majority_ceiling
from measurand.stats.icc import spearman_brown


@pytest.mark.parametrize(
    ("agreement", "single", "majority", "rater_like"),
    [
        # Single rater and majority of three: independent, beta, coin; then a rater's own score.
        (0.75, (0.854, 0.818, 0.750), (0.942, 0.871, 0.750), 0.813),
        (0.80, (0.887, 0.857, 0.800), (0.965, 0.901, 0.800), 0.860),
        (0.85, (0.918, 0.894, 0.850), (0.981, 0.928, 0.850), 0.903),
        (0.90, (0.947, 0.930, 0.900), (0.992, 0.954, 0.900), 0.940),
        (0.95, (0.974, 0.965, 0.950), (0.998, 0.977, 0.950), 0.973),
    ],
)
def test_majority_ceiling(
    agreement: float,
    single: tuple[float, ...],
    majority: tuple[float, ...],
    *,
    rater_like: float,
) -> None:
    found = majority_ceiling(agreement)
    models = found.independent, found.beta, found.coin
    assert [model.single for model in models] == pytest.approx(single, abs=5.01e-4)
    assert [model.majority for model in models] == pytest.approx(majority, abs=5.01e-4)
    assert found.rater_like == pytest.approx(rater_like, abs=5.01e-4)


@pytest.mark.parametrize("raters", [3, 5, 7])
def test_beta_model_against_numerical_integration(raters: int) -> None:
    a = 0.15 / 0.70  # agreement (a + 1) / (2 a + 1) = .85
    # Substituting p = u^(1/a) / 2 takes the pole of the density out of the lower half.
    u = (np.arange(400_000) + 0.5) / 400_000
    p = u ** (1 / a) / 2
    density = (1 - p) ** (a - 1)
    wins = sum(
        comb(raters, k) * (1 - p) ** k * p ** (raters - k)
        for k in range(raters // 2 + 1, raters + 1)
    )
    expected = float((density * wins).sum() / density.sum())
    assert majority_ceiling(0.85, raters).beta.majority == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("single", "reliability", "ceiling"),
    [(0.3, 0.562, 0.750), (0.37, 0.638, 0.799), (0.4, 0.667, 0.816), (0.5, 0.750, 0.866),
     (0.6, 0.818, 0.905), (0.7, 0.875, 0.935)],
)  # fmt: skip
def test_spearman_brown(single: float, reliability: float, ceiling: float) -> None:
    found = spearman_brown(single, 3)
    assert found == pytest.approx(reliability, abs=5.01e-4)
    assert found**0.5 == pytest.approx(ceiling, abs=5.01e-4)
