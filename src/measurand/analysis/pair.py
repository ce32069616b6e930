"""Two systems on the examples that both were rated on: how far apart, and how sure that is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np

from measurand.analysis.correction import LEAST_LABELS, sample_of
from measurand.analysis.frame import Bools
from measurand.analysis.looking import look_mean, look_p
from measurand.analysis.matrix import Codes, Floats, all_yes_no
from measurand.analysis.measure import NOTHING_TO_WEIGH, OVERALL, Measure, on_scale
from measurand.core.scale import UNIT
from measurand.errors import InsufficientData
from measurand.stats.estimate import Estimate, attempt
from measurand.stats.judged import JudgedSample
from measurand.stats.mean import clustered_mean, mean_p, mean_t
from measurand.stats.paired import mcnemar, paired_proportion
from measurand.stats.poststrata import Strata, stratified_mean
from measurand.stats.power import POWER
from measurand.stats.ppi import linear_parts, linear_ppi
from measurand.stats.quantiles import normal_quantile

__all__ = ["Influence", "Pair", "needed_reach"]

_FEWEST = 2
_SPAN = (-1.0, 1.0)
_HALVINGS = 30
_METHOD = "paired difference"


@dataclass(frozen=True, slots=True)
class Influence:
    """What each example of the headline contributes to a difference; 0 where it has no score.

    Args:
        value: The difference.
        observed: Shape (examples,): contributions that add up to it.
        centred: Shape (examples,): contributions to its error, which add up to 0.
        count: On how many independent units it rests.
    """

    value: float
    observed: Floats
    centred: Floats
    count: int


class Pair:
    """Two systems on one dimension, or overall, on the examples that both were rated on.

    Of the headline's examples, re-weighted where these are. Where a judge scores and people
    labelled outputs of both systems, the difference is corrected by what people said.

    Args:
        measure: The scores, and how uncertainty is expressed.
        first: The index of system a; differences are a minus b.
        second: The index of system b.
        dimension: The index of a dimension; None means the weighted score.
        margin: Differences smaller than this, on the unit interval, do not matter.
    """

    def __init__(
        self, measure: Measure, first: int, second: int, *, dimension: int | None, margin: float
    ) -> None:
        scores = measure.head
        self.measure = measure
        self.systems = (scores.systems[first], scores.systems[second])
        self.margin = margin
        self.shared = 1.0 if dimension is not None else _shared_weight(measure, first, second)
        if dimension is None:
            self.name, self.scale = OVERALL, UNIT
            values = scores.paired(first, second)
            arms = np.stack([values, np.zeros_like(values)])
            self.judged = bool(scores.overall_judged[[first, second]].any())
            labels = scores.paired(first, second, people=True) if self.judged else values
        else:
            self.name = scores.dimensions[dimension].name
            self.scale = scores.dimensions[dimension].scale
            arms = scores.values[:, [first, second], dimension].T
            self.judged = bool(scores.judged[dimension])
            labels = scores.labels[:, first, dimension] - scores.labels[:, second, dimension]
        given: Bools = np.asarray(~np.isnan(arms).any(axis=0))
        self.rows = given
        self.first: Floats = arms[0, given]
        self.second: Floats = arms[1, given]
        self.binary = all_yes_no(arms[:, given], self.scale)
        self.clusters = scores.clusters[given] if measure.clustered else None
        self.blocked: Floats = measure.scores.blocked[:, [first, second]]
        self._labels: Floats = labels[given]
        self._known: dict[tuple[float, bool], Estimate] = {}

    @property
    def values(self) -> Floats:
        """The difference on each example, a minus b."""
        return self.first - self.second

    @property
    def labels(self) -> int:
        """On how many examples people labelled the outputs of both systems that a judge scored."""
        return int((~np.isnan(self._labels)).sum()) if self.judged else 0

    @property
    def corrected(self) -> bool:
        """Whether the difference is corrected by people, and no more a judge's opinion."""
        return self._sample is not None

    @property
    def opinion(self) -> bool:
        """Whether the difference is what a judge thinks, which no person's ratings correct."""
        return self.judged and not self.corrected

    @property
    def units(self) -> int:
        """How many independent examples, or clusters, the two share."""
        return len(self.values) if self.clusters is None else len(np.unique(self.clusters))

    def difference(self, level: float, *, naive: bool = False) -> Estimate:
        """The mean difference on which the verdict rests.

        Tango for yes/no, t for grades, CR1 where examples are clustered; prediction-powered where
        people correct a judge; post-stratified where the headline is re-weighted; a confidence
        sequence where data are looked at while they grow.
        """
        found = self._known.get((level, naive))
        if found is None:
            found = self._known[level, naive] = self._difference(level, naive=naive)
        return found

    def _difference(self, level: float, *, naive: bool) -> Estimate:
        if self._sample is None or self.too_few() is not None:
            return self.raw_difference(level, naive=naive)
        if self.measure.looks == "anytime":
            return self._by_labels(level)
        compute = partial(self._linear, level, naive=naive)
        return attempt(compute, n=self.labels, method=_METHOD, level=level)

    def raw_difference(self, level: float, *, naive: bool = False) -> Estimate:
        """The mean difference of the scores as they are, a judge's own where one scored."""
        n = len(self.first)
        if (reason := self.too_few()) is not None:
            return Estimate.absent(reason, n=n, method=_METHOD, level=level)
        return attempt(self._plain(level, naive=naive), n=n, method=_METHOD, level=level)

    def _plain(self, level: float, *, naive: bool) -> Callable[[], Estimate]:
        clusters = None if naive else self.clusters
        bounds = _SPAN if self.scale.bounded else None
        if self.measure.looks == "anytime":
            return partial(self._sequential, self.values, clusters, level)
        if (strata := self.strata) is not None:
            shared = partial(stratified_mean, bounds=bounds, level=level)
            return partial(shared, self.values, strata, clusters=clusters)
        if clusters is not None:
            return partial(clustered_mean, self.values, clusters, bounds=bounds, level=level)
        if self.binary:
            return partial(paired_proportion, self.first, self.second, level=level)
        return partial(mean_t, self.values, bounds=bounds, level=level)

    def _sequential(self, values: Floats, clusters: Codes | None, level: float) -> Estimate:
        if not self.scale.bounded:
            raise InsufficientData("a scale without bounds has no confidence sequence")
        largest = self.measure.scores.largest
        return look_mean(values, clusters, largest=largest, level=level)

    def _by_labels(self, level: float) -> Estimate:
        """What people's labels alone say at every look: no correction is known that holds there."""
        given = ~np.isnan(self._labels)
        clusters = None if self.clusters is None else self.clusters[given]
        compute = partial(self._sequential, self._labels[given], clusters, level)
        return attempt(compute, n=self.labels, method=_METHOD, level=level)

    @cached_property
    def _sample(self) -> JudgedSample | None:
        """Labels and judgments of the differences; None where there is nothing to correct by."""
        if self.labels < LEAST_LABELS:
            return None
        return sample_of(self.values, self._labels, self.clusters)

    @property
    def strata(self) -> Strata | None:
        """Their segments, where the headline is re-weighted to traffic."""
        strata = self.measure.strata
        return None if strata is None else strata.only(self.rows)

    @property
    def _order(self) -> Codes:
        """The examples in the order of the sample: those that people labelled first."""
        given = ~np.isnan(self._labels)
        return np.concatenate([np.flatnonzero(given), np.flatnonzero(~given)])

    def _linear(self, level: float, *, naive: bool = False) -> Estimate:
        sample = self._sample
        if naive:
            sample = sample_of(self.values, self._labels, None)
        if sample is None:
            raise InsufficientData("there are too few labels to correct a judge by")
        return linear_ppi(
            sample,
            rng=np.random.default_rng(self.measure.seed),
            bounds=_SPAN if self.scale.bounded else None,
            level=level,
            weights=self._weights(),
        )

    def _weights(self) -> Floats | None:
        """What each example counts, in the order of the sample; None where all count alike."""
        strata = self.strata
        return None if strata is None else strata.weights[self._order]

    def influence(self) -> Influence:
        """What each example contributes, for comparing several pairs at once.

        Raises:
            InsufficientData: There is no difference to speak of.
        """
        if (reason := self.too_few()) is not None:
            raise InsufficientData(reason)
        if self._sample is not None:
            return self._corrected_influence(self._sample)
        values = self.values
        strata = self.strata
        if strata is None:
            value, n = float(values.mean()), len(values)
            observed, centred = values / n, (values - value) / n
        else:
            observed = strata.weights * values
            centred = strata.residuals(values, self.clusters)
            value = float(observed.sum())
        return Influence(value, self._spread(observed), self._spread(centred), self.units)

    def _corrected_influence(self, sample: JudgedSample) -> Influence:
        rng = np.random.default_rng(self.measure.seed)
        parts = linear_parts(sample, rng=rng, weights=self._weights())
        centred = np.empty(len(self.values))
        centred[self._order] = parts.influence
        labelled = ~np.isnan(self._labels)
        observed = centred + parts.value * labelled / sample.n
        return Influence(parts.value, self._spread(observed), self._spread(centred), sample.units)

    def _spread(self, values: Floats) -> Floats:
        """Values of the pair's examples, at their places among the headline's."""
        found = np.zeros(len(self.rows))
        found[self.rows] = values
        return found

    def too_few(self) -> str | None:
        """Why nothing can be compared, in words about examples; None where something can be."""
        scores, (a, b) = self.measure.scores, self.systems
        if self.name == OVERALL and not any(d.scale.bounded for d in scores.dimensions):
            return NOTHING_TO_WEIGH
        if self.measure.looks == "anytime" and self.measure.strata is not None:
            return "no interval of weighted examples is known that holds at every look"
        if len(self.first) < _FEWEST:
            shared = f"{len(self.first)} example" + ("s" if len(self.first) != 1 else "")
            return f"{a} and {b} share {shared} with a score; a comparison needs at least {_FEWEST}"
        return None

    def p_value(self) -> float:
        """Two-sided, of no difference; 1 where there is nothing to test."""
        if self.too_few() is not None:
            return 1.0
        if self.measure.looks == "anytime":
            return self._sequential_p()
        if self.corrected or self.strata is not None:
            return self._inverted()
        if self.binary and self.clusters is None:
            ahead, behind = np.count_nonzero(self.values > 0), np.count_nonzero(self.values < 0)
            return mcnemar(int(ahead), int(behind))
        try:
            return mean_p(self.values, clusters=self.clusters)
        except InsufficientData:
            return _flip_p(self.values, self.units)

    def _sequential_p(self) -> float:
        if not self.scale.bounded:
            return 1.0
        given = ~np.isnan(self._labels) if self.corrected else np.ones(len(self.values), dtype=bool)
        values = self._labels[given] if self.corrected else self.values
        clusters = None if self.clusters is None else self.clusters[given]
        return _p_of(lambda: look_p(values, clusters, largest=self.measure.scores.largest))

    def _inverted(self) -> float:
        """The least error rate at which the interval excludes 0."""
        low, high = 0.0, 1.0
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            found = self.difference(1 - middle) if 0 < middle < 1 else None
            if found is None or found.low is None or found.high is None:
                return 1.0
            outside = found.low > 0 or found.high < 0
            low, high = (low, middle) if outside else (middle, high)
        return high

    def told(self, estimate: Estimate) -> Estimate:
        """An estimate on the unit interval, in the units that readers know."""
        return estimate if self.name == OVERALL else on_scale(estimate, self.scale, difference=True)


