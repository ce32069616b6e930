import numpy as np
import pytest
from scipy import stats

from measurand.stats.estimate import Estimate
from measurand.stats.mean import clustered_mean, mean_p, mean_t

# Student (1908), Biometrika 6, 1-25: additional hours of sleep, one drug minus the other.
SLEEP = np.array([1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4])


def ends(estimate: Estimate) -> tuple[float, float]:
    assert estimate.low is not None
    assert estimate.high is not None
    return estimate.low, estimate.high


def test_student_sleep() -> None:
    """As printed by R 4: t.test(sleep$extra[11:20], sleep$extra[1:10], paired = TRUE)."""
    estimate = mean_t(SLEEP)
    assert estimate.value == pytest.approx(1.58)
    assert ends(estimate) == pytest.approx((0.7001142, 2.4598858), abs=5e-8)
    assert mean_p(SLEEP) == pytest.approx(0.002833, abs=5e-7)


def test_the_clustered_mean_by_hand() -> None:
    """Residual sums by cluster -2, 0, 2 around 3; root of (3/2) (4 + 0 + 4) / 6^2 = 0.577350."""
    estimate = clustered_mean([1, 3, 2, 4, 3, 5], [0, 0, 1, 1, 2, 2])
    half = 4.302652729911275 * 3**-0.5
    assert ends(estimate) == pytest.approx((3 - half, 3 + half), abs=1e-9)


@pytest.mark.parametrize("level", [0.5, 0.95, 0.999])
def test_agrees_with_scipy(level: float) -> None:
    values = np.random.default_rng(1).exponential(size=35)
    oracle = stats.ttest_1samp(values, 0.9)
    assert ends(mean_t(values, level=level)) == pytest.approx(
        tuple(oracle.confidence_interval(level)), abs=1e-10
    )
    assert mean_p(values, null=0.9) == pytest.approx(oracle.pvalue, abs=1e-10)


@pytest.mark.parametrize("binary", [False, True])
def test_agrees_with_the_cluster_robust_regression_of_statsmodels(*, binary: bool) -> None:
    oracle = pytest.importorskip("statsmodels.api")
    rng = np.random.default_rng(2)
    clusters = np.repeat(np.arange(25), rng.integers(1, 9, 25))
    values = rng.normal(size=25)[clusters] + rng.normal(size=clusters.size)
    if binary:
        values = (values > 0.4).astype(float)
    fit = oracle.OLS(values, np.ones_like(values)).fit(
        cov_type="cluster", cov_kwds={"groups": clusters}, use_t=True
    )
    expected = tuple(fit.conf_int()[0])
    assert ends(clustered_mean(values, clusters)) == pytest.approx(expected, abs=1e-10)
    assert mean_p(values, clusters=clusters) == pytest.approx(fit.pvalues[0], rel=1e-8)
