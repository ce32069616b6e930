"""One benchmark against one outcome: how well it predicts, and what choosing by it costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from measurand.analysis.benchmarks_column import Column
from measurand.analysis.benchmarks_table import BenchmarkTable
from measurand.analysis.result import Result
from measurand.errors import InsufficientData
from measurand.stats.correlation import pearson, spearman
from measurand.stats.estimate import Estimate, attempt
from measurand.stats.from_correlation import explained_variance, mapped, pairwise_concordance
from measurand.stats.kendall import kendall
from measurand.stats.regret import (
    expected_best,
    observed_pick,
    picked,
    regret_quantile,
    selection,
)
from measurand.stats.spread import standard_deviation

__all__ = ["FEWEST_PICKED", "each_benchmark"]

FEWEST_PICKED = 4
"""With fewer systems nothing is said of what a benchmark would pick."""


_COEFFICIENTS = (("pearson", pearson), ("spearman", spearman), ("kendall", kendall))


def each_benchmark(table: BenchmarkTable, *, level: float) -> Iterator[Result]:
    """Every result about a benchmark and the table's outcome."""
    for benchmark in table.benchmarks:
        column = Column.of(table, benchmark)
        about = (benchmark, table.outcome)
        for name, estimate in _estimates(column, level):
            yield Result(name=name, estimate=estimate, systems=about)


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
        yield "pearson_disattenuated", column.corrected(level)
    yield from _choosing(column, r, level)


def _choosing(column: Column, r: Estimate, level: float) -> Iterator[tuple[str, Estimate]]:
    """What picking the first by this benchmark costs among as many systems as these."""
    tried = partial(attempt, n=column.n, level=level)
    true = column.choosing(level)
    regret = tried(partial(_regret, column, r, level), method="observed pick")
    yield "regret", regret
    yield "regret_sd", _in_sd(column, regret, level)
    if not true.present:
        for name in ("probability_best", "expected_regret", "pick_rank", "pairwise_concordance"):
            yield name, true
        return
    count = column.n
    of = f"best of {count}, both normal"
    yield "probability_best", mapped(true, lambda value: selection(value, count).best, of)
    best = expected_best(count)
    yield "expected_regret", column.cost(true, lambda r: best * (1 - r), of=of, level=level)
    yield "pick_rank", mapped(true, lambda value: selection(value, count).rank, of)
    yield "pairwise_concordance", pairwise_concordance(true)


def _in_sd(column: Column, regret: Estimate, level: float) -> Estimate:
    """A regret in standard deviations of quality between these systems."""
    compute = partial(standard_deviation, column.y, column.y_errors, level=level)
    spread = attempt(compute, n=column.n, method="standard deviation", level=level)
    if not regret.present or not spread.value:
        return regret if not regret.present else spread
    noise = "" if column.y_errors is None else ", its noise taken out"
    told = f"{regret.method}; in standard deviations of the outcome{noise}"
    return replace(regret.scaled(1 / spread.value), method=told)


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
    if errors is not None:
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
