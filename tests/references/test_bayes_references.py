"""Posteriors of paired differences against scipy's integrals and closed forms."""

import numpy as np
import pytest
from scipy import integrate, stats

from measurand.errors import InsufficientData, UsageError
from measurand.stats.bayes import PairedPosterior, Prior, bayesian_bootstrap
from measurand.stats.paired import PairedTable

TABLES = [(20, 12, 2, 16), (430, 0, 0, 0), (3, 0, 0, 2), (350, 40, 20, 20)]


def by_quadrature(posterior: PairedPosterior, at: float) -> float:
    ahead, behind, rest = posterior.masses

    def density(differ: float) -> float:
        lead = stats.beta.cdf((1 + at / differ) / 2, ahead, behind)
        return float(stats.beta.pdf(differ, ahead + behind, rest) * lead)

    return float(integrate.quad(density, 0, 1, points=[abs(at)], epsabs=1e-12, limit=500)[0])


@pytest.mark.parametrize("counts", TABLES)
@pytest.mark.parametrize("prior", ["jeffreys", "uniform"])
@pytest.mark.parametrize("at", [-0.1, 0.02, 0.2])
def test_the_distribution_is_that_of_quadrature(
    counts: tuple[int, int, int, int], prior: Prior, at: float
) -> None:
    posterior = PairedPosterior(PairedTable(*counts), prior)
    assert posterior.at_most(at) == pytest.approx(by_quadrature(posterior, at), abs=1e-7)


def test_newcombes_table_against_two_million_draws_and_closed_forms() -> None:
    posterior = PairedPosterior(PairedTable(20, 12, 2, 16))
    shares = np.random.default_rng(0).dirichlet([12.5, 2.5, 37.0], 2_000_000)
    drawn = shares[:, 0] - shares[:, 1]
    found = posterior.difference()
    assert found.value == pytest.approx(10 / 52, abs=1e-12)
    assert [found.low, found.high] == pytest.approx(np.quantile(drawn, [0.025, 0.975]), abs=5e-4)
    better, within = posterior.better(), posterior.within(0.05)
    assert better.value == pytest.approx(stats.beta.sf(0.5, 12.5, 2.5), abs=1e-12)
    assert better.low == better.value == better.high
    assert "exact" in better.method
    assert within.value == pytest.approx(float(np.mean(np.abs(drawn) < 0.05)), abs=5e-4)


def test_systems_changing_places_change_the_sign() -> None:
    one = PairedPosterior(PairedTable(20, 12, 2, 16)).difference()
    other = PairedPosterior(PairedTable(20, 2, 12, 16)).difference()
    assert one.low is not None
    assert other.high is not None
    assert one.low == pytest.approx(-other.high, abs=1e-12)


def test_the_bootstrap_has_rubins_moments() -> None:
    """Its mean is the sample's, its variance that of the sample over n (n + 1)."""
    values = np.random.default_rng(3).exponential(size=60)
    drawn = bayesian_bootstrap(values, rng=np.random.default_rng(4), draws=60_000)
    variance = np.mean((values - values.mean()) ** 2) / 61
    assert drawn.draws.mean() == pytest.approx(values.mean(), abs=4 * (variance / 60_000) ** 0.5)
    assert drawn.draws.var() == pytest.approx(variance, rel=0.03)


def test_clusters_of_equal_units_widen_by_their_size() -> None:
    values = np.random.default_rng(5).normal(0.1, 1, 50)
    rng = np.random.default_rng
    alone = bayesian_bootstrap(values, rng=rng(1), draws=999)
    fourfold = bayesian_bootstrap(
        np.repeat(values, 4), clusters=np.repeat(np.arange(50), 4), rng=rng(1), draws=999
    )
    assert fourfold.draws == pytest.approx(alone.draws)
    assert alone.difference().value == pytest.approx(values.mean())
    told = alone.better()
    assert told.low is not None
    assert told.value is not None
    assert told.low < told.value
    assert "Monte Carlo" in told.method
    wide, narrow = alone.within(9.0).value, alone.within(1e-9).value
    assert (wide, narrow) == (1.0, 0.0)


def test_refused() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(InsufficientData, match="20 are the fewest"):
        bayesian_bootstrap([0.0, 1.0] * 9, rng=rng)
    with pytest.raises(InsufficientData, match="no doubt"):
        bayesian_bootstrap([0.5] * 40, rng=rng)
    with pytest.raises(UsageError, match="hundred draws"):
        bayesian_bootstrap([0.5, 1.0] * 20, rng=rng, draws=10)
    with pytest.raises(UsageError, match="margin"):
        PairedPosterior(PairedTable(1, 1, 1, 1)).within(0.0)
    with pytest.raises(UsageError, match="margin"):
        bayesian_bootstrap([0.5, 1.0] * 20, rng=rng, draws=100).within(0.0)
