"""The six outcomes of a pair: when each is given, and what it says."""

from __future__ import annotations

import math

import numpy as np
import pytest
from tests.analysis.many_rows import QUALITY, Floats, decided, table

from measurand.analysis.comparison import ComparisonOptions, compare
from measurand.analysis.pair import needed_reach
from measurand.analysis.result import Verdict
from measurand.core.rubric import Dimension, Rubric
from measurand.core.scale import ONE_TO_FIVE, YES_NO
from measurand.figures.text import foretold
from measurand.stats.estimate import Estimate

MARGIN = 0.05


def gaps(mean: float, error: float, n: int = 100) -> Floats:
    """Two systems whose difference has exactly this mean and standard error."""
    noise = np.tile([1.0, -1.0], n // 2) * math.sqrt((n - 1) / n)
    return np.column_stack([0.5 + mean + noise * error * math.sqrt(n), np.full(n, 0.5)])


def outcome(mean: float, error: float, *, margin: float = MARGIN) -> Verdict:
    options = ComparisonOptions(resamples=99, margin=margin)
    scores = np.clip(gaps(mean, error), 0, 1)
    assert (scores == gaps(mean, error)).all()  # nothing was clipped
    return decided(compare(table(scores), QUALITY, options=options))


@pytest.mark.parametrize(
    ("mean", "error", "expected"),
    [
        (0.040, 0.010, "a better"),
        (-0.040, 0.010, "b better"),
        (0.005, 0.010, "equivalent within margin"),
        # 2.8 x .017 is less than the margin, and 1.66 x .017 + .024 is more.
        (0.024, 0.017, "tie"),
        (-0.024, 0.017, "tie"),
        (0.030, 0.020, "not worse"),
        (-0.030, 0.020, "inconclusive"),
        (0.010, 0.040, "inconclusive"),
    ],
)
def test_which_outcome_is_given(mean: float, error: float, expected: str) -> None:
    assert outcome(mean, error).outcome == expected


def test_a_tie_is_not_called_equal_and_says_what_would_have_been_seen() -> None:
    tie = outcome(0.024, 0.017)
    assert tie.reason.startswith("a and b cannot be told apart")
    assert "a difference of 0.05 would probably have been seen" in tie.reason
    assert "a is not worse by 0.05 or more" in tie.reason
    assert "differ by less" not in tie.reason
    assert tie.bound == MARGIN
    assert "not worse" not in outcome(-0.024, 0.017).reason


def test_not_worse_is_held_against_minus_the_margin() -> None:
    found = outcome(0.030, 0.020)
    assert found.bound == -MARGIN
    assert found.reason.startswith("a is not worse than b by 0.05 or more; a and b cannot be told")
    assert found.estimate is not None
    assert found.estimate.level == pytest.approx(0.90)
    assert found.estimate.low is not None
    assert found.estimate.low > -MARGIN


def test_what_is_inconclusive_says_how_many_examples_would_decide() -> None:
    open_ = outcome(0.010, 0.040)
    assert open_.n_needed is not None
    assert (
        f"about {foretold(open_.n_needed)} examples would show a difference of 0.05" in open_.reason
    )
    # As many at the same spread are at least a tie: 2.8 standard errors are within the margin.
    error = 0.040 * math.sqrt(100 / open_.n_needed)
    assert outcome(0.010, error).outcome in {"tie", "equivalent within margin", "not worse"}


def test_without_a_margin_there_is_neither_tie_nor_equivalence() -> None:
    found = outcome(0.010, 0.010, margin=0)
    assert found.outcome == "inconclusive"
    assert found.n_needed is None


def test_the_margin_is_told_in_the_units_of_the_scale() -> None:
    rubric = Rubric(Dimension("quality", weight=100, scale=ONE_TO_FIVE))
    scores = 1 + 4 * gaps(0.024, 0.017)
    findings = compare(table(scores), rubric, options=ComparisonOptions(resamples=99))
    tie = decided(findings, "difference", dimension="quality")
    assert tie.outcome == "tie"
    assert tie.bound == pytest.approx(0.2)


def test_what_would_have_been_seen_is_half_the_width_and_four_tenths_more() -> None:
    found = Estimate(value=0.0, low=-0.1, high=0.1, n=10, method="m")
    assert needed_reach(found) == pytest.approx(0.1 * (1 + 0.8416212 / 1.9599640))
    assert needed_reach(Estimate.absent("nothing")) is None


def test_with_more_pairs_it_takes_more_to_be_equivalent() -> None:
    """TOST at the error rate over the pairs: what two systems show, ten do not."""
    near = gaps(0.0, 0.026)
    alone = decided(compare(table(near), QUALITY, options=ComparisonOptions(resamples=99)))
    assert alone.outcome == "equivalent within margin"
    rng = np.random.default_rng(5)
    others = np.clip(near[:, :1] + 0.3 * rng.normal(size=(100, 8)), 0, 1)
    many = compare(
        table(np.hstack([near, others])), QUALITY, options=ComparisonOptions(resamples=99)
    )
    assert decided(many, systems=("a", "b")).outcome != "equivalent within margin"


def test_no_verdict_is_equal_where_nothing_was_shown() -> None:
    rng = np.random.default_rng(6)
    for n in (5, 20, 60):
        scores = np.clip(0.5 + 0.3 * rng.normal(size=(n, 2)), 0, 1)
        found = decided(compare(table(scores), QUALITY, options=ComparisonOptions(resamples=99)))
        assert "equal" not in found.reason


def test_where_an_interval_says_otherwise_p_decides_and_the_reason_tells() -> None:
    """Tango's interval of 4 pairs against none is above 0; the mid-p of McNemar's test is 1/16."""
    scores = np.ones((40, 2))
    scores[:4, 1] = 0
    rubric = Rubric(Dimension("quality", weight=100, scale=YES_NO))
    findings = compare(table(scores), rubric, options=ComparisonOptions(resamples=99))
    found = decided(findings, "difference", dimension="quality")
    assert found.outcome in {"not worse", "inconclusive"}
    assert found.estimate is not None
    assert "p = 0.062 decides, though the interval is beyond 0" in found.reason
    assert "decides" not in outcome(0.010, 0.040).reason
