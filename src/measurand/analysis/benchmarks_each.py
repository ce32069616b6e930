"""One benchmark against one outcome: how well it predicts, and what choosing by it costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from measurand.analysis.benchmarks_table import BenchmarkTable
from measurand.analysis.result import Result
from measurand.errors import InsufficientData
from measurand.stats.arrays import Floats
from measurand.stats.correlation import pearson, spearman
from measurand.stats.disattenuated import disattenuated
from measurand.stats.estimate import Estimate, attempt
from measurand.stats.from_correlation import explained_variance, mapped, pairwise_concordance
from measurand.stats.kendall import kendall
from measurand.stats.mean import cluster_codes
from measurand.stats.regret import (
    expected_best,
    observed_pick,
    picked,
    regret_quantile,
    selection,
)

__all__ = ["FEWEST_PICKED", "Column", "each_benchmark"]

FEWEST_PICKED = 4
"""With fewer systems nothing is said of what a benchmark would pick."""


_COEFFICIENTS = (("pearson", pearson), ("spearman", spearman), ("kendall", kendall))


@dataclass(frozen=True, slots=True)
class Column:
    """One benchmark and one outcome, of the systems that have both.

    Args:
        benchmark: Which.
        outcome: Which.
        systems: Those that have both.
        x: Their scores.
        y: Their outcomes.
        x_errors: Standard errors of the scores; None where one is not known.
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
        families = None
        if table.families is not None:
            families = np.asarray(table.families)[known]
        several = families is not None and len(set(families.tolist())) < families.size
        return cls(
            benchmark,
            table.outcome,
            tuple(np.asarray(table.systems)[known].tolist()),
            table.column(benchmark)[known],
            table.values[known],
            _whole(errors, known),
            _whole(table.value_errors, known),
            cluster_codes(families, families.size) if several and families is not None else None,
        )

    @property
    def n(self) -> int:
        """How many systems have both."""
        return len(self.systems)


def each_benchmark(table: BenchmarkTable, *, level: float) -> Iterator[Result]:
    """Every result about a benchmark and the table's outcome."""
    for benchmark in table.benchmarks:
        column = Column.of(table, benchmark)
        about = (benchmark, table.outcome)
        for name, estimate in _estimates(column, level):
            yield Result(name=name, estimate=estimate, systems=about)


def _whole(errors: Floats | None, known: NDArray[np.bool_]) -> Floats | None:
    """The errors of those that are used, where all of them are known."""
    if errors is None or np.isnan(errors[known]).any():
        return None
    return np.asarray(errors[known])


def _estimates(column: Column, level: float) -> Iterator[tuple[str, Estimate]]:
    x, y, clusters = column.x, column.y, column.clusters
    tried = partial(attempt, n=column.n, level=level)
    r, *ranks = (
        tried(partial(coefficient, x, y, clusters=clusters, level=level), method=name.title())
        for name, coefficient in _COEFFICIENTS
    )
    yield from zip((name for name, _ in _COEFFICIENTS), (r, *ranks), strict=True)
    yield "explained_variance", explained_variance(r)
    if column.x_errors is not None or column.y_errors is not None:
        compute = partial(_corrected, column, both=True, level=level)
        yield "pearson_disattenuated", tried(compute, method="Pearson disattenuated")
    yield from _choosing(column, r, level)


def _corrected(column: Column, *, both: bool, level: float) -> Estimate:
    """Corrected for the noise that is known; of the outcome alone where a choice is made by x."""
    nothing = np.zeros(column.n)
    x_errors = column.x_errors if both and column.x_errors is not None else nothing
    y_errors = column.y_errors if column.y_errors is not None else nothing
    found = disattenuated(
        column.x, column.y, errors=(x_errors, y_errors), clusters=column.clusters, level=level
    )
    sides = {"scores": column.x_errors, "outcome": column.y_errors}
    known = [name for name, errors in sides.items() if errors is not None]
    told = f"of the {' and the '.join(known)}" if both else "of the outcome"
    return replace(found, method=found.method.replace("disattenuated", f"for noise {told}"))


def _choosing(column: Column, r: Estimate, level: float) -> Iterator[tuple[str, Estimate]]:
    """What picking the first by this benchmark costs among as many systems as these."""
    tried = partial(attempt, n=column.n, level=level)
    true = r
    if column.y_errors is not None:
        compute = partial(_corrected, column, both=False, level=level)
        true = tried(compute, method="Pearson, for noise of the outcome")
    spread = float(column.y.std(ddof=1)) if column.n > 1 else 0.0
    regret = tried(partial(_regret, column, r, level), method="observed pick")
    yield "regret", regret
    if spread > 0:
        per = "standard deviations of the outcome"
        yield "regret_sd", replace(regret.scaled(1 / spread), method=f"{regret.method}; in {per}")
    if not true.present:
        for name in ("probability_best", "expected_regret", "pick_rank", "pairwise_concordance"):
            yield name, true
        return
    count = column.n
    of = f"best of {count}, both normal"
    yield "probability_best", mapped(true, lambda value: selection(value, count).best, of)
    unit = spread * expected_best(count)
    yield "expected_regret", mapped(true, lambda value: unit * (1 - value), of)
    yield "pick_rank", mapped(true, lambda value: selection(value, count).rank, of)
    yield "pairwise_concordance", pairwise_concordance(true)


def _regret(column: Column, r: Estimate, level: float) -> Estimate:
    """What the pick lost here; how much it can be where this happens again.

    Where the outcome has standard errors, its noise alone makes the interval: these systems are
    all there are. Where not, the upper end is that of sets of as many systems, at the least
    correlation that the interval of r leaves.
    """
    if column.n < FEWEST_PICKED:
        raise InsufficientData(
            f"what a benchmark picks takes {FEWEST_PICKED} systems; found {column.n}"
        )
    found = picked(column.x, column.y)
    tied = None
    if found.tied > 1:
        tied = f"{found.tied} systems share the first place: the least good of them counts"
    errors = column.y_errors
    if errors is not None and errors.min() > 0:
        measured = observed_pick(column.y, errors, found.place, level=level)
        return replace(measured, value=found.regret, reason=tied)
    if r.low is None:
        raise InsufficientData(f"there is no correlation to tell it by: {r.reason}")
    most = regret_quantile(round(r.low, 4), column.n, level) * float(column.y.std(ddof=1))
    return Estimate(
        value=found.regret,
        low=0.0,
        high=max(most, found.regret),
        level=level,
        n=column.n,
        method=f"observed pick; {level:.4g} of sets of {column.n} such systems lose no more, both "
        "normal, at the lower end of r",
        reason=tied,
    )
