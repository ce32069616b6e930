"""The same examples asked in several forms: the arms of an experiment on a system."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from measurand.analysis.exposure import ExposureOptions
from measurand.analysis.matrix import Codes, Floats
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
from measurand.stats.power import minimum_detectable_difference
from measurand.stats.power_discordance import rising_difference
from measurand.stats.proportion import wilson
from measurand.stats.sparse import sparse_mean

__all__ = ["ORIGINAL", "Arm", "Arms", "Fall", "arm_name", "arms_of", "detectable", "lost_told"]

ORIGINAL = "original"
"""The arm in which examples are asked as they stand in the set."""

_RESAMPLES = 999
_UNIT, _SPAN = (-1.0, 1.0), (-2.0, 2.0)
_PAIRED = "paired difference"


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

    def lost(
        self, system: str, kinds: tuple[str, str], *, level: float, dimension: int | None = None
    ) -> Estimate:
        """What a system loses from one arm to the other.

        Tango's interval of yes/no; else `sparse_mean`, as few items differ between two forms.
        """
        pair = self.pair(system, kinds, dimension)
        if _as_it_is(pair):
            return pair.difference(level)
        clusters = pair.clusters
        return _sparse(pair.values, clusters, bounds=_UNIT, level=level, method=_PAIRED)

    def beyond(self, system: str, kinds: tuple[str, str], *, level: float) -> Estimate:
        """What a system loses more than the reference does, on the examples that both share."""
        reference = self.options.reference or ""
        apart = self.values(system, kinds) - self.values(reference, kinds)
        given = ~np.isnan(apart)
        clusters = self.scores.clusters[given] if self.scores.clustered else None
        method = "difference in differences"
        return _sparse(apart[given], clusters, bounds=_SPAN, level=level, method=method)

    def by_form(self, system: str, kinds: tuple[str, str]) -> Iterator[tuple[str, Estimate]]:
        """What a system loses, by the form in which the second arm was asked."""
        lost, level = self.values(system, kinds), self.options.level
        forms = [self.forms.get((name, kinds[1]), "") for name in self.scores.examples]
        for form in dict.fromkeys(filter(None, forms)):
            chosen = np.array([one == form for one in forms]) & ~np.isnan(lost)
            clusters = self.scores.clusters[chosen] if self.scores.clustered else None
            method = _PAIRED
            yield form, _sparse(lost[chosen], clusters, bounds=_UNIT, level=level, method=method)

    def against(self, system: str, *kinds: str) -> str | None:
        """The reference that a system is held against; None where there is none, or it is itself.

        Args:
            system: The system.
            kinds: The arms in which the reference has to have been asked.
        """
        reference = self.options.reference
        if reference is None or reference == system:
            return None
        return reference if self.has(reference, *kinds) else None


@dataclass(frozen=True, slots=True)
class Fall:
    """What a system loses from one arm to another, by itself and beyond the reference.

    Args:
        table: All scores.
        system: The system.
        kinds: The two arms.
        reference: What it is held against; None where there is nothing.
    """

    table: Arms
    system: str
    kinds: tuple[str, str]
    reference: str | None

    @property
    def own(self) -> Estimate:
        """What it loses."""
        return self.table.lost(self.system, self.kinds, level=self.table.options.level)

    @property
    def beyond(self) -> Estimate | None:
        """What it loses more than the reference; None where there is none."""
        if self.reference is None:
            return None
        return self.table.beyond(self.system, self.kinds, level=self.table.options.level)

    @property
    def p_value(self) -> float | None:
        """Of no loss, as of yes/no mid-p McNemar; None where the interval decides."""
        pair = self.table.pair(self.system, self.kinds)
        return pair.p_value() if _as_it_is(pair) and self.own.present else None

    def falls(self, error: float) -> bool:
        """Whether it surely loses anything, at this error rate."""
        pair = self.table.pair(self.system, self.kinds)
        if _as_it_is(pair):
            return (pair.difference(1 - error).value or 0.0) > 0 and pair.p_value() < error
        return _above(self.table.lost(self.system, self.kinds, level=1 - error))

    def more(self, error: float) -> bool:
        """Whether it surely loses something, and more than the reference by what may matter."""
        if self.beyond is None or (self.beyond.high or 0.0) < self.table.options.margin:
            return False
        further = self.table.beyond(self.system, self.kinds, level=1 - error)
        return _above(further) and self.falls(error)


def _as_it_is(pair: Pair) -> bool:
    """Whether the pair's own difference holds where few items differ."""
    plain = pair.binary and pair.clusters is None
    other = pair.strata is not None or pair.corrected or not pair.scale.bounded
    return plain or other or pair.too_few() is not None


def _above(estimate: Estimate) -> bool:
    return estimate.low is not None and estimate.low > 0


def _sparse(
    values: Floats,
    clusters: Codes | None,
    *,
    bounds: tuple[float, float],
    level: float,
    method: str,
) -> Estimate:
    compute = partial(sparse_mean, values, clusters, bounds=bounds, level=level)
    return attempt(compute, n=len(values), method=method, level=level)


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
