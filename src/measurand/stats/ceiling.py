"""The best that any system or judge can score against people who do not agree themselves."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from math import comb, exp, prod, sqrt
from typing import Literal

import numpy as np
from scipy.special import betainc

from measurand.errors import InsufficientData, UsageError
from measurand.stats.agreement import percent_agreement
from measurand.stats.arrays import Floats
from measurand.stats.bca import Interval, Resampling
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.icc import icc, spearman_brown
from measurand.stats.oneway import oneway_moments, oneway_squares
from measurand.stats.patterns import Patterns
from measurand.stats.resampling import RESAMPLES, bca, jackknife_t

__all__ = [
    "Ceiling",
    "MajorityCeiling",
    "ceiling_correlation",
    "ceiling_majority",
    "majority_ceiling",
]

_COIN = 0.5
_CORRELATION = "the ceiling of a correlation"
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The best attainable share of agreement under one model of why raters differ.

    Args:
        single: With one rater.
        majority: With the majority of the raters.
    """

    single: float
    majority: float


@dataclass(frozen=True, slots=True)
class MajorityCeiling:
    """The best attainable agreement with binary ratings, under the models that explain them.

    Pairwise agreement does not say which model holds, and with three ratings a unit nothing
    does: the truth lies anywhere from ``coin`` to ``independent``.

    Args:
        independent: Every unit has a right answer and raters err independently: the upper end.
        beta: Units are ambiguous to different degrees, by a symmetric beta distribution.
        coin: Some units are pure coin flips and all others clear: the lower end.
        rater_like: What one more rater scores against the majority, under independent errors.
    """

    independent: Ceiling
    beta: Ceiling
    coin: Ceiling
    rater_like: float


def majority_ceiling(agreement: float, raters: int = 3) -> MajorityCeiling:
    """The ceiling that pairwise agreement of binary ratings sets.

    Args:
        agreement: The probability that two raters of a unit agree, in [0.5, 1].
        raters: How many vote. A tie of an even number is broken by a coin, which makes their
            majority worth that of one rater fewer.

    Raises:
        ValueError: The agreement or the number of raters is out of range.
    """
    if not _COIN <= agreement <= 1:
        raise ValueError(f"agreement of binary raters lies in [0.5, 1]; found {agreement}")
    if raters < 1:
        raise ValueError(f"a vote takes at least one rater; found {raters}")
    odd = raters - 1 + raters % 2
    right = (1 + sqrt(2 * agreement - 1)) / 2
    voted = _majority(right, odd)
    return MajorityCeiling(
        independent=Ceiling(right, voted),
        beta=_beta(agreement, odd),
        coin=Ceiling(agreement, agreement),
        rater_like=voted * right + (1 - voted) * (1 - right),
    )


def ceiling_majority(
    ratings: Floats,
    *,
    rng: np.random.Generator,
    raters: int | None = None,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
) -> Estimate:
    """The best attainable agreement with the majority vote of binary raters.

    The interval covers what the data leave open twice over: the sampling error of the agreement,
    and the model, from pure coin flips (its lower end) to independent errors (its upper end).

    Args:
        ratings: Shape (units, raters), of two values; NaN marks a rating that was not given.
        rng: Draws the resamples.
        raters: How many vote; by default the median number of ratings a unit has.
        level: The confidence level.
        resamples: How many resamples of whole units.

    Returns:
        The beta model's value, within the identified set that ``method`` spells out.

    Raises:
        InsufficientData: More than two values; or raters who agree no more than coins would.
    """
    patterns = Patterns.of(ratings)
    if len(patterns.values) > 2:  # noqa: PLR2004 - binary
        raise InsufficientData(
            "the ceiling of a majority vote is for ratings of two values; found "
            f"{len(patterns.values)}: use the ceiling of a correlation"
        )
    voters = raters or int(np.median(np.repeat(patterns.sizes, patterns.units.astype(np.intp))))
    agreement = percent_agreement(ratings, rng=rng, level=level, resamples=resamples)
    value, low, high = agreement.value, agreement.low, agreement.high
    if value is None or low is None or high is None or value <= _COIN:
        raise InsufficientData(
            f"no ceiling exists: raters agree on {value or 0:.0%} of the pairs, no more than "
            "coin flips would"
        )
    here = majority_ceiling(value, voters)
    return Estimate(
        value=here.beta.majority,
        low=majority_ceiling(max(low, _COIN), voters).coin.majority,
        high=majority_ceiling(high, voters).independent.majority,
        level=level,
        n=agreement.n,
        method=(
            f"best score against the majority of {voters} at {value:.1%} agreement, beta model; "
            f"identified set [{here.coin.majority:.3f}, {here.independent.majority:.3f}], "
            f"widened by the interval of the agreement ({agreement.method})"
        ),
        reason="the agreement may be that of coin flips" if low <= _COIN else None,
    )


