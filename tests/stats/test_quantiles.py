import numpy as np
import pytest
from scipy import stats

from measurand.errors import UsageError
from measurand.stats.quantiles import (
    beta_quantile,
    binomial_cdf,
    binomial_pmf,
    check_level,
    normal_cdf,
    normal_quantile,
    t_quantile,
    two_sided_t,
    two_sided_z,
)


@pytest.mark.parametrize("p", [1e-9, 0.025, 0.5, 0.9, 0.999])
def test_quantiles_agree_with_scipy_stats(p: float) -> None:
    assert normal_quantile(p) == pytest.approx(stats.norm.ppf(p), rel=1e-12)
    assert t_quantile(p, 7) == pytest.approx(stats.t.ppf(p, 7), rel=1e-9, abs=1e-15)
    assert beta_quantile(p, 2.5, 40) == pytest.approx(stats.beta.ppf(p, 2.5, 40), rel=1e-9)


def test_probabilities_invert_quantiles() -> None:
    assert normal_cdf(normal_quantile(0.3)) == pytest.approx(0.3)
    assert two_sided_t(t_quantile(0.975, 9), 9) == pytest.approx(0.05)
    assert two_sided_t(-2.0, 9) == two_sided_t(2.0, 9)
    assert two_sided_z(0.95) == pytest.approx(1.959963984540054, abs=1e-12)


@pytest.mark.parametrize("n", [0, 1, 17, 1000])
@pytest.mark.parametrize("p", [0.0, 0.03, 0.5, 1.0])
def test_binomial_agrees_with_scipy_stats_also_outside_of_its_range(n: int, p: float) -> None:
    k = np.arange(-2, n + 3)
    np.testing.assert_allclose(binomial_pmf(k, n, p), stats.binom.pmf(k, n, p), atol=1e-12)
    np.testing.assert_allclose(binomial_cdf(k, n, p), stats.binom.cdf(k, n, p), atol=1e-12)


def test_binomial_broadcasts() -> None:
    assert binomial_pmf([[0], [1]], [5, 6, 7], 0.5).shape == (2, 3)


@pytest.mark.parametrize("level", [0, 1, -0.1, 95, float("nan")])
def test_a_level_is_a_probability(level: float) -> None:
    with pytest.raises(UsageError, match="between 0 and 1"):
        check_level(level)
