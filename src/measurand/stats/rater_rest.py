"""One rater against the rest: do the ratings move with the others', and vary as much?

Both are functions of sums over units, so that raters need not have rated the same units, and both
have linearised standard errors over clusters of units.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats, as_table
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.mean import caution_if_few
from measurand.stats.proportion import unanimous_share
from measurand.stats.quantiles import check_level, t_quantile

__all__ = ["Panel", "RaterRest", "rater_rest", "rater_variety"]

_FEWEST = 3
_NO_ERROR = 1e-12
_TIE = 1e-9
_CONSTANT = "the same value every time: nothing in it can move with the others"
_AGREEMENT = "covariance over variance, linearised, t(C-1)"
_VARIETY = "Gini-Simpson diversity, linearised, t(C-1)"


class Panel(NamedTuple):
    """The ratings of one dimension.

    Args:
        values: Shape (units, raters); NaN marks a rating that was not given.
        clusters: Shape (units,): codes from 0, the same on every dimension.
        nominal: Whether values are codes of labels, of which any two differ alike.
    """

    values: Floats
    clusters: NDArray[np.int64]
    nominal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RaterRest:
    """One rater's figure, that of the rest, and how the two are held against each other.

    Args:
        own: The rater's.
        rest: That of the other raters.
        gap: Own less ``share`` times the rest's.
        share: How much of the rest's figure the rater is held against.
        p: One-sided: how likely so low a gap is, were it truly 0.
    """

    own: Estimate
    rest: Estimate
    gap: Estimate
    share: float
    p: float


class _Figure(NamedTuple):
    """A statistic, what each cluster adds to its error, and the clusters it rests on."""

    value: float
    influence: Floats
    seen: NDArray[np.bool_]
    n: int

    def minus(self, other: _Figure, share: float) -> _Figure:
        """This less a share of the other, which rests on some of the same clusters."""
        return _Figure(
            self.value - share * other.value,
            self.influence - share * other.influence,
            self.seen | other.seen,
            self.n,
        )

    @property
    def error(self) -> float:
        """The standard error."""
        clusters = int(self.seen.sum())
        factor = clusters / (clusters - 1)
        return math.sqrt(factor * float(np.square(self.influence).sum()))

    @property
    def free(self) -> int:
        """Degrees of freedom."""
        return int(self.seen.sum()) - 1

    def estimate(self, method: str, level: float, span: tuple[float, float]) -> Estimate:
        """The statistic with its interval, within the span; absent where nothing varies."""
        error = self.error
        if error <= _NO_ERROR:
            return Estimate.absent(
                "every unit says the same, so the uncertainty cannot be estimated",
                n=self.n,
                method=method,
                level=level,
            )
        half = t_quantile((1 + level) / 2, self.free) * error
        return Estimate(
            value=self.value,
            low=min(max(self.value - half, span[0]), self.value),
            high=max(min(self.value + half, span[1]), self.value),
            level=level,
            n=self.n,
            method=method,
            reason=caution_if_few(self.free + 1, "clusters"),
        )


def rater_rest(
    panels: Sequence[Panel], rater: int, *, share: float = 2 / 3, level: float = LEVEL
) -> RaterRest:
    """How far one rater's ratings move with the others' on the same units.

    With z the ratings less their rater's own mean, the agreement of two raters is twice the sum of
    their products over the sum of their squares; numerator and denominator are averaged over the
    others, then summed over units and dimensions, each dimension scaled to a variance of 1 and
    labels told as one 0/1 variable each. It is 1 for ratings that never differ, also where one
    rater is stricter throughout, and 0 for ratings that have nothing to do with the unit, as
    constant or random ones. The rest's figure is that of all pairs without this rater, so that a
    bad rater does not lower the bar that they are held against.

    Args:
        panels: One a dimension, with the same raters and clusters.
        rater: The column.
        share: How much of the rest's agreement an attentive rater reaches.
        level: The confidence level.

    Returns:
        Agreements in [-1, 1].

    Raises:
        InsufficientData: Fewer than three clusters in which the rater, or two others, can be
            compared.
        UsageError: The panels differ in raters, or the column is none of them.

    References:
        Lin (1989), Biometrics 45, 255-268, without the term for location; King and Chinchilli
        (2001), Stat. Med. 20, 2131-2147, for labels and several raters. Linearised as in Särndal,
        Swensson and Wretman (1992), *Model Assisted Survey Sampling*, section 5.6.
    """
    count = _clusters(panels, rater, level)
    own, rest, widest = _Sums(count), _Sums(count), 0.0
    for panel in panels:
        z = _embedded(panel)
        _add_products(panel, z, rater, sums=(own, rest))
        widest = max(widest, _widest(z))
    mine, bar = own.ratio("the rater and others"), rest.ratio("two other raters")
    estimate = mine.estimate(_AGREEMENT, level, (-1.0, 1.0))
    if not estimate.present:
        estimate = _without_spread(mine, widest * mine.n / float(own.bottom.sum()), estimate)
    return _held(estimate, mine, bar, share=share, method=_AGREEMENT)


def _add_products(panel: Panel, z: Floats, rater: int, *, sums: tuple[_Sums, _Sums]) -> None:
    """Add a panel's products and squares: of the rater with others, and of others in pairs."""
    given = ~np.isnan(panel.values)
    total, squares = z.sum(axis=1), (z**2).sum(axis=2)
    left = given.sum(axis=1) - given[:, rater]
    others, theirs = total - z[:, rater], squares.sum(axis=1) - squares[:, rater]
    safe = np.maximum(left, 1)
    sums[0].add(
        panel.clusters,
        given[:, rater] & (left > 0),
        top=(z[:, rater] * others).sum(axis=1) / safe,
        bottom=(squares[:, rater] + theirs / safe) / 2,
    )
    products = ((others**2).sum(axis=1) - theirs) / np.maximum(safe * (safe - 1), 1)
    sums[1].add(panel.clusters, left > 1, top=products, bottom=theirs / safe)


