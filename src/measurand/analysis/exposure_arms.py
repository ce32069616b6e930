"""The same examples asked in several forms: the arms of an experiment on a system."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from measurand.analysis.exposure import ExposureOptions
from measurand.analysis.matrix import Floats
from measurand.analysis.measure import Measure
from measurand.analysis.pair import Pair
from measurand.analysis.score import Scores, score
from measurand.analysis.trials import Voting
from measurand.core.example import Example
from measurand.core.rating import Rating, Ratings
from measurand.core.rubric import Rubric
from measurand.errors import InsufficientData
from measurand.stats.detectable import detectable_mean, detectable_proportion
from measurand.stats.estimate import Estimate, attempt
from measurand.stats.mean import mean_of
from measurand.stats.power import minimum_detectable_difference
from measurand.stats.power_discordance import rising_difference
from measurand.stats.proportion import wilson

__all__ = ["ORIGINAL", "Arm", "Arms", "arm_name", "arms_of", "detectable", "lost_told"]

ORIGINAL = "original"
"""The arm in which examples are asked as they stand in the set."""

_RESAMPLES = 999
_UNIT, _SPAN = (-1.0, 1.0), (-2.0, 2.0)


@dataclass(frozen=True, slots=True)
class Arm:
    """Of which example a question is a form, and of which kind.

    Args:
        of: The example's id.
        kind: The arm, as ``original`` or ``twin``.
        form: Which of several forms of that kind.
    """

    of: str
    kind: str
    form: str = ""


def arm_name(system: str, kind: str) -> str:
    """A system in one arm, as messages name it."""
    return system if kind == ORIGINAL else f"{system} ({kind})"


@dataclass(frozen=True, slots=True)
class Arms:
    """Scores by example, and by system and arm.

    Args:
        measure: The scores; each system in each arm is a column.
        options: Level and margin.
        systems: The systems.
        forms: Of each example, the form in which each kind was asked.
    """

    measure: Measure
    options: ExposureOptions
    systems: tuple[str, ...]
    forms: Mapping[tuple[str, str], str]

    @property
    def scores(self) -> Scores:
        """The scores of all."""
        return self.measure.scores

    def has(self, system: str, *kinds: str) -> bool:
        """Whether a system was rated in all these arms."""
        return all(arm_name(system, kind) in self.scores.systems for kind in kinds)

    def pair(self, system: str, kinds: tuple[str, str], dimension: int | None = None) -> Pair:
        """A system in two arms on the examples that were rated in both.

        Of a single dimension overall is that dimension, whose yes/no are counted as such.
        """
        if dimension is None and len(self.scores.dimensions) == 1:
            dimension = 0
        names = self.scores.systems
        places = [names.index(arm_name(system, kind)) for kind in kinds]
        margin = self.options.margin
        return Pair(self.measure, *places, dimension=dimension, margin=margin)

    def values(self, system: str, kinds: tuple[str, str]) -> Floats:
        """What a system loses from one arm to the other, by example; NaN where it is not known."""
        pair = self.pair(system, kinds)
        found = np.full(len(self.scores.examples), np.nan)
        found[pair.rows] = pair.values
        return found

    def beyond(self, system: str, kinds: tuple[str, str]) -> Estimate:
        """What a system loses more than the reference does, on the examples that both share."""
        reference = self.options.reference or ""
        apart = self.values(system, kinds) - self.values(reference, kinds)
        given = ~np.isnan(apart)
        clusters = self.scores.clusters[given] if self.scores.clustered else None
        level = self.options.level
        return attempt(
            lambda: mean_of(apart[given], clusters, bounds=_SPAN, level=level),
            n=int(given.sum()),
            method="difference in differences",
            level=level,
        )

    def by_form(self, system: str, kinds: tuple[str, str]) -> Iterator[tuple[str, Estimate]]:
        """What a system loses, by the form in which the second arm was asked."""
        lost, level = self.values(system, kinds), self.options.level
        forms = [self.forms.get((name, kinds[1]), "") for name in self.scores.examples]
        for form in dict.fromkeys(filter(None, forms)):
            chosen = np.array([one == form for one in forms]) & ~np.isnan(lost)
            clusters = self.scores.clusters[chosen] if self.scores.clustered else None
            compute = partial(mean_of, lost[chosen], clusters, bounds=_UNIT, level=level)
            n = int(chosen.sum())
            yield form, attempt(compute, n=n, method="paired difference", level=level)


def arms_of(
    ratings: Ratings,
    rubric: Rubric,
    *,
    arms: Mapping[str, Arm],
    examples: Mapping[str, Example],
    options: ExposureOptions,
    voting: Voting | None = None,
) -> Arms:
    """Score systems in every arm.

    Args:
        ratings: Of all outputs; their example is the id under which a form was asked.
        rubric: Dimensions, scales and weights.
        arms: Of which example each id is a form.
        examples: The examples as they stand in the set.
        options: Level, margin, reference.
        voting: When judges block an output, and which rows are of one output.

    Raises:
        InsufficientData: Nothing was rated.
    """
    known = ratings.where(example=frozenset(arms), against=None)
    systems = tuple(map(str, known.distinct("system")))
    if not systems:
        raise InsufficientData("no output of any arm was rated")
    moved = Ratings.of(_moved(row, arms[row.example]) for row in known)
    scores = score(moved, rubric, examples=examples, voting=voting)
    measure = Measure(scores, level=options.level, resamples=_RESAMPLES, seed=options.seed)
    forms = {(arm.of, arm.kind): arm.form for arm in arms.values()}
    return Arms(measure, options, systems, forms)


def _moved(row: Rating, arm: Arm) -> Rating:
    return replace(row, example=arm.of, system=arm_name(row.system, arm.kind))


def detectable(pair: Pair, level: float) -> Estimate:
    """The smallest gap that so many pairs would have found four times out of five."""
    n = len(pair.first)
    if pair.binary and pair.clusters is None:
        compute = partial(_of_pairs, pair, level)
    else:
        compute = partial(detectable_mean, pair.values, clusters=pair.clusters, level=level)
    return attempt(compute, n=n, method="80% power", level=level)


def _of_pairs(pair: Pair, level: float) -> Estimate:
    """Where the two never differ, what is found at the rarest discordance that finds anything."""
    n = len(pair.first)
    if n and (pair.first == pair.second).all():
        least, share = rising_difference(n, level=level), wilson(0, n, level=level).high
        try:
            most = minimum_detectable_difference(n, share or 1.0, level=level)
        except InsufficientData:  # so seldom they surely differ: more would have to
            most = least
        return Estimate(
            value=least,
            low=least,
            high=max(least, most),
            level=level,
            n=n,
            method="80% power of mid-p McNemar; the two never differ",
        )
    return detectable_proportion(pair.first, pair.second, level=level)


def lost_told(what: str, lost: Estimate) -> str:
    """A loss with its interval, in percentage points."""
    if lost.value is None or lost.low is None or lost.high is None:
        return f"{what}: {lost.reason}"
    points = (f"{100 * x:+.1f}" for x in (lost.value, lost.low, lost.high))
    value, low, high = points
    return f"{what} {value} points [{low}, {high}]"
