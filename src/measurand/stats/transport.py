"""Does a calibration made on some outputs hold for others?"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from measurand.errors import UsageError
from measurand.stats.arrays import check_finite
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.judged import JudgedSample
from measurand.stats.mean import mean_of
from measurand.stats.quantiles import t_quantile

__all__ = ["line_gap", "transport_gap"]

_ROUNDING = 1e-12


def transport_gap(
    labels: ArrayLike,
    predicted: ArrayLike,
    *,
    clusters: ArrayLike | None = None,
    error: float = 0.0,
    bounds: tuple[float, float] | None = None,
    level: float = LEVEL,
) -> Estimate:
    """The mean of people's labels less what a judge calibrated elsewhere predicts of them.

    Where it is not 0, a mean corrected by the labels of other outputs is off by so much.

    Args:
        labels: What people said of these outputs, shape (n,).
        predicted: What the calibrated judge says of them, shape (n,).
        clusters: The cluster of each output.
        error: The standard error of the mean prediction, from how little the calibration is
            itself known; 0 takes it for known.
        bounds: The ends of what a gap may be, as for `mean_t`.
        level: The confidence level.

    Raises:
        InsufficientData: As for `mean_t` and `clustered_mean`.
        UsageError: The vectors differ in length, or the error is negative.

    References:
        Welch (1938), Biometrika 29, 350-362, for adding the errors of two samples.
    """
    one, two = check_finite(labels, 1), check_finite(predicted, 1)
    if one.size != two.size:
        raise UsageError(f"{one.size} labels need as many predictions; found {two.size}")
    if error < 0:
        raise UsageError(f"a standard error is 0 or more; found {error}")
    gap = one - two
    if gap.size and np.ptp(gap) <= _ROUNDING * max(float(np.abs(one).max()), 1.0):
        gap = np.full_like(gap, round(float(gap[0]), 12))  # what differs by rounding is equal
    own = mean_of(gap, clusters, bounds=bounds, level=level)
    units = gap.size if clusters is None else len(np.unique(clusters))
    if not error or own.value is None or own.low is None or own.high is None:
        return own
    low, high = bounds or (-math.inf, math.inf)
    extra = t_quantile((1 + level) / 2, units - 1) * error
    return replace(
        own,
        low=max(low, own.value - math.hypot(own.value - own.low, extra)),
        high=min(high, own.value + math.hypot(own.high - own.value, extra)),
        method=f"{own.method}, with the error of the calibration",
    )


def line_gap(
    here: JudgedSample,
    elsewhere: JudgedSample,
    *,
    bounds: tuple[float, float] | None = None,
    level: float = LEVEL,
) -> Estimate:
    """The gap between labels here and a line from judge to people that was fitted elsewhere.

    The line's own error, at the mean judgment of here, enters the interval. On yes/no the line is
    the share of yes for each verdict of the judge.

    Args:
        here: The labelled outputs in question.
        elsewhere: Those that the line is fitted on.
        bounds: The ends of what a gap may be.
        level: The confidence level.

    Raises:
        InsufficientData: As for `transport_gap`; or elsewhere has labels from one cluster.

    References:
        Cameron and Miller (2015), J. Human Resources 50, section II, for the error of the line.
    """
    at = float(here.judged.mean())
    moved, labels = elsewhere.judged - at, elsewhere.labels
    centred = moved - moved.mean()
    squares = float(centred @ centred)
    flat = squares <= (_ROUNDING * max(float(np.abs(elsewhere.judged).max()), 1.0)) ** 2
    lever = np.zeros_like(centred) if flat else centred / squares
    slope = float(lever @ labels)
    intercept = float(labels.mean() - slope * moved.mean())
    residuals = labels - intercept - slope * moved
    influence = np.zeros(elsewhere.everything.size)
    influence[: elsewhere.n] = residuals * (1 / elsewhere.n - moved.mean() * lever)
    return transport_gap(
        here.labels,
        intercept + slope * (here.judged - at),
        clusters=None if here.codes is None else here.codes[: here.n],
        error=math.sqrt(elsewhere.variance(influence)),
        bounds=bounds,
        level=level,
    )
