"""Pairs judged side by side: who is preferred, and how much the order of showing decides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from statistics import fmean

import numpy as np

from measurand.analysis.failures import Gate
from measurand.analysis.groups import clusters_of
from measurand.analysis.pair_votes import PairVotes, RaterVotes, pair_votes
from measurand.analysis.result import Result
from measurand.analysis.trials import Rounds
from measurand.analysis.vote import first_visits
from measurand.core.example import Example
from measurand.core.rating import Ratings
from measurand.stats.estimate import LEVEL, Estimate, attempt
from measurand.stats.mean import clustered_mean, mean_t
from measurand.stats.share import clustered_share

__all__ = ["preference", "preference_by_people", "preference_limits"]

_HALF = 0.5
_ROUNDING = 1e-9
_ENDS: Mapping[str, tuple[float, str]] = {
    "worst": (0.0, "failed judgments against the first"),
    "best": (1.0, "failed judgments for the first"),
}


def preference(
    ratings: Ratings,
    systems: Sequence[str],
    *,
    examples: Mapping[str, Example] | None = None,
    level: float = LEVEL,
    rounds: Rounds | None = None,
    gate: Gate | None = None,
) -> Iterator[Result]:
    """What judges' ratings of two outputs side by side say of each pair of systems.

    On each example a win of the first system counts 1, a tie a half and a loss 0; each rater's
    repeats are averaged within either order of showing, then the two orders, then the raters; only
    then is the example decided. Averaging first takes out a preference for the first place, where
    calling every inconsistent pair a tie turns mere noise into ties. A rater that judged a pair in
    one order only has no say about an example, unless nobody was ever asked in both.

    Args:
        ratings: The table; its ratings with ``against`` count that are win, tie or loss, or failed.
        systems: In the order in which pairs are told.
        examples: The clusters of the examples, where they are known.
        level: The confidence level.
        rounds: How rows tell their trial, as in `ComparisonOptions`.
        gate: Withholds what rests on too little; nothing is withheld without one.

    Returns:
        For every pair and dimension: ``preference`` (the mean points of the first), the shares of
        examples ``preference_wins``, ``preference_ties`` and ``preference_losses``;
        ``order_consistency`` (both orders say the same), ``repeat_consistency`` (two repeats of one
        trial in one order do: what noise alone would spoil) and ``first_slot_excess`` (points of
        whoever is shown first, less a half). Where judgments failed: ``preference_failure_rate``,
        the share that did, and ``preference_if_worst`` and ``preference_if_best``, the preference
        with every failed judgment against the first, or for it, between which it lies.
    """
    for votes in pair_votes(ratings, systems, rounds=rounds):
        clusters = _clusters(ratings, votes, examples or {})
        yield from _Told(votes, clusters, level, votes.withheld(gate)).results()


def preference_by_people(
    ratings: Ratings,
    systems: Sequence[str],
    *,
    examples: Mapping[str, Example] | None = None,
    level: float = LEVEL,
) -> Iterator[Result]:
    """What people prefer of each pair of systems; ``raters`` of the results is ``people``.

    A person sees a pair once, which output stands on the left being a coin's choice, so that over
    people and examples a preference for a side cancels out. A rater's first visit counts. What was
    adjudicated stands in place of the votes where the table was made by
    `measurand.analysis.vote.settled`. On each example the vote of the people counts, a tie among
    them a half.

    Args:
        ratings: The table; people's ratings with ``against`` count that are win, tie or loss.
        systems: In the order in which pairs are told.
        examples: The clusters of the examples, where they are known.
        level: The confidence level.

    Returns:
        For every pair and dimension ``preference``, ``preference_wins``, ``preference_ties`` and
        ``preference_losses``, as in `preference`.
    """
    table = first_visits(ratings)
    for votes in pair_votes(table, systems, kind="people"):
        clusters = _clusters(table, votes, examples or {})
        voted = replace(votes, examples={e: _voted(r) for e, r in votes.examples.items()})
        for result in _Told(voted, clusters, level, None).preferred():
            yield replace(result, raters=("people",))


def _voted(raters: Mapping[str, RaterVotes]) -> dict[str, RaterVotes]:
    """What most of the raters of an example say; a half where no answer has the most votes."""
    points = [p for rater in raters.values() if (p := rater.points(both=False)) is not None]
    most = Counter(points).most_common()
    if not most:
        return {}
    tied = len(most) > 1 and most[0][1] == most[1][1]
    return {"vote": RaterVotes(shown={None: {0: _HALF if tied else most[0][0]}})}


def preference_limits(
    ratings: Ratings, systems: Sequence[str], *, gate: Gate | None = None
) -> list[str]:
    """What these numbers cannot say."""
    found = []
    for votes in pair_votes(ratings, systems):
        about = f"{votes.systems[0]} against {votes.systems[1]} on {votes.dimension}"
        if not votes.both:
            found.append(
                f"{about}: no output was shown in both orders, so a preference for the first place "
                "is part of the result."
            )
        elif short := len(votes.examples) - len(votes.points()):
            found.append(
                f"{about}: {short:,} of {len(votes.examples):,} examples were not judged in both "
                "orders and are left out."
            )
        why = votes.withheld(gate)
        if why is not None:
            found.append(f"{about}: no preference is given: {why}.")
        elif votes.failures:
            found.append(
                f"{about}: {votes.told_failures()} failed; what fails is seldom a random part, so "
                "read the preference with its bounds."
            )
    return found


def _clusters(ratings: Ratings, votes: PairVotes, known: Mapping[str, Example]) -> dict[str, int]:
    names = tuple(votes.examples)
    return dict(zip(names, clusters_of(ratings, names, known).tolist(), strict=True))


@dataclass(frozen=True, slots=True)
class _Told:
    """One pair on one dimension.

    Args:
        votes: What was said of it.
        clusters: What examples share.
        level: The confidence level.
        withheld: Why no preference is given, where none is.
    """

    votes: PairVotes
    clusters: Mapping[str, int]
    level: float
    withheld: str | None

    def results(self) -> Iterator[Result]:
        """Every number about it."""
        yield from self.preferred()
        yield from self._failures()
        if self.votes.both:
            yield self._result("order_consistency", self._share(self._each(RaterVotes.across)))
            slots = self._each(lambda rater: [s for s in (rater.first_slot(),) if s is not None])
            excess = {name: fmean(values) for name, values in slots.items()}
            yield self._result("first_slot_excess", self._mean(excess, bounds=(-_HALF, _HALF)))
        if within := self._each(RaterVotes.within):
            yield self._result("repeat_consistency", self._share(within))

    def preferred(self) -> Iterator[Result]:
        """Who is preferred."""
        points = self.votes.points()
        yield self._result("preference", self._guarded(self._mean(points, bounds=(0.0, 1.0))))
        outcomes = {name: _outcome(value) for name, value in points.items()}
        for name, wanted in (("wins", 1), ("ties", 0), ("losses", -1)):
            hits = {example: [float(o == wanted)] for example, o in outcomes.items()}
            yield self._result(f"preference_{name}", self._guarded(self._share(hits)))

    def _failures(self) -> Iterator[Result]:
        """The share that failed, and what the preference could be; nothing where none did."""
        if not self.votes.failures:
            return
        yield self._result("preference_failure_rate", self._share(self.votes.outcomes()))
        for end, (lost, note) in _ENDS.items():
            found = self._mean(self.votes.points(lost=lost), bounds=(0.0, 1.0))
            told = replace(found, method=f"{found.method}; {note}")
            yield self._result(f"preference_if_{end}", told)

    def _guarded(self, estimate: Estimate) -> Estimate:
        """No number where it is withheld; a caution where judgments failed."""
        if self.withheld is not None:
            return Estimate.absent(
                f"no preference is given: {self.withheld}",
                n=estimate.n,
                method=estimate.method,
                level=estimate.level,
            )
        if not self.votes.failures:
            return estimate
        note = f"{self.votes.told_failures()} failed and are left out"
        return replace(estimate, reason="; ".join(filter(None, (estimate.reason, note))))

    def _each(self, ask: Callable[[RaterVotes], list[float]]) -> dict[str, list[float]]:
        """What all raters of each example give, where any gives anything."""
        found = {
            name: [value for rater in sorted(raters) for value in ask(raters[rater])]
            for name, raters in self.votes.examples.items()
        }
        return {name: values for name, values in found.items() if values}

    def _mean(self, values: Mapping[str, float], *, bounds: tuple[float, float]) -> Estimate:
        """The mean over examples: t, clustered where they share anything."""
        numbers, codes = list(values.values()), [self.clusters[name] for name in values]
        if len(set(codes)) == len(codes):
            compute = partial(mean_t, numbers, bounds=bounds, level=self.level)
        else:
            compute = partial(clustered_mean, numbers, codes, bounds=bounds, level=self.level)
        return attempt(compute, n=len(numbers), method="mean of pairs", level=self.level)

    def _share(self, hits: Mapping[str, Sequence[float]]) -> Estimate:
        """The share over all that is counted, clustered by example and what examples share."""
        numbers = [value for values in hits.values() for value in values]
        codes = [self.clusters[name] for name, values in hits.items() for _ in values]
        compute = partial(clustered_share, np.asarray(numbers), np.asarray(codes), level=self.level)
        return attempt(compute, n=len(numbers), method="Wilson", level=self.level)

    def _result(self, name: str, estimate: Estimate) -> Result:
        return Result(
            name=name, estimate=estimate, dimension=self.votes.dimension, systems=self.votes.systems
        )


def _outcome(points: float) -> int:
    """1 where the first is preferred, -1 where the second is, 0 for neither."""
    gap = points - _HALF
    return 0 if abs(gap) < _ROUNDING else 1 if gap > 0 else -1
