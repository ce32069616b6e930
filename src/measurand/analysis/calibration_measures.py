"""How well a judge does on outputs that people rated: every number, present or with its reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal

import numpy as np

from measurand.analysis.calibration_levels import nearest
from measurand.analysis.calibration_pool import Pool
from measurand.analysis.matrix import Floats
from measurand.analysis.measure import OVERALL
from measurand.analysis.result import Result
from measurand.errors import InsufficientData
from measurand.stats.absolute_error import (
    human_absolute_error,
    mean_absolute_error,
    rater_absolute_error,
)
from measurand.stats.alt_test import AltTest, alt_test
from measurand.stats.ceiling import ceiling_correlation
from measurand.stats.ceiling_phi import ceiling_phi, highest_phi
from measurand.stats.ceiling_ratio import ceiling_ratio
from measurand.stats.ceiling_sampled import mean_reliability, sampled_ceiling
from measurand.stats.correlation import pearson, spearman
from measurand.stats.estimate import LEVEL, Estimate, attempt
from measurand.stats.icc import icc
from measurand.stats.icc_clustered import clustered_icc
from measurand.stats.kappa import cohen_kappa
from measurand.stats.kappa_clustered import clustered_kappa
from measurand.stats.leave_one_out import leave_one_out
from measurand.stats.mapping import cross_fitted, mapping_kind
from measurand.stats.mean import clustered_mean
from measurand.stats.reliability import repeat_reliability, repeats_needed
from measurand.stats.share import clustered_share

__all__ = ["How", "highest_ceiling", "measures", "part_measures"]

_FOLDS = 5
_WANTED = 0.9
"""The reliability of the judge's mean that its suggested repeats are to reach."""
_PAIR = 2
_HALF = 0.5

Recipe = tuple[str, Callable[[], Estimate]]


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """How the numbers are computed.

    Args:
        level: Of two-sided intervals.
        bound_level: Of one-sided bounds.
        resamples: Of bootstraps.
        seed: Of bootstraps and folds.
    """

    level: float = LEVEL
    bound_level: float = LEVEL
    resamples: int = 2000
    seed: int = 0

    @property
    def rng(self) -> np.random.Generator:
        """Every number starts from the same seed."""
        return np.random.default_rng(self.seed)


def measures(pool: Pool, how: How) -> Iterator[Result]:
    """Everything there is to say of a judge on one dimension.

    Args:
        pool: The outputs; those without a value by judge or people are left out.
        how: Levels, resamples, seed.
    """
    told = _Told(pool, how)
    recipes = [*told.correlations(), *told.agreement(), *told.among_people(), *told.of_repeats()]
    for name, compute in recipes:
        yield told.result(name, compute)
    yield from told.replacement()


def part_measures(pool: Pool, how: How) -> Iterator[Result]:
    """What is said of a part, as a component: correlation and error, or agreement."""
    told = _Told(pool, how)
    recipes = [*list(told.correlations())[:1], *list(told.agreement())[: 3 if told.yes_no else 1]]
    for name, compute in recipes:
        yield told.result(name, compute)


def highest_ceiling(pool: Pool, how: How) -> Estimate:
    """The ceiling for a decision: where there is none, still the highest that there may be.

    Where people agree no more than chance would have it, the ceiling is 0, and its upper end
    follows from that of their reliability, or on yes/no of their agreement.
    """
    told = _Told(pool, how)
    find = partial(told.ceiling, of=highest_phi) if told.yes_no else told.ceiling
    found = attempt(find, n=told.pool.n, method="ceiling", level=how.level)
    if found.present or told.yes_no or not told.several:
        return found
    reliability = attempt(told.reliability, n=told.pool.n, method="ICC(1,k)", level=how.level)
    if reliability.high is None or reliability.value is None or reliability.value > 0:
        return found
    high = min(max(reliability.high, 0.0), 1.0) ** 0.5
    return Estimate(
        value=0.0,
        low=0.0,
        high=high,
        level=how.level,
        n=reliability.n,
        method=f"upper end of the square root of ICC(1,k), {reliability.method}",
        reason=found.reason,
    )


