"""Several families of comparisons on the same units, all from the same sign flips.

`max_t`, `simultaneous_means` and rank sets each draw their own signs, which is what they cost.
Comparisons of many systems on many dimensions share units, and so they share the draws here: one
product of signs and contributions serves every family. A unit on which a comparison has no value
contributes nothing to it, with either sign, so that gaps need no unit to be dropped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats
from measurand.stats.estimate import LEVEL
from measurand.stats.mean import cluster_codes, cluster_sums
from measurand.stats.multiple import FLIPS, random_signs
from measurand.stats.quantiles import check_level

__all__ = ["Family", "Joint", "fewest_flipped", "flip_jointly"]

_TIE = 1e-9
"""A flipped statistic this close below the observed one equals it."""


@dataclass(frozen=True, slots=True)
class Family:
    """Comparisons that are decided together, from what each unit contributes to each of them.

    Args:
        values: The estimates, shape (comparisons,).
        centred: Shape (units, comparisons): contributions to the errors of the estimates, which
            add up to 0.
        counts: Shape (comparisons,): on how many independent units each rests.
        observed: Shaped as ``centred``: contributions that add up to the estimates; under the null
            hypothesis each unit's are as likely with the other sign, all at once. None where
            nothing is tested and intervals are all that is wanted.
    """

    values: Floats
    centred: Floats
    counts: Floats
    observed: Floats | None = None


@dataclass(frozen=True, slots=True)
class Joint:
    """What the flips of one family say.

    Args:
        p: Two-sided p-values, adjusted step-down over the family, shape (comparisons,); of size 0
            where nothing is tested.
        errors: The standard error of each estimate, shape (comparisons,); 0 where all units
            contribute alike.
        critical: By how many standard errors an interval reaches so that all cover at once; None
            where no comparison has any spread.
    """

    p: Floats
    errors: Floats
    critical: float | None


def fewest_flipped(level: float) -> int:
    """The fewest units, or clusters, whose signs have enough combinations for this level."""
    return 1 + int(np.ceil(-np.log2(1 - check_level(level))))


def flip_jointly(
    families: Sequence[Family],
    *,
    clusters: ArrayLike | None = None,
    rng: np.random.Generator,
    flips: int = FLIPS,
    level: float = LEVEL,
) -> tuple[Joint, ...]:
    """Adjusted p-values and simultaneous intervals of every family, each as if it stood alone.

    The p-values are those of `max_t` and the intervals those of `simultaneous_means`, where every
    unit has a value of every comparison. Error rates hold within each family, not over families.

    Args:
        families: All on the same units.
        clusters: The cluster of each unit, shape (units,); a cluster flips as a whole.
        rng: The source of the signs.
        flips: How many random flips.
        level: The chance that all intervals of a family cover.

    Raises:
        InsufficientData: Too few units or clusters for the level (6 for 95 %).
        UsageError: Families of different units, or too few flips for the level.

    References:
        As for `max_t` and `simultaneous_means`.
    """
    if flips * (1 - check_level(level)) < 1:
        raise UsageError(f"{flips} flips are too few for intervals of level {level:g}")
    sizes = {len(one.centred) for one in families}
    if len(sizes) != 1:
        raise UsageError(f"all families are of the same units; found {sorted(sizes)} units")
    codes = None if clusters is None else cluster_codes(clusters, sizes.pop())
    tallies = [_Tally(one, codes) for one in families]
    units = tallies[0].units
    if units < fewest_flipped(level):
        raise InsufficientData(
            f"the signs of {units} units or clusters have too few combinations for a "
            f"simultaneous interval of level {level:g}"
        )
    columns = np.concatenate([tally.columns for tally in tallies], axis=1)
    ends = np.cumsum([tally.columns.shape[1] for tally in tallies])[:-1]
    for signs in random_signs(units, rng, flips):
        for tally, flipped in zip(
            tallies, np.split(np.abs(signs @ columns), ends, axis=1), strict=True
        ):
            tally.count(flipped)
    return tuple(tally.joint(flips, level) for tally in tallies)


class _Tally:
    """One family's counts while the flips go on."""

    def __init__(self, family: Family, codes: NDArray[np.intp] | None) -> None:
        centred = _sums(family.centred, codes)
        observed = centred[:, :0] if family.observed is None else _sums(family.observed, codes)
        self.units = len(centred)
        self._counts = np.asarray(family.counts, dtype=np.float64)
        self._tested = self._counts[: observed.shape[1]]
        self._roots = _roots(centred)
        self._flat = self._roots <= _TIE * np.abs(family.values)
        scale = _roots(observed)
        scaled = observed / np.where(scale > 0, scale, 1.0)
        found = _told(np.abs(scaled.sum(axis=0)), self._tested)
        self._order = np.argsort(-found, kind="stable")
        self._target = found[self._order] - _TIE
        self._exceeding = np.zeros(found.size)
        self._largest: list[Floats] = []
        kept = ~self._flat
        self._of_kept = self._counts[kept]
        shown = centred[:, kept] / self._roots[kept]
        self.columns = np.concatenate([scaled[:, self._order], shown], axis=1)

    def count(self, flipped: Floats) -> None:
        """Take one block of flips into account: sums over roots, observed first, then centred."""
        width = self._order.size
        tested = _told(flipped[:, :width], self._tested[self._order])
        # Each comparison meets the largest of those not yet decided: itself and all weaker ones.
        rivals = np.maximum.accumulate(tested[:, ::-1], axis=1)[:, ::-1]
        self._exceeding += (rivals >= self._target).sum(axis=0)
        if self._of_kept.size:
            self._largest.append(_largest_t(flipped[:, width:], self._of_kept))

    def joint(self, flips: int, level: float) -> Joint:
        """The family's answer."""
        stepped = np.maximum.accumulate((1 + self._exceeding) / (1 + flips))
        p = np.empty_like(stepped)
        p[self._order] = stepped
        critical = None
        if self._largest:
            every = np.concatenate(self._largest)
            critical = float(np.quantile(every, level, method="higher"))
        factor = np.sqrt(self._counts / np.maximum(self._counts - 1, 1))
        errors = np.where(self._flat, 0.0, self._roots * factor)
        return Joint(p, errors, critical)


def _told(shares: Floats, counts: Floats) -> Floats:
    """Sums over roots, as t where comparisons rest on unlike numbers of units."""
    alike = not counts.size or np.ptp(counts) == 0
    return shares if alike else _t_of(shares, counts)


def _largest_t(shares: Floats, counts: Floats) -> Floats:
    """The largest absolute t of every flip; of like counts the largest share has it."""
    if np.ptp(counts) == 0:
        return _t_of(shares.max(axis=1), counts[:1])
    return np.asarray(_t_of(shares, counts).max(axis=1), dtype=np.float64)


def _t_of(shares: Floats, counts: Floats) -> Floats:
    """The t statistic that belongs to a sum over the root of the sum of squares."""
    part = shares**2 / counts
    spread = np.sqrt(np.maximum(1 - part, np.finfo(np.float64).tiny))
    found = np.sqrt(np.maximum(counts - 1, 1) * part) / spread
    return np.asarray(found, dtype=np.float64)


def _sums(rows: Floats, codes: NDArray[np.intp] | None) -> Floats:
    return rows if codes is None else cluster_sums(rows, codes)


def _roots(rows: Floats) -> Floats:
    return np.asarray(np.sqrt(np.einsum("ij,ij->j", rows, rows)), dtype=np.float64)
