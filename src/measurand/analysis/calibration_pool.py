"""What a judge and what people said of the same outputs, as arrays."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from statistics import fmean
from typing import Any

import numpy as np

from measurand.analysis.calibration_levels import levels_of
from measurand.analysis.frame import Bools, failed
from measurand.analysis.groups import clusters_of, components_of, joined_by, said_in
from measurand.analysis.matrix import Codes, Floats, rater_matrix
from measurand.core.example import Example
from measurand.core.people import ADJUDICATION
from measurand.core.rating import Column, Ratings
from measurand.core.scale import UNIT, Scale
from measurand.errors import InsufficientData
from measurand.stats.consensus import majority_vote, mean_vote

__all__ = ["Groups", "Pool", "item_name", "people_levels", "pool_of", "weighted_together"]

_BETWEEN = "\x1f"
_PEOPLE = "people"
_LEVELS, _DIGITS = 5, 9
_HALF = 0.5


@dataclass(frozen=True, kw_only=True)
class Pool:
    """The outputs that people rated on one dimension, and what one judge said of them.

    Args:
        dimension: Its name.
        scale: Of the values.
        items: The outputs' names; see `item_name`.
        repeats: What the judge said, shape (outputs, repeats); NaN where it gave no value.
        ratings: What people said, shape (outputs, people).
        raters: The people's names.
        groups: What outputs share, as their prompt, by name.
        systems: Whose outputs they are.
        components: Of which component; None where that is not known.
        weights: For how many outputs each stands, where they were not drawn alike; None elsewhere.
        asked: Of which the judge was asked.
        failed: On which it failed in all its repeats.
        truth: Who is held to be right: ``people``, or a rater of kind reference.
    """

    dimension: str
    scale: Scale
    items: tuple[str, ...]
    repeats: Floats
    ratings: Floats
    raters: tuple[str, ...]
    groups: tuple[str, ...]
    systems: tuple[str, ...]
    components: tuple[str | None, ...]
    weights: Floats | None
    asked: Bools
    failed: Bools
    truth: str = _PEOPLE

    @cached_property
    def clusters(self) -> Codes:
        """The groups as codes."""
        return np.unique(np.asarray(self.groups), return_inverse=True)[1].astype(np.int64)

    @cached_property
    def judge(self) -> Floats:
        """The mean of the judge's repeats; NaN where it gave no value."""
        return mean_vote(self.repeats)

    @cached_property
    def people(self) -> Floats:
        """The mean of grades; on yes/no the majority, NaN where it is a tie."""
        if self.scale.binary and np.isin(self.ratings[~np.isnan(self.ratings)], (0.0, 1.0)).all():
            return majority_vote(self.ratings).labels
        return mean_vote(self.ratings)

    @cached_property
    def both(self) -> Bools:
        """The outputs of which the judge and people say something."""
        return ~(np.isnan(self.judge) | np.isnan(self.people))

    @property
    def n(self) -> int:
        """How many outputs there are."""
        return len(self.items)

    @property
    def shared(self) -> Codes | None:
        """The clusters, where any two outputs share one; None where each is its own."""
        return self.clusters if len(np.unique(self.clusters)) < self.n else None

    @cached_property
    def levels(self) -> Floats:
        """The levels of the scale, as these people use them."""
        return levels_of(self.ratings, self.scale)

    def refuse_constant(self) -> None:
        """Refuse where there is nothing to correlate, and say by whose doing.

        Raises:
            InsufficientData: The judge, or people, said the same of every output.
        """
        both = (self.judge[self.both], "the judge"), (self.people[self.both], "people")
        same = [(said[0], who) for said, who in both if said.size and np.ptp(said) == 0]
        if same:
            told = " and ".join(
                f"{who} gave every output the same value ({v:g})" for v, who in same
            )
            raise InsufficientData(f"{told}, so that there is nothing to correlate")

    def only(self, which: Bools | Codes) -> Pool:
        """These outputs alone: a mask, or their places in the order wanted."""
        places = np.flatnonzero(which) if which.dtype == np.bool_ else which
        listed = places.tolist()
        kept: dict[str, Any] = {}
        for name in (field.name for field in fields(self)):
            value = getattr(self, name)
            if isinstance(value, np.ndarray):
                kept[name] = value[places]
            elif isinstance(value, tuple) and name != "raters":
                kept[name] = tuple(map(value.__getitem__, listed))
        return replace(self, **kept)

    def among(self, items: frozenset[str]) -> Pool:
        """The outputs of these names."""
        return self.only(np.asarray([item in items for item in self.items], np.bool_))


