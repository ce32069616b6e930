"""Do the raters agree, and what is the best that any system or judge could score?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from measurand.analysis.agreement_limits import agreement_limits, agreement_verdicts
from measurand.analysis.agreement_parts import Breakdown, parts, placed
from measurand.analysis.level_confusion import levels_of
from measurand.analysis.matrix import Floats, flagged, known_scales, rater_matrix
from measurand.analysis.readings import TARGET, readings
from measurand.analysis.result import Confusion, Findings, Result, Votes
from measurand.analysis.trials import Rounds, first_trial
from measurand.analysis.units import Key, side_by_side
from measurand.core.example import Example
from measurand.core.people import ADJUDICATION
from measurand.core.rating import Ratings
from measurand.core.rubric import Rubric
from measurand.core.scale import YES_NO, Scale, Value
from measurand.errors import InsufficientData
from measurand.stats.agreement import percent_agreement
from measurand.stats.ceiling import ceiling_correlation, ceiling_majority
from measurand.stats.ceiling_moments import LEAST_VOTES, ceiling_majority_bounds
from measurand.stats.consensus import majority_vote, mean_vote
from measurand.stats.estimate import LEVEL, Estimate, attempt
from measurand.stats.gwet import gwet_ac1, gwet_ac2
from measurand.stats.icc import icc
from measurand.stats.kappa import cohen_kappa, fleiss_kappa
from measurand.stats.krippendorff import krippendorff_alpha
from measurand.stats.leave_one_out import leave_one_out
from measurand.stats.proportion import clopper_pearson

__all__ = ["AgreementOptions", "Breakdown", "agreement"]

_PAIRS_UP_TO = 10
"""Above this many raters, kappas of single pairs would bury the rest."""
_UNITS_SHOWN = 12
_NEARLY_ALL = 0.9
_NOT_RANDOM = (
    "only some outputs have four votes or more, and nothing says that these were drawn at random; "
    "draw a subsample (people.subsample)"
)
_YES_NO_CEILING = (
    "a correlation's ceiling is for graded scales; for yes/no read the ceiling of a majority vote"
)
_YES_NO_AGREES = "partial agreement is for graded scales; for yes/no read Gwet's AC1"


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementOptions:
    """How agreement is computed.

    Args:
        level: The confidence level of every interval.
        resamples: Bootstrap resamples.
        seed: Of the bootstrap.
        by: Also within each system, component or segment.
        reference: A rater who is the truth, as an adjudicated label: left out of the agreement
            among people, and what judges and checks are held against.
        require: The least alpha that is good enough; turns the verdicts into a decision.
        target: What a judge is to reach against these raters; the readings say whether the
            ceiling lets it.
        rounds: How rows tell their trial, as in `ComparisonOptions`: people have seen the first,
            so judges and checks are held against them on that one alone.
        subsample: The examples that were drawn to be rated by more people; None where nothing is
            known of that.
    """

    level: float = LEVEL
    resamples: int = 2000
    seed: int = 0
    by: tuple[Breakdown, ...] = ()
    reference: str | None = None
    require: float | None = None
    target: float = TARGET
    rounds: Rounds | None = None
    subsample: frozenset[str] | None = None


def agreement(
    ratings: Ratings,
    scales: Mapping[str, Scale],
    *,
    rubric: Rubric | None = None,
    examples: Mapping[str, Example] | None = None,
    options: AgreementOptions | None = None,
) -> Findings:
    """Agreement among people, the ceiling it sets, and judges and checks against people.

    Args:
        ratings: The table.
        scales: The scale of every dimension in it.
        rubric: Which dimensions block, for the limits.
        examples: Components, segments and clusters of the examples, where known; of others,
            what their ratings say.
        options: Level, resamples, seed, breakdown, reference.

    Returns:
        Coefficients, ceilings and levels by dimension, as docs/results.md names them; the votes;
        the outputs people disagree about most; which levels they confuse; all in plain words too.
    """
    chosen, known = options or AgreementOptions(), examples or {}
    results: list[Result] = []
    votes: list[Votes] = []
    confusions: list[Confusion] = []
    disputed: list[tuple[float, Key]] = []
    rated = ratings.where(kind="people").distinct("dimension")
    for dimension, scale in known_scales(ratings, scales).items():
        if rated and dimension not in rated:
            continue
        part = ratings.where(dimension=dimension)
        for name, cell, rows in parts(part, chosen.by, known):
            study = _Study(first_trial(rows, chosen.rounds), scale, chosen)
            results += [
                placed(result, dimension, name=name, cell=cell) for result in study.results()
            ]
            if name in {None, "system"}:
                votes += study.votes(dimension, cell or None)
            if name is None:
                disputed += study.disputed(dimension)
                confusions += study.levels(dimension, results)
                results += _harm(rows, rubric, dimension, level=chosen.level)
    worst = sorted(disputed, key=lambda item: -item[0])[:_UNITS_SHOWN]
    return Findings(
        results=tuple(results),
        verdicts=agreement_verdicts(results, scales, chosen.require),
        limits=agreement_limits(
            results,
            ratings,
            scales=scales,
            blocking=frozenset(d.name for d in rubric or () if d.blocking),
            reference=chosen.reference,
            examples=known,
        ),
        votes=tuple(votes),
        units=side_by_side(ratings, scales, [key for _, key in worst]),
        confusions=tuple(confusions),
        readings=readings(results, target=chosen.target),
    )


class _Study:
    """The agreement of one group of ratings: one dimension, perhaps one system."""

    def __init__(self, rows: Ratings, scale: Scale, options: AgreementOptions) -> None:
        self.scale = scale
        self.options = options
        self.matrix = rater_matrix(rows, scale)
        kinds = _kinds(rows)
        people = [
            rater
            for rater in self.matrix.raters
            if kinds[rater] == "people" and rater != options.reference
        ]
        self.others = self._of_kinds(kinds, "judge", "check")
        known = self._of_kinds(kinds, "reference") if options.reference is None else ()
        # Adjudicated are those that people dispute: no judge is held against these alone.
        self.references = tuple(name for name in known if name != ADJUDICATION)
        self.people = self.matrix.only(people)

    def _of_kinds(self, kinds: Mapping[str, str], *wanted: str) -> tuple[str, ...]:
        raters = (rater for rater in self.matrix.raters if kinds[rater] in wanted)
        return tuple(rater for rater in raters if rater != self.options.reference)

    def results(self) -> Iterator[Result]:
        """Everything there is to say, present or absent with its reason."""
        yield from self._among_people()
        yield from self._pairs()
        yield from self._against_people()

    def _among_people(self) -> Iterator[Result]:
        values, level = self.people.values, self.options.level
        numeric = None if self.scale.numeric else "not defined on labels that have no order"
        binary = None if self.scale.binary else "the ceiling of a majority vote is for yes/no"
        graded = numeric or (_YES_NO_CEILING if self.scale.binary else None)
        partly = numeric or (_YES_NO_AGREES if self.scale.binary else None)
        metric = self.scale.metric
        recipes: tuple[tuple[str, Callable[[], Estimate], str | None], ...] = (
            ("percent_agreement", self._boot(partial(percent_agreement, values)), None),
            ("fleiss_kappa", self._boot(partial(fleiss_kappa, values)), None),
            (
                "krippendorff_alpha",
                self._boot(partial(krippendorff_alpha, values, metric=metric)),
                None,
            ),
            ("gwet_ac1", partial(gwet_ac1, values, level=level), None),
            ("gwet_ac2", partial(gwet_ac2, values, weights="quadratic", level=level), partly),
            ("icc1", partial(icc, values, form="1", level=level), numeric),
            ("icc1k", partial(icc, values, form="1", average=True, level=level), numeric),
            ("ceiling_majority", self._boot(partial(ceiling_majority, values)), binary),
            ("ceiling_correlation", self._boot(partial(ceiling_correlation, values)), graded),
            ("leave_one_out", self._boot(partial(leave_one_out, values)), numeric),
        )
        for name, compute, unfit in recipes:
            yield Result(name=name, estimate=self._answer(name, compute, unfit))
        if self.scale.binary and (deep := self._deep()).any():
            chosen = values[deep]
            name, bounds = "ceiling_majority_bounds", partial(ceiling_majority_bounds, chosen)
            unfit = None if self._random(deep) else _NOT_RANDOM
            yield Result(name=name, estimate=self._answer(name, self._boot(bounds), unfit))

    def _deep(self) -> NDArray[np.bool_]:
        """The outputs with votes enough for the second moment; of a subsample, those in it."""
        votes = (~np.isnan(self.people.values)).sum(axis=1)
        deep = votes >= LEAST_VOTES
        drawn = self.options.subsample
        if drawn is not None:
            deep &= np.asarray([example in drawn for example in self.people.examples], np.bool_)
        return np.asarray(deep)

    def _random(self, deep: NDArray[np.bool_]) -> bool:
        """Whether the outputs with many votes stand for all: drawn so, or nearly all there are."""
        votes = (~np.isnan(self.people.values)).sum(axis=1)
        voted = votes >= 2  # noqa: PLR2004 - one vote agrees with nobody
        return self.options.subsample is not None or deep.sum() >= _NEARLY_ALL * voted.sum()

    def _pairs(self) -> Iterator[Result]:
        """The kappa of every pair of people, unless there are too many to read."""
        raters = self.people.raters
        if len(raters) > _PAIRS_UP_TO:
            return
        for first, second in combinations(range(len(raters)), 2):
            columns = self.people.values[:, first], self.people.values[:, second]
            yield self._kappa(*columns, raters=(raters[first], raters[second]))

    def _against_people(self) -> Iterator[Result]:
        """Judges and checks against the reference, or the people's vote and reference ratings."""
        reference = self.options.reference
        if reference is not None or self.people.raters:
            truth, unfit = self._truth()
            for rater in self.others:
                raters = rater, reference or "people"
                yield self._kappa(self._column(rater), truth, raters=raters, unfit=unfit)
        for known in self.references:
            for rater in self.others:
                columns = self._column(rater), self._column(known)
                yield self._kappa(*columns, raters=(rater, known))

    def _column(self, rater: str) -> Floats:
        return self.matrix.values[:, self.matrix.raters.index(rater)]

    def _truth(self) -> tuple[Floats, str | None]:
        """What judges and checks are held against, and why there is none where there is none."""
        reference, nothing = self.options.reference, np.full(len(self.matrix.values), np.nan)
        names = self.people.raters if reference is None else (reference,)
        columns = [self.matrix.raters.index(name) for name in names if name in self.matrix.raters]
        if not columns:
            return nothing, f"{reference} rated none of these outputs"
        try:
            return consensus(self.matrix.values[:, columns], self.scale), None
        except InsufficientData as problem:
            return nothing, str(problem)

    def _kappa(
        self, first: Floats, second: Floats, *, raters: tuple[str, str], unfit: str | None = None
    ) -> Result:
        """Plain kappa between labels; quadratic weights where values have an order."""
        weights: Literal["none", "quadratic"] = (
            "none" if self.scale.metric == "nominal" else "quadratic"
        )
        compute = partial(cohen_kappa, first, second, weights=weights, level=self.options.level)
        return Result(
            name="cohen_kappa",
            estimate=self._answer("cohen_kappa", compute, unfit),
            raters=raters,
        )

    def _boot(self, statistic: Callable[..., Estimate]) -> Callable[[], Estimate]:
        """The statistic with this study's bootstrap; every one starts from the same seed."""
        return lambda: statistic(
            rng=np.random.default_rng(self.options.seed),
            level=self.options.level,
            resamples=self.options.resamples,
        )

    def _answer(
        self, name: str, compute: Callable[[], Estimate], unfit: str | None = None
    ) -> Estimate:
        n, level = len(self.people.values), self.options.level
        if not self.people.raters and name != "cohen_kappa":
            unfit = "no ratings by people"
        elif len(self.people.raters) == 1 and name != "cohen_kappa":
            unfit = f"only one person rated ({self.people.raters[0]}); agreement needs two"
        if unfit is not None:
            return Estimate.absent(unfit, n=n, method=name, level=level)
        return attempt(compute, n=n, method=name, level=level)

    def levels(self, dimension: str, results: list[Result]) -> list[Confusion]:
        """Which levels people confuse, where the scale has some; numbers join the results."""
        found = levels_of(self.people, self.scale, dimension)
        if found is None or len(self.people.raters) < 2:  # noqa: PLR2004
            return []
        try:
            table = found.confusion()
        except InsufficientData:  # no unit has two ratings; alpha says so
            return []
        options = self.options
        numbers = found.results(level=options.level, resamples=options.resamples, seed=options.seed)
        results += (replace(result, dimension=dimension) for result in numbers)
        return [table]

    def votes(self, dimension: str, system: str | None) -> Iterator[Votes]:
        """How the majority votes fell, on scales of labels."""
        if self.scale.metric != "nominal" or len(self.people.raters) < 2:  # noqa: PLR2004
            return
        try:
            winners = majority_vote(self.people.values)
        except InsufficientData:  # free text, not labels; the limits say so
            return
        labels: tuple[Value, ...] = self.people.labels or (0.0, 1.0)
        counts = tuple(
            (label, int(np.count_nonzero(winners.labels == code)))
            for code, label in enumerate(labels)
        )
        yield Votes(dimension=dimension, counts=counts, ties=int(winners.tied.sum()), system=system)

    def disputed(self, dimension: str) -> Iterator[tuple[float, Key]]:
        """The outputs people disagree about, with the width of the disagreement."""
        values = self.people.values
        if not len(values) or len(self.people.raters) < 2:  # noqa: PLR2004
            return
        low = np.nanmin(values, axis=1)
        high = np.nanmax(values, axis=1)
        least = low.min() if self.scale.low is None else self.scale.low
        most = high.max() if self.scale.high is None else self.scale.high
        width = (high - low) / (most - least or 1)
        width = width if self.scale.numeric else np.sign(width)
        for row in np.argsort(-width, kind="stable")[:_UNITS_SHOWN]:
            if width[row] > 0:
                people = self.people
                key = people.examples[row], people.systems[row], dimension, people.against[row]
                yield float(width[row]), key