def _without_spread(mine: _Figure, widest: float, absent: Estimate) -> Estimate:
    """What can be said where all units say the same: that they agree, or are constant."""
    if mine.value >= 1 - _TIE:
        disputed = 1 - unanimous_share(mine.free + 1, absent.level)
        return replace(
            absent,
            value=1.0,
            low=max(1 - disputed * widest, -1.0),
            high=1.0,
            method="never differing, exact bound",
            reason=caution_if_few(mine.free + 1, "clusters"),
        )
    if abs(mine.value) <= _TIE:
        return replace(absent, reason=_CONSTANT)
    return absent


def rater_variety(
    panels: Sequence[Panel], rater: int, *, share: float = 0.25, level: float = LEVEL
) -> RaterRest:
    """How varied one rater's values are, beside those that others gave the same units.

    Variety is the chance that two different units get different values: from this rater, or each
    from one of the others taken at random. It is 0 for a rater who always gives the same value.
    Dimensions count by their units.

    Args:
        panels: One a dimension, with the same raters and clusters.
        rater: The column.
        share: How much of the others' variety a rater who looks has at least.
        level: The confidence level.

    Returns:
        Varieties in [0, 1].

    Raises:
        InsufficientData: Fewer than three clusters that the rater and others rated.
        UsageError: The panels differ in raters, or the column is none of them.

    References:
        Simpson (1949), Nature 163, 688, the unbiased form; its error from the projection of the
        U-statistic, Hoeffding (1948), Ann. Math. Stat. 19, 293-325.
    """
    count = _clusters(panels, rater, level)
    parts = [part for panel in panels if (part := _chances(panel, rater)) is not None]
    n = sum(len(part.clusters) for part in parts)
    seen = np.zeros(count, dtype=np.bool_)
    values, influence = np.zeros(2), np.zeros((2, count))
    for part in parts:
        seen[part.clusters] = True
        differ = np.stack([1 - part.own, 1 - part.others])
        means = differ.mean(axis=1)
        values += means * len(part.clusters) / n
        for place in range(2):
            spread = 2 * (differ[place] - means[place]) / n
            influence[place] += np.bincount(part.clusters, spread, minlength=count)
    _refuse_few(seen, "the rater and others")
    mine, bar = (_Figure(float(values[k]), influence[k], seen, n) for k in range(2))
    estimate = mine.estimate(_VARIETY, level, (0.0, 1.0))
    if not estimate.present and mine.value <= _NO_ERROR:
        other = min(1 - unanimous_share(mine.free + 1, level), 0.5)
        estimate = replace(
            estimate,
            value=0.0,
            low=0.0,
            high=2 * other * (1 - other),
            method="the same value every time, exact bound",
            reason=caution_if_few(mine.free + 1, "clusters"),
        )
    return _held(estimate, mine, bar, share=share, method=_VARIETY)


