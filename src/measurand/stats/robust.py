"""The covariance of estimates whose data come in clusters, of one kind or of two that cross."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.mean import caution_if_few
from measurand.stats.pair_results import Codes
from measurand.stats.quantiles import check_level, t_quantile

__all__ = ["FEWEST_CLUSTERS", "RobustCovariance", "robust_covariance"]

FEWEST_CLUSTERS = 6
"""With fewer, signs and quantiles alone decide what an interval is."""

_WAYS = 2
_ROUNDING = 1e-12

Squares = Callable[[Codes], Floats]
"""For codes of the rows, what clusters add to the error of every parameter times what they add to
that of every other, summed over clusters: (parameters, parameters)."""


@dataclass(frozen=True, slots=True)
class RobustCovariance:
    """A cluster-robust covariance.

    Args:
        matrix: (parameters, parameters), without negative directions.
        parts: The covariance by each way of clustering alone: no variance is below theirs.
        counts: By what the data are clustered, and how many clusters that makes.
        n: How many rows it rests on.
    """

    matrix: Floats
    parts: tuple[Floats, ...]
    counts: Mapping[str, int]
    n: int

    @property
    def df(self) -> int:
        """The degrees of freedom: the fewest clusters, less one."""
        return min(self.counts.values()) - 1

    @property
    def method(self) -> str:
        """How it was found."""
        kind = "CR1" if len(self.counts) == 1 else "two-way CR1"
        return f"{kind} by {' and '.join(self.counts)}, t({self.df})"

    @property
    def caution(self) -> str | None:
        """That an interval over so few clusters may be too narrow."""
        name = min(self.counts, key=lambda way: self.counts[way])
        return caution_if_few(self.counts[name], f"clusters by {name}")

    def errors(self, gradients: Floats) -> Floats:
        """Standard errors of combinations of the parameters, one a row of ``gradients``."""
        found = [np.einsum("ij,jk,ik->i", gradients, m, gradients) for m in self._all()]
        return np.asarray(np.sqrt(np.maximum(np.max(found, axis=0), 0.0)), dtype=np.float64)

    def estimate(self, value: float, gradient: Floats, *, method: str, level: float) -> Estimate:
        """A combination of the parameters, with its t interval.

        Raises:
            InsufficientData: There is no spread between clusters.
        """
        error = float(self.errors(gradient[None, :])[0])
        if error <= _ROUNDING:
            raise InsufficientData("all clusters say the same: there is no spread for an interval")
        half = t_quantile((1 + check_level(level)) / 2, self.df) * error
        return Estimate(
            value=value,
            low=value - half,
            high=value + half,
            level=level,
            n=self.n,
            method=f"{method}, {self.method}",
            reason=self.caution,
        )

    def largest_gaps(self, size: int, *, rng: np.random.Generator, draws: int) -> Floats:
        """Draws of the largest studentised difference between two of the first parameters.

        The parameters are drawn from a multivariate t of this covariance, so that the cost grows
        with the parameters and not with the clusters.

        Args:
            size: How many of the parameters, from the first.
            rng: The source of the draws.
            draws: How many.
        """
        part = self.matrix[:size, :size]
        values, vectors = np.linalg.eigh(part)
        root = vectors * np.sqrt(np.maximum(values, 0.0))
        drawn = np.asfortranarray(rng.standard_normal((draws, size)) @ root.T)
        drawn /= np.sqrt(rng.chisquare(self.df, draws) / self.df)[:, None]
        spread = np.diag(part)[:, None] + np.diag(part)[None, :] - 2 * part
        scale = np.sqrt(np.maximum(spread, 0.0))
        largest = np.zeros(draws)
        for place in range(size - 1):
            sure = scale[place, place + 1 :]
            kept = np.flatnonzero(sure > _ROUNDING) + place + 1
            if kept.size:
                gaps = np.abs(drawn[:, kept] - drawn[:, [place]]) / scale[place, kept]
                np.maximum(largest, gaps.max(axis=1), out=largest)
        return largest

    def critical(
        self, size: int, *, rng: np.random.Generator, draws: int, level: float = LEVEL
    ) -> float:
        """So many standard errors cover all differences between two of the first, at once.

        Raises:
            UsageError: There are too few draws for the level.
        """
        if draws * (1 - check_level(level)) < 1:
            raise UsageError(f"{draws} draws are too few for intervals of level {level:g}")
        largest = self.largest_gaps(size, rng=rng, draws=draws)
        return float(np.quantile(largest, level, method="higher"))

    def _all(self) -> tuple[Floats, ...]:
        return self.parts if len(self.parts) == 1 else (self.matrix, *self.parts)


def robust_covariance(squares: Squares, clusters: Mapping[str, Codes]) -> RobustCovariance:
    """The covariance of estimates from what each cluster adds to their error.

    One way: the sum of squares over clusters times C / (C - 1), CR1. Two ways, as raters and
    examples that every rater sees: that of the one plus that of the other less that of both
    together, negative directions set to 0; as that difference can come out too small by chance,
    no standard error is below that of either way alone.

    Args:
        squares: What clusters add, squared and summed, for any codes of the rows.
        clusters: By what rows belong together, one way or two, the cluster of each row.

    Raises:
        InsufficientData: A way has fewer than `FEWEST_CLUSTERS` clusters.
        UsageError: There is no way, or there are more than two.

    References:
        Cameron, Gelbach and Miller (2011), JBES 29, 238-249. MacKinnon, Nielsen and Webb (2024),
        "Jackknife inference with two-way clustering", for the floor.
    """
    if not 1 <= len(clusters) <= _WAYS:
        raise UsageError(f"data are clustered in one way or two; found {len(clusters)}")
    counts = {name: int(codes.max(initial=-1)) + 1 for name, codes in clusters.items()}
    for name, count in counts.items():
        if count < FEWEST_CLUSTERS:
            raise InsufficientData(
                f"an interval needs at least {FEWEST_CLUSTERS} clusters; found {count} by {name}"
            )
    parts = tuple(_one_way(squares, codes) for codes in clusters.values())
    if len(parts) == 1:
        matrix = parts[0]
    else:
        one, other = clusters.values()
        both = np.unique(one * (int(other.max()) + 1) + other, return_inverse=True)[1]
        matrix = _without_negative(parts[0] + parts[1] - _one_way(squares, both.astype(np.intp)))
    return RobustCovariance(matrix, parts, counts, n=next(iter(clusters.values())).size)


def _one_way(squares: Squares, codes: Codes) -> Floats:
    count = int(codes.max()) + 1
    return np.asarray(count / (count - 1) * squares(codes), dtype=np.float64)


def _without_negative(matrix: Floats) -> Floats:
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    return np.asarray((vectors * np.maximum(values, 0.0)) @ vectors.T, dtype=np.float64)
