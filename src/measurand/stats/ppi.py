"""The mean of what people would say, from a judge on all outputs and people on a part of them.

A judge's own mean is off by its leniency, and no number of judgments mends that. People's labels
on a random part show by how much, and the judge spares some of those labels in turn.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats, check_finite
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.judged import JudgedSample
from measurand.stats.mapping import folds_of
from measurand.stats.proportion import unanimous_share
from measurand.stats.quantiles import check_level, t_quantile, two_sided_z

__all__ = [
    "FEWEST_LABELS",
    "FOLDS",
    "LabelPlan",
    "LinearParts",
    "effective_n",
    "label_plan",
    "labels_saved",
    "linear_parts",
    "linear_ppi",
    "ppi_mean",
]

FOLDS = 5
FEWEST_LABELS = 20
"""Labels below which a judge's weight is not known well enough for its formula."""
_TWO = 2
_METHOD = "cross-fitted linear prediction-powered, t(n-1)"
_ROUNDING = 1e-12
_NEAR = 0.999
"""Labels that are worth so much of what was asked for are taken, rather than one more."""


def ppi_mean(sample: JudgedSample, *, lam: float | None = None, level: float = LEVEL) -> Estimate:
    """The mean by prediction-powered inference as it was published.

    With few labels, or shares near 0 and 1, its interval covers too little (.83 to .94 where .95
    is claimed), and it ignores clusters: `linear_ppi` and the strata are what reports use.

    Args:
        sample: Labels and judgments.
        lam: How much the judge counts: 0 not at all, 1 as if it had no error but its leniency; by
            default what makes the variance least.
        level: The confidence level.

    Raises:
        InsufficientData: There are only labelled outputs; or neither labels nor judgments vary.

    References:
        Angelopoulos, Duchi and Zrnic (2023), PPI++, arXiv:2311.01453, sections 4 and 6.
    """
    labels, judged, rest = sample.labels, sample.judged, sample.unlabelled
    if not rest.size:
        raise InsufficientData("the judge scored no output beyond those that people labelled")
    weight = _least_variance(sample) if lam is None else lam
    rectifier = labels - weight * judged
    error = math.sqrt(weight**2 * rest.var() / rest.size + rectifier.var() / labels.size)
    if error <= _ROUNDING * max(1.0, float(np.abs(labels).max())):
        raise InsufficientData("neither labels nor judgments vary, so there is no interval")
    value = float(weight * rest.mean() + rectifier.mean())
    half = two_sided_z(level) * error
    return Estimate(
        value=value,
        low=value - half,
        high=value + half,
        level=level,
        n=sample.n,
        method=f"PPI++, lambda {weight:.3g}",
        reason=sample.caution,
    )


def linear_ppi(
    sample: JudgedSample,
    *,
    rng: np.random.Generator,
    folds: int = FOLDS,
    bounds: tuple[float, float] | None = None,
    level: float = LEVEL,
    weights: ArrayLike | None = None,
) -> Estimate:
    """The mean from a line that maps the judge to people, fitted out of fold.

    Each labelled output is predicted by a line that has not seen its fold, all others by the mean
    of these lines. The estimate is the mean prediction of all outputs plus the mean error of the
    predictions on those labelled. With a useless judge it is the mean of the labels.

    Clusters stay in one fold; their contributions to the error add up before they are squared.

    Args:
        sample: Labels and judgments.
        rng: Deals the folds.
        folds: How many; at most as many as there are clusters with a label.
        bounds: The ends of the scale. They clip the interval; and where the lines err on no label
            by more or less than on others, they give the interval that `mean_t` gives there.
        level: The confidence level.
        weights: What each output counts in the mean, those labelled first; alike by default.

    Raises:
        InsufficientData: Fewer than two labels, or labels from one cluster; or the lines' errors do
            not vary and the bounds are unknown; or no labelled output counts.
        UsageError: Fewer than two folds, a label outside of the bounds, or weights that do not fit.

    References:
        Angelopoulos et al. (2023), Science 382, 669-674; cross-fitting: Zrnic and Candes (2024),
        PNAS 121, e2322083121.
    """
    check_level(level)
    _refuse_beyond(sample.labels, bounds)
    found = linear_parts(sample, rng=rng, folds=folds, weights=weights)
    value, errors = found.value, found.errors
    half = t_quantile((1 + level) / 2, sample.units - 1) * math.sqrt(
        sample.variance(found.influence)
    )
    caution = sample.caution
    if np.ptp(errors) <= _ROUNDING * max(1.0, float(np.abs(sample.labels).max())):
        half += _unseen(sample, bounds, level)
        caution = "people and the mapped judge differ on no label; the interval allows for others"
    low, high = bounds or (-math.inf, math.inf)
    value = min(max(value, low), high)
    return Estimate(
        value=value,
        low=min(value, max(low, value - half)),
        high=max(value, min(high, value + half)),
        level=level,
        n=sample.n,
        method=_METHOD,
        reason=caution,
    )


