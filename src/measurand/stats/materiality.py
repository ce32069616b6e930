"""Is an effect large enough to matter, surely too small to matter, or not known?

A p-value against zero answers neither: a large sample makes any effect significant, and a small
one hides a large effect. An effect is *material* where its interval lies outside of the margin
on either side of 0, *negligible* where two one-sided tests say that it lies inside (TOST), else
*inconclusive*; then it is told how many units would decide.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy import special

from measurand.errors import UsageError
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.multiple import holm
from measurand.stats.quantiles import (
    binomial_cdf,
    check_level,
    normal_quantile,
    t_quantile,
    two_sided_t,
)

__all__ = [
    "Materiality",
    "Outcome",
    "decide_family",
    "materiality",
    "share_materiality",
    "units_to_decide",
]

Outcome = Literal["material", "negligible", "inconclusive"]

POWER = 0.9
"""The chance with which the units that are asked for decide."""

FEWEST = 30
"""On fewer units nothing is called negligible: their spread itself is known too poorly."""

_MOST_UNITS = 100_000
"""Beyond this no number of units is a plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Materiality:
    """What is known of an effect beside its margin.

    Args:
        outcome: ``material``, ``negligible`` or ``inconclusive``.
        n_needed: Units that would decide with a power of 90 %: by TOST where the effect may be 0,
            else were it what it seems. None where it is decided, or where it lies on the margin.
        p: The two-sided p-value of lying outside of the margin; 1 where it does not seem to.
        p_within: The p-value of lying inside (TOST); 1 where it does not seem to.
        size: The estimate's distance from 0 over the margin; 0 where there is none.
        certain: How much of the size is certain: its distance where the interval excludes 0.
        spread: The standard deviation of one unit over the margin; 0 where there is none.
        n: How many units there are.
    """

    outcome: Outcome
    n_needed: int | None
    p: float
    p_within: float = 1.0
    size: float = 0.0
    certain: float = 0.0
    spread: float = 0.0
    n: int = 0


def materiality(
    estimate: Estimate,
    *,
    margin: float,
    error: float | None = None,
    df: float | None = None,
    only_above: bool = False,
) -> Materiality:
    """One effect beside its margin.

    Material: the interval of the estimate lies outside of the margin, p being the two-sided one
    of the distance to it. Negligible: the interval of level 1 - 2 alpha lies inside, alpha being
    one minus the level, and there are 30 units or more.

    Args:
        estimate: The effect, whose absence decides nothing.
        margin: How far from 0 does not matter, above 0.
        error: The standard error; by default what either arm of the interval says.
        df: The degrees of freedom of the interval; by default n - 1.
        only_above: Whether an effect below 0, however far, does not matter either.

    Raises:
        UsageError: The margin is not above 0.

    References:
        Schuirmann (1987), J. Pharmacokinet. Biopharm. 15, 657-680.
    """
    if not 0 < margin < math.inf:
        raise UsageError(f"a margin lies above 0; found {margin:g}")
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return Materiality(outcome="inconclusive", n_needed=None, p=1.0)
    degrees = df if df is not None else max(estimate.n - 1, 1)
    quantile = t_quantile((1 + estimate.level) / 2, degrees)
    arms = (estimate.value - estimate.low, estimate.high - estimate.value)
    down, up = arms if error is None else (error * quantile, error * quantile)
    inner, outer = (up, down) if estimate.value > 0 or only_above else (down, up)
    signed = estimate.value if only_above else abs(estimate.value)
    gap, size = signed - margin, max(signed, 0.0)
    outside = inside = 1.0
    if gap > 0:
        outside = two_sided_t(_steps(gap, outer, quantile), degrees)
    else:
        steps = _steps(-gap, inner, quantile)
        if not only_above:
            steps = min(steps, _steps(margin + size, outer, quantile))
        inside = float(special.stdtr(degrees, -steps)) if estimate.n >= FEWEST else 1.0
    found = Materiality(
        outcome="inconclusive",
        n_needed=None,
        p=outside,
        p_within=inside,
        size=size / margin,
        certain=0.0 if estimate.low <= 0 <= estimate.high else size / margin,
        spread=max(down, up) / quantile * math.sqrt(max(estimate.n, 1)) / margin,
        n=estimate.n,
    )
    return _decided(found, level=estimate.level, claims=1)


