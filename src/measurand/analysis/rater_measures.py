"""What the table says about one person: right, consistent, attentive, quick, strict?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np

from measurand.analysis.matrix import Codes, Floats
from measurand.analysis.rater_context import RaterContext
from measurand.analysis.rater_tables import DimensionTable, Mask, PeopleTable
from measurand.analysis.result import Result
from measurand.errors import InsufficientData
from measurand.stats.estimate import Estimate, attempt
from measurand.stats.kappa import cohen_kappa
from measurand.stats.mean import clustered_mean
from measurand.stats.median import median
from measurand.stats.rater_rest import Panel, RaterRest, rater_rest, rater_variety
from measurand.stats.severity import Severity
from measurand.stats.share import clustered_share

__all__ = ["Deviations", "RaterMeasures"]

_LEAST_STEPS = 5
"""On fewer levels a rater is within one level of the truth too often by chance."""
_NO_GOLDEN = "this rater has rated no output whose right rating is known"
_NO_AGAIN = "this rater has seen no output twice"
_NO_OTHERS = "nobody else rated the same outputs"


@dataclass(frozen=True, slots=True)
class Deviations:
    """By how much a rater differs from the others, output by output.

    Args:
        values: The difference of two shares, in [-1, 1].
        clusters: What each output shares with others.
    """

    values: Floats
    clusters: Codes


@dataclass(frozen=True)
class RaterMeasures:
    """Everything about one person.

    Args:
        table: What people said.
        rater: The person's place among the raters.
        context: What is computed once for all raters.
        level: The confidence level.
        shares: What of the others' agreement, and of their variety, a rater is held against.
    """

    table: PeopleTable
    rater: int
    context: RaterContext
    level: float
    shares: tuple[float, float]

    def results(self) -> Iterator[Result]:
        """Every number about the rater, present or absent with its reason."""
        for dimension in self.table.dimensions:
            for name, estimate in self._of(dimension):
                yield self._result(name, estimate, dimension.name)
        pooled = (
            ("golden_accuracy", self._share(self.right_of, self.table.dimensions, _NO_GOLDEN)),
            ("golden_passed", self.golden),
            ("self_agreement", self.self_agreement),
            ("agreement_with_others", _own(self.rest)),
            ("variety", _own(self.variety)),
            ("same_on_all_dimensions", self.same_on_all),
            ("cannot_judge", self._cannot_judge()),
            ("rater_seconds", self._seconds()),
            ("fast_share", self.fast_share),
        )
        for name, estimate in pooled:
            yield self._result(name, estimate)

    @property
    def name(self) -> str:
        """The person's name."""
        return self.table.raters[self.rater]

    @cached_property
    def golden(self) -> Estimate:
        """How often the rater passes on golden ratings, over all dimensions."""
        return self._share(self.passes_of, self.table.dimensions, _NO_GOLDEN)

    @cached_property
    def self_agreement(self) -> Estimate:
        """How often the rater says the same of an output seen again, over all dimensions."""
        return self._share(self._same_again, self.table.dimensions, _NO_AGAIN)

    @cached_property
    def rest(self) -> RaterRest | str:
        """How far the ratings move with the others', over all dimensions; or why unknown."""
        return self._rest(self.table.dimensions)

    @cached_property
    def variety(self) -> RaterRest | str:
        """How varied the ratings are beside the others', over all dimensions; or why unknown."""
        return self._variety(self.table.dimensions)

    @cached_property
    def same_gaps(self) -> Deviations | None:
        """Of each output: whether it has one value on all dimensions, less the others' share.

        Over the dimensions of one scale, the largest such group; None where there is none.
        """
        groups: dict[str, list[DimensionTable]] = {}
        for dimension in self.table.dimensions:
            groups.setdefault(str(dimension.scale), []).append(dimension)
        alike = max(groups.values(), key=len, default=[])
        if len(alike) < 2:  # noqa: PLR2004 - one value is always the same
            return None
        values = np.stack([dimension.first for dimension in alike])
        whole = ~np.isnan(values).any(axis=0)
        same = np.where(whole, np.ptp(np.where(whole, values, 0.0), axis=0) == 0, np.nan)
        return self._against_others(same)

    @cached_property
    def same_on_all(self) -> Estimate:
        """The share of outputs with one value on all dimensions, less the others' share."""
        found = self.same_gaps
        if found is None:
            return self._absent("no two dimensions have the same scale")
        if not len(found.values):
            return self._absent(_NO_OTHERS)
        compute = partial(
            clustered_mean, found.values, found.clusters, bounds=(-1.0, 1.0), level=self.level
        )
        return attempt(compute, n=len(found.values), method="CR1, t(C-1)", level=self.level)

    @cached_property
    def fast_share(self) -> Estimate:
        """The share of outputs that were rated faster than they can be read."""
        fast = self.context.fast[:, self.rater]
        known: Mask = ~np.isnan(fast)
        if not known.any():
            return self._absent("nothing says how long these outputs take")
        return clustered_share(fast[known], self.table.clusters[known], level=self.level)

    def right_of(self, dimension: DimensionTable) -> Floats:
        """Shape (outputs,): whether the rater says exactly what is right; NaN where unknown."""
        own = dimension.first[:, self.rater]
        known = ~np.isnan(own) & ~np.isnan(dimension.right) & dimension.exact
        return np.where(known, own == dimension.right, np.nan)

    def near_of(self, dimension: DimensionTable) -> Floats:
        """The same within one level, on graded scales."""
        gap = np.abs(dimension.first[:, self.rater] - dimension.right)
        return np.where(np.isnan(gap) | (not dimension.graded), np.nan, gap <= 1)

    def passes_of(self, dimension: DimensionTable) -> Floats:
        """What counts as right for qualification: within one level where there are five or more."""
        steps = dimension.steps
        near = steps is not None and steps >= _LEAST_STEPS
        return self.near_of(dimension) if near else self.right_of(dimension)

    def severity(self, dimension: DimensionTable) -> Severity | str:
        """By how many points the rater is stricter than the median rater, or why unknown."""
        found = self.context.severities[dimension.name]
        return found if isinstance(found, str) else found[self.rater]

    def _against_others(self, values: Floats) -> Deviations:
        """The rater's values less the others' mean on the same outputs."""
        own, others = values[:, self.rater], np.delete(values, self.rater, axis=1)
        known = ~np.isnan(own) & ~np.isnan(others).all(axis=1)
        gaps = own[known] - np.nanmean(others[known], axis=1) if known.any() else np.zeros(0)
        return Deviations(gaps, self.table.clusters[known])

    def _of(self, dimension: DimensionTable) -> Iterator[tuple[str, Estimate]]:
        one = (dimension,)
        accuracy = self.context.accuracies[dimension.name]
        severity = self.severity(dimension)
        no_grades = "only grades can be nearly right"
        yield "golden_accuracy", self._share(self.right_of, one, _NO_GOLDEN)
        yield (
            "golden_accuracy_within_one",
            self._share(self.near_of, one, _NO_GOLDEN if dimension.graded else no_grades),
        )
        yield "self_agreement", self._share(self._same_again, one, _NO_AGAIN)
        yield "self_kappa", self._self_kappa(dimension)
        yield (
            "severity",
            self._absent(severity) if isinstance(severity, str) else severity.estimate,
        )
        yield (
            "rater_accuracy",
            self._absent(accuracy) if isinstance(accuracy, str) else accuracy[self.rater],
        )
        yield "agreement_with_others", _own(self._rest(one))
        yield "variety", _own(self._variety(one))

    def _same_again(self, dimension: DimensionTable) -> Floats:
        first, again = dimension.first[:, self.rater], dimension.again[:, self.rater]
        known = ~np.isnan(first) & ~np.isnan(again) & dimension.exact
        return np.where(known, first == again, np.nan)

    def _self_kappa(self, dimension: DimensionTable) -> Estimate:
        columns = dimension.first[:, self.rater], dimension.again[:, self.rater]
        nominal = dimension.scale.metric == "nominal"
        compute = partial(
            cohen_kappa, *columns, weights="none" if nominal else "quadratic", level=self.level
        )
        n = int((~np.isnan(columns)).all(axis=0).sum())
        return attempt(compute, n=n, method="cohen_kappa", level=self.level)

    def _share(
        self,
        told: Callable[[DimensionTable], Floats],
        dimensions: Sequence[DimensionTable],
        nothing: str,
    ) -> Estimate:
        """The share of ones, over dimensions, clustered by what outputs share."""
        ones = [told(dimension) for dimension in dimensions]
        known = [~np.isnan(one) for one in ones]
        if not any(mask.any() for mask in known):
            return self._absent(nothing)
        values = np.concatenate([one[mask] for one, mask in zip(ones, known, strict=True)])
        clusters = np.concatenate([self.table.clusters[mask] for mask in known])
        return clustered_share(values, clusters, level=self.level)

    def _panels(self, dimensions: Sequence[DimensionTable]) -> list[Panel]:
        return [Panel(d.first, self.table.clusters, not d.scale.numeric) for d in dimensions]

    def _rest(self, dimensions: Sequence[DimensionTable]) -> RaterRest | str:
        try:
            return rater_rest(
                self._panels(dimensions), self.rater, share=self.shares[0], level=self.level
            )
        except InsufficientData as problem:
            return str(problem)

    def _variety(self, dimensions: Sequence[DimensionTable]) -> RaterRest | str:
        exact = [dimension for dimension in dimensions if dimension.exact]
        if not exact:
            return "on a continuous scale hardly any two ratings are equal"
        try:
            return rater_variety(
                self._panels(exact), self.rater, share=self.shares[1], level=self.level
            )
        except InsufficientData as problem:
            return str(problem)

    def _cannot_judge(self) -> Estimate:
        own = self.table.answers[self.table.answers[:, 1] == self.rater]
        if not len(own):
            return self._absent("this rater has rated nothing")
        values = own[:, 2].astype(np.float64)
        return clustered_share(values, self.table.clusters[own[:, 0]], level=self.level)

    def _seconds(self) -> Estimate:
        seconds = self.table.seconds[:, self.rater]
        seconds = seconds[~np.isnan(seconds)]
        if not len(seconds):
            return self._absent("the time spent is not known")
        return attempt(
            partial(median, seconds, level=self.level),
            n=len(seconds),
            method="median",
            level=self.level,
        )

    def _absent(self, reason: str) -> Estimate:
        return Estimate.absent(reason, level=self.level)

    def _result(self, name: str, estimate: Estimate, dimension: str | None = None) -> Result:
        return Result(name=name, estimate=estimate, dimension=dimension, raters=(self.name,))


def _own(found: RaterRest | str) -> Estimate:
    return Estimate.absent(found) if isinstance(found, str) else found.own
