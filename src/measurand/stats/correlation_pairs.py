"""Two values a unit: what correlations are made of, and their jackknife on Fisher's scale."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats, check_finite
from measurand.stats.bca import require_units
from measurand.stats.correlation_rows import Rows, left_out
from measurand.stats.mean import cluster_codes

__all__ = [
    "FEWEST_UNITS",
    "NO_SPREAD",
    "PERFECT",
    "Pairs",
    "around",
    "error_of",
    "moves",
    "refuse_few",
]

FEWEST_UNITS = 4
"""Units from which on Fisher's z has a standard error."""
PERFECT = 1 - 1e-12
"""A correlation beyond this is one of values that lie on a line."""
NO_SPREAD = 1e-12
"""An error below this on Fisher's scale is rounding."""

_MOST_LEFT_OUT = 2000
"""Above this many clusters the jackknife leaves out groups of them."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Two values a unit, what they weigh, and the cluster of each."""

    x: Floats
    y: Floats
    weights: Floats
    codes: NDArray[np.intp]
    plain: bool

    @classmethod
    def of(
        cls, x: ArrayLike, y: ArrayLike, *, clusters: ArrayLike | None, weights: ArrayLike | None
    ) -> Pairs:
        """The pairs that weigh something.

        Raises:
            InsufficientData: There are fewer than four units, or three clusters.
            UsageError: The arguments are not vectors of one length, or a weight is negative.
        """
        first, second = check_finite(x, 1), check_finite(y, 1)
        weight = np.ones_like(first) if weights is None else check_finite(weights, 1)
        if not first.shape == second.shape == weight.shape:
            raise UsageError(
                f"both vectors, and weights, have one number a unit; found {first.size}, "
                f"{second.size} and {weight.size}"
            )
        if weight.min(initial=0.0) < 0:
            raise UsageError(f"weights are not negative; found {weight.min()}")
        labels = cluster_codes(np.arange(first.size) if clusters is None else clusters, first.size)
        some = weight > 0
        codes = np.unique(labels[some], return_inverse=True)[1].astype(np.intp)
        plain = clusters is None and weights is None
        pairs = cls(first[some], second[some], weight[some], codes, plain)
        refuse_few(pairs.n, pairs.clusters)
        return pairs

    @property
    def n(self) -> int:
        """How many units."""
        return int(self.x.size)

    @property
    def untied(self) -> bool:
        """Whether no two units share a value, on either side."""
        return all(np.unique(side).size == self.n for side in (self.x, self.y))

    @property
    def clusters(self) -> int:
        """How many clusters."""
        return int(self.codes.max(initial=-1)) + 1

    @property
    def jackknife(self) -> str:
        """What is said of an interval that leaving out clusters gives."""
        over = "" if self.clusters == self.n else ", over clusters"
        return f"jackknife-t on Fisher's scale{over}"

    def coefficient(self, rows: Rows, *, name: str) -> float:
        """The coefficient of all units.

        Raises:
            InsufficientData: It does not exist.
        """
        value = float(rows(self.weights[None, :])[0])
        if math.isnan(value):
            raise InsufficientData(f"all values of one side are equal: {name} does not exist")
        return value

    def left_out(self, rows: Rows, *, name: str) -> Floats:
        """The coefficient without each cluster.

        Raises:
            InsufficientData: It does not exist without one of them.
        """
        without = left_out(rows, self.weights, self.codes % _MOST_LEFT_OUT)
        if np.isnan(without).any():
            raise InsufficientData(
                f"{name} hangs on a single unit (or cluster of them): all others have one value"
            )
        return without


def moves(without: Floats) -> Floats:
    """How far each cluster moves a coefficient on Fisher's scale.

    The sum of their squares is the jackknife's variance, and the sum of products of those of two
    coefficients their covariance.

    Args:
        without: The coefficient without each cluster, shape (clusters,); none of them is 1 or -1.

    References:
        Hinkley (1977), Biometrika 64, 21-28.
    """
    scores = np.arctanh(without)
    return np.asarray((scores - scores.mean()) * math.sqrt((scores.size - 1) / scores.size))


def error_of(moved: Floats) -> float:
    """The standard error that such moves make."""
    return math.sqrt(float(moved @ moved))


def around(value: float, reach: float) -> tuple[float, float]:
    """What lies as far from a correlation on Fisher's scale, to both sides."""
    z = math.atanh(value)
    return math.tanh(z - reach), math.tanh(z + reach)


def refuse_few(units: int, clusters: int) -> None:
    """Refuse a correlation of too few.

    Raises:
        InsufficientData: There are fewer than four units, or three clusters.
    """
    if units < FEWEST_UNITS:
        raise InsufficientData(f"a correlation needs at least {FEWEST_UNITS} units; found {units}")
    require_units(clusters, "a correlation", "clusters")
