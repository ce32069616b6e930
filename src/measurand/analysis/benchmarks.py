"""Benchmarks against an outcome: which predicts it, how well, and what choosing by it costs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np

from measurand.analysis.benchmarks_each import each_benchmark
from measurand.analysis.benchmarks_funnel import MEAN, funnel
from measurand.analysis.benchmarks_limits import benchmark_limits
from measurand.analysis.benchmarks_options import CorrelateOptions
from measurand.analysis.benchmarks_pairs import SAME, compared
from measurand.analysis.benchmarks_readings import benchmark_readings, first_of
from measurand.analysis.benchmarks_table import BenchmarkTable
from measurand.analysis.result import Findings, Result, Verdict
from measurand.errors import UsageError
from measurand.stats.arrays import Floats
from measurand.stats.estimate import attempt
from measurand.stats.mean_correlation import mean_pearson

__all__ = ["correlate"]

_BY = "Screening by"
"""How the funnel's sentence about one benchmark begins; those of all would be a wall."""


_MOST_PAIRED = 60
_NOT_PAIRED = "Which of two benchmarks predicts better is open among {}; --pairs compares them."


def correlate(
    tables: BenchmarkTable | Sequence[BenchmarkTable], options: CorrelateOptions | None = None
) -> Findings:
    """Hold every benchmark against one outcome, or several.

    Systems are the units. Where families are known every interval is by family, for models of one
    family are no independent evidence.

    Args:
        tables: One table an outcome; the same systems and benchmarks in all.
        options: Level, threshold, how many are kept by screening, and whether pairs are compared.

    Raises:
        UsageError: There is no table, systems, benchmarks or families differ between them, or more
            systems are to be kept than any benchmark has.
    """
    chosen = options or CorrelateOptions()
    every = (tables,) if isinstance(tables, BenchmarkTable) else tuple(tables)
    _refuse_different(every)
    results: list[Result] = []
    verdicts: list[Verdict] = []
    for table in every:
        results += each_benchmark(table, level=chosen.level)
        if _paired(chosen, table):
            differences, decided = compared(table, level=chosen.level)
            results += differences
            verdicts += decided
    results += _means(every, chosen.level)
    limits = dict.fromkeys(
        limit for table in every for limit in benchmark_limits(table, results, chosen)
    )
    if chosen.pairs is None and len(every[0].benchmarks) > _MOST_PAIRED:
        limits[_NOT_PAIRED.format(len(every[0].benchmarks))] = None
    readings = list(benchmark_readings(every, results, verdicts, options=chosen))
    for table in every:
        screened, told = funnel(table, options=chosen)
        results += screened
        first = first_of(table, results)
        readings += (one for one in told if one.startswith((f"{_BY} {first}:", f"{_BY} {MEAN}:")))
        limits.update(dict.fromkeys(one for one in told if not one.startswith(_BY)))
    return Findings(
        results=tuple(results),
        verdicts=tuple(sorted(verdicts, key=lambda verdict: verdict.outcome == SAME)),
        limits=tuple(limits),
        readings=tuple(readings),
    )


def _paired(options: CorrelateOptions, table: BenchmarkTable) -> bool:
    """Whether every two benchmarks are compared."""
    few = len(table.benchmarks) <= _MOST_PAIRED
    return len(table.benchmarks) > 1 and (few if options.pairs is None else options.pairs)


def _refuse_different(tables: Sequence[BenchmarkTable]) -> None:
    if not tables:
        raise UsageError("there is no table, so nothing to correlate")
    first = tables[0]
    for table in tables[1:]:
        alike = (
            table.systems == first.systems
            and table.benchmarks == first.benchmarks
            and table.families == first.families
        )
        if not alike:
            raise UsageError("tables of several outcomes have the same systems and benchmarks")
    if not first.benchmarks:
        raise UsageError("the table has no benchmark besides the outcome")


def _means(tables: Sequence[BenchmarkTable], level: float) -> Iterator[Result]:
    """The average of each benchmark's correlations with several outcomes."""
    if len(tables) < 2:  # noqa: PLR2004 - the average of one is that one
        return
    first = tables[0]
    outcomes: Floats = np.stack([table.values for table in tables], axis=1)
    alone = first.families is None or len(set(first.families)) == len(first.families)
    for benchmark in first.benchmarks:
        compute = partial(
            mean_pearson,
            first.column(benchmark),
            outcomes,
            clusters=None if alone else np.asarray(first.families),
            level=level,
        )
        n = int((~np.isnan(first.column(benchmark))).sum())
        found = attempt(compute, n=n, method="mean of Fisher z", level=level)
        yield Result(name="pearson_mean", estimate=found, systems=(benchmark,))
