"""The mean of what people would say, by strata of what a judge said.

The judge parts the outputs; within each part people's labels alone say how good they are. So the
judge's leniency cannot enter, and labels may even have been drawn by stratum.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats, check_finite
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.judged import JudgedSample
from measurand.stats.quantiles import check_level

__all__ = ["DRAWS", "dirichlet_strata", "jeffreys_strata", "stratum_cut"]

DRAWS = 4000
"""Draws from the posterior wherever no number is asked for."""

_LEAST_LABELS = 3
"""Labels on either side of a cut: fewer would leave a stratum to its prior."""

_PRIOR = 0.5


def jeffreys_strata(
    sample: JudgedSample,
    *,
    rng: np.random.Generator,
    draws: int = DRAWS,
    level: float = LEVEL,
) -> Estimate:
    """The share of yes, by what the judge said: yes or no.

    The share that passes the judge, and people's shares of yes among what it passed and among what
    it did not, each have Jeffreys' posterior; the estimate is the posterior mean of
    pi t1 + (1 - pi) t0. In clusters, all counts are divided by the design effect.

    Args:
        sample: Labels and judgments, all 0 or 1.
        rng: The source of the draws.
        draws: How many.
        level: The level of the equal-tailed interval.

    Raises:
        InsufficientData: Fewer than two labels, or labels from one cluster.
        UsageError: A value is neither 0 nor 1, or fewer than a hundred draws are asked for.

    References:
        Brown, Cai and DasGupta (2001), Stat. Sci. 16, for the prior; Holt and Smith (1979), JRSS A
        142, 33-46, for strata after sampling.
    """
    _check_draws(draws, level)
    if not np.isin(np.concatenate([sample.labels, sample.everything]), (0, 1)).all():
        raise UsageError("labels and judgments are 0 or 1 here; grades are for dirichlet_strata")
    strata = _Strata.at(sample, cut=0.5)
    deff = sample.design_effect(strata.influence(sample), level=level)
    low, high = (_posterior(strata.counted(sample, upper=upper), deff) for upper in (False, True))
    share = _posterior(strata.shares, deff)
    pi, below, above = (rng.beta(a, b, draws) for a, b in (share, low, high))
    means = [a / (a + b) for a, b in (share, low, high)]
    value = means[0] * means[2] + (1 - means[0]) * means[1]
    return _estimate(
        value,
        pi * above + (1 - pi) * below,
        sample=sample,
        level=level,
        method=_named("judge-stratified Jeffreys", deff),
    )


def dirichlet_strata(
    sample: JudgedSample,
    *,
    grid: ArrayLike,
    rng: np.random.Generator,
    draws: int = DRAWS,
    level: float = LEVEL,
) -> Estimate:
    """The mean of grades, by whether the judge's score is low or high.

    The cut is the one nearest to half of the judge's scores with three labels on either side;
    without such a cut there is one stratum. Within a stratum the distribution of the labels has
    the posterior of a Dirichlet prior that puts a total weight of 1 on the grid, so that labels
    which all agree are no certainty. In clusters, counts are divided by the design effect.

    Args:
        sample: Labels and judgments.
        grid: The values that a label may take, or the ends of the scale; other labels that occur
            count too.
        rng: The source of the draws.
        draws: How many.
        level: The level of the equal-tailed interval.

    Raises:
        InsufficientData: Fewer than two labels, or labels from one cluster.
        UsageError: The grid has fewer than two values, a label lies beyond it, or fewer than a
            hundred draws are asked for.

    References:
        Rubin (1981), Ann. Stat. 9, 130-134, for draws over the values that occur; Holt and Smith
        (1979), JRSS A 142, 33-46, for strata after sampling.
    """
    _check_draws(draws, level)
    points = np.unique(check_finite(grid, 1))
    if points.size < 2:  # noqa: PLR2004 - a scale has two ends
        raise UsageError("a grid has two values or more")
    if sample.labels.min() < points[0] or sample.labels.max() > points[-1]:
        raise UsageError(f"labels lie on the grid, {points[0]:g} to {points[-1]:g}")
    cut = stratum_cut(sample)
    strata = _Strata.at(sample, cut=-np.inf if cut is None else cut)
    deff = sample.design_effect(strata.influence(sample), level=level)
    support = np.union1d(points, sample.labels)
    prior = np.isin(support, points) / points.size
    share = _posterior(strata.shares, deff) if cut is not None else None
    pi = np.ones(draws) if share is None else rng.beta(*share, draws)
    mean_pi = 1.0 if share is None else share[0] / sum(share)
    value, drawn = 0.0, np.zeros(draws)
    for upper, weight, of in ((False, 1 - pi, 1 - mean_pi), (True, pi, mean_pi)):
        labels = sample.labels[strata.labelled == upper]
        mass = prior + np.bincount(np.searchsorted(support, labels), minlength=support.size) / deff
        gammas = rng.standard_gamma(mass, (draws, support.size))
        drawn += weight * (gammas @ support) / gammas.sum(axis=1)
        value += of * float(mass @ support) / float(mass.sum())
    kind = "Dirichlet" if cut is None else f"Dirichlet, 2 strata of the judge at {cut:.4g}"
    return _estimate(value, drawn, sample=sample, level=level, method=_named(kind, deff))


def stratum_cut(sample: JudgedSample) -> float | None:
    """Where the judge's scores are cut in two; None where no cut leaves labels on both sides.

    People's labels have no say in it, only how many there are.
    """
    levels, counts = np.unique(sample.everything, return_counts=True)
    below = np.cumsum(counts)[:-1] / counts.sum()
    cuts = (levels[:-1] + levels[1:]) / 2
    under = np.searchsorted(np.sort(sample.judged), cuts)
    fits = (under >= _LEAST_LABELS) & (sample.n - under >= _LEAST_LABELS)
    if not fits.any():
        return None
    return float(cuts[fits][np.abs(below[fits] - _PRIOR).argmin()])


class _Strata(NamedTuple):
    """Which outputs the judge scored above the cut: of the labelled ones, and of all."""

    labelled: NDArray[np.bool_]
    everything: NDArray[np.bool_]

    @classmethod
    def at(cls, sample: JudgedSample, *, cut: float) -> _Strata:
        return cls(sample.judged > cut, sample.everything > cut)

    @property
    def shares(self) -> tuple[int, int]:
        """How many of all outputs lie above the cut, and below it."""
        above = int(self.everything.sum())
        return above, self.everything.size - above

    def counted(self, sample: JudgedSample, *, upper: bool) -> tuple[int, int]:
        """How many labels of a stratum are yes, and no."""
        labels = sample.labels[self.labelled == upper]
        yes = int(labels.sum())
        return yes, labels.size - yes

    def influence(self, sample: JudgedSample) -> Floats:
        """What each output contributes to the error of the stratified mean."""
        share = float(self.everything.mean())
        found = np.zeros(self.everything.size)
        means = np.zeros(2)
        for upper in (False, True):
            inside = np.flatnonzero(self.labelled == upper)
            if inside.size:
                labels = sample.labels[inside]
                means[int(upper)] = labels.mean()
                weight = share if upper else 1 - share
                found[inside] += weight * (labels - labels.mean()) / inside.size
        found += np.where(self.everything, 1 - share, -share) * (means[1] - means[0]) / found.size
        return found


def _posterior(counts: tuple[int, int], deff: float) -> tuple[float, float]:
    return counts[0] / deff + _PRIOR, counts[1] / deff + _PRIOR


def _named(kind: str, deff: float) -> str:
    return kind if deff <= 1 else f"{kind}, design effect {deff:.3g}"


def _check_draws(draws: int, level: float) -> None:
    check_level(level)
    if draws < 100:  # noqa: PLR2004 - fewer have no tails
        raise UsageError(f"quantiles need a hundred draws or more; found {draws}")


def _estimate(
    value: float, drawn: Floats, *, sample: JudgedSample, level: float, method: str
) -> Estimate:
    if sample.units < 2:  # noqa: PLR2004 - the fewest that can differ
        raise InsufficientData("labels from two clusters or more are needed; found 1")
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return Estimate(
        value=value,
        low=min(float(low), value),
        high=max(float(high), value),
        level=level,
        n=sample.n,
        method=method,
        reason=sample.caution,
    )