def share_materiality(hits: int, n: int, *, margin: float, level: float = LEVEL) -> Materiality:
    """The same of a rate that can only be 0 or more, by exact binomial tests.

    Negligible where the one-sided Clopper-Pearson bound lies below the margin: 0 of 60 does at
    5 %.

    Args:
        hits: How often it happened.
        n: Of how many.
        margin: The rate that does not matter yet, above 0 and below 1.
        level: The confidence level.

    Raises:
        UsageError: The margin is no rate, or the counts are impossible.
    """
    if not 0 < margin < 1 or not 0 <= hits <= n:
        raise UsageError(f"{hits} of {n} beside a margin of {margin:g} is no rate and its margin")
    if n == 0:
        return Materiality(outcome="inconclusive", n_needed=None, p=1.0)
    above = hits / n > margin
    outside = min(1.0, 2 * float(1 - binomial_cdf(hits - 1, n, margin))) if above else 1.0
    share = (hits + 0.5) / (n + 1)
    found = Materiality(
        outcome="inconclusive",
        n_needed=None,
        p=outside,
        p_within=1.0 if above else float(binomial_cdf(hits, n, margin)),
        size=hits / n / margin,
        certain=hits / n / margin,
        spread=math.sqrt(share * (1 - share)) / margin,
        n=n,
    )
    return _decided(found, level=level, claims=1)


def decide_family(
    members: Sequence[Materiality], *, level: float = LEVEL
) -> tuple[Materiality, ...]:
    """All effects of one audit together: Holm's adjustment of what is called material.

    The chance that any effect is called material that is not stays below one minus the level,
    however many there are. What is called negligible is tested at that error rate each: that all
    of several effects are negligible is claimed only where each is, which needs no adjustment.

    Args:
        members: One an effect, as `materiality` gives them.
        level: The confidence level.

    Returns:
        The same, ``p`` adjusted and decided anew, with the units that would decide what is open.

    References:
        Holm (1979), Scand. J. Stat. 6, 65-70; Berger (1982), Technometrics 24, 295-300, for the
        intersection-union test.
    """
    alpha = 1 - check_level(level)
    adjusted = holm(np.asarray([member.p for member in members]))
    still = max(1, int(np.count_nonzero(adjusted >= alpha)))
    return tuple(
        _decided(replace(member, p=float(p)), level=level, claims=still)
        for member, p in zip(members, adjusted, strict=True)
    )


def units_to_decide(
    spread: float, *, size: float = 0.0, margin: float = 1.0, level: float = LEVEL, claims: int = 1
) -> int | None:
    """The units with which an effect of this size is decided with a power of 90 %.

    For an effect of 0 it is TOST's sample size: 77, 174 and 308 for paired differences with a
    standard deviation of .4, .6 and .8 and a margin of .15.

    Args:
        spread: The standard deviation of one unit.
        size: How far from 0 the effect is, 0 or more.
        margin: The margin.
        level: The confidence level.
        claims: Over how many claims the error is shared.

    Returns:
        The number; None where the effect lies so near the margin that none within reach (100,000)
            would decide.

    References:
        Julious (2004), Stat. Med. 23, 1921-1986, sections 3 and 5.
    """
    alpha = (1 - check_level(level)) / max(claims, 1)
    distance = abs(size - margin)
    tail, power = (alpha / 2, POWER) if size > margin else (alpha, (1 + POWER) / 2)
    reach = normal_quantile(power) - normal_quantile(tail)
    if distance * math.sqrt(_MOST_UNITS) <= reach * spread:
        return None
    return max(FEWEST, math.ceil((reach * spread / distance) ** 2))


def _decided(found: Materiality, *, level: float, claims: int) -> Materiality:
    if found.p < 1 - level:
        return replace(found, outcome="material", n_needed=None)
    if found.p_within < 1 - level:
        return replace(found, outcome="negligible", n_needed=None)
    needed = None
    if found.spread > 0:
        needed = _needed(found, found.certain, level=level, claims=claims)
        if needed is not None and needed <= found.n:
            needed = _needed(found, found.size, level=level, claims=claims)
    return replace(found, outcome="inconclusive", n_needed=needed)


def _needed(found: Materiality, size: float, *, level: float, claims: int) -> int | None:
    shared = claims if size > 1 else 1
    return units_to_decide(found.spread, size=size, level=level, claims=shared)


def _steps(distance: float, arm: float, quantile: float) -> float:
    """How many standard errors a distance is; an arm of no length is one that ends at a bound."""
    return distance / (arm / quantile) if arm > 0 else math.inf
