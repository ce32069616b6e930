"""Which levels of a scale people do not tell apart, and which of them carry the disagreement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations, pairwise

import numpy as np

from measurand.analysis.matrix import Floats, RaterMatrix
from measurand.analysis.result import Confusion, Result
from measurand.core.scale import Scale, Value
from measurand.stats.bca import Resampling
from measurand.stats.distinguishability import (
    disagreement_share,
    distinguishability,
    level_pairs,
)
from measurand.stats.estimate import Estimate, attempt

__all__ = ["NOT_TOLD_APART", "Levels", "levels_of"]

NOT_TOLD_APART = 0.5
"""Two levels are not told apart where distinguishability is surely below this: after one rater
said the higher, the odds that another says it too are less than twice what they are else."""

_MOST_LEVELS = 11
_MOST_LABELS = 6
_TWO = 2
_TAILS = 20.0
"""Resamples that are to lie beyond an interval, both tails together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """The levels of one dimension, and who gave which.

    Args:
        dimension: The dimension.
        values: Shape (units, raters): codes into ``levels``; NaN where a rater gave none.
        levels: In order.
        ordered: Whether the order means anything; then only neighbours are compared.
    """

    dimension: str
    values: Floats
    levels: tuple[Value, ...]
    ordered: bool

    @property
    def neighbours(self) -> tuple[tuple[int, int], ...]:
        """The pairs of levels that are compared, of those that anybody used."""
        used = np.unique(self.values[~np.isnan(self.values)]).astype(int).tolist()
        pairs = pairwise(used) if self.ordered else combinations(used, 2)
        return tuple((a, b) for a, b in pairs)

    def confusion(self) -> Confusion:
        """The pairs of ratings by level, observed and over those of chance.

        Raises:
            InsufficientData: No unit has two ratings.
        """
        pairs = level_pairs(self.values, len(self.levels))
        sums = pairs.sum(axis=0)
        expected = (np.outer(sums, sums) - np.diag(sums)) / max(sums.sum() - 1, 1)
        ratios = np.divide(pairs, expected, out=np.full(pairs.shape, np.nan), where=expected > 0)
        return Confusion(
            dimension=self.dimension,
            levels=self.levels,
            pairs=tuple(map(tuple, pairs.tolist())),
            ratios=tuple(tuple(None if np.isnan(r) else float(r) for r in row) for row in ratios),
            n=int(((~np.isnan(self.values)).sum(axis=1) >= _TWO).sum()),
        )

    def results(self, *, level: float, resamples: int, seed: int) -> Iterator[Result]:
        """Of each two neighbours: how well they are told apart, and their share of disagreement.

        The intervals of ``distinguishability`` hold together with the level asked for: each has
        that of Bonferroni over the neighbours of the dimension.
        """
        compared = self.neighbours
        joint = 1 - (1 - level) / max(len(compared), 1)
        enough = max(resamples, int(np.ceil(_TAILS / (1 - joint))))
        for pair in compared:
            for name, statistic, wanted in (
                ("distinguishability", distinguishability, joint),
                ("disagreement_share", disagreement_share, level),
            ):
                how = Resampling(rng=np.random.default_rng(seed), level=wanted, resamples=enough)
                compute = partial(statistic, self.values, pair, how)
                found = attempt(compute, n=len(self.values), method=name, level=wanted)
                yield self._named(name, pair, found)

    def _named(self, name: str, pair: tuple[int, int], estimate: Estimate) -> Result:
        levels = tuple(self.levels[code] for code in pair)
        return Result(name=name, estimate=estimate, levels=levels)


def levels_of(matrix: RaterMatrix, scale: Scale, dimension: str) -> Levels | None:
    """The levels that people gave on a dimension; None where a scale has none, or too many.

    Grades have levels where all are whole numbers, or few different ones; yes/no has two, whose
    distinguishability is what alpha says already, so it is left out.
    """
    values = matrix.values
    given = np.unique(values[~np.isnan(values)])
    if scale.binary or not len(given):
        return None
    if not scale.numeric:
        if len(matrix.labels) > _MOST_LABELS:
            return None
        return Levels(dimension=dimension, values=values, levels=matrix.labels, ordered=False)
    levels = _grades(given, scale)
    if levels is None:
        return None
    codes = np.searchsorted(levels, np.nan_to_num(values, nan=levels[0])).astype(float)
    return Levels(
        dimension=dimension,
        values=np.where(np.isnan(values), np.nan, codes),
        levels=tuple(map(float, levels)),
        ordered=True,
    )


def _grades(given: Floats, scale: Scale) -> Sequence[float] | None:
    """The levels of a graded scale, those that nobody used too."""
    low, high = scale.low, scale.high
    whole = bool((given == np.rint(given)).all())
    if low is not None and high is not None and whole and high - low < _MOST_LEVELS:
        return np.arange(low, high + 1).tolist()
    return given.tolist() if len(given) <= _MOST_LEVELS else None