@dataclass(frozen=True, slots=True)
class Groups:
    """What examples share: by example the name of its cluster, and its component.

    Args:
        names: The name of the cluster of each example.
        components: The component of each.
        alike: How many are in the cluster of another one only because they say the same.
    """

    names: Mapping[str, str]
    components: Mapping[str, str | None]
    alike: int = 0

    @classmethod
    def of(cls, ratings: Ratings, examples: Mapping[str, Example]) -> Groups:
        """What the ratings and the evaluation set say of every example that was rated.

        A cluster is called as it is called there, and an example alone by its own name, so that
        its name is the same when more examples come. Examples with the same conversation are one
        prompt, whatever they are called.
        """
        names = tuple(str(name) for name in ratings.distinct("example"))
        apart = clusters_of(ratings, names, examples)
        codes = joined_by(apart, [said_in(examples.get(name)) for name in names]).tolist()
        told = _told_clusters(ratings, examples)
        called: dict[int, str] = {}
        for name, code in zip(names, codes, strict=True):
            own = told.get(name, name)
            called[code] = min(called.get(code, own), own)
        parts = components_of(ratings, names, examples)
        return cls(
            {name: called[code] for name, code in zip(names, codes, strict=True)},
            dict(zip(names, parts, strict=True)),
            alike=len({*apart.tolist()}) - len({*codes}),
        )


def _told_clusters(ratings: Ratings, examples: Mapping[str, Example]) -> dict[str, str]:
    pairs = {*zip(ratings["example"], ratings["cluster"], strict=True)}
    told = {str(name): str(cell) for name, cell in sorted(pairs, key=str) if cell is not None}
    return told | {name: one.cluster for name, one in examples.items() if one.cluster is not None}


def item_name(example: str, system: str) -> str:
    """The name of an output: the same whatever table it comes from."""
    return f"{example}{_BETWEEN}{system}"


def pool_of(
    ratings: Ratings,
    scale: Scale,
    *,
    dimension: str,
    judge: str,
    groups: Groups,
) -> Pool:
    """The outputs that people rated on a dimension, with what the judge said of them.

    Where no person rated, a rater of kind ``reference`` is held to be right, if there is one.

    Args:
        ratings: The ratings of one output each, of the first trial.
        scale: The dimension's.
        dimension: Which.
        judge: The judge's name.
        groups: What examples share.

    Raises:
        InsufficientData: Neither people nor a reference rated anything; or values have no order.
    """
    if not scale.numeric:
        raise InsufficientData("a correlation is not defined on labels without an order")
    rows = ratings.where(dimension=dimension)
    truth, chosen = _said_by_people(rows, judge)
    people = rater_matrix(chosen, scale)
    people = people.only(people.raters)
    items = tuple(map(item_name, people.examples, people.systems))
    said = rows.where(rater=judge)
    values, asked, lost = _judged(said, scale, items)
    return Pool(
        dimension=dimension,
        scale=scale,
        items=items,
        repeats=values,
        ratings=people.values,
        raters=people.raters,
        groups=tuple(groups.names[name] for name in people.examples),
        systems=people.systems,
        components=tuple(groups.components[name] for name in people.examples),
        weights=_weights(chosen, items),
        asked=asked,
        failed=lost,
        truth=truth,
    )


def _said_by_people(rows: Ratings, judge: str) -> tuple[str, Ratings]:
    people = rows.where(kind="people")
    people = people.filtered(people["rater"].mask(lambda rater: rater != judge))
    if any(value is not None for value in people.distinct("value")):
        return _PEOPLE, people
    known = rows.where(kind="reference")
    raters = [r for r in known.distinct("rater") if r not in {ADJUDICATION, judge}]
    if not raters:
        raise InsufficientData("no person rated any output on it")
    return str(raters[0]), known.where(rater=raters[0])


