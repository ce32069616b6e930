"""Is one system not worse than another by the margin, on a part of the set?"""

from __future__ import annotations

import math

import numpy as np

from measurand.analysis.correction import as_opinion
from measurand.analysis.gate_terms import GateTerms
from measurand.analysis.gate_verdicts import named
from measurand.analysis.measure import OVERALL
from measurand.analysis.pair import Pair
from measurand.analysis.requirement import held_to_margin
from measurand.analysis.result import Verdict
from measurand.stats.estimate import Estimate
from measurand.stats.mean import as_wide_as_equal
from measurand.stats.proportion import zero_failures_needed
from measurand.stats.quantiles import two_sided_z

__all__ = ["difference_verdict", "examples_needed"]

_SPAN = (-1.0, 1.0)
_MOST_NEEDED = 10_000_000


def difference_verdict(
    pair: Pair, part: str | None, terms: GateTerms, *, tests: int = 1
) -> Verdict:
    """Is the system not worse by the margin? Each side of the margin needs a one-sided bound.

    The interval is never narrower than that of as many differences that are all the same: two
    examples that differ by a hair say less than twenty that do not differ at all.

    Args:
        pair: The system and what it is held against.
        part: On which part of the set.
        terms: By what the gate is decided.
        tests: How many such decisions share the error rate.
    """
    alpha = (1 - terms.level) / tests
    raw = pair.difference(1 - 2 * alpha)
    estimate = raw if _tango(pair) else as_wide_as_equal(raw, pair.units, bounds=_SPAN)
    where = f" on {part} examples" if part else ""
    what = "" if pair.name == OVERALL or tests == 1 else f" in {pair.name}"
    outcome, reason = held_to_margin(pair, estimate, f"{what}{where}")
    needed: int | None = None
    if outcome == "inconclusive" and estimate.present:
        needed = examples_needed(pair, raw)
        if needed is not None:
            reason += f"; about {needed:,} examples would tell, {_staying(raw, pair)}"
    low, high = pair.scale.low, pair.scale.high
    span = 1.0 if pair.name == OVERALL or low is None or high is None else high - low
    told = pair.told(estimate)
    return Verdict(
        name=named(part),
        outcome=outcome,
        reason=reason,
        estimate=as_opinion(told) if pair.opinion else told,
        bound=-pair.margin * span,
        dimension=pair.name,
        systems=pair.systems,
        component=part,
        n_needed=needed,
    )


def _tango(pair: Pair) -> bool:
    """Whether its interval is exact enough in the smallest samples as it is."""
    return pair.binary and pair.clusters is None and not pair.corrected


def _staying(raw: Estimate, pair: Pair) -> str:
    """On what a number of examples rests: the difference of those there are."""
    return f"if it stays at {raw.value:+.3f}, as on the {len(pair.first):,} there are"


def examples_needed(pair: Pair, raw: Estimate) -> int | None:
    """How many examples would decide, if the difference stays as it is; None where none would.

    Args:
        pair: The system and what it is held against.
        raw: The difference, by the interval that shrinks with the root of the examples.
    """
    value, low, high, n = raw.value, raw.low, raw.high, len(pair.first)
    if value is None or low is None or high is None or not n:
        return None
    gap, equal = value + pair.margin, bool(np.ptp(pair.values) == 0)
    if not gap:
        return None
    if _tango(pair):
        if not np.any(pair.values):
            z2 = two_sided_z(raw.level) ** 2
            return math.floor(z2 * (1 - pair.margin) / pair.margin) + 1
        least, equal = 0, False
    else:
        least = _least(pair, gap, value, level=raw.level)
    reach = value - low if gap > 0 else high - value
    found = max(least, 0 if equal or reach <= 0 else math.ceil(n * (reach / gap) ** 2))
    return found if n < found < _MOST_NEEDED else None


def _least(pair: Pair, gap: float, value: float, *, level: float) -> int:
    """How many examples must differ alike before the margin is excluded at all."""
    share = abs(gap) / (1 + value if gap > 0 else 1 - value)
    if not 0 < share < 1:
        return 0
    units = zero_failures_needed(share, (1 + level) / 2)
    return math.ceil(units * len(pair.values) / pair.units)
