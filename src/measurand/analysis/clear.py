"""Whether it is clear already which of several systems is better, while results still come in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np

from measurand.analysis.looking import look_mean, look_p
from measurand.analysis.matrix import Codes, Floats
from measurand.analysis.score import Scores
from measurand.errors import InsufficientData
from measurand.stats.estimate import LEVEL, Estimate, attempt
from measurand.stats.multiple import holm
from measurand.stats.sequential import Alternative

__all__ = ["Decided", "Terms", "decide"]

Outcome = Literal["better", "worse", "equivalent", ""]

_AHEAD = {"better": "better by the scores", "equivalent": "equivalent by the scores"}
"""What is said of a candidate that might be taken, but for what is blocked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What it takes to be clear.

    Args:
        level: One minus the chance that any candidate is ever called better or worse that is
            not, over all looks; and the same for equivalent.
        margin: Differences smaller than this do not matter; 0: nothing is equivalent.
        max_failures: The share of examples without a score above which nothing is clear.
    """

    level: float = LEVEL
    margin: float = 0.05
    max_failures: float = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What is clear of one candidate.

    Args:
        system: The candidate.
        baseline: What it is compared with.
        outcome: What is clear; empty where nothing is yet.
        estimate: The overall difference, candidate minus baseline, valid at every look.
        reason: What keeps it from being clear besides the scores: examples without a score, or
            outputs that are blocked more often; empty where nothing does.
    """

    system: str
    baseline: str
    outcome: Outcome
    estimate: Estimate
    reason: str = ""

    def __str__(self) -> str:
        told = "equivalent to" if self.outcome == "equivalent" else f"{self.outcome} than"
        if self.reason:
            return f"{self.system} against {self.baseline} is not decided: {self.reason}"
        if not self.outcome:
            return f"{self.system} and {self.baseline} are not told apart"
        gap, low, high = self.estimate.value, self.estimate.low, self.estimate.high
        return f"{self.system} is {told} {self.baseline} ({gap:+.3f} [{low:+.3f}, {high:+.3f}])"


@dataclass(frozen=True, slots=True)
class _Gap:
    """The overall difference of a candidate from the baseline, by example."""

    values: Floats
    clusters: Codes | None
    open_: str
    largest: int | None = None

    def p(self, null: float, alternative: Alternative) -> float:
        """The p-value that may be looked at; 1 where there is nothing to test."""
        try:
            return look_p(
                self.values,
                self.clusters,
                largest=self.largest,
                null=null,
                alternative=alternative,
            )
        except InsufficientData:
            return 1.0

    def estimate(self, level: float) -> Estimate:
        """The mean difference with its interval."""
        compute = partial(look_mean, self.values, self.clusters, largest=self.largest, level=level)
        return attempt(compute, n=len(self.values), method="confidence sequence", level=level)


def decide(
    scores: Scores, baseline: str, systems: Sequence[str], *, asked: Sequence[str], terms: Terms
) -> tuple[Decided, ...]:
    """What is clear of every candidate by now.

    Nothing is of a candidate while too many examples have no score, as those might be the bad
    ones; nor of a better one while it has been blocked more often than what it is better than.

    Args:
        scores: The scores of what is there, the baseline and the candidates among their systems.
        baseline: What candidates are compared with.
        systems: The candidates.
        asked: The examples that were asked, with or without a result.
        terms: What it takes to be clear.
    """
    gaps = [_gap(scores, system, baseline, asked=asked, terms=terms) for system in systems]
    alpha = 1 - terms.level
    apart = holm([gap.p(0.0, "two-sided") for gap in gaps])
    within = np.ones(len(gaps))
    if 0 < terms.margin < 1:
        above = [gap.p(-terms.margin, "greater") for gap in gaps]
        below = [gap.p(terms.margin, "less") for gap in gaps]
        within = holm(np.maximum(above, below))
    found = []
    for system, gap, p, near in zip(systems, gaps, apart, within, strict=True):
        estimate = gap.estimate(terms.level)
        outcome: Outcome = ""
        if p <= alpha and estimate.value is not None:
            outcome = "better" if estimate.value > 0 else "worse"
        elif near <= alpha:
            outcome = "equivalent"
        reason = gap.open_
        if outcome in _AHEAD and not reason:
            reason = _blocked_more(scores, system, baseline, told=_AHEAD[outcome])
        found.append(
            Decided(
                system=system,
                baseline=baseline,
                outcome="" if reason else outcome,
                estimate=estimate,
                reason=reason,
            )
        )
    return tuple(found)


def _gap(scores: Scores, system: str, baseline: str, *, asked: Sequence[str], terms: Terms) -> _Gap:
    if not {system, baseline} <= set(scores.systems):
        lacking = " and ".join(sorted({system, baseline} - set(scores.systems)))
        return _Gap(np.empty(0), None, open_=f"there are no scores of {lacking}")
    first, second = scores.systems.index(system), scores.systems.index(baseline)
    values = scores.paired(first, second)
    given = ~np.isnan(values)
    blocked = (scores.blocked[:, [first, second]] == 1).any(axis=1)
    missing = len(asked) - int((given | blocked).sum())
    lost = f"{missing:,} of {len(asked):,} examples have no score, and {terms.max_failures:.1%} may"
    return _Gap(
        values[given],
        scores.clusters[given] if scores.clustered else None,
        open_=lost if missing > terms.max_failures * len(asked) else "",
        largest=scores.largest,
    )


def _blocked_more(scores: Scores, system: str, baseline: str, *, told: str) -> str:
    """That a system's outputs have been blocked more often than the baseline's; else nothing."""
    places = [scores.systems.index(name) for name in (system, baseline)]
    flags = scores.blocked[:, places]
    both = flags[~np.isnan(flags).any(axis=1)]
    first, second = (int(count) for count in both.sum(axis=0))
    if first <= second:
        return ""
    return (
        f"{told}, but {system} is blocked more often ({first:,} of {len(both):,}, not {second:,})"
    )
