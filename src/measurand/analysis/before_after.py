"""A judge as it was and as it was changed, on the same locked outputs, seen once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from measurand.analysis.calibration_effective import effective_number
from measurand.analysis.calibration_gate import Evidence, bound_level, gate
from measurand.analysis.calibration_lost import withheld
from measurand.analysis.calibration_measures import How, highest_ceiling
from measurand.analysis.calibration_pool import Pool
from measurand.analysis.result import Result, TestSet, Verdict
from measurand.core.calibration import TARGET
from measurand.core.candidate import CURRENT
from measurand.stats.correlation import pearson
from measurand.stats.correlation_difference import correlation_difference
from measurand.stats.estimate import Estimate, attempt

__all__ = ["Look", "Shown", "before_after"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One judge model before and after, on one dimension of the test set.

    Args:
        judge: The name of the judge that the plan has.
        adopted: The name of the change.
        before: What it said as it was.
        after: What it says changed; of the same outputs, in the same order.
    """

    judge: str
    adopted: str
    before: Pool
    after: Pool


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The look that this is.

    Args:
        target: The correlation that a judge is to reach.
        looks: How often this test set has been looked at, this time included.
        shown: Judges, or versions of one, that were shown on it, these included.
        tried: Judges that were tried.
        how: Levels, resamples, seed.
        decides: Whether it is decided if the judge can be trusted; of all dimensions together it is
            not, for that would hide one that fails.
        max_failures: The largest share of locked outputs without a judgment.
    """

    target: float = TARGET
    looks: int = 1
    shown: int = 2
    tried: int = 1
    how: How = field(default_factory=How)
    decides: bool = True
    max_failures: float = 0.02


def before_after(one: Shown, look: Look) -> tuple[tuple[Result, ...], tuple[Verdict, ...]]:
    """Both correlations with people, their difference, and whether each judge can be trusted.

    Args:
        one: What both said.
        look: What is known of the test set.

    Returns:
        ``r_before``, ``r_after`` and ``r_difference``; the verdicts ``change`` (``better``,
        ``worse``, ``no difference shown``) and, for the judge after the change, ``calibration``.
    """
    both = one.before.both & one.after.both
    before, after = one.before.only(both), one.after.only(both)
    results = tuple(_results(one, before, after, look=look))
    change = _change(one, results[-1].estimate)
    return results, (change, _verdict(one, after, look)) if look.decides else (change,)


def _results(one: Shown, before: Pool, after: Pool, *, look: Look) -> Iterator[Result]:
    level = look.how.level
    about = partial(Result, dimension=one.before.dimension, raters=(one.judge,))
    yield about(name="r_before", design=CURRENT, estimate=_correlation(before, level))
    yield about(name="r_after", design=one.adopted, estimate=_correlation(after, level))
    compute = partial(
        correlation_difference,
        after.judge,
        before.judge,
        after.people,
        clusters=after.shared,
        weights=after.weights,
        level=level,
    )
    found = attempt(compute, n=after.n, method="difference of correlations", level=level)
    yield about(name="r_difference", design=one.adopted, estimate=found)


def _correlation(pool: Pool, level: float) -> Estimate:
    compute = partial(
        pearson,
        pool.judge,
        pool.people,
        clusters=pool.shared,
        weights=pool.weights,
        level=level,
    )
    return attempt(compute, n=pool.n, method="Pearson", level=level)


def _change(one: Shown, difference: Estimate) -> Verdict:
    """What the interval of the difference supports, and no more."""
    if difference.value is None or difference.low is None or difference.high is None:
        outcome, reason = "no difference shown", f"{difference.reason}."
    else:
        told = f"{difference.value:+.3f} ({difference.low:+.3f} to {difference.high:+.3f})"
        outcome, says = "no difference shown", "which leaves open whether it is better or worse"
        if difference.low > 0:
            outcome, says = "better", "so it is better on outputs that nobody had looked at"
        elif difference.high < 0:
            outcome, says = "worse", "so what was gained on the development set did not hold"
        reason = f"{one.adopted} changes the correlation with people by {told}, {says}."
    return Verdict(
        name="change",
        outcome=outcome,
        reason=reason,
        estimate=difference,
        bound=0.0,
        dimension=one.before.dimension,
        raters=(one.judge,),
        design=one.adopted,
    )


def _with_ties(one: Shown) -> Pool:
    """What both judges rated, whether or not people have a majority there: all tell the ceiling."""
    return one.after.only(~(np.isnan(one.before.judge) | np.isnan(one.after.judge)))


def _verdict(one: Shown, after: Pool, look: Look) -> Verdict:
    """Whether the judge can be trusted after the change."""
    side = bound_level(look.shown)
    bound = partial(
        pearson,
        after.judge,
        after.people,
        clusters=after.shared,
        weights=after.weights,
        level=side,
    )
    evidence = Evidence(
        correlation=_correlation(after, look.how.level),
        bound=attempt(
            partial(bound, side="lower"), n=after.n, method="Pearson, one-sided", level=side
        ),
        ceiling=highest_ceiling(_with_ties(one), look.how),
        n_test=after.n,
        target=look.target,
        looks=look.looks,
        shown=look.shown,
        withheld=withheld(one.after, look.max_failures),
        statistic="phi" if after.scale.binary else "r",
        effective=effective_number(after),
    )
    decided = gate(evidence)
    return Verdict(
        name="calibration",
        outcome=decided.outcome,
        reason=decided.reason,
        estimate=evidence.correlation,
        bound=look.target,
        dimension=after.dimension,
        raters=(one.judge,),
        design=one.adopted,
        n_needed=decided.n_needed,
        tested=TestSet(
            n_test=after.n, looks=look.looks, candidates=look.tried, screening=evidence.screening
        ),
    )
