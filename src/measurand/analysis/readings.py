"""What agreement and its ceiling say in plain words, as far as their intervals support it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from measurand.analysis.agreement_limits import TENTATIVE
from measurand.analysis.level_confusion import NOT_TOLD_APART
from measurand.analysis.result import Result, told
from measurand.stats.estimate import Estimate
from measurand.stats.krippendorff import UNTRUSTED

__all__ = ["TARGET", "ceiling_reading", "readings"]

TARGET = 0.8
"""What a judge is usually asked to reach against people."""

_NONE = "no ceiling exists"
_FIRM = 0.8
"""The alpha above which Krippendorff (2004) finds conclusions firm."""
_CORRELATION = ("a correlation of", "with the mean of such raters")
_MAJORITY = ("an agreement of", "with the majority of such raters")
_CEILINGS = (
    ("ceiling_correlation", _CORRELATION),
    ("ceiling_majority_bounds", _MAJORITY),
    ("ceiling_majority", _MAJORITY),
)
"""The first that a dimension has is read, and what it is the ceiling of."""
_BELOW = (
    "Where the ceiling is below the target, a judge that misses the target is not thereby a bad "
    "one: the raters have to agree better, or be more."
)


def readings(results: Sequence[Result], *, target: float = TARGET) -> tuple[str, ...]:
    """Sentences about each dimension, each of which the intervals support.

    Args:
        results: Those of `measurand.analysis.agreement.agreement`; breakdowns are not read.
        target: What a judge is to reach.
    """
    pooled = [r for r in results if not (r.systems or r.component or r.segment)]
    found: list[str] = []
    for alpha in pooled:
        if alpha.name != "krippendorff_alpha" or not alpha.estimate.present:
            continue
        own = [result for result in pooled if result.dimension == alpha.dimension]
        found.append(f"{_agreement(alpha)}{_apart(own)}{_carried(own)}.")
        found += _ceiling(own, target)
    below = any("the ceiling is below the target" in reading for reading in found)
    return (*found, *((_BELOW,) if below else ()))


def ceiling_reading(ceiling: Estimate, target: float, of: tuple[str, str] = _CORRELATION) -> str:
    """Whether raters leave room for a target: below it, above it, or either may be.

    Args:
        ceiling: The ceiling with its interval; present.
        target: What a judge is to reach.
        of: What it is the ceiling of, in words before and after the number.

    Raises:
        ValueError: There is no ceiling.
    """
    if ceiling.value is None or ceiling.low is None or ceiling.high is None:
        raise ValueError("only a ceiling that is there can be read")
    most = f"even a perfect judge could reach at most {of[0]} {_range(ceiling)} {of[1]}"
    if ceiling.high < target:
        return f"the ceiling is below the target of {target:.2f}: {most}"
    if ceiling.low >= target:
        return f"the ceiling is above the target of {target:.2f}: {most}"
    return f"the ceiling may lie on either side of the target of {target:.2f}: {most}"


def _agreement(alpha: Result) -> str:
    estimate = alpha.estimate
    low, high = estimate.low or 0.0, estimate.high or 0.0
    about = f"about {alpha.dimension} (alpha {_range(estimate)})"
    if UNTRUSTED in (estimate.reason or ""):
        return f"Whether raters agree {about} cannot be told: {estimate.reason}"
    if high < TENTATIVE:
        return f"Raters disagree {about}"
    if low >= _FIRM:
        return f"Raters agree {about}"
    if low >= TENTATIVE:
        return f"Raters agree well enough for tentative conclusions {about}"
    return f"Raters may or may not agree well enough {about}"


def _apart(results: Sequence[Result]) -> str:
    """The neighbouring levels that are surely not told apart."""
    same = [
        result
        for result in results
        if result.name == "distinguishability"
        and result.estimate.high is not None
        and result.estimate.high < NOT_TOLD_APART
    ]
    if not same:
        return ""
    *first, last = [_levels(result) for result in same]
    named = f"{', '.join(first)}, and {last}," if first else last
    return f": levels {named} are not told apart"


def _carried(results: Sequence[Result]) -> str:
    """The two levels that surely carry more of the disagreement than any other neighbours."""
    shares = [
        (estimate.low, estimate.high, result)
        for result in results
        if result.name == "disagreement_share"
        and (estimate := result.estimate).low is not None
        and estimate.high is not None
    ]
    for low, _, result in shares:
        others = [high for _, high, other in shares if other is not result]
        if others and low > max(others):
            estimate = result.estimate
            return (
                f"; {estimate.value:.0%} [{estimate.low:.0%}, {estimate.high:.0%}] of all "
                f"differences are between {_levels(result)}"
            )
    return ""


def _ceiling(results: Sequence[Result], target: float) -> Iterator[str]:
    """What the ceiling says; or that there is none, where raters agree no better than chance."""
    reasons: dict[str, None] = {}
    for name, of in _CEILINGS:
        for result in results:
            if result.name != name:
                continue
            about = f"{result.dimension}: "
            if result.estimate.present:
                yield f"{about}{ceiling_reading(result.estimate, target, of)}."
                return
            if (reason := result.estimate.reason or "").startswith(_NONE):
                reasons[f"{about}{reason}. No judge can be held against these raters."] = None
    yield from list(reasons)[:1]


def _levels(result: Result) -> str:
    return " and ".join(told(level) for level in result.levels)


def _range(estimate: Estimate) -> str:
    return f"{estimate.value:.2f} [{estimate.low:.2f}, {estimate.high:.2f}]"
