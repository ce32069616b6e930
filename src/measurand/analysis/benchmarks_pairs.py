"""Which of two benchmarks predicts an outcome better, or that they cannot be told apart."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from measurand.analysis.benchmarks_table import BenchmarkTable
from measurand.analysis.result import Result, Verdict
from measurand.errors import InsufficientData
from measurand.stats.arrays import Floats
from measurand.stats.correlation_difference import correlation_difference
from measurand.stats.dependent_correlations import Overlapping, overlapping_n, williams_t
from measurand.stats.estimate import Estimate, attempt
from measurand.stats.mean import cluster_codes
from measurand.stats.multiple import holm
from measurand.stats.quantiles import t_quantile, two_sided_t

__all__ = ["A_BETTER", "BENCHMARK", "B_BETTER", "SAME", "compared"]

BENCHMARK = "benchmark"
"""The name of the verdict."""
A_BETTER, B_BETTER = "a better predictor", "b better predictor"
SAME = "cannot be told apart"
_POWER = 0.8
_MOST = 10_000
"""More systems than this there are not."""


@dataclass(frozen=True, slots=True)
class _Compared:
    """Two benchmarks on the systems that have both and the outcome."""

    names: tuple[str, str]
    outcome: str
    difference: Estimate
    r: Overlapping | None
    p: float | None


def compared(
    table: BenchmarkTable, *, level: float
) -> tuple[tuple[Result, ...], tuple[Verdict, ...]]:
    """Every two benchmarks: the difference of their correlations, and a decision over all pairs.

    Intervals are of one pair each; decisions hold for all pairs together, by Holm.
    """
    found = [_compare(table, pair, level) for pair in combinations(table.benchmarks, 2)]
    tested = {one.names: one.p for one in found if one.p is not None}
    adjusted = holm(list(tested.values())).tolist() if tested else []
    by = dict(zip(tested, adjusted, strict=True))
    surest = sorted(found, key=lambda one: 2.0 if one.p is None else one.p)
    verdicts = [_verdict(replace(one, p=by.get(one.names)), len(tested), level) for one in surest]
    results = tuple(_result(one) for one in found)
    return results, tuple(sorted(verdicts, key=lambda v: v.outcome == SAME))


def _result(one: _Compared) -> Result:
    return Result(
        name="pearson_difference",
        estimate=one.difference,
        systems=one.names,
        dimension=one.outcome,
    )


def _compare(table: BenchmarkTable, names: tuple[str, str], level: float) -> _Compared:
    known = table.known(names[0]) & table.known(names[1])
    x, other, y = (
        values[known] for values in (*(table.column(name) for name in names), table.values)
    )
    clusters = _families(table, known)
    n = int(known.sum())
    compute = partial(correlation_difference, x, other, y, clusters=clusters, level=level)
    difference = attempt(compute, n=n, method="Zou", level=level)
    if not difference.present:
        return _Compared(names, table.outcome, difference, None, None)
    r = Overlapping(_r(x, y), _r(other, y), _r(x, other))
    p = _williams(r, n) if clusters is None else _left_out_p(difference, int(clusters.max()) + 1)
    return _Compared(names, table.outcome, difference, r, p)


def _r(x: Floats, y: Floats) -> float:
    return float(np.corrcoef(x, y).item(1))


def _families(table: BenchmarkTable, known: NDArray[np.bool_]) -> NDArray[np.intp] | None:
    if table.families is None:
        return None
    chosen = np.asarray(table.families)[known]
    alone = len(set(chosen.tolist())) == chosen.size
    return None if alone else cluster_codes(chosen, chosen.size)


def _williams(r: Overlapping, n: int) -> float | None:
    try:
        return williams_t(r, n).p
    except InsufficientData:
        return None


def _left_out_p(difference: Estimate, clusters: int) -> float | None:
    """What t(C-1) makes of the interval's half towards zero: Williams knows no families."""
    value, low, high = difference.value, difference.low, difference.high
    if value is None or low is None or high is None:
        return None
    half = value - low if value > 0 else high - value
    reach = t_quantile((1 + difference.level) / 2, clusters - 1)
    return two_sided_t(value / half * reach, clusters - 1) if half > 0 else None


def _verdict(one: _Compared, family: int, level: float) -> Verdict:
    """The decision on one pair, whose p is adjusted for all of the family."""
    outcome = _outcome(one.difference, one.p, level)
    needed = None
    if one.r is not None and outcome == SAME:
        # Holm's first step: what would decide it whatever becomes of the other pairs.
        needed = _needed(one.r, one.difference.n, 1 - (1 - level) / max(family, 1))
    return Verdict(
        name=BENCHMARK,
        outcome=outcome,
        reason=_reason(one, outcome, needed=needed, family=family),
        estimate=one.difference,
        bound=0.0,
        dimension=one.outcome,
        systems=one.names,
        n_needed=needed,
    )


def _reason(one: _Compared, outcome: str, *, needed: int | None, family: int) -> str:
    first, second = one.names
    if one.r is None:
        return f"{first} and {second}: {one.difference.reason}"
    swapped = outcome == B_BETTER
    better, worse = (second, first) if swapped else (first, second)
    r = (one.r.second, one.r.first) if swapped else (one.r.first, one.r.second)
    told = f"r {r[0]:.2f} against {r[1]:.2f} on {one.difference.n} systems"
    if one.p is not None:
        told += f", p {_p_text(one.p)}"
        told += f" after Holm over {family} pairs" if family > 1 else ""
    if outcome != SAME:
        return f"{better} predicts {one.outcome} better than {worse}: {told}"
    return (
        f"which of {first} and {second} predicts {one.outcome} better cannot be told: {told}; "
        f"{_hint(needed, family)}"
    )


def _outcome(difference: Estimate, p: float | None, level: float) -> str:
    """Shown only where both the test over all pairs and the interval of the pair show it."""
    if p is None or p >= 1 - level or difference.low is None or difference.high is None:
        return SAME
    if difference.low > 0:
        return A_BETTER
    return B_BETTER if difference.high < 0 else SAME


def _needed(r: Overlapping, n: int, level: float) -> int | None:
    """The systems that would probably show it; None where there are as many, or never will be."""
    try:
        needed = overlapping_n(r, power=_POWER, level=level)
    except InsufficientData:
        return None
    return needed if n < needed <= _MOST else None


def _hint(needed: int | None, family: int) -> str:
    if needed is None:
        return "no number of systems can be named that would show it"
    among = f" among {family} pairs" if family > 1 else ""
    return f"about {_rounded(needed):,} would show it{among} with a probability of {_POWER:.0%}"


def _rounded(n: int) -> int:
    """Two digits: it is foretold from an estimate."""
    unit = int("1".ljust(max(len(str(n)) - 1, 1), "0"))
    return math.ceil(n / unit) * unit


def _p_text(p: float) -> str:
    return f"{p:.3f}" if p >= 0.001 else "below .001"  # noqa: PLR2004 - three decimals
