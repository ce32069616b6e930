"""What the raters' agreement permits, in sentences that the numbers support."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from measurand.analysis.groups import clusters_of
from measurand.analysis.result import Result, Verdict
from measurand.core.example import Example
from measurand.core.rating import Ratings
from measurand.core.scale import Scale
from measurand.stats.ceiling import majority_ceiling
from measurand.stats.ceiling_moments import majority_bounds
from measurand.stats.chance import MOST_CATEGORIES
from measurand.stats.krippendorff import UNTRUSTED

__all__ = ["TENTATIVE", "agreement_limits", "agreement_verdicts"]

TENTATIVE = 0.667
"""The least alpha for even tentative conclusions (Krippendorff 2004, Content Analysis, p. 241)."""
_WHY_TENTATIVE = " (the least alpha for tentative conclusions, Krippendorff 2004)"

_HIGH_RAW = 0.8
_LOW_ALPHA = 0.6
_USUAL_RATERS = 3
_NARROW = 0.01
"""Where the ceiling is known to within this, five raters would tell little more."""


def agreement_verdicts(
    results: Sequence[Result], scales: Mapping[str, Scale], require: float | None
) -> tuple[Verdict, ...]:
    """Per dimension: is alpha at least what is required, by its whole interval?"""
    return tuple(
        _verdict(result, require, _without_ceiling(results, scales).get(result.dimension))
        for result in _pooled(results, "krippendorff_alpha")
    )


def _verdict(alpha: Result, require: float | None, no_ceiling: str | None) -> Verdict:
    estimate = alpha.estimate
    bound = TENTATIVE if require is None else require
    told = f"{bound:g}" + (_WHY_TENTATIVE if require is None else "")
    if estimate.value is None or estimate.low is None or estimate.high is None:
        outcome, reason = "inconclusive", f"alpha: {estimate.reason}"
    elif UNTRUSTED in (estimate.reason or ""):
        outcome, reason = "inconclusive", f"alpha cannot tell: {estimate.reason}"
    elif estimate.low >= bound:
        outcome, reason = "pass", f"people agree: alpha is at least {told}"
    elif estimate.high < bound:
        outcome, reason = "fail", f"people do not agree: alpha is below {told}"
    else:
        outcome, reason = "inconclusive", f"alpha may lie on either side of {told}"
    if no_ceiling is not None:
        reason += f"; {no_ceiling}"
    return Verdict(
        name="agreement",
        outcome=outcome,
        reason=f"{alpha.dimension}: {reason}",
        estimate=estimate,
        bound=bound,
        dimension=alpha.dimension,
    )


def agreement_limits(
    results: Sequence[Result],
    ratings: Ratings,
    *,
    scales: Mapping[str, Scale],
    blocking: frozenset[str],
    reference: str | None,
    examples: Mapping[str, Example],
) -> tuple[str, ...]:
    """The limits that apply to these numbers, computed from them.

    Args:
        results: The numbers.
        ratings: What they were computed from.
        scales: The scale of every dimension.
        blocking: The dimensions that block.
        reference: The rater who is the truth, and so not one of those who agree or not.
        examples: The examples that are known, for what they share.
    """
    return (
        *_few_raters(ratings, reference),
        *_unrated(ratings),
        *_free_text(ratings),
        *(_blocking(r, results) for r in _weak(results) if r.dimension in blocking),
        *_paradox(results),
        *_no_ceiling(results, scales),
        *_three_votes(results),
        *_clusters(ratings, examples),
    )


def _few_raters(ratings: Ratings, reference: str | None) -> Iterator[str]:
    people = ratings.where(kind="people")
    count = len(set(people.distinct("rater")) - {reference})
    if count == 0:
        yield "Nobody rated: without ratings by people there is no agreement and no ceiling."
    elif count == 1:
        yield "One person rated: agreement and ceiling need at least two, better three."
    elif count < _USUAL_RATERS:
        yield (
            "Two people rated: their ties cannot be broken, and one careless rater cannot be "
            "told from an ambiguous item. Three are usual."
        )


def _unrated(ratings: Ratings) -> Iterator[str]:
    rated = ratings.where(kind="people").distinct("dimension")
    missing = [str(name) for name in ratings.distinct("dimension") if name not in rated]
    if rated and missing:
        yield f"No person rated {', '.join(missing)}: there is nothing to agree on."


def _free_text(ratings: Ratings) -> Iterator[str]:
    people = ratings.where(kind="people")
    for name in people.distinct("dimension"):
        values = people.where(dimension=name).distinct("value")
        count = sum(isinstance(value, str) for value in values)
        if count > MOST_CATEGORIES:
            yield (
                f"{name}: people gave {count:,} different labels, too many to vote on. Is this "
                "column free text rather than ratings?"
            )


def _weak(results: Sequence[Result]) -> Iterator[Result]:
    for result in _pooled(results, "krippendorff_alpha"):
        if result.estimate.high is not None and result.estimate.high < TENTATIVE:
            yield result


def _blocking(alpha: Result, results: Sequence[Result]) -> str:
    shares = {r.name: r.estimate for r in results if r.dimension == alpha.dimension}
    majority, anyone = shares["blocking_rate"].value or 0.0, shares["any_flag_rate"].value or 0.0
    return (
        f"{alpha.dimension} blocks, but people barely agree on it (alpha {_range(alpha)}): a "
        f"majority vote blocks {majority:.1%} of outputs and hides that somebody flagged "
        f"{anyone:.1%}. Until the definition separates the cases, a blocking rate says as much "
        "about the raters as about the system."
    )


def _paradox(results: Sequence[Result]) -> Iterator[str]:
    raw = {
        result.dimension: result.estimate.value for result in _pooled(results, "percent_agreement")
    }
    for alpha in _pooled(results, "krippendorff_alpha"):
        agreed, value = raw.get(alpha.dimension), alpha.estimate.value
        if agreed is not None and value is not None and agreed >= _HIGH_RAW and value < _LOW_ALPHA:
            yield (
                f"{alpha.dimension}: people give the same rating {agreed:.0%} of the time, yet "
                f"alpha is {value:.2f}, because almost all ratings are alike; Gwet's AC1 "
                "minds that less. Both are right about different questions."
            )


def _no_ceiling(results: Sequence[Result], scales: Mapping[str, Scale]) -> Iterator[str]:
    without = _without_ceiling(results, scales)
    for result in _pooled(results, "icc1"):
        if result.dimension in without:
            yield (
                f"{result.dimension}: no ceiling exists, because raters agree no better than "
                f"chance would have it (icc1 {_range(result)}). No judge can be calibrated on it."
            )


def _three_votes(results: Sequence[Result]) -> Iterator[str]:
    """What three votes leave open about the ceiling of a majority, and five would tell."""
    told = {result.dimension for result in _pooled(results, "ceiling_majority_bounds")}
    agreed = {r.dimension: r.estimate for r in _pooled(results, "percent_agreement")}
    for result in _pooled(results, "ceiling_majority"):
        share = agreed[result.dimension]
        if not result.estimate.present or result.dimension in told or not share.value:
            continue
        known = majority_ceiling(share.value)
        if known.independent.majority - known.coin.majority < _NARROW:
            continue
        moment = 2 * share.value - 1
        a = (1 - moment) / (2 * moment)  # of Beta(a, a), whose second moment then follows
        more = majority_bounds(moment, 3 / ((1 + 2 * a) * (3 + 2 * a)))
        yield (
            f"{result.dimension}: three votes an output leave the ceiling of a majority of three "
            f"anywhere from {known.coin.majority:.1%} (some outputs are coin flips) to "
            f"{known.independent.majority:.1%} (raters slip), sampling error aside. Five raters on "
            f"a tenth of the outputs ({max(round(share.n / 10), 1):,}) tell more: where outputs "
            f"are ambiguous to all degrees, they leave {more.low:.1%} to {more.high:.1%}."
        )


def _clusters(ratings: Ratings, examples: Mapping[str, Example]) -> Iterator[str]:
    people = ratings.where(kind="people")
    names = tuple(str(name) for name in people.distinct("example"))
    count = len(np.unique(clusters_of(people, names, examples)))
    if count < len(names):
        yield (
            f"The {len(names)} examples that people rated lie in {count} clusters, but intervals "
            "of agreement count outputs as independent: where outputs of one cluster are alike "
            "in how far raters agree, they are too narrow."
        )


def _pooled(results: Sequence[Result], name: str) -> Iterator[Result]:
    for result in results:
        if result.name == name and not (result.systems or result.component or result.segment):
            yield result


def _without_ceiling(
    results: Sequence[Result], scales: Mapping[str, Scale]
) -> dict[str | None, str]:
    """Why there is no ceiling, by dimension, where raters agree no better than chance.

    It is a majority vote's on yes/no, and a correlation's on graded scales.
    """
    without: dict[str | None, str] = {}
    for found in _pooled(results, "icc1"):
        if found.estimate.value is None or found.estimate.value > 0:
            continue
        binary = scales[str(found.dimension)].binary
        for ceiling in _pooled(results, "ceiling_majority" if binary else "ceiling_correlation"):
            if ceiling.dimension == found.dimension and not ceiling.estimate.present:
                without[found.dimension] = ceiling.estimate.reason or "no ceiling exists"
    return without


def _range(result: Result) -> str:
    estimate = result.estimate
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return "unknown"
    return f"{estimate.value:.2f} [{estimate.low:.2f}, {estimate.high:.2f}]"
