"""Which of two benchmarks predicts an outcome better, or that they cannot be told apart."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations

import numpy as np

from measurand.analysis.benchmarks_column import family_codes, for_all
from measurand.analysis.benchmarks_table import BenchmarkTable
from measurand.analysis.result import Result, Verdict
from measurand.errors import InsufficientData
from measurand.figures.text import foretold
from measurand.stats.arrays import Floats
from measurand.stats.correlation_difference import correlation_difference
from measurand.stats.correlation_rows import pearson_rows
from measurand.stats.dependent_correlations import (
    Overlapping,
    overlapping_difference,
    overlapping_n,
    williams_t,
)
from measurand.stats.estimate import Estimate, attempt
from measurand.stats.multiple import holm
from measurand.stats.quantiles import t_quantile, two_sided_t, two_sided_z

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
    families: int | None = None


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
    clusters = family_codes(table, known)
    n = int(known.sum())
    compute = partial(correlation_difference, x, other, y, clusters=clusters, level=level)
    difference = attempt(compute, n=n, method="Zou", level=level)
    if not difference.present:
        return _Compared(names, table.outcome, difference, None, None)
    families = None if clusters is None else int(clusters.max()) + 1
    r = Overlapping(_r(x, y), _r(other, y), _r(x, other))
    p = _williams(r, n) if families is None else _left_out_p(difference, families)
    return _Compared(names, table.outcome, difference, r, p, families)


def _r(x: Floats, y: Floats) -> float:
    return float(pearson_rows(x, y)(np.ones((1, x.size)))[0])


def _williams(r: Overlapping, n: int) -> float | None:
    try:
        return williams_t(r, n).p
    except InsufficientData:
        return None


def _left_out_p(difference: Estimate, clusters: int) -> float | None:
    """What t(C-1) makes of the interval's half towards zero: Williams knows no families."""
    half = _half(difference)
    reach = t_quantile((1 + difference.level) / 2, clusters - 1)
    return two_sided_t((difference.value or 0.0) / half * reach, clusters - 1) if half else None


def _half(difference: Estimate) -> float | None:
    """How far the interval goes towards zero; None where it goes nowhere."""
    value, low, high = difference.value, difference.low, difference.high
    if value is None or low is None or high is None:
        return None
    half = value - low if value > 0 else high - value
    return half if half > 0 else None


def _verdict(one: _Compared, family: int, level: float) -> Verdict:
    """The decision on one pair, whose p is adjusted for all of the family."""
    outcome = _outcome(one.difference, one.p, level)
    needed: int | str = ""
    if one.r is not None and outcome == SAME:
        # Holm's first step: what would decide it whatever becomes of the other pairs.
        needed = _needed(one, one.r, for_all(level, family))
    return Verdict(
        name=BENCHMARK,
        outcome=outcome,
        reason=_reason(one, outcome, needed=needed, family=family),
        estimate=one.difference,
        bound=0.0,
        dimension=one.outcome,
        systems=one.names,
        n_needed=needed if isinstance(needed, int) else None,
    )


def _reason(one: _Compared, outcome: str, *, needed: int | str, family: int) -> str:
    first, second = one.names
    if one.r is None:
        return f"{first} and {second} against {one.outcome}: {one.difference.reason}"
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
        f"{_hint(one, needed, family)}"
    )


def _outcome(difference: Estimate, p: float | None, level: float) -> str:
    """Shown only where both the test over all pairs and the interval of the pair show it."""
    if p is None or p >= 1 - level or difference.low is None or difference.high is None:
        return SAME
    if difference.low > 0:
        return A_BETTER
    return B_BETTER if difference.high < 0 else SAME


def _needed(one: _Compared, r: Overlapping, level: float) -> int | str:
    """The systems that would probably show it, or why none are named.

    Williams' number is of independent normal values. Where the interval is wider than such values
    make it, for families or for their shape, it takes as many times more as that is squared.
    """
    n = one.difference.n
    try:
        needed = math.ceil(overlapping_n(r, power=_POWER, level=level) * _wider(one, r))
    except InsufficientData:
        return "no number of systems can be named that would show it"
    if needed > _MOST:
        return f"more than {_MOST:,} systems would be needed to show it"
    if needed <= n:
        return "as many systems as these might show it another time; how many surely would is open"
    return needed


def _wider(one: _Compared, r: Overlapping) -> float:
    """The variance of the difference in that of independent normal values; at least 1."""
    plain = overlapping_difference(r, one.difference.n, level=one.difference.level)
    ours, theirs = _half(one.difference), _half(plain)
    if not ours or not theirs:
        return 1.0
    level = one.difference.level
    units = one.difference.n if one.families is None else one.families
    left_out = one.families is not None or "jackknife" in one.difference.method
    reach = t_quantile((1 + level) / 2, units - 1) if left_out else two_sided_z(level)
    return max((ours / reach * two_sided_z(level) / theirs) ** 2, 1.0)


def _hint(one: _Compared, needed: int | str, family: int) -> str:
    if isinstance(needed, str):
        return needed
    among = f" among {family} pairs" if family > 1 else ""
    like = ""
    if one.families is not None:
        families = math.ceil(needed * one.families / one.difference.n)
        like = f", {foretold(families)} families as large as these,"
    likely = f"with a probability of {_POWER:.0%}"
    return f"about {foretold(needed)}{like} would show it{among} {likely}"


def _p_text(p: float) -> str:
    return f"{p:.3f}" if p >= 0.001 else "below .001"  # noqa: PLR2004 - three decimals