def _harm(rows: Ratings, rubric: Rubric | None, name: str, *, level: float) -> Iterator[Result]:
    """On a blocking dimension: the share of outputs that people flag, by majority and at all."""
    if rubric is None or name not in rubric or not rubric.dimension(name).blocking:
        return
    people = flagged(rows.where(kind="people", against=None), rubric.dimension(name))
    shares = mean_vote(rater_matrix(people, YES_NO).values)
    shares = shares[~np.isnan(shares)]
    for result, least in (("blocking_rate", 0.5), ("any_flag_rate", 0.0)):
        count = int(np.count_nonzero(shares >= least if least else shares > 0))
        compute = partial(clopper_pearson, count, len(shares), level=level, side="upper")
        estimate = attempt(compute, n=len(shares), method="Clopper-Pearson", level=level)
        yield Result(name=result, estimate=estimate, dimension=name)


def consensus(values: Floats, scale: Scale) -> Floats:
    """What several raters say together: the mean of grades, the majority of labels.

    Args:
        values: Shape (units, raters); NaN where a rater gave no value.
        scale: The dimension's scale.

    Returns:
        Shape (units,); NaN where nobody rated or the vote is a tie.
    """
    if scale.metric == "nominal":
        return majority_vote(values).labels
    return mean_vote(values)


def _kinds(rows: Ratings) -> dict[str, str]:
    raters, kinds = rows["rater"], rows["kind"]
    pairs = set(zip(raters.codes, kinds.codes, strict=True))
    return {str(raters.levels[rater]): str(kinds.levels[kind]) for rater, kind in pairs}