def ceiling_correlation(
    ratings: Floats,
    *,
    rng: np.random.Generator,
    raters: float | None = None,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
    interval: Literal["jackknife-t", "bca"] = "jackknife-t",
) -> Estimate:
    """The highest correlation any judge can reach with the mean of k raters.

    The square root of the reliability of that mean: ICC(1,1) extended to k raters by Spearman
    and Brown.

    Args:
        ratings: Shape (units, raters); NaN marks a rating that was not given. Units with fewer
            than two ratings do not count.
        rng: Draws the resamples of BCa.
        raters: k; by default the raters of a unit (n0 of the analysis of variance where their
            number varies).
        level: The confidence level.
        resamples: How many resamples of whole units.
        interval: Jackknife-t on the logarithm of the ratio of mean squares; or BCa, which holds
            the truth less often: 92-93 % against 94-95 % with 30 and with 50 units.

    Returns:
        In (0, 1]. A lower end of 0 says that there may be no ceiling at all.

    Raises:
        InsufficientData: ICC(1,1) is 0 or below; fewer than three units; all ratings equal; or
            a single unit holds all of the disagreement, or all of the spread between units.
        UsageError: k is not positive.

    References:
        Spearman (1904), American Journal of Psychology 15, on attenuation.
    """
    patterns, single = _reliable(ratings, raters, level)
    moments = oneway_moments(patterns)
    statistic = partial(_correlations, moments, raters)
    k = raters or float(oneway_squares(patterns.units[None, :] @ moments)[1][0])
    if patterns.unanimous:
        found, kind = Interval(_root_extended(single, k), 1.0), "exact bound"
    elif interval == "bca":
        how = Resampling(rng=rng, level=level, resamples=resamples)
        found, kind = bca(statistic, patterns.units, how, name=_CORRELATION), "BCa over units"
    else:
        found, kind = _jackknifed(moments, patterns.units, raters, level=level)
    return Estimate(
        value=float(statistic(patterns.units[None, :])[0]),
        low=found.low,
        high=found.high,
        level=level,
        n=patterns.n,
        method=f"square root of the reliability of the mean of {k:.4g} raters (ICC(1,1), {kind})",
        reason=(
            "the interval reaches ICC(1,1) of 0 or below, where no ceiling exists; it is cut at 0"
            if found.low <= 0
            else None
        ),
    )


def _majority(right: float, raters: int) -> float:
    """The chance that an odd number of raters, each right so often, is right together."""
    return sum(
        float(comb(raters, votes)) * right**votes * (1 - right) ** (raters - votes)
        for votes in range(raters // 2 + 1, raters + 1)
    )


def _beta(agreement: float, raters: int) -> Ceiling:
    """Who always names the likelier answer, where its odds vary as Beta(a, a)."""
    if agreement in {_COIN, 1.0}:
        return Ceiling(agreement, agreement)
    a = (1 - agreement) / (2 * agreement - 1)

    def moment(right: int, wrong: int) -> float:
        """The mean of p**right * (1 - p)**wrong, without the cancellation of log-gammas."""
        above = [a + i for i in range(right)] + [a + i for i in range(wrong)]
        return prod(x / (2 * a + i) for i, x in enumerate(above))

    def voted(k: int) -> float:
        return 2 * sum(
            comb(k, votes)
            * moment(votes, k - votes)
            * float(betainc(a + k - votes, a + votes, _COIN))
            for votes in range(k // 2 + 1, k + 1)
        )

    return Ceiling(voted(1), voted(raters))


def _correlations(moments: Floats, raters: float | None, weights: Floats) -> Floats:
    """The ceiling of each row; 0 where ICC(1,1) is not positive, NaN where all is equal."""
    ratio, usual, inside = oneway_squares(weights @ moments)
    capped = np.minimum(ratio, 1.0)
    single = (1 - capped) / (1 + (usual - 1) * capped)
    k = usual if raters is None else raters
    ceiling = np.sqrt(k * single / (1 + (k - 1) * single))
    return np.where(np.isinf(ratio) & (inside <= 0), np.nan, ceiling)


def _jackknifed(
    moments: Floats, units: Floats, raters: float | None, *, level: float
) -> tuple[Interval, str]:
    logs = jackknife_t(partial(_log_ratios, moments), units, level=level, name=_CORRELATION)
    usual = float(oneway_squares(units[None, :] @ moments)[1][0])
    ends = (max(1 - exp(end), 0.0) for end in (logs.high, logs.low))
    low, high = (_root_extended(x / (usual - (usual - 1) * x), raters or usual) for x in ends)
    return Interval(low, high), "jackknife-t over units"


def _reliable(ratings: Floats, raters: float | None, level: float) -> tuple[Patterns, float]:
    """The patterns, and the lower end of ICC(1,1), of ratings that have a ceiling."""
    if raters is not None and raters <= 0:
        raise UsageError(f"the mean is over at least one rater; found {raters:g}")
    single = icc(ratings, form="1", level=level)
    if single.value is None or single.value <= _ROUNDING:
        raise InsufficientData(
            "no ceiling exists: raters of the same unit differ as much as raters of different "
            f"units (ICC(1,1) = {single.value or 0:.2f})"
        )
    return Patterns.of(ratings), single.low or 0.0


def _log_ratios(moments: Floats, weights: Floats) -> Floats:
    """The logarithm of the mean square within over that between; NaN where either is 0."""
    ratio = oneway_squares(weights @ moments)[0]
    return np.log(np.where((ratio > 0) & np.isfinite(ratio), ratio, np.nan))


def _root_extended(single: float, k: float) -> float:
    return sqrt(spearman_brown(single, k)) if single > 0 else 0.0
