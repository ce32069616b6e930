"""Outputs that a judge scored, a random part of which people labelled too."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats, check_finite
from measurand.stats.mean import caution_if_few, cluster_codes
from measurand.stats.quantiles import t_quantile, two_sided_z

__all__ = ["JudgedSample"]

_FEWEST = 2


@dataclass(frozen=True, slots=True)
class JudgedSample:
    """What people and a judge said of a random part of the outputs, and the judge of the others.

    Args:
        labels: What people said of each labelled output, shape (n,).
        judged: What the judge said of the same outputs, shape (n,).
        unlabelled: What the judge said of the others, shape (N,).
        codes: The cluster of each output, those labelled first, shape (n + N,); None where every
            output is its own.

    Raises:
        InsufficientData: Fewer than two labels.
    """

    labels: Floats
    judged: Floats
    unlabelled: Floats
    codes: NDArray[np.intp] | None = None

    def __post_init__(self) -> None:
        if self.labels.size < _FEWEST:
            raise InsufficientData(
                f"a judge is corrected by two labels or more; found {self.labels.size}"
            )

    @classmethod
    def of(
        cls,
        labels: ArrayLike,
        judged: ArrayLike,
        unlabelled: ArrayLike,
        *,
        clusters: ArrayLike | None = None,
    ) -> JudgedSample:
        """Check the parts and number the clusters.

        Args:
            labels: As above.
            judged: As above.
            unlabelled: As above; may be empty.
            clusters: What each output shares with others, those labelled first, shape (n + N,).

        Raises:
            InsufficientData: Fewer than two labels.
            UsageError: The parts are no vectors of finite numbers, or do not fit.
        """
        said, heard, rest = (check_finite(part, 1) for part in (labels, judged, unlabelled))
        if said.size != heard.size:
            raise UsageError(f"{said.size} labels need as many judgments; found {heard.size}")
        codes = None if clusters is None else cluster_codes(clusters, said.size + rest.size)
        return cls(said, heard, rest, codes)

    @property
    def n(self) -> int:
        """How many outputs are labelled."""
        return self.labels.size

    @property
    def everything(self) -> Floats:
        """What the judge said of all outputs, those labelled first."""
        return np.concatenate([self.judged, self.unlabelled])

    @property
    def units(self) -> int:
        """How many clusters hold a label; without clusters, how many outputs do."""
        return self.n if self.codes is None else len(np.unique(self.codes[: self.n]))

    @property
    def caution(self) -> str | None:
        """The caution that so few labels deserve, if any."""
        noun = "labelled outputs" if self.codes is None else "clusters with a label"
        return caution_if_few(self.units, noun)

    def variance(self, influence: Floats) -> float:
        """The variance of an estimate from what each output contributes to its error.

        Contributions of a cluster add up before they are squared; the factor is C / (C - 1) over
        the clusters that hold a label.

        Raises:
            InsufficientData: Fewer than two clusters hold a label.
        """
        units = self.units
        if units < _FEWEST:
            raise InsufficientData(f"labels from two clusters or more are needed; found {units}")
        sums = influence if self.codes is None else np.bincount(self.codes, influence)
        return units / (units - 1) * float(sums @ sums)

    def design_effect(self, influence: Floats, *, level: float) -> float:
        """By how much counts are divided so that an interval allows for clusters; at least 1.

        It is the clusters' variance over that of independent outputs, times the square of t with
        C - 1 degrees over z: few clusters do not know their variance well.
        """
        alone = self.n / (self.n - 1) * float(influence @ influence)
        if self.codes is None or alone <= 0:
            return 1.0
        wider = t_quantile((1 + level) / 2, max(self.units - 1, 1)) / two_sided_z(level)
        return max(1.0, self.variance(influence) / alone * wider**2)