class _Told:
    """A judge beside people on the outputs that both have rated.

    On yes/no people may tie, and then there is no majority to hold the judge against. How well
    they agree is told of all outputs, those included: without them everybody would seem to agree.
    """

    def __init__(self, whole: Pool, how: How) -> None:
        pool = whole.only(whole.both)
        self.rated = whole.only(~np.isnan(whole.judge) & ~np.isnan(whole.ratings).all(axis=1))
        self.pool, self.how = pool, how
        self.judge, self.people, self.clusters = pool.judge, pool.people, pool.shared
        self.yes_no = bool(pool.scale.binary and np.isin(self.people, (0.0, 1.0)).all())
        self.several = pool.ratings.shape[1] >= _PAIR

    def result(self, name: str, compute: Callable[[], Estimate]) -> Result:
        """The number, or why there is none."""
        found = attempt(compute, n=self.pool.n, method=name, level=self.how.level)
        return self.named(name, found)

    def named(self, name: str, estimate: Estimate) -> Result:
        return Result(name=name, estimate=estimate, dimension=self.pool.dimension)

    def correlations(self) -> Iterator[Recipe]:
        """With the mean of people, or on yes/no with their majority (then it is phi)."""
        both, bound = self.how.level, self.how.bound_level
        for name, correlation in (("correlation", pearson), ("rank_correlation", spearman)):
            own = partial(self._varying, correlation)
            weighted = partial(own, weights=self.pool.weights)
            yield f"{name}_with_people", partial(weighted, level=both)
            yield f"{name}_bound", partial(weighted, level=bound, side="lower")
            if self.pool.weights is not None:
                yield f"{name}_unweighted", partial(own, level=both)

    def _varying(self, correlation: Callable[..., Estimate], **how: Any) -> Estimate:
        self.pool.refuse_constant()
        return correlation(self.judge, self.people, clusters=self.clusters, **how)

    def agreement(self) -> Iterator[Recipe]:
        """How far off, in words or in points."""
        if self.yes_no:
            yield from self._agreement_on_yes()
            return
        yield "error_with_people", self._error
        yield "error_with_one_person", self._error_with_one
        yield "error_among_people", self._error_among
        yield "error_after_mapping", self._error_after_mapping
        yield "leniency", self._leniency
        yield "icc_absolute", self._icc
        if self.pool.dimension != OVERALL:
            yield "kappa_with_people", self._weighted_kappa

    def _agreement_on_yes(self) -> Iterator[Recipe]:
        said = _said(self.judge)
        known = ~np.isnan(said)
        hits = (said == self.people).astype(float)

        def share(which: Floats) -> Callable[[], Estimate]:
            chosen = known & which.astype(bool)
            return partial(
                clustered_share,
                hits[chosen],
                self.pool.clusters[chosen],
                level=self.how.level,
            )

        yield "agreement_with_people", share(np.ones(len(hits)))
        yield "sensitivity", share(self.people == 1)
        yield "specificity", share(self.people == 0)
        yield "leniency", self._leniency
        yield "kappa_with_people", partial(self._kappa, said, weights="none")

    def _error(self) -> Estimate:
        return mean_absolute_error(self.judge, self.people, **self._apart())

    def _error_with_one(self) -> Estimate:
        """Of one person's rating, not of the mean of several: what people's own is held against."""
        return rater_absolute_error(self.judge, self.pool.ratings, **self._apart())

    def _error_among(self) -> Estimate:
        return human_absolute_error(self.pool.ratings, **self._apart())

    def _error_after_mapping(self) -> Estimate:
        """Severity and spread taken out by a mapping that has not seen the output."""
        kind = mapping_kind(self.pool.n)
        mapped = cross_fitted(
            self.judge,
            self.people,
            groups=self.pool.clusters,
            folds=_FOLDS,
            rng=self.how.rng,
            kind=kind,
        )
        found = mean_absolute_error(mapped, self.people, **self._apart())
        return replace(found, method=f"{found.method}, after an {kind} mapping, out of fold")

    def _leniency(self) -> Estimate:
        width = self.pool.scale.width
        return clustered_mean(
            self.judge - self.people,
            self.pool.clusters,
            bounds=None if width is None else (-width, width),
            level=self.how.level,
        )

    def _icc(self) -> Estimate:
        self.pool.refuse_constant()
        pair = np.stack([self.judge, self.people], axis=1)
        if self.clusters is None:
            return icc(pair, form="A", level=self.how.level)
        return clustered_icc(pair, form="A", clusters=self.clusters, level=self.how.level)

    def _weighted_kappa(self) -> Estimate:
        if self.pool.scale.metric != "ordinal":
            raise InsufficientData("a weighted kappa is for levels, and this scale has none")
        return self._kappa(self.judge, weights="quadratic")

    def _kappa(self, judge: Floats, *, weights: Literal["none", "quadratic"]) -> Estimate:
        """Of the levels that are nearest to what the judge and people say."""
        self.pool.refuse_constant()
        levels = self.pool.levels
        first, second = (nearest(values, levels) for values in (judge, self.people))
        if self.clusters is None:
            return cohen_kappa(first, second, weights=weights, level=self.how.level)
        return clustered_kappa(
            first, second, clusters=self.clusters, weights=weights, level=self.how.level
        )

    def among_people(self) -> Iterator[Recipe]:
        """The ceiling, and how one person does against the others."""
        yield "ceiling_correlation", self.ceiling
        yield "ceiling_ratio", self._ratio
        yield "leave_one_out", self._left_out

    def ceiling(self, *, of: Callable[..., Estimate] = ceiling_phi) -> Estimate:
        """The best correlation that any judge could have with these people, weighted like it.

        Args:
            of: On yes/no, `highest_phi` where one that is 0 is wanted too.
        """
        self._refuse_alone("a ceiling")
        ratings, drawn = self.rated.ratings, self._drawn()
        if self.yes_no:
            return of(ratings, **drawn, **self._boot())
        if self.plain:
            return ceiling_correlation(ratings, **self._boot())
        return sampled_ceiling(ratings, **drawn, level=self.how.level)

    def reliability(self) -> Estimate:
        """That of the mean of people, which may be below 0 where there is no ceiling."""
        if self.plain:
            return icc(self.rated.ratings, form="1", average=True, level=self.how.level)
        return mean_reliability(self.rated.ratings, **self._drawn(), level=self.how.level)

    def _ratio(self) -> Estimate:
        self._refuse_alone("a ceiling")
        if self.yes_no:
            raise InsufficientData("for yes/no read the correlation beside the ceiling")
        self.pool.refuse_constant()
        return ceiling_ratio(self.rated.judge, self.rated.ratings, **self._drawn(), **self._boot())

    def _left_out(self) -> Estimate:
        self._refuse_alone("how one person does against the others")
        return leave_one_out(self.rated.ratings, **self._drawn(), **self._boot())

    def of_repeats(self) -> Iterator[Recipe]:
        """How alike the judge's repeats are, and how many would make its mean reliable."""
        if self.pool.repeats.shape[1] < _PAIR:
            return
        found = attempt(
            partial(repeat_reliability, self.pool.repeats, clusters=self.clusters, **self._boot()),
            n=self.pool.n,
            method="ICC(1) of repeats",
            level=self.how.level,
        )
        yield "repeat_reliability", lambda: found
        yield "repeats_needed", partial(_needed, found)

    def replacement(self) -> Iterator[Result]:
        """The alternative annotator test: is it as good as a person whom it would replace?"""
        names = ("alt_test_winning_rate", "alt_test_advantage")
        n, level = self.pool.n, self.how.level
        try:
            self._refuse_alone("whether a judge could replace one of them")
            found = self._alt_test()
        except InsufficientData as problem:
            absent = Estimate.absent(str(problem), n=n, method="alt-test", level=level)
            yield from (self.named(name, absent) for name in names)
            return
        yield self.named(names[0], found.winning_rate)
        yield self.named(names[1], found.advantage)

    def _alt_test(self) -> AltTest:
        """On yes/no the judge says what most of its repeats do; nothing where they tie."""
        said = _said(self.rated.judge) if self.yes_no else self.rated.judge
        known = ~np.isnan(said)
        return alt_test(
            said[known],
            self.rated.ratings[known],
            metric="agreement" if self.yes_no else "error",
            clusters=self.rated.only(known).shared,
            level=self.how.level,
        )

    def _refuse_alone(self, what: str) -> None:
        if not self.several:
            raise InsufficientData(f"only one person rated; {what} needs two")

    def _apart(self) -> dict[str, Any]:
        span = self.pool.scale.width
        return {"clusters": self.clusters, "span": span, "level": self.how.level}

    @property
    def plain(self) -> bool:
        """Whether outputs are independent, and were drawn alike."""
        return self.rated.shared is None and self.rated.weights is None

    def _drawn(self) -> dict[str, Any]:
        return {"clusters": self.rated.shared, "weights": self.rated.weights}

    def _boot(self) -> dict[str, Any]:
        return {"rng": self.how.rng, "level": self.how.level, "resamples": self.how.resamples}


def _said(judge: Floats) -> Floats:
    """Yes or no by most of the repeats; NaN where they tie."""
    return np.where((judge == _HALF) | np.isnan(judge), np.nan, (judge > _HALF).astype(np.float64))


def _needed(reliability: Estimate) -> Estimate:
    """Repeats for a reliable mean, by the Spearman-Brown formula."""
    if reliability.value is None or reliability.low is None or reliability.high is None:
        raise InsufficientData(reliability.reason or "the reliability of repeats is not known")
    if reliability.low <= 0:
        raise InsufficientData(
            "the interval of the reliability of repeats reaches 0, and then no number would do"
        )
    most, value, least = (
        float(repeats_needed(min(one, 1.0), wanted=_WANTED))
        for one in (reliability.low, reliability.value, reliability.high)
    )
    return Estimate(
        value=value,
        low=least,
        high=most,
        level=reliability.level,
        n=reliability.n,
        method=f"Spearman-Brown, for a reliability of {_WANTED:g} of the mean",
    )
