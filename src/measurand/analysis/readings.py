"""What agreement and its ceiling say in plain words, as far as their intervals support it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from measurand.analysis.agreement_limits import TENTATIVE
from measurand.analysis.level_confusion import NOT_TOLD_APART
from measurand.analysis.result import Result, told
from measurand.stats.estimate import Estimate

__all__ = ["TARGET", "ceiling_reading", "readings"]

TARGET = 0.8
"""What a judge is usually asked to reach against people."""

_FIRM = 0.8
"""The alpha above which Krippendorff (2004) finds conclusions firm."""
_CEILINGS = (
    ("ceiling_correlation", "correlate with the mean of such raters"),
    ("ceiling_majority_bounds", "agree with the majority of such raters"),
    ("ceiling_majority", "agree with the majority of such raters"),
)
"""The first that a dimension has is read, and what it is the ceiling of."""


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
    return tuple(found)


def ceiling_reading(ceiling: Estimate, target: float, doing: str) -> str:
    """Whether raters leave room for a target: below it, above it, or either may be.

    Args:
        ceiling: The ceiling with its interval; present.
        target: What a judge is to reach.
        doing: What it is the ceiling of, as in ``agree with the majority of such raters``.

    Raises:
        ValueError: There is no ceiling.
    """
    if ceiling.value is None or ceiling.low is None or ceiling.high is None:
        raise ValueError("only a ceiling that is there can be read")
    most = f"even a perfect judge could {doing} at most {_range(ceiling)}"
    if ceiling.high < target:
        return (
            f"the ceiling is below the target of {target:.2f}: {most}. A judge that misses the "
            "target is not thereby a bad one; the raters have to agree better, or be more"
        )
    if ceiling.low >= target:
        return f"the ceiling is above the target of {target:.2f}: {most}"
    return f"the ceiling may lie on either side of the target of {target:.2f}: {most}"


def _agreement(alpha: Result) -> str:
    estimate = alpha.estimate
    low, high = estimate.low or 0.0, estimate.high or 0.0
    about = f"about {alpha.dimension} (alpha {_range(estimate)})"
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
    named = ", ".join(_levels(result) for result in same)
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
                f"; {estimate.value:.0%} [{estimate.low:.0%}, {estimate.high:.0%}] of differing "
                f"pairs of ratings differ between {_levels(result)}"
            )
    return ""


def _ceiling(results: Sequence[Result], target: float) -> Iterator[str]:
    for name, doing in _CEILINGS:
        for result in results:
            if result.name == name and result.estimate.present:
                yield f"{result.dimension}: {ceiling_reading(result.estimate, target, doing)}."
                return


def _levels(result: Result) -> str:
    return " and ".join(told(level) for level in result.levels)


def _range(estimate: Estimate) -> str:
    return f"{estimate.value:.2f} [{estimate.low:.2f}, {estimate.high:.2f}]"
