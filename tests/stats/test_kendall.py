"""Kendall's tau: what is refused, and what it does not depend on."""

import numpy as np
import pytest

from measurand.errors import InsufficientData, UsageError
from measurand.stats.kendall import kendall

RNG = np.random.default_rng
X = RNG(1).normal(size=30)
Y = X + RNG(2).normal(size=30)


def test_order_and_every_rising_scale_are_the_same() -> None:
    plain, mixed = kendall(X, Y), RNG(3).permutation(30)
    for other in (kendall(X[mixed], Y[mixed]), kendall(np.exp(X), 5 * Y**3 - 2)):
        assert (other.value, other.low, other.high) == pytest.approx(
            (plain.value, plain.low, plain.high)
        )
    turned = kendall(X, -Y)
    assert plain.value is not None
    assert plain.low is not None
    assert (turned.value, turned.high) == pytest.approx((-plain.value, -plain.low))


def test_too_few_and_constant_values_are_refused() -> None:
    with pytest.raises(InsufficientData, match="at least 5 units; found 4"):
        kendall(X[:4], Y[:4])
    with pytest.raises(InsufficientData, match="all values of one side are equal"):
        kendall(np.ones(30), Y)
    with pytest.raises(InsufficientData, match="hangs on a single unit"):
        kendall(np.eye(30)[0], Y)
    with pytest.raises(InsufficientData, match="clusters"):
        kendall(X, Y, clusters=np.arange(30) % 2)
    with pytest.raises(UsageError, match="finite"):
        kendall(np.where(X > 0, X, np.nan), Y)


def test_a_perfect_order_is_not_certain() -> None:
    ties = np.round(2 * X)
    found = kendall(ties, ties**3)
    assert (found.value, found.high) == (1, 1)
    assert found.low is not None
    assert 0.4 < found.low < 0.8
    assert "no unit in common" in str(found.reason)
    assert kendall(ties, -ties).high == pytest.approx(-found.low)
    families = kendall(X, X, clusters=np.arange(30) // 2)
    assert "no unit in common" in str(families.reason)


def test_few_clusters_carry_a_caution() -> None:
    assert kendall(X, Y, clusters=np.arange(30) % 10).reason == (
        "only 10 clusters: the interval may be too narrow"
    )
