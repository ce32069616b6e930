"""How right each judge, check and person is, on the same outputs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from measurand.analysis.bench import Bench
from measurand.analysis.frame import Bools
from measurand.analysis.matrix import Floats
from measurand.analysis.result import Result
from measurand.errors import InsufficientData
from measurand.stats.absolute_error import mean_absolute_error
from measurand.stats.correlation import pearson
from measurand.stats.estimate import LEVEL, Estimate, attempt
from measurand.stats.kappa import cohen_kappa
from measurand.stats.left_out import Contributions, combined, correlations, means
from measurand.stats.mapping import cross_fitted
from measurand.stats.mean import clustered_mean
from measurand.stats.share import clustered_share

__all__ = ["accuracy", "advantage", "contributions", "heads"]

_PEOPLE_SHOWN = 12
"""Above so many people, a line each would bury the judges."""
_FEW_OF_ONE = 10
"""A person with fewer outputs in common with others says little of how well people do."""
_FOLDS = 5


def accuracy(bench: Bench, *, level: float = LEVEL, seed: int = 0) -> Iterator[Result]:
    """What there is to say of each rater on one dimension, present or absent with its reason."""
    for place, name in enumerate(bench.names):
        if bench.kinds[place] == "people" and len(bench.people) > _PEOPLE_SHOWN:
            continue
        units = bench.units_of(place)
        told = _Told(bench, place, units, level=level, seed=seed)
        recipes = _graded(told) if bench.graded else _labelled(told)
        for result, compute in recipes:
            estimate = attempt(compute, n=int(units.sum()), method=result, level=level)
            yield Result(name=result, estimate=estimate, dimension=bench.dimension, raters=(name,))
        yield _coverage(bench, place, level=level)
    if not bench.graded:
        yield _constant(bench, level=level)


def heads(bench: Bench, *, level: float = LEVEL) -> Iterator[Result]:
    """Of each rater only how right it is: agreement on labels, correlation of grades."""
    for place, name in enumerate(bench.names):
        if bench.kinds[place] == "people" and len(bench.people) > _PEOPLE_SHOWN:
            continue
        units = bench.units_of(place)
        told = _Told(bench, place, units, level=level, seed=0)
        result, compute = (_graded(told) if bench.graded else _labelled(told))[0]
        estimate = attempt(compute, n=int(units.sum()), method=result, level=level)
        yield Result(name=result, estimate=estimate, dimension=bench.dimension, raters=(name,))


class _Told:
    """One rater's ratings beside what is right."""

    def __init__(self, bench: Bench, place: int, units: Bools, *, level: float, seed: int) -> None:
        self.bench, self.level, self.seed = bench, level, seed
        self.said = bench.said[units, place]
        self.right = bench.right[units, place]
        self.hits = bench.hits[units, place]
        self.clusters = bench.clusters[units]

    def correlation(self) -> Estimate:
        """With the people's mean."""
        alone = len(np.unique(self.clusters)) == len(self.clusters)
        clusters = None if alone else self.clusters
        return pearson(self.said, self.right, clusters=clusters, level=self.level)

    def error(self) -> Estimate:
        """How far off, once severity and spread are taken out by a line that has not seen it."""
        rng = np.random.default_rng(self.seed)
        mapped = cross_fitted(
            self.said, self.right, groups=self.clusters, folds=_FOLDS, rng=rng, kind="affine"
        )
        return mean_absolute_error(mapped, self.right, clusters=self.clusters, level=self.level)

    def leniency(self) -> Estimate:
        """How much higher than people."""
        width = self.bench.scale.width
        bounds = None if width is None else (-width, width)
        gap = self.said - self.right
        return clustered_mean(gap, self.clusters, bounds=bounds, level=self.level)

    def agreement(self) -> Estimate:
        """How often one rating of it is right."""
        if np.isin(self.hits, (0.0, 1.0)).all():
            return clustered_share(self.hits, self.clusters, level=self.level)
        return clustered_mean(self.hits, self.clusters, bounds=(0.0, 1.0), level=self.level)

    def kappa(self) -> Estimate:
        """The same beyond chance."""
        return cohen_kappa(self.said, self.right, level=self.level)


Recipes = tuple[tuple[str, Callable[[], Estimate]], ...]


