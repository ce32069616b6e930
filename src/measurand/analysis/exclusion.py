"""What would change without some raters: the table without them, and results side by side."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from measurand.analysis.agreement import AgreementOptions, agreement
from measurand.analysis.groups import clusters_of
from measurand.analysis.matrix import known_scales, rater_matrix
from measurand.analysis.result import Findings, Result
from measurand.core.example import Example
from measurand.core.rating import Ratings
from measurand.core.scale import Scale
from measurand.errors import UsageError
from measurand.stats.consensus import majority_vote, mean_vote
from measurand.stats.estimate import Estimate, attempt
from measurand.stats.mean import clustered_mean

__all__ = ["COMPARED", "Beside", "beside", "with_and_without", "without_raters"]

COMPARED = ("krippendorff_alpha", "icc1k", "ceiling_majority", "ceiling_correlation", "mean_vote")
"""Results that are shown with and without the excluded raters, unless others are asked for."""

_ENDING = "_without_excluded"


@dataclass(frozen=True, slots=True)
class Beside:
    """One result with all raters and without the excluded ones."""

    all: Result
    without: Result


def without_raters(ratings: Ratings, raters: Collection[str]) -> Ratings:
    """The table without the ratings of these people; checks, judges and references stay.

    Args:
        ratings: The table.
        raters: The names of people.

    Raises:
        UsageError: One of them rated nothing: the name is a slip of the pen.
    """
    people = {str(name) for name in ratings.where(kind="people").distinct("rater")}
    if unknown := sorted(set(raters) - people):
        known = ", ".join(sorted(people)) or "nobody"
        raise UsageError(
            f"cannot leave out {', '.join(unknown)}, who rated nothing; people who rated: {known}"
        )
    is_people = ratings["kind"].mask("people".__eq__)
    named = ratings["rater"].mask(lambda name: name in raters)
    kept = bytes(not (p and n) for p, n in zip(is_people, named, strict=True))
    return ratings.filtered(kept)


def with_and_without(
    ratings: Ratings,
    scales: Mapping[str, Scale],
    raters: Collection[str],
    *,
    examples: Mapping[str, Example] | None = None,
    options: AgreementOptions | None = None,
    names: Collection[str] = COMPARED,
) -> Findings:
    """Agreement, its ceiling and the mean vote, with and without the excluded raters.

    Args:
        ratings: The table with everybody's ratings.
        scales: The scale of every dimension.
        raters: Who is excluded, by somebody's recorded decision.
        examples: Clusters of the examples, where known.
        options: As for `agreement`.
        names: Which of its results; ``mean_vote`` is the mean over outputs of their votes.

    Returns:
        Each result twice: under its name with all raters, and with ``_without_excluded`` behind
        the name, its ``raters`` those who were left out. `beside` puts the two together.

    Raises:
        UsageError: An excluded rater rated nothing.
    """
    chosen, known = options or AgreementOptions(), examples or {}
    left = without_raters(ratings, raters)
    out = tuple(sorted(raters))
    found: list[Result] = []
    for rows, ending, about in ((ratings, "", ()), (left, _ENDING, out)):
        results = agreement(rows, scales, examples=known, options=chosen).results
        whole = (*results, *_mean_votes(rows, scales, known, level=chosen.level))
        found += (
            replace(result, name=result.name + ending, raters=about)
            for result in whole
            if result.name in names and not result.raters
        )
    return Findings(results=tuple(found), limits=tuple(_limits(ratings, left, out)))


def beside(results: Iterable[Result]) -> tuple[Beside, ...]:
    """Pairs of what `with_and_without` found, in its order."""
    listed = list(results)
    without = {_key(r, r.name.removesuffix(_ENDING)): r for r in listed if _ENDING in r.name}
    pairs = ((r, without.get(_key(r, r.name))) for r in listed if _ENDING not in r.name)
    return tuple(Beside(first, second) for first, second in pairs if second is not None)


_Key = tuple[str, str | None, tuple[str, ...], str | None, str | None]


def _key(result: Result, name: str) -> _Key:
    return name, result.dimension, result.systems, result.component, result.segment


def _mean_votes(
    ratings: Ratings, scales: Mapping[str, Scale], known: Mapping[str, Example], *, level: float
) -> Iterator[Result]:
    """The mean over outputs of what people say together, by dimension and system."""
    people = ratings.where(kind="people", against=None)
    for dimension, scale in known_scales(people, scales).items():
        for system in people.where(dimension=dimension).distinct("system"):
            rows = people.where(dimension=dimension, system=system)
            estimate = _mean_vote(rows, scale, known, level=level)
            yield Result(
                name="mean_vote", estimate=estimate, dimension=dimension, systems=(str(system),)
            )


def _mean_vote(
    rows: Ratings, scale: Scale, known: Mapping[str, Example], *, level: float
) -> Estimate:
    if not scale.numeric:
        return Estimate.absent("labels that have no order have no mean", level=level)
    matrix = rater_matrix(rows, scale)

    def mean() -> Estimate:
        nominal = scale.metric == "nominal"
        votes = majority_vote(matrix.values).labels if nominal else mean_vote(matrix.values)
        given = ~np.isnan(votes)  # ties have no winner
        names = [e for e, kept in zip(matrix.examples, given, strict=True) if kept]
        bounds = None if scale.low is None or scale.high is None else (scale.low, scale.high)
        clusters = clusters_of(rows, tuple(dict.fromkeys(names)), known)
        at = {name: clusters[place] for place, name in enumerate(dict.fromkeys(names))}
        return clustered_mean(
            votes[given], [at[name] for name in names], bounds=bounds, level=level
        )

    return attempt(mean, n=len(matrix.values), method="CR1, t(C-1)", level=level)


def _limits(ratings: Ratings, left: Ratings, out: tuple[str, ...]) -> Iterator[str]:
    gone = len(ratings) - len(left)
    yield (
        f"Left out by decision: {', '.join(out)}, with {gone:,} of "
        f"{len(ratings.where(kind='people')):,} ratings by people. Who is left out after their "
        "ratings were seen may be left out because of them: read both columns."
    )
