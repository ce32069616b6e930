"""The anchors of one dimension, run by run: what the judge said, and what people say."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import numpy as np

from measurand.analysis.anchors_bets import Bet, Saying, bets_on
from measurand.analysis.matrix import Floats
from measurand.core.probe import ProbeRow
from measurand.core.scale import Scale, Value
from measurand.errors import InsufficientData
from measurand.stats.estimate import LEVEL, Estimate, attempt
from measurand.stats.mean import clustered_mean
from measurand.stats.multiple import max_t
from measurand.stats.share import clustered_share

__all__ = ["ItemKey", "Part", "Table", "mover", "tables_of"]

ItemKey = tuple[str, str, str]
"""An example, a system and a dimension."""

Part = Literal["level", "distance"]
"""What of it may move."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What one judge said of the anchors of one dimension.

    Args:
        dimension: Which.
        rounds: The runs, in order; the same for all dimensions of a judge.
        items: The anchors.
        clusters: What each shares with others.
        level: Shape (runs, anchors): what it said; of labels, whether it said what people say. As
            a share of the scale where that has ends.
        distance: The same shape: how far from what people say.
        people: What people say, shape (anchors,).
        points: How many points of the scale a share of 1 is; None where the scale has no ends.
        shared: Whether levels are shares, of a scale or of right labels.
    """

    dimension: str
    rounds: tuple[int, ...]
    items: tuple[ItemKey, ...]
    clusters: tuple[str, ...]
    level: Floats
    distance: Floats
    people: Floats
    points: float | None
    shared: bool

    @staticmethod
    def bets(
        tables: Sequence[Table], part: Part, *, seed: int, share: float = 1.0
    ) -> tuple[Bet, ...]:
        """Bets that the level, or the distance from people, stays what it was."""
        said = [one for table in tables for one in table.sayings(part)]
        said.sort(key=lambda one: one.run)
        rounds = tables[0].rounds if tables else ()
        return tuple(bets_on(said, rounds, seed=seed, name=part, share=share))

    def sayings(self, part: Part) -> Iterator[Saying]:
        """What was said of each anchor in each run."""
        table: Floats = getattr(self, part)
        for at, place in np.argwhere(~np.isnan(table)).tolist():
            example, system, _ = self.items[place]
            yield Saying(
                run=self.rounds[at],
                example=example,
                system=system,
                dimension=self.dimension,
                value=float(table[at, place]),
                shared=self.shared,
            )

    def gap(self, at: int, *, level: float = LEVEL) -> Estimate:
        """How far the judge stands above people in one run, in points of the scale.

        Raises:
            InsufficientData: Too few anchors were judged.
        """
        row = self.level[self.rounds.index(at)] - self.people
        given = ~np.isnan(row)
        codes = np.asarray(self.clusters)[given]
        bounds = None if self.points is None else (-1.0, 1.0)
        found = clustered_mean(row[given], codes, bounds=bounds, level=level)
        return found.scaled(1.0 if self.points is None else self.points)

    def flips(self, *, level: float = LEVEL, seed: int = 0) -> Estimate:
        """The share of anchors that the last run judged otherwise than the one before.

        Its method tells the p-value of a paired test by sign flips: did they move to one side?

        Raises:
            InsufficientData: No anchor was judged in both.
        """
        change = self.level[-1] - self.level[-2]
        given = ~np.isnan(change)
        codes = np.asarray(self.clusters)[given]
        if not given.any():
            raise InsufficientData("no anchor was judged in both of the last two runs")
        moved = (change[given] != 0).astype(np.float64)
        share = clustered_share(moved, codes, level=level)
        if len(set(codes.tolist())) < 2:  # noqa: PLR2004 - the fewest that can be flipped
            return share
        p = max_t(change[given][:, None], clusters=codes, rng=np.random.default_rng(seed))[0]
        return replace(share, method=f"{share.method}; to one side by sign flips, p = {p:.3g}")

    @staticmethod
    def shift(tables: Sequence[Table], since: int, *, level: float = LEVEL) -> Estimate:
        """How far the judge moved from the runs before one to those from it on, over all anchors.

        As a share of the scale, each anchor against itself.
        """
        moves, codes = [], []
        for table in tables:
            later = np.asarray(table.rounds) >= since
            change = _means(table.level[later]) - _means(table.level[~later])
            given = ~np.isnan(change)
            moves.append(change[given])
            codes += np.asarray(table.clusters)[given].tolist()
        every = np.concatenate(moves) if moves else np.empty(0)
        bounds = None if any(table.points is None for table in tables) else (-1.0, 1.0)
        compute = partial(clustered_mean, every, np.asarray(codes), bounds=bounds, level=level)
        return attempt(compute, n=len(every), method="CR1, t(C-1)", level=level)


def tables_of(
    rows: Sequence[ProbeRow],
    labels: Mapping[ItemKey, Value],
    scales: Mapping[str, Scale],
    *,
    clusters: Mapping[str, str],
) -> tuple[Table, ...]:
    """Arrange what one judge said of anchors; what has no label is left out."""
    rounds = tuple(sorted({row.repeat for row in rows}))
    at = {number: place for place, number in enumerate(rounds)}
    found = []
    for dimension in dict.fromkeys(row.dimension for row in rows):
        scale = scales[dimension]
        own = [row for row in rows if row.dimension == dimension and _key(row) in labels]
        items = tuple(dict.fromkeys(map(_key, own)))
        if not items:
            continue
        column = {key: place for place, key in enumerate(items)}
        level = np.full((len(rounds), len(items)), np.nan)
        for row in own:
            if row.value is not None:
                key = _key(row)
                level[at[row.repeat], column[key]] = _level(row.value, labels[key], scale)
        people = np.asarray([_level(labels[key], labels[key], scale) for key in items])
        found.append(
            Table(
                dimension=dimension,
                rounds=rounds,
                items=items,
                clusters=tuple(clusters.get(key[0], key[0]) for key in items),
                level=level,
                distance=np.abs(level - people),
                people=people,
                points=scale.width,
                shared=scale.width is not None or not scale.numeric,
            )
        )
    return tuple(found)


def mover(first: Estimate, second: Estimate) -> Estimate:
    """The difference of two independent estimates, by the method of variance estimates recovery.

    References:
        Zou and Donner (2008), Stat. Med. 27, 1693-1702.
    """
    parts = (first.value, first.low, first.high, second.value, second.low, second.high)
    if any(part is None for part in parts):
        why = first.reason if first.value is None else second.reason
        return Estimate.absent(why or "one of the two is not known", level=first.level)
    value, low, high, other, below, above = (float(part) for part in parts if part is not None)
    gap = value - other
    return Estimate(
        value=gap,
        low=gap - math.hypot(value - low, above - other),
        high=gap + math.hypot(high - value, other - below),
        level=first.level,
        n=min(first.n, second.n),
        method="MOVER",
    )


def _key(row: ProbeRow) -> ItemKey:
    return row.example, row.system, row.dimension


def _level(value: Value, label: Value, scale: Scale) -> float:
    """A share of the scale; a number as it is where that has no ends; of labels whether right."""
    if not scale.numeric or isinstance(value, str):
        return float(value == label)
    share = scale.unit(value)
    return float(value) if share is None else share


def _means(values: Floats) -> Floats:
    """The mean of each column over the rows that have it; NaN where none has."""
    given = ~np.isnan(values)
    size = given.sum(axis=0)
    total = np.where(given, values, 0.0).sum(axis=0)
    return np.asarray(np.divide(total, size, out=np.full(size.shape, np.nan), where=size > 0))