def _flip_p(values: Floats, units: int) -> float:
    """Where all differ alike there is no spread to test by, but all have the same sign.

    The exact p-value of the sign-flip test: two in 2 to the power of units (or clusters).
    """
    if not len(values) or not np.all(values == values[0]) or not values[0]:
        return 1.0
    return float(2.0 ** (1 - units))


def _p_of(compute: Callable[[], float]) -> float:
    """A p-value; 1 where there is nothing to test."""
    try:
        return compute()
    except InsufficientData:
        return 1.0


def needed_reach(estimate: Estimate) -> float | None:
    """The smallest difference that an interval of this width would probably have excluded 0 for.

    Half its width, and for a probability of 80 % so much more; None where there is no interval.
    """
    if estimate.low is None or estimate.high is None:
        return None
    more = 1 + normal_quantile(POWER) / normal_quantile((1 + estimate.level) / 2)
    return (estimate.high - estimate.low) / 2 * more


def _shared_weight(measure: Measure, first: int, second: int) -> float:
    """The mean share of the weight that lies on dimensions on which both outputs were rated."""
    scores = measure.head
    shared = ~np.isnan(scores.values[:, first]) & ~np.isnan(scores.values[:, second])
    weight = (scores.weights * shared).sum(axis=1)
    compared = weight > 0
    return float(weight[compared].mean()) if compared.any() else 0.0