def _graded(told: _Told) -> Recipes:
    return (
        ("correlation_with_people", told.correlation),
        ("error_after_mapping", told.error),
        ("leniency", told.leniency),
    )


def _labelled(told: _Told) -> Recipes:
    more: Recipes = (("leniency", told.leniency),) if told.bench.scale.binary else ()
    return (
        ("agreement_with_people", told.agreement),
        ("kappa_with_people", told.kappa),
        *more,
    )


def _coverage(bench: Bench, place: int, *, level: float) -> Result:
    """Of the outputs that could be held against something, the share that it rated."""
    asked = ~np.isnan(bench.right[:, place])
    rated = bench.rated[asked, place].astype(np.float64)
    compute = partial(clustered_share, rated, bench.clusters[asked], level=level)
    return Result(
        name="rated_share",
        estimate=attempt(compute, n=int(asked.sum()), method="Wilson", level=level),
        dimension=bench.dimension,
        raters=(bench.names[place],),
    )


def _constant(bench: Bench, *, level: float) -> Result:
    """How often the commonest answer alone would be right."""
    shared = bench.shared
    right = bench.right[shared, 0]
    labels, counts = np.unique(right, return_counts=True)
    same = (right == labels[counts.argmax()]).astype(np.float64) if len(labels) else right
    compute = partial(clustered_share, same, bench.clusters[shared], level=level)
    return Result(
        name="agreement_of_constant",
        estimate=attempt(compute, n=len(right), method="Wilson", level=level),
        dimension=bench.dimension,
    )


def contributions(bench: Bench) -> Contributions:
    """The accuracy of everybody who is ranked, on the outputs that all of them rated.

    Raises:
        InsufficientData: Nobody is ranked, there are too few outputs, or somebody's have no spread.
    """
    if not bench.ranked:
        raise InsufficientData(
            f"nobody rated four fifths of the outputs that people rated: {_few(bench)}"
        )
    units, places = bench.shared, list(bench.ranked)
    clusters = bench.clusters[units]
    if not bench.graded:
        return means(bench.hits[units][:, places], clusters)
    return correlations(bench.said[units][:, places], bench.right[units][:, places], clusters)


def _few(bench: Bench) -> str:
    return f"{len(bench.said):,} outputs on {bench.dimension}"


def advantage(bench: Bench, *, level: float = LEVEL) -> Iterator[Result]:
    """How much better than one person each judge tells what the other people say.

    A person is left out in turn; judge and person are held against the rest, on the outputs that
    both rated, so that neither has the advantage of a steadier mean.
    """
    if bench.truth != "people":
        return
    places = [place for place in bench.machines if place in bench.ranked]
    for place in places:
        compute = partial(_ahead, bench, place, level=level)
        name = bench.names[place]
        n = int(bench.units_of(place).sum())
        estimate = attempt(compute, n=n, method="advantage_over_person", level=level)
        yield Result(
            name="advantage_over_person",
            estimate=estimate,
            dimension=bench.dimension,
            raters=(name,),
        )


def _ahead(bench: Bench, place: int, *, level: float) -> Estimate:
    found: list[tuple[Contributions, Floats]] = []
    for person in bench.people:
        units = bench.rated[:, person] & bench.rated[:, place]
        if units.sum() < _FEW_OF_ONE:
            continue
        rest = bench.right[units, person]
        both = np.stack([bench.said[units, place], bench.said[units, person]], axis=1)
        clusters = bench.clusters[units]
        try:
            if bench.graded:
                pair = correlations(both, np.tile(rest[:, None], 2), clusters)
            else:
                pair = means((both == rest[:, None]).astype(np.float64), clusters)
        except InsufficientData:  # this person's ratings have no spread
            continue
        gap = Contributions(
            pair.values[:1] - pair.values[1:], pair.left_out[:, :1] - pair.left_out[:, 1:], pair.n
        )
        found.append((gap, np.unique(clusters)))
    if not found:
        raise InsufficientData("no person rated enough outputs that others rated as well")
    parts, labels = zip(*found, strict=True)
    width = 2.0 if bench.graded else 1.0
    whole = combined(parts, [1.0] * len(parts), labels)
    return whole.estimate(0, bounds=(-width, width), level=level)
