"""What to believe of a paired difference after the data, from a prior that says little.

Yes/no on independent examples has a Dirichlet posterior, whose numbers are exact. For grades,
weighted scores and clusters the Bayesian bootstrap draws from a posterior that assumes nothing of
how scores are distributed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats, check_finite
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.mean import cluster_codes, cluster_sums
from measurand.stats.paired import PairedTable
from measurand.stats.proportion import wilson
from measurand.stats.quantiles import check_level

__all__ = ["DRAWS", "Drawn", "PairedPosterior", "Prior", "bayesian_bootstrap"]

Prior = Literal["jeffreys", "uniform"]

DRAWS = 9_999
"""Draws of the Bayesian bootstrap."""

_CELLS = 2**20
_LEAST_UNITS = 20
_BISECTIONS = 60
_NAMES: Mapping[Prior, str] = MappingProxyType({"jeffreys": "Jeffreys", "uniform": "uniform"})
_PRIORS: Mapping[Prior, float] = MappingProxyType({"jeffreys": 0.5, "uniform": 1.0})


def _smooth(count: int) -> tuple[Floats, Floats]:
    """Gauss-Legendre nodes of the unit interval, moved so that roots at its ends do no harm."""
    nodes, weights = np.polynomial.legendre.leggauss(count)
    unit = (nodes + 1) / 2
    return unit**2 * (3 - 2 * unit), 3 * unit * (1 - unit) * weights


_NODES, _WEIGHTS = _smooth(256)


@dataclass(frozen=True)
class PairedPosterior:
    """The posterior of the difference between two shares on the same independent units.

    The four counts of a paired table have a Dirichlet prior with the same mass in each cell: 1/2
    (Jeffreys) or 1 (uniform). The share on which the two differ is then a Beta variable, and the
    share of those on which the first is ahead another, independent of it: probabilities follow
    by one numeric integral, without any draws.

    Args:
        table: The counts.
        prior: What is believed before.

    References:
        Gelman et al. (2013), *Bayesian Data Analysis*, 3rd ed., section 3.4; Jeffreys prior:
        Berger and Bernardo (1992), Biometrika 79, 25-37.
    """

    table: PairedTable
    prior: Prior = "jeffreys"

    @cached_property
    def masses(self) -> tuple[float, float, float]:
        """Of: the first alone succeeds, the second alone, both or neither."""
        each = _PRIORS[self.prior]
        table = self.table
        return table.first + each, table.second + each, table.both + table.neither + 2 * each

    @property
    def mean(self) -> float:
        """The posterior mean of the difference."""
        ahead, behind, rest = self.masses
        return (ahead - behind) / (ahead + behind + rest)

    def at_most(self, difference: float) -> float:
        """The probability that the first minus the second is at most this."""
        ahead, behind, rest = self.masses
        above = difference > 0
        start = self._level_share
        if not difference:
            return start
        if abs(difference) >= 1:
            return float(above)
        leads, weights = self._leads[above]
        differ = np.minimum(abs(difference) / leads, 1.0)
        within = float(weights @ special.betainc(ahead + behind, rest, differ))
        return start + within if above else start - within

    @cached_property
    def _level_share(self) -> float:
        """The probability that the second is ahead, or the two are level."""
        ahead, behind, _ = self.masses
        return float(special.betainc(ahead, behind, 0.5))

    @cached_property
    def _leads(self) -> Mapping[bool, tuple[Floats, Floats]]:
        """By whether the first is ahead: nodes of the lead among those that differ, and weights."""
        ahead, behind, _ = self.masses
        found = {}
        for above, (one, two) in ((True, (ahead, behind)), (False, (behind, ahead))):
            start = float(special.betainc(one, two, 0.5))
            shares = special.betaincinv(one, two, start + (1 - start) * _NODES)
            found[above] = (np.maximum(2 * shares - 1, 1e-300), (1 - start) * _WEIGHTS)
        return found

    def difference(self, *, level: float = LEVEL) -> Estimate:
        """The posterior mean with its equal-tailed credible interval."""
        tail = (1 - check_level(level)) / 2
        return Estimate(
            value=self.mean,
            low=min(self._quantile(tail), self.mean),
            high=max(self._quantile(1 - tail), self.mean),
            level=level,
            n=self.table.n,
            method=f"Dirichlet posterior, {_NAMES[self.prior]} prior; credible interval",
        )

    def better(self, *, level: float = LEVEL) -> Estimate:
        """The probability that the first is better: exact, its own interval without width."""
        ahead, behind, _ = self.masses
        return self._exact(1 - float(special.betainc(ahead, behind, 0.5)), level=level)

    def within(self, margin: float, *, level: float = LEVEL) -> Estimate:
        """The probability that the two differ by less than the margin."""
        if not margin > 0:
            raise UsageError(f"a margin is above 0; found {margin:g}")
        inside = self.at_most(margin) - self.at_most(-margin)
        return self._exact(min(max(inside, 0.0), 1.0), level=level)

    def _exact(self, value: float, *, level: float) -> Estimate:
        return Estimate(
            value=value,
            low=value,
            high=value,
            level=level,
            n=self.table.n,
            method=f"Dirichlet posterior, {_NAMES[self.prior]} prior, exact",
        )

    def _quantile(self, p: float) -> float:
        low, high = -1.0, 1.0
        for _ in range(_BISECTIONS):
            middle = (low + high) / 2
            low, high = (middle, high) if self.at_most(middle) < p else (low, middle)
        return (low + high) / 2


@dataclass(frozen=True, slots=True)
class Drawn:
    """Draws from the posterior of one mean difference.

    Args:
        mean: Of the data.
        draws: Shape (draws,).
        n: The units.
    """

    mean: float
    draws: Floats
    n: int

    def difference(self, *, level: float = LEVEL) -> Estimate:
        """The mean with the equal-tailed credible interval."""
        tail = (1 - check_level(level)) / 2
        low, high = np.quantile(self.draws, [tail, 1 - tail]).tolist()
        return Estimate(
            value=self.mean,
            low=min(low, self.mean),
            high=max(high, self.mean),
            level=level,
            n=self.n,
            method=f"Bayesian bootstrap, {self.draws.size} draws; credible interval",
        )

    def better(self, *, level: float = LEVEL) -> Estimate:
        """The probability that the first is better, with the error of having drawn."""
        return self._share(int(np.count_nonzero(self.draws > 0)), level=level)

    def within(self, margin: float, *, level: float = LEVEL) -> Estimate:
        """The probability that the two differ by less than the margin, likewise."""
        if not margin > 0:
            raise UsageError(f"a margin is above 0; found {margin:g}")
        return self._share(int(np.count_nonzero(np.abs(self.draws) < margin)), level=level)

    def _share(self, count: int, *, level: float) -> Estimate:
        told = wilson(count, self.draws.size, level=level)
        return Estimate(
            value=told.value,
            low=told.low,
            high=told.high,
            level=level,
            n=self.n,
            method=f"Bayesian bootstrap, {self.draws.size} draws; interval of Monte Carlo error",
        )


def bayesian_bootstrap(
    differences: ArrayLike,
    *,
    clusters: ArrayLike | None = None,
    rng: np.random.Generator,
    draws: int = DRAWS,
) -> Drawn:
    """Draws of the mean difference under random weights of the units, or of their clusters.

    Args:
        differences: One finite number a unit, shape (n,).
        clusters: The cluster of each unit, shape (n,); a cluster is weighed as a whole.
        rng: The source of the weights: exponential variables over their sum.
        draws: How many.

    Raises:
        InsufficientData: Fewer than 20 units or clusters, of which random weights vary less than
            samples do; or differences without spread, which the draws would call certain.
        UsageError: The arguments have the wrong shape, or there are fewer than a hundred draws.

    References:
        Rubin (1981), The Bayesian bootstrap, Ann. Stat. 9, 130-134.
    """
    values = check_finite(differences, 1)
    if draws < 100:  # noqa: PLR2004 - an interval of them would be noise
        raise UsageError(f"a hundred draws are the fewest; found {draws}")
    labels = np.arange(values.size) if clusters is None else clusters
    codes = cluster_codes(labels, values.size)
    sums = cluster_sums(np.stack([values, np.ones_like(values)], axis=1), codes)
    units = len(sums)
    if units < _LEAST_UNITS:
        raise InsufficientData(
            f"{units} independent units are too few for a Bayesian bootstrap; {_LEAST_UNITS} are "
            "the fewest"
        )
    if np.ptp(sums[:, 0] / sums[:, 1]) == 0:
        raise InsufficientData("all units differ alike: random weights of them would show no doubt")
    found = []
    block = max(1, _CELLS // units)
    for start in range(0, draws, block):
        drawn = rng.standard_exponential((min(block, draws - start), units)) @ sums
        found.append(drawn[:, 0] / drawn[:, 1])
    return Drawn(float(values.mean()), np.concatenate(found), values.size)
