"""Screening against the table of picks, and against draws of systems."""

from __future__ import annotations

import numpy as np
import pytest

from measurand.stats.screening import screening_loss, screening_regret

RS = (0.44, 0.63, 0.74, 0.80, 0.90, 0.95)
BEST = {
    5: (0.38, 0.49, 0.56, 0.61, 0.72, 0.80),
    10: (0.26, 0.38, 0.46, 0.52, 0.65, 0.74),
    20: (0.19, 0.29, 0.38, 0.44, 0.58, 0.69),
}
REGRET = {
    5: (0.65, 0.43, 0.30, 0.23, 0.12, 0.06),
    10: (0.86, 0.57, 0.40, 0.31, 0.15, 0.08),
    20: (1.05, 0.69, 0.48, 0.37, 0.19, 0.09),
}


@pytest.mark.parametrize("systems", [5, 10, 20])
def test_keeping_one_gives_the_printed_picks(systems: int) -> None:
    """Two digits that were themselves simulated."""
    found = [1 - screening_loss(r, systems, 1) for r in RS]
    assert found == pytest.approx(BEST[systems], abs=0.0075)
    regrets = [screening_regret(r, systems, 1) for r in RS]
    assert regrets == pytest.approx(REGRET[systems], abs=0.0075)


@pytest.mark.parametrize(("r", "systems"), [(0.6, 12), (0.9, 5), (-0.4, 8)])
def test_every_number_kept_gives_what_draws_give(*, r: float, systems: int) -> None:
    draws = 60_000
    rng = np.random.default_rng(systems)
    quality = rng.normal(size=(draws, systems))
    proxy = r * quality + np.sqrt(1 - r**2) * rng.normal(size=quality.shape)
    order = np.argsort(-proxy, axis=1)
    best = quality.max(axis=1)
    for kept in range(1, systems):
        inside = np.take_along_axis(quality, order[:, :kept], axis=1).max(axis=1)
        lost, short = inside < best, best - inside
        error = 4 * np.sqrt(max(lost.mean() * (1 - lost.mean()), 1e-4) / draws)
        assert screening_loss(r, systems, kept) == pytest.approx(lost.mean(), abs=error)
        error = 4 * short.std() / np.sqrt(draws) + 1e-4
        assert screening_regret(r, systems, kept) == pytest.approx(short.mean(), abs=error)