class _Sums:
    """Numerators and denominators by cluster."""

    def __init__(self, clusters: int) -> None:
        self.top, self.bottom = np.zeros(clusters), np.zeros(clusters)
        self.seen = np.zeros(clusters, dtype=np.bool_)
        self.n = 0

    def add(
        self, clusters: NDArray[np.int64], mask: NDArray[np.bool_], *, top: Floats, bottom: Floats
    ) -> None:
        """Add the units under the mask."""
        at, size = clusters[mask], len(self.top)
        self.top += np.bincount(at, top[mask], minlength=size)
        self.bottom += np.bincount(at, bottom[mask], minlength=size)
        self.seen[at] = True
        self.n += len(at)

    def ratio(self, whose: str) -> _Figure:
        """The ratio of the sums.

        Raises:
            InsufficientData: Fewer than three clusters, or nobody's ratings vary.
        """
        _refuse_few(self.seen, whose)
        bottom = float(self.bottom.sum())
        if bottom <= _NO_ERROR:
            raise InsufficientData("all ratings are equal, so nothing can move together")
        value = float(self.top.sum()) / bottom
        return _Figure(value, (self.top - value * self.bottom) / bottom, self.seen, self.n)


class _Chances(NamedTuple):
    """Of each unit: the chance that another unit got its value, from the rater and from others."""

    own: Floats
    others: Floats
    clusters: NDArray[np.int64]


def _chances(panel: Panel, rater: int) -> _Chances | None:
    given = ~np.isnan(panel.values)
    rest = given.copy()
    rest[:, rater] = False
    both = given[:, rater] & rest.any(axis=1)
    if both.sum() < 2:  # noqa: PLR2004 - two units can differ
        return None
    values, rest = panel.values[both], rest[both]
    levels = np.unique(values[~np.isnan(values)])
    mine = (values[:, [rater]] == levels).astype(np.float64)
    theirs = np.zeros_like(mine)
    for column in range(values.shape[1]):
        if column != rater:
            theirs += values[:, [column]] == levels
    theirs /= rest.sum(axis=1, keepdims=True)
    size = len(values) - 1
    return _Chances(
        own=(mine * (mine.sum(axis=0) - mine)).sum(axis=1) / size,
        others=(theirs * (theirs.sum(axis=0) - theirs)).sum(axis=1) / size,
        clusters=panel.clusters[both],
    )


def _held(own: Estimate, mine: _Figure, bar: _Figure, *, share: float, method: str) -> RaterRest:
    gap = mine.minus(bar, share)
    error = gap.error
    p = 1.0 if error <= _NO_ERROR else float(special.stdtr(gap.free, gap.value / error))
    return RaterRest(
        own=own,
        rest=bar.estimate(method, own.level, (-1.0, 1.0)),
        gap=gap.estimate(method, own.level, (-2.0, 2.0)),
        share=share,
        p=p,
    )


def _clusters(panels: Sequence[Panel], rater: int, level: float) -> int:
    """How many clusters there are, after what is refused."""
    check_level(level)
    widths = {as_table(panel.values).shape[1] for panel in panels}
    if len(widths) != 1 or not 0 <= rater < min(widths):
        raise UsageError("every panel has the same raters, and the column is one of them")
    return max((int(panel.clusters.max(initial=-1)) + 1 for panel in panels), default=0)


def _refuse_few(seen: NDArray[np.bool_], whose: str) -> None:
    if seen.sum() < _FEWEST:
        raise InsufficientData(
            f"{whose} rated the same unit in {int(seen.sum())} clusters; at least three are needed"
        )


def _embedded(panel: Panel) -> Floats:
    """Shape (units, raters, features): ratings less their rater's mean, 0 where not given."""
    values = panel.values
    given = ~np.isnan(values)
    features = values[:, :, None]
    if panel.nominal:
        levels = np.unique(values[given])
        features = np.where(given[:, :, None], features == levels, np.nan)
    filled = np.where(given[:, :, None], features, 0.0)
    count = np.maximum(given.sum(axis=0), 1)
    centred = np.where(given[:, :, None], filled - filled.sum(axis=0) / count[:, None], 0.0)
    spread = float((centred**2).sum()) / max(int(given.sum()), 1)
    return np.asarray(centred / math.sqrt(spread) if spread > 0 else centred, dtype=np.float64)


def _widest(z: Floats) -> float:
    """Half the largest squared distance between two ratings of one unit."""
    return float(np.square(np.ptp(z, axis=(0, 1))).sum()) / 2 if z.size else 0.0
