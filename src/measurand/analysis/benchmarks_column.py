"""One benchmark and one outcome, on the systems that have both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from measurand.analysis.benchmarks_table import BenchmarkTable
from measurand.stats.arrays import Floats
from measurand.stats.correlation import pearson
from measurand.stats.correlation_pairs import PERFECT
from measurand.stats.disattenuated import disattenuated
from measurand.stats.estimate import Estimate, attempt
from measurand.stats.from_correlation import mapped
from measurand.stats.mean import cluster_codes
from measurand.stats.spread import standard_deviation, times

__all__ = ["Column", "family_codes", "for_all", "whole_errors"]


def for_all(level: float, count: int) -> float:
    """The level of each of several intervals that hold at once, by Bonferroni."""
    return 1 - (1 - level) / max(count, 1)


def family_codes(table: BenchmarkTable, known: NDArray[np.bool_]) -> NDArray[np.intp] | None:
    """The family of each of these systems; None where families are not known, or all differ."""
    if table.families is None:
        return None
    chosen = np.asarray(table.families)[known]
    alone = len(set(chosen.tolist())) == chosen.size
    return None if alone else cluster_codes(chosen, chosen.size)


def whole_errors(errors: Floats | None, known: NDArray[np.bool_]) -> Floats | None:
    """The errors of those that are used, where all of them are known and some are not 0."""
    if errors is None or np.isnan(errors[known]).any() or not errors[known].any():
        return None
    return np.asarray(errors[known])


@dataclass(frozen=True, slots=True)
class Column:
    """One benchmark and one outcome, of the systems that have both.

    Args:
        benchmark: Which.
        outcome: Which.
        systems: Those that have both.
        x: Their scores.
        y: Their outcomes.
        x_errors: Standard errors of the scores; None where one is not known, or all are 0.
        y_errors: The same of the outcomes.
        clusters: The family of each; None where families are not known, or all differ.
    """

    benchmark: str
    outcome: str
    systems: tuple[str, ...]
    x: Floats
    y: Floats
    x_errors: Floats | None
    y_errors: Floats | None
    clusters: NDArray[np.intp] | None

    @classmethod
    def of(cls, table: BenchmarkTable, benchmark: str) -> Column:
        """What a table knows of one benchmark."""
        known, at = table.known(benchmark), table.place(benchmark)
        errors = None if table.errors is None else table.errors[:, at]
        return cls(
            benchmark,
            table.outcome,
            tuple(np.asarray(table.systems)[known].tolist()),
            table.column(benchmark)[known],
            table.values[known],
            whole_errors(errors, known),
            whole_errors(table.value_errors, known),
            family_codes(table, known),
        )

    @property
    def n(self) -> int:
        """How many systems have both."""
        return len(self.systems)

    def observed(self, level: float) -> Estimate:
        """The correlation as it is."""
        compute = partial(pearson, self.x, self.y, clusters=self.clusters, level=level)
        return attempt(compute, n=self.n, method="Pearson", level=level)

    def corrected(self, level: float) -> Estimate:
        """The correlation without the noise that is known, of either side."""
        compute = partial(self._without_noise, both=True, level=level)
        return attempt(compute, n=self.n, method="Pearson disattenuated", level=level)

    def choosing(self, level: float) -> Estimate:
        """The correlation with quality of the scores as they are: a choice is made by their noise.

        Only the outcome's noise is taken out, where it is known.
        """
        if self.y_errors is None:
            return self.observed(level)
        compute = partial(self._without_noise, both=False, level=level)
        method = "Pearson, for noise of the outcome"
        return attempt(compute, n=self.n, method=method, level=level)

    def cost(
        self, true: Estimate, share: Callable[[float], float], *, of: str, level: float
    ) -> Estimate:
        """What is lost in the outcome's unit, from its share of the standard deviation of quality.

        Args:
            true: The correlation with quality.
            share: The loss by the correlation, which falls throughout.
            of: What that is, for the method.
            level: Of the interval, which knows that the standard deviation is estimated too.
        """
        lost = mapped(true, share, of)
        compute = partial(
            standard_deviation, self.y, self.y_errors, clusters=self.clusters, level=level
        )
        spread = attempt(compute, n=self.n, method="standard deviation", level=level)
        found = times(lost, spread)
        if not found.present:
            return found
        noise = "" if self.y_errors is None else ", its noise taken out"
        return replace(found, method=f"{lost.method}, times the outcome's SD{noise}")

    def is_the_outcome(self) -> bool:
        """Whether it lies on one line with the outcome: then it is the outcome, or made of it."""
        found = self.observed(0.95).value
        return found is not None and abs(found) > PERFECT

    def _without_noise(self, *, both: bool, level: float) -> Estimate:
        nothing = np.zeros(self.n)
        x_errors = self.x_errors if both and self.x_errors is not None else nothing
        y_errors = self.y_errors if self.y_errors is not None else nothing
        found = disattenuated(
            self.x, self.y, errors=(x_errors, y_errors), clusters=self.clusters, level=level
        )
        sides = {"scores": self.x_errors, "outcome": self.y_errors}
        known = [name for name, errors in sides.items() if errors is not None]
        told = f"of the {' and the '.join(known)}" if both else "of the outcome"
        return replace(found, method=found.method.replace("disattenuated", f"for noise {told}"))
