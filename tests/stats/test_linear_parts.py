"""What a corrected mean is made of: the mean itself, and contributions that sum to nothing."""

import numpy as np
import pytest

from measurand.errors import InsufficientData, UsageError
from measurand.stats.judged import JudgedSample
from measurand.stats.ppi import linear_parts, linear_ppi


def sample(seed: int = 0) -> JudgedSample:
    rng = np.random.default_rng(seed)
    truth = rng.normal(size=120)
    judged = 0.8 * truth + 0.6 * rng.normal(size=120) + 0.4
    return JudgedSample.of(truth[:40], judged[:40], judged[40:])


def rng() -> np.random.Generator:
    return np.random.default_rng(5)


def test_contributions_sum_to_nothing_and_give_the_interval() -> None:
    parts = linear_parts(sample(), rng=rng())
    whole = linear_ppi(sample(), rng=rng())
    assert parts.influence.sum() == pytest.approx(0, abs=1e-12)
    assert parts.value == whole.value
    half = 2.0226909 * np.sqrt(40 / 39 * np.sum(parts.influence**2))
    assert (whole.high or 0) - parts.value == pytest.approx(half, abs=1e-6)


def test_weights_alike_are_no_weights_and_only_their_ratio_matters() -> None:
    plain = linear_ppi(sample(), rng=rng())
    for weights in (np.ones(120), np.full(120, 7.0)):
        found = linear_ppi(sample(), rng=rng(), weights=weights)
        assert (found.value, found.low) == pytest.approx((plain.value, plain.low))


def test_weights_that_make_no_sense_are_refused() -> None:
    with pytest.raises(UsageError, match="one weight an output"):
        linear_ppi(sample(), rng=rng(), weights=np.ones(7))
    with pytest.raises(UsageError, match="none negative"):
        linear_ppi(sample(), rng=rng(), weights=np.concatenate([[-1.0], np.ones(119)]))
    nothing = np.concatenate([np.zeros(40), np.ones(80)])
    with pytest.raises(InsufficientData, match="no labelled output counts"):
        linear_ppi(sample(), rng=rng(), weights=nothing)