@dataclass(frozen=True, slots=True)
class LinearParts:
    """What a mean by `linear_ppi` is made of, so that several can be compared jointly.

    Args:
        value: The mean.
        influence: What each output contributes to its error, those labelled first; they sum to 0.
        errors: Labels less their predictions.
    """

    value: float
    influence: Floats
    errors: Floats


def linear_parts(
    sample: JudgedSample,
    *,
    rng: np.random.Generator,
    folds: int = FOLDS,
    weights: ArrayLike | None = None,
) -> LinearParts:
    """The mean by `linear_ppi`, and what every output contributes to its error.

    Args:
        sample: As there.
        rng: As there.
        folds: As there.
        weights: As there.

    Raises:
        InsufficientData: Fewer than two clusters hold a label, or no labelled output counts.
        UsageError: Fewer than two folds, or weights that do not fit.
    """
    own, rest = _predicted(sample, rng=rng, folds=folds)
    errors, whole = sample.labels - own, np.concatenate([own, rest])
    share = _shares(weights, whole.size)
    labelled = share[: sample.n]
    total = float(labelled.sum())
    if not total:
        raise InsufficientData("no labelled output counts for anything in the mean")
    told = labelled / total
    mean, error = float(share @ whole), float(told @ errors)
    influence = share * (whole - mean)
    influence[: sample.n] += told * (errors - error)
    return LinearParts(mean + error, influence, errors)


def _shares(weights: ArrayLike | None, size: int) -> Floats:
    if weights is None:
        return np.full(size, 1 / size)
    vector = check_finite(weights, 1)
    if vector.size != size or vector.min(initial=0.0) < 0 or not vector.sum():
        raise UsageError(f"one weight an output is needed, none negative; found {vector.size}")
    return np.asarray(vector / vector.sum(), dtype=np.float64)


def effective_n(labels: int, unlabelled: int, correlation: float) -> float:
    """How many labels without a judge would give the same interval: n (n + N) / (n + (1 - r^2) N).

    Args:
        labels: n, the outputs that people labelled.
        unlabelled: N, those that only the judge scored.
        correlation: Of the judge with people; one below 0 is worth as much as one above it, as
            `linear_ppi` fits its line to either.

    Raises:
        UsageError: A count is negative, there are no labels, or the correlation is none.

    References:
        Broska, Howes and van Loon (2025), Sociol. Methods Res. 54, 1074-1109.
    """
    if labels < 1 or unlabelled < 0 or not -1 <= correlation <= 1:
        raise UsageError(
            f"n > 0, N >= 0 and a correlation in [-1, 1] are needed; found {labels}, "
            f"{unlabelled}, {correlation}"
        )
    rest = (1 - correlation**2) * unlabelled
    return labels * (labels + unlabelled) / (labels + rest)


