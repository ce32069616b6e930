"""How strict each rater is, whoever else rated the same units."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats, as_table
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.mean import caution_if_few, cluster_codes
from measurand.stats.proportion import unanimous_share
from measurand.stats.quantiles import check_level, t_quantile

__all__ = ["Severity", "rater_severity"]

_METHOD = "two-way additive model from the median rater, CR1, t(C-1)"
_NO_ERROR = 1e-12
_FEWEST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Severity:
    """One rater's severity.

    Args:
        estimate: Points by which the rater is stricter than the median rater; below 0 lenient.
        error: Its standard error; 0 where the rater differs by the same amount throughout.
        clusters: In how many clusters the rater rated together with others.
        span: How far apart the ends of the scale are.
    """

    estimate: Estimate
    error: float
    clusters: int
    span: float

    def p_beyond(self, bound: float) -> float | None:
        """One-sided: how likely a severity so far from 0 is, were it truly at the bound.

        Without spread there is no t statistic. By Markov's inequality a deviation v comes up in
        one cluster no more often than (bound + span) / (v + span), in all to their number's power.

        Args:
            bound: 0 or more, in points; it holds in either direction.
        """
        if self.estimate.value is None:
            return None
        far = abs(self.estimate.value)
        if self.error > _NO_ERROR:
            return float(special.stdtr(self.clusters - 1, -(far - bound) / self.error))
        if far <= bound or self.span <= 0:
            return 1.0
        return float(((bound + self.span) / (far + self.span)) ** self.clusters)


def rater_severity(
    ratings: Floats,
    clusters: ArrayLike | None = None,
    *,
    span: float | None = None,
    level: float = LEVEL,
) -> tuple[Severity, ...]:
    """By how many points each rater is stricter than the median rater.

    Ratings are a unit's quality, less the rater's severity, plus error: least squares over all
    units that two rated, so that nobody looks strict for having rated beside lenient people. The
    median of the severities is 0, so that one extreme rater does not move the others. Variance:
    the cluster-robust sandwich over units' clusters, with the factor C / (C - 1); the error of
    which rater is the median is not counted, and the median rater has the error of its own effect
    against the mean of all.

    Args:
        ratings: Shape (units, raters); NaN marks a rating that was not given.
        clusters: The cluster of each unit; by default each is its own.
        span: How far apart the ends of the scale are; by default the ratings' range.
        level: The confidence level.

    Returns:
        One a rater, absent with its reason for who cannot be compared.

    Raises:
        InsufficientData: No unit has two ratings; or raters fall into groups that have rated no
            unit together.
        UsageError: The arguments do not fit.

    References:
        Searle (1971), *Linear Models*, chapter 7, for the two-way model; Cameron and Miller (2015),
        J. Human Resources 50, for the variance.
    """
    table = as_table(ratings)
    check_level(level)
    codes = np.arange(len(table)) if clusters is None else cluster_codes(clusters, len(table))
    given = ~np.isnan(table)
    width = span if span is not None else float(np.ptp(table[given])) if given.any() else 0.0
    if width < 0:
        raise UsageError(f"the span of a scale is 0 or more; found {width:g}")
    shared = given & (given.sum(axis=1) > 1)[:, None]
    if not shared.any():
        raise InsufficientData("no unit has two ratings, so nobody can be called strict")
    fit = _Fit.of(table, shared, codes)
    return tuple(_severity(fit, rater, span=width, level=level) for rater in range(len(given.T)))


@dataclass(frozen=True, slots=True)
class _Fit:
    """Effects of raters, less their median, and what each cluster adds to their errors.

    Args:
        effects: Shape (raters,): NaN for who rated nothing together with others.
        influence: Shape (clusters, raters).
        clusters: Shape (raters,): clusters in which each rated together with others.
        n: Shape (raters,): units likewise.
    """

    effects: Floats
    influence: Floats
    clusters: NDArray[np.int64]
    n: NDArray[np.int64]

    @classmethod
    def of(cls, table: Floats, shared: NDArray[np.bool_], codes: NDArray[np.intp]) -> _Fit:
        present = np.flatnonzero(shared.any(axis=0))
        mask = shared[:, present].astype(np.float64)
        _refuse_apart(mask.T @ mask)
        size = np.maximum(mask.sum(axis=1, keepdims=True), 1)
        values = np.where(mask > 0, table[:, present], 0.0)
        within = mask * (values - values.sum(axis=1, keepdims=True) / size)
        normal = np.diag(mask.sum(axis=0)) - mask.T @ (mask / size)
        inverse = np.linalg.pinv(normal, hermitian=True)
        found = inverse @ within.sum(axis=0)
        residuals = mask * (within - found + (mask @ found)[:, None] / size[:, :1])
        count = int(codes.max()) + 1
        sums = np.zeros((count, len(present)))
        np.add.at(sums, codes, residuals)
        middle = np.zeros(len(present))
        order = np.argsort(found, kind="stable")
        middle[order[[(len(order) - 1) // 2, len(order) // 2]]] += 0.5
        if len(order) % 2:
            middle[order[len(order) // 2]] = 1.0
        effects = np.full(table.shape[1], np.nan)
        influence = np.zeros((count, table.shape[1]))
        effects[present] = found - middle @ found
        shifted = sums @ inverse
        centred = shifted - (shifted @ middle)[:, None]
        # The one rater in the middle has 0 by definition; its error is that of its own effect.
        influence[:, present] = np.where(middle == 1, shifted, centred)
        together = np.zeros((count, table.shape[1]), dtype=np.bool_)
        np.logical_or.at(together, codes, shared)
        return cls(effects, influence, together.sum(axis=0), shared.sum(axis=0))


def _severity(fit: _Fit, rater: int, *, span: float, level: float) -> Severity:
    clusters, n = int(fit.clusters[rater]), int(fit.n[rater])

    def told(estimate: Estimate, error: float = 0.0) -> Severity:
        return Severity(estimate=estimate, error=error, clusters=clusters, span=span)

    if clusters < _FEWEST:
        few = f"rated together with others in {clusters} clusters; at least three are needed"
        return told(Estimate.absent(few, n=n, method=_METHOD, level=level))
    value = 0.0 - float(fit.effects[rater])
    column = fit.influence[:, rater]
    total = int(np.count_nonzero(fit.influence.any(axis=1))) or clusters
    error = math.sqrt(max(total, 2) / max(total - 1, 1) * float(column @ column))
    low, high = value - span, value + span
    caution, method = caution_if_few(clusters, "clusters"), _METHOD
    if error > _NO_ERROR:
        half = t_quantile((1 + level) / 2, clusters - 1) * error
        low, high = value - half, value + half
    else:
        other = 1 - unanimous_share(clusters, level)
        low, high = value - other * (value + span), value + other * (span - value)
        caution, method = "differs by the same amount throughout", "exact, all values equal"
    return told(
        Estimate(
            value=value,
            low=min(max(low, -span), value),
            high=max(min(high, span), value),
            level=level,
            n=n,
            method=method,
            reason=caution,
        ),
        error if error > _NO_ERROR else 0.0,
    )


def _refuse_apart(together: Floats) -> None:
    """Refuse raters who fall into groups: how strict one group is beside another is unknown."""
    reached = np.zeros(len(together), dtype=np.bool_)
    reached[0] = True
    while True:
        further = reached | (together[reached].sum(axis=0) > 0)
        if (further == reached).all():
            break
        reached = further
    if not reached.all():
        raise InsufficientData(
            "raters fall into groups that have rated no unit together, so the severity of one "
            "group beside another is unknown"
        )