def _judged(said: Ratings, scale: Scale, items: Sequence[str]) -> tuple[Floats, Bools, Bools]:
    """The judge's repeats of every output, of which it was asked, and on which it failed."""
    column = said["repeat"]
    told = Column(column.codes, tuple(f"{int(level or 0):09d}" for level in column.levels))
    alone = Column.constant(0, len(said))
    table = rater_matrix(Ratings({**said.columns, "rater": told, "repeat": alone}), scale)
    place = {item: at for at, item in enumerate(map(item_name, table.examples, table.systems))}
    at = np.asarray([place.get(item, -1) for item in items], np.int64)
    values = np.full((len(items), max(len(table.raters), 1)), np.nan)
    if len(table.values):
        values[at >= 0, : len(table.raters)] = table.values[at[at >= 0]]
    given = ~np.isnan(values).all(axis=1)
    lost = _named_in(said.filtered(failed(said).astype(np.uint8).tobytes()), items)
    return values, np.asarray(at >= 0), lost & ~given


def _named_in(rows: Ratings, items: Sequence[str]) -> Bools:
    pairs = {*zip(rows["example"], rows["system"], strict=True)}
    names = {item_name(str(example), str(system)) for example, system in pairs}
    return np.asarray([item in names for item in items], np.bool_)


def _weights(rows: Ratings, items: Sequence[str]) -> Floats | None:
    """One over the probability with which each output was drawn, where these differ."""
    drawn: dict[str, float] = {}
    cells = zip(rows["example"], rows["system"], rows["probability"], strict=True)
    for example, system, probability in cells:
        if isinstance(probability, int | float):
            drawn[item_name(str(example), str(system))] = float(probability)
    if len(drawn) < len(items) or len(set(drawn.values())) <= 1:
        return None
    weights = np.asarray([1 / drawn[item] for item in items])
    return np.asarray(weights / weights.mean())


def people_levels(pools: Iterable[Pool]) -> dict[str, int]:
    """The level, of five, nearest to the mean of people's ratings of each output, dimensions alike.

    Args:
        pools: One a dimension; scales without bounds tell no level.
    """
    said: dict[str, list[float]] = defaultdict(list)
    for pool in pools:
        if pool.scale.bounded:
            units = _unit(mean_vote(pool.ratings), pool.scale).tolist()
            for item, unit in zip(pool.items, units, strict=True):
                said[item].append(unit)
    # Rounded first, as the order in which people stand must not tell at half a level.
    means = {item: round(fmean(units) * (_LEVELS - 1), _DIGITS) for item, units in said.items()}
    return {item: int(mean + _HALF) for item, mean in means.items()}


def weighted_together(pools: Iterable[Pool], weights: Mapping[str, float], name: str) -> Pool:
    """The weighted score over all dimensions, of the outputs that were rated on every one.

    A person's score is that of the dimensions together, and exists where the person rated all.

    Args:
        pools: One a dimension, on scales with bounds.
        weights: Of the dimensions; they sum to 1 over these pools.
        name: What the score is called.

    Raises:
        InsufficientData: No output was rated on every dimension.
    """
    listed = list(pools)
    shared = frozenset(set.intersection(*(set(pool.items) for pool in listed)))
    if not shared:
        raise InsufficientData("no output was rated on every dimension")
    parts = [_in_order(pool.among(shared)) for pool in listed]
    raters = tuple(r for r in parts[0].raters if all(r in part.raters for part in parts))
    judge: Floats = np.zeros(len(shared))
    votes: Floats = np.zeros((len(shared), len(raters)))
    mean: Floats = np.zeros(len(shared))
    for part in parts:
        share = weights[part.dimension]
        columns = [part.raters.index(rater) for rater in raters]
        judge = judge + share * _unit(part.judge, part.scale)
        votes = votes + share * _unit(part.ratings[:, columns], part.scale)
        mean = mean + share * _unit(mean_vote(part.ratings), part.scale)
    if np.isnan(votes).all():  # nobody rated all dimensions of any output
        votes, raters = mean[:, None], (_PEOPLE,)
    whole = replace(
        parts[0],
        dimension=name,
        scale=UNIT,
        repeats=judge[:, None],
        ratings=votes,
        raters=raters,
    )
    return whole.only(np.asarray(~np.isnan(votes).all(axis=1)))


def _in_order(pool: Pool) -> Pool:
    """The same with its outputs in the order of their names."""
    order = np.argsort(np.asarray(pool.items))
    return pool.only(order)


def _unit(values: Floats, scale: Scale) -> Floats:
    low, high = scale.low or 0.0, scale.high or 1.0
    return np.asarray((values - low) / (high - low))