def labels_saved(correlation: Estimate, sample: JudgedSample) -> Estimate:
    """By how much the judge multiplies the labels: `effective_n` over n, at least 1.

    Its ends are those of the correlation: the ratio rises with its square.

    Args:
        correlation: Of the judge's predictions with the labels.
        sample: What they are predictions in.
    """
    value, low, high = correlation.value, correlation.low, correlation.high
    if value is None or low is None or high is None:
        return Estimate.absent(
            correlation.reason or "there is no correlation",
            n=sample.n,
            method="effective labels over labels",
            level=correlation.level,
        )
    least = 0.0 if low <= 0 <= high else min(abs(low), abs(high))
    most = max(abs(low), abs(high))
    ratios = [
        effective_n(sample.n, sample.unlabelled.size, r) / sample.n for r in (value, least, most)
    ]
    return Estimate(
        value=ratios[0],
        low=ratios[1],
        high=ratios[2],
        level=correlation.level,
        n=sample.n,
        method="effective labels over labels",
        reason=correlation.reason,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelPlan:
    """How many outputs people label, and how many the judge scores without them.

    Args:
        labels: n, labelled and judged.
        unlabelled: N, judged only.
        cost: What both cost.
    """

    labels: int
    unlabelled: int
    cost: float


def label_plan(
    effective: float, correlation: float, *, label_cost: float, judge_cost: float
) -> LabelPlan:
    """The cheapest labels and judgments that are worth so many labels.

    Labels cost per output, judgments too, on labelled outputs and others alike. Where a judge does
    not pay, the plan is labels alone. It has 20 labels or more, or as many as are asked for: with
    fewer the weight of the judge is not known, and the formula promises too much.

    Args:
        effective: As how many labels without a judge.
        correlation: Of the judge with people.
        label_cost: Of one label.
        judge_cost: Of one judgment.

    Raises:
        UsageError: A cost is not above 0, the number below 2, or the correlation is none.

    References:
        Broska, Howes and van Loon (2025), Sociol. Methods Res. 54, 1074-1109.
    """
    if min(label_cost, judge_cost) <= 0 or effective < _TWO or not -1 < correlation < 1:
        raise UsageError("costs are above 0, labels two or more, correlations below 1")
    known = correlation**2
    ratio = judge_cost / label_cost
    cross = math.sqrt(known * (1 - known) * ratio)
    best = effective * (1 - known + cross), effective * (known + cross / ratio)
    labels, judged = round(best[0]), round(best[0]) + round(best[1] - best[0])
    if labels < 1 or effective_n(labels, max(judged - labels, 0), correlation) < _NEAR * effective:
        labels, judged = (math.ceil(round(number, 9)) for number in best)
    alone = math.ceil(effective)
    if labels < (fewest := min(FEWEST_LABELS, alone)):
        # What so many labels leave: n (n + N) / (n + (1 - r^2) N) = effective, solved for N.
        left = fewest - effective * (1 - known)
        judged = fewest + math.ceil(max(fewest * (effective - fewest), 0) / left - _ROUNDING)
        labels = fewest
    cost = labels * label_cost + judged * judge_cost
    if judged <= labels or cost >= alone * label_cost:
        return LabelPlan(labels=alone, unlabelled=0, cost=alone * label_cost)
    return LabelPlan(labels=labels, unlabelled=judged - labels, cost=cost)


def _least_variance(sample: JudgedSample) -> float:
    everything = sample.everything
    spread = float(everything.var(ddof=1))
    if spread <= _ROUNDING:
        return 0.0
    together = float(np.mean((sample.labels - sample.labels.mean()) * sample.judged))
    share = sample.n / sample.unlabelled.size
    return min(max(together / ((1 + share) * spread), 0.0), 1.0)


def _predicted(
    sample: JudgedSample, *, rng: np.random.Generator, folds: int
) -> tuple[Floats, Floats]:
    """The predictions of the labelled outputs, out of fold, and of the others, by all lines."""
    units = np.arange(sample.n) if sample.codes is None else sample.codes[: sample.n]
    fold = folds_of(units, folds, rng)
    count = int(fold.max()) + 1
    x, y = sample.judged, sample.labels
    centre = float(x.mean())
    moved = x - centre
    rows = np.stack([np.ones_like(x), moved, y, moved**2, moved * y])
    sums = np.stack([np.bincount(fold, row, minlength=count) for row in rows])
    n, sx, sy, sxx, sxy = sums.sum(axis=1, keepdims=True) - sums
    spread = sxx - sx**2 / n
    flat = spread <= _ROUNDING * np.maximum(sxx, 1.0)
    slope = np.where(flat, 0.0, (sxy - sx * sy / n) / np.where(flat, 1.0, spread))
    intercept = (sy - slope * sx) / n
    rest = intercept.mean() + slope.mean() * (sample.unlabelled - centre)
    return intercept[fold] + slope[fold] * moved, np.asarray(rest)


def _refuse_beyond(labels: Floats, bounds: tuple[float, float] | None) -> None:
    if bounds is not None and (labels.min() < bounds[0] or labels.max() > bounds[1]):
        raise UsageError(
            f"labels lie within the bounds {bounds}; found {labels.min()} to {labels.max()}"
        )


def _unseen(sample: JudgedSample, bounds: tuple[float, float] | None, level: float) -> float:
    """How far outputs that nobody labelled may move the mean, where no label differs."""
    if bounds is None:
        raise InsufficientData(
            "labels and mapped judgments differ by the same amount throughout: without the bounds "
            "of the scale there is no interval"
        )
    return (1 - unanimous_share(sample.units, level)) * (bounds[1] - bounds[0])
