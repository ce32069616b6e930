"""Which units were drawn together, and for how many others each stands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import UsageError
from measurand.stats.arrays import Floats, check_finite
from measurand.stats.mean import cluster_codes, cluster_sums

__all__ = ["MOST_LEFT_OUT", "Sample"]

MOST_LEFT_OUT = 2000
"""Above this many clusters the jackknife leaves out groups of them: it takes their square."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The cluster and the weight of every unit; weights have a mean of 1.

    Args:
        codes: Shape (units,): clusters, numbered from 0.
        weights: Shape (units,).
        plain: Whether each unit is its own cluster, and all weigh the same.
    """

    codes: NDArray[np.intp]
    weights: Floats
    plain: bool

    @classmethod
    def of(cls, n: int, clusters: ArrayLike | None, weights: ArrayLike | None = None) -> Sample:
        """The sample of n units.

        Raises:
            UsageError: Clusters or weights are not one a unit, or a weight is not positive.
        """
        codes = cluster_codes(np.arange(n) if clusters is None else clusters, n)
        weight = np.ones(n) if weights is None else check_finite(weights, 1)
        if weight.size != n or weight.min(initial=1.0) <= 0:
            raise UsageError(f"weights are one positive number a unit; found {weight.size} for {n}")
        plain = clusters is None and weights is None
        return cls(codes, weight / (weight.mean() if n else 1.0), plain)

    @property
    def count(self) -> int:
        """How many clusters."""
        return int(self.codes.max(initial=-1)) + 1

    @property
    def noun(self) -> str:
        """What is left out, or drawn, as a whole."""
        return "clusters" if self.count < self.codes.size else "units"

    def only(self, which: NDArray[np.bool_]) -> Sample:
        """These units alone."""
        weights = self.weights[which]
        codes = np.unique(self.codes[which], return_inverse=True)[1].astype(np.intp)
        return Sample(codes, weights / (weights.mean() if weights.size else 1.0), self.plain)

    def added(self, rows: Floats) -> Floats:
        """What units have, shape (units, p), added up over what is left out together."""
        return cluster_sums(rows, self.codes % MOST_LEFT_OUT)
