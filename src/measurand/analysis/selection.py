"""Which change to a judge is kept: the one that is surely closer to people, else none.

Every number is out of fold. The map from a judge's scores to people's is fitted on four fifths of
the prompts and judged on the last fifth, many times over, with the same folds for all that was
tried. What is compared is each output's error under a candidate minus its error under the judge
as it is; the intervals of all candidates hold at once, so that trying more of them does not make
it likelier that one is adopted by luck.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from measurand.analysis.matrix import Floats
from measurand.analysis.result import Result, Verdict
from measurand.core.candidate import CURRENT
from measurand.errors import InsufficientData, UsageError
from measurand.stats.correlation import pearson
from measurand.stats.estimate import LEVEL, Estimate, attempt
from measurand.stats.mapping import cross_fitted
from measurand.stats.mean import clustered_mean
from measurand.stats.multiple import simultaneous_means

__all__ = ["Development", "Loss", "Selection", "SelectionOptions", "Tried", "select"]

Loss = Literal["absolute", "squared"]
"""How far a mapped judgment is from the mean of people's ratings, in shares of the scale."""

_SAME = 1e-12
_TOO_FEW = 10
"""Outputs of a dimension below which a map says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A judge as it was tried on the development set.

    Args:
        name: Of the candidate; ``current`` is the plan's judge as it is.
        scores: Means of its repeats on the unit interval, shape (outputs, dimensions); NaN where
            it gave none. Of a candidate with exemplars, each was given without exemplars of the
            output's own fold.
        changes: In how many things it differs.
        what: What differs, in words.
    """

    name: str
    scores: Floats
    changes: int = 0
    what: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Development:
    """The outputs of the development set.

    Args:
        people: Means of people's ratings on the unit interval, shape (outputs, dimensions); NaN
            where there are none.
        groups: What each output shares with others, as its prompt.
        dimensions: Names.
        judge: Whose candidates these are, as a rater is called.
    """

    people: Floats
    groups: Sequence[str]
    dimensions: tuple[str, ...]
    judge: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionOptions:
    """How it is selected.

    Args:
        loss: Absolute or squared error.
        folds: Parts into which prompts are shared out.
        repetitions: How often.
        level: The level of intervals, of those of differences for all candidates at once.
        seed: Of folds and signs.
        max_failures: The share of judgments by which a candidate may fail oftener than the judge
            as it is.
    """

    loss: Loss = "absolute"
    folds: int = 5
    repetitions: int = 10
    level: float = LEVEL
    seed: int = 0
    max_failures: float = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What came of it.

    Args:
        adopted: The name of the candidate that is adopted; ``current`` where none is.
        verdict: The decision: ``adopted`` or ``kept``.
        results: ``out_of_fold_loss``, ``loss_difference`` and ``out_of_fold_r``, of the judge that
            their rater names and the candidate that their design names.
        n: Outputs on which all were compared.
    """

    adopted: str
    verdict: Verdict
    results: tuple[Result, ...]
    n: int


def select(
    tried: Sequence[Tried], pool: Development, *, options: SelectionOptions | None = None
) -> Selection:
    """Decide whether a candidate takes the place of the judge as it is.

    It does where its mean error is smaller and the interval of the difference, which holds for
    all candidates at once, excludes 0. Of several such, the one with the least error, unless a
    simpler one is not surely worse.

    Args:
        tried: The judge as it is, named ``current``, and the candidates.
        pool: What people say of the development set.
        options: Loss, folds, level, seed.

    Raises:
        UsageError: There is no judge as it is, a name is there twice, or shapes differ.
    """
    chosen = options or SelectionOptions()
    names = [one.name for one in tried]
    if CURRENT not in names or len(set(names)) < len(names):
        raise UsageError(f"tried are {CURRENT!r} once and candidates by name; found {names}")
    if any(one.scores.shape != pool.people.shape for one in tried):
        raise UsageError("every candidate has one score an output and dimension")
    study = _Study(tried, pool, chosen)
    return study.selection()


class _Study:
    """All that was tried, on the cells that all have."""

    def __init__(
        self, tried: Sequence[Tried], pool: Development, options: SelectionOptions
    ) -> None:
        self._tried, self._pool, self._options = tried, pool, options
        self._groups = np.asarray(pool.groups)
        self._refused = dict(self._failing())
        self._kept = [one for one in tried if one.name not in self._refused]
        common = ~np.isnan(pool.people)
        for one in self._kept:
            common &= ~np.isnan(one.scores)
        wide = [at for at in range(common.shape[1]) if common[:, at].sum() >= _TOO_FEW]
        self._wide, self._common = wide, common
        self._rows = common[:, wide].any(axis=1)
        self._losses: dict[str, Floats] = {}
        self._fitted: dict[str, Floats] = {}
        for one in self._kept:
            self._try(one)

    def selection(self) -> Selection:
        """The decision and every number."""
        differences = self._differences()
        adopted = self._best(differences)
        results = [*self._results(differences)]
        n = int(self._rows.sum())
        verdict = Verdict(
            name="adoption",
            outcome="kept" if adopted == CURRENT else "adopted",
            reason=self._reason(adopted, differences),
            estimate=differences.get(adopted) or self._closest(differences),
            bound=0.0,
            raters=(self._pool.judge,),
            design=adopted,
        )
        return Selection(adopted=adopted, verdict=verdict, results=tuple(results), n=n)

    def _failing(self) -> Iterator[tuple[str, str]]:
        """Candidates that fail clearly oftener than the judge as it is, and why that matters."""
        rated = ~np.isnan(self._pool.people)
        missing = {
            one.name: float(np.isnan(one.scores[rated]).mean()) if rated.any() else 0.0
            for one in self._tried
        }
        for name, share in missing.items():
            if name != CURRENT and share > missing[CURRENT] + self._options.max_failures:
                told = f"gave no value on {share:.1%} of what people rated, the judge as it is on "
                yield name, f"{told}{missing[CURRENT]:.1%}: what it leaves out may be what is hard"

    def _try(self, one: Tried) -> None:
        """The error of every output, mapped out of fold; or why there is none."""
        total = np.zeros(one.scores.shape[0])
        counts = self._common[:, self._wide].sum(axis=1)
        fitted = np.full(one.scores.shape, np.nan)
        if not self._wide:
            self._refused[one.name] = f"no dimension has {_TOO_FEW} outputs that all have rated"
            return
        try:
            for at in self._wide:
                rows = self._common[:, at]
                errors, fitted[rows, at] = self._errors(one.scores[rows, at], at, rows)
                total[rows] += errors
        except InsufficientData as problem:
            self._refused[one.name] = str(problem)
            return
        self._losses[one.name] = total[self._rows] / counts[self._rows]
        self._fitted[one.name] = fitted

    def _errors(self, scores: Floats, at: int, rows: NDArray[np.bool_]) -> tuple[Floats, Floats]:
        """Errors and mapped scores of one dimension, both means over the repetitions.

        The folds hang on the seed and the repetition alone: all candidates meet the same ones.
        """
        right, groups = self._pool.people[rows, at], self._groups[rows]
        errors, mapped = np.zeros(scores.size), np.zeros(scores.size)
        times, folds = self._options.repetitions, self._options.folds
        for time in range(times):
            rng = np.random.default_rng([self._options.seed, at, time])
            told = cross_fitted(scores, right, groups=groups, folds=folds, rng=rng)
            apart = np.abs(told - right)
            errors += (apart if self._options.loss == "absolute" else apart**2) / times
            mapped += told / times
        return errors, mapped

    def _differences(self) -> dict[str, Estimate]:
        """Error minus that of the judge as it is, of every candidate, for all of them at once."""
        rivals = [one.name for one in self._kept if one.name in self._losses]
        if CURRENT not in rivals:
            why = self._refused[CURRENT]
            return {name: self._absent(why) for name in self._names()}
        own = self._losses[CURRENT]
        columns = {name: self._losses[name] - own for name in rivals if name != CURRENT}
        told = {
            name: self._absent("its judgments are as far from people's, output by output")
            for name, column in columns.items()
            if float(np.abs(column).max()) <= _SAME
        }
        told |= {name: self._absent(why) for name, why in self._refused.items()}
        moved = [name for name in columns if name not in told]
        told |= dict(zip(moved, self._together([columns[name] for name in moved]), strict=True))
        return {name: told[name] for name in self._names()}

    def _together(self, columns: list[Floats]) -> Sequence[Estimate]:
        if not columns:
            return ()
        rng = np.random.default_rng([self._options.seed, len(columns)])
        table = np.stack(columns, axis=1)
        clusters = self._groups[self._rows]
        try:
            return simultaneous_means(table, clusters=clusters, rng=rng, level=self._options.level)
        except InsufficientData as problem:
            return [self._absent(str(problem))] * len(columns)

    def _names(self) -> list[str]:
        return [one.name for one in self._tried if one.name != CURRENT]

    def _best(self, differences: dict[str, Estimate]) -> str:
        """The candidate that is surely closer; of several the simplest that is not surely worse."""
        closer = {
            name: found.value
            for name, found in differences.items()
            if found.value is not None and found.high is not None and found.high < 0
        }
        if not closer:
            return CURRENT
        first = min(closer, key=lambda name: (closer[name], name))
        changes = {one.name: one.changes for one in self._tried}
        level = [name for name in closer if name == first or not self._worse(name, first)]
        return min(level, key=lambda name: (changes[name], closer[name], name))

    def _worse(self, name: str, first: str) -> bool:
        """Whether it is surely further from people than the first."""
        apart = self._losses[name] - self._losses[first]
        found = self._mean(apart)
        return found.low is not None and found.low > 0

    def _mean(self, values: Floats) -> Estimate:
        clusters, level = self._groups[self._rows], self._options.level
        compute = partial(clustered_mean, values, clusters, level=level)
        return attempt(compute, n=values.size, method="CR1, t(C-1)", level=level)

    def _results(self, differences: dict[str, Estimate]) -> Iterator[Result]:
        for one in self._tried:
            about = partial(Result, raters=(self._pool.judge,), design=one.name)
            losses = self._losses.get(one.name)
            loss = self._absent(self._refused[one.name]) if losses is None else self._mean(losses)
            yield about(name="out_of_fold_loss", estimate=loss)
            if one.name != CURRENT:
                yield about(name="loss_difference", estimate=differences[one.name])
            for at, dimension in enumerate(self._pool.dimensions):
                found = self._correlation(one.name, at)
                yield about(name="out_of_fold_r", estimate=found, dimension=dimension)

    def _correlation(self, name: str, at: int) -> Estimate:
        rows, level = self._common[:, at], self._options.level
        if name not in self._fitted:
            return self._absent(self._refused[name])
        if at not in self._wide:
            return self._absent(f"fewer than {_TOO_FEW} outputs that people and all judges rated")
        compute = partial(
            pearson,
            self._fitted[name][rows, at],
            self._pool.people[rows, at],
            clusters=self._groups[rows],
            level=level,
        )
        return attempt(compute, n=int(rows.sum()), method="Pearson", level=level)

    def _closest(self, differences: dict[str, Estimate]) -> Estimate | None:
        there = [found for found in differences.values() if found.value is not None]
        return min(there, key=lambda found: found.value or 0.0) if there else None

    def _reason(self, adopted: str, differences: dict[str, Estimate]) -> str:
        count = len(differences)
        among = "" if count == 1 else f", for all {count} candidates at once"
        if adopted != CURRENT:
            what = next(one.what for one in self._tried if one.name == adopted)
            told = _told(differences[adopted])
            named = f"{adopted} ({what})" if what else adopted
            return (
                f"{named} is closer to people than the judge as it is: its error differs by "
                f"{told} of the scale, and the interval excludes 0{among}."
            )
        if not count:
            return "there is no candidate, so the judge stays as it is."
        closest = self._closest(differences)
        if closest is None:
            why = "; ".join(dict.fromkeys(found.reason or "" for found in differences.values()))
            return f"no candidate can be compared with the judge as it is ({why}), so it stays."
        return (
            f"no candidate is surely closer to people than the judge as it is{among}: the error "
            f"of the closest differs by {_told(closest)} of the scale. The simpler one stays."
        )

    def _absent(self, why: str) -> Estimate:
        return Estimate.absent(why, method="out of fold", level=self._options.level)


def _told(found: Estimate) -> str:
    return f"{found.value or 0:+.3f} ({found.low or 0:+.3f} to {found.high or 0:+.3f})"
