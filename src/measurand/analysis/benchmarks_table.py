"""Systems by benchmarks, and the outcome that benchmarks are to predict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from measurand.errors import UsageError
from measurand.stats.arrays import Floats

__all__ = ["LARGEST", "BenchmarkTable"]

LARGEST = 1e100
"""Squares of larger numbers cannot be told, and no score is so large."""


@dataclass(frozen=True, slots=True)
class BenchmarkTable:
    """What every system scored on every benchmark, and how good it is where it counts.

    Higher is better, in every column: whoever reads a table turns round what is not.

    Args:
        systems: The rows: models, or deployments.
        benchmarks: The columns.
        scores: Shape (systems, benchmarks), NaN where a system was not tried.
        errors: The standard errors of the scores, of the same shape, NaN where unknown; None where
            none is known.
        outcome: What is to be predicted, as ``"production quality"``.
        values: The outcome, shape (systems,), NaN where it is not known.
        value_errors: The standard errors of the outcome, NaN where unknown.
        families: The model family of every system; None where they are not known.

    Raises:
        UsageError: The parts do not fit, a name is given twice, a number is infinite, or an error
            is negative.
    """

    systems: tuple[str, ...]
    benchmarks: tuple[str, ...]
    scores: Floats
    errors: Floats | None
    outcome: str
    values: Floats
    value_errors: Floats | None
    families: tuple[str, ...] | None

    def __post_init__(self) -> None:
        shape = (len(self.systems), len(self.benchmarks))
        _refuse_shape("scores", self.scores, shape)
        _refuse_shape("errors", self.errors, shape)
        _refuse_shape("values", self.values, shape[:1])
        _refuse_shape("value_errors", self.value_errors, shape[:1])
        if self.families is not None and len(self.families) != len(self.systems):
            raise UsageError(
                f"every system has a family; found {len(self.families)} for {len(self.systems)}"
            )
        _refuse_twice("system", self.systems)
        _refuse_twice("benchmark", (*self.benchmarks, self.outcome))
        for errors in (self.errors, self.value_errors):
            if errors is not None and (errors < 0).any():
                raise UsageError("a standard error is not negative")

    def known(self, benchmark: str) -> NDArray[np.bool_]:
        """Which systems have both this benchmark and the outcome, shape (systems,)."""
        return np.asarray(~(np.isnan(self.column(benchmark)) | np.isnan(self.values)))

    def column(self, benchmark: str) -> Floats:
        """The scores on one benchmark, shape (systems,).

        Raises:
            UsageError: There is no such benchmark.
        """
        return np.asarray(self.scores[:, self.place(benchmark)])

    def place(self, benchmark: str) -> int:
        """Which column a benchmark is.

        Raises:
            UsageError: There is no such benchmark.
        """
        if benchmark not in self.benchmarks:
            told = ", ".join(self.benchmarks)
            raise UsageError(f"there is no benchmark {benchmark}; the benchmarks are: {told}")
        return self.benchmarks.index(benchmark)


def _refuse_shape(name: str, found: Floats | None, wanted: tuple[int, ...]) -> None:
    if found is None:
        return
    if found.shape != wanted:
        raise UsageError(f"{name} have the shape {wanted}; found {found.shape}")
    if np.isinf(found).any():
        raise UsageError(f"{name} are finite; mark what is not known with NaN")
    if (np.abs(found) > LARGEST).any():
        raise UsageError(f"{name} are of {LARGEST:g} at the most: more is no score")


def _refuse_twice(noun: str, names: Sequence[str]) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise UsageError(f"a {noun} is named once; named twice: {', '.join(twice)}")
