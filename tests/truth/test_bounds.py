"""Values that fail because they are low: the truth lies within the printed bounds."""

from __future__ import annotations

import numpy as np
import pytest

from measurand.analysis.comparison import ComparisonOptions, compare
from measurand.analysis.result import Findings
from measurand.core.rating import Rating, Ratings
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import ONE_TO_FIVE, YES_NO

RUBRIC = Rubric(
    Dimension("quality", weight=70, scale=ONE_TO_FIVE),
    Dimension("right", weight=30, scale=YES_NO),
)
SHARE_BAD, LOST_BAD, LOST_GOOD = 0.4, 0.25, 0.03
MEANS = {"bad": 2.0, "good": 4.0}


def missing_not_at_random(n: int, rng: np.random.Generator) -> list[Rating]:
    """Bad outputs rate 1-3 and good ones 3-5; 25 % of the ratings of bad ones fail, 3 % of good."""
    rows = []
    for i in range(n):
        bad = rng.random() < SHARE_BAD
        middle, lost = (2, LOST_BAD) if bad else (4, LOST_GOOD)
        values = {
            "quality": float(middle + rng.integers(-1, 2)),
            "right": float(rng.random() < (0.3 if bad else 0.9)),
        }
        for dimension, value in values.items():
            gone = rng.random() < lost
            rows.append(
                Rating(
                    example=f"e{i}",
                    system="s",
                    dimension=dimension,
                    rater="j",
                    kind="judge",
                    value=None if gone else value,
                    reason="invalid" if gone else None,
                    failure="invalid" if gone else None,
                )
            )
    return rows


TRUTH = {
    "quality": 2 * SHARE_BAD + 4 * (1 - SHARE_BAD),
    "right": 0.3 * SHARE_BAD + 0.9 * (1 - SHARE_BAD),
}
TRUTH["overall"] = 0.7 * (TRUTH["quality"] - 1) / 4 + 0.3 * TRUTH["right"]


def ends(findings: Findings, dimension: str) -> tuple[float, float, float, float]:
    """The outer ends of the bounds, and the mean's own interval."""
    found = {
        r.name: r.estimate
        for r in findings.results
        if r.dimension == dimension and r.name.startswith("mean")
    }
    worst, best, mean = found["mean_if_worst"], found["mean_if_best"], found["mean"]
    assert worst.value is not None
    assert mean.value is not None
    assert best.value is not None
    assert worst.value <= mean.value <= best.value
    assert None not in (worst.low, best.high, mean.low, mean.high)
    return worst.low or 0.0, best.high or 0.0, mean.low or 0.0, mean.high or 0.0


def covered(runs: int, n: int) -> dict[str, tuple[float, float]]:
    """How often the bounds, and the mean's interval, hold the truth."""
    rng = np.random.default_rng(16)
    hits = {name: np.zeros(2) for name in TRUTH}
    options = ComparisonOptions(resamples=499)
    for _ in range(runs):
        findings = compare(Ratings.of(missing_not_at_random(n, rng)), RUBRIC, options=options)
        for name, truth in TRUTH.items():
            low, high, own_low, own_high = ends(findings, name)
            hits[name] += (low <= truth <= high, own_low <= truth <= own_high)
    return {name: (float(h[0]) / runs, float(h[1]) / runs) for name, h in hits.items()}


def test_the_bounds_hold_the_truth_where_the_mean_does_not() -> None:
    found = covered(40, 430)
    assert all(bounds == 1.0 for bounds, _ in found.values())
    assert found["quality"][1] < 0.6  # or the test would not bite


@pytest.mark.long
def test_the_bounds_hold_the_truth_at_length() -> None:
    for n in (60, 430):
        found = covered(400, n)
        assert all(bounds >= 0.98 for bounds, _ in found.values())


def test_what_is_left_is_biased_and_the_bounds_hold_all_the_same() -> None:
    """The naive mean of what is left is 3.34, the truth 3.2, as if nothing were missing."""
    rows = missing_not_at_random(20_000, np.random.default_rng(1))
    findings = compare(Ratings.of(rows), RUBRIC, options=ComparisonOptions(resamples=499))
    low, high, own_low, own_high = ends(findings, "quality")
    left = (2 * 0.4 * 0.75 + 4 * 0.6 * 0.97) / (0.4 * 0.75 + 0.6 * 0.97)
    assert own_low < left < own_high
    assert not own_low <= TRUTH["quality"] <= own_high
    assert low < TRUTH["quality"] < high
