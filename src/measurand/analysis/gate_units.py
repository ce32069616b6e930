"""How many examples of a part are independent: clusters, and copies under other ids, count once."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from measurand.analysis.groups import Drawn, clusters_of, joined_by, said_in
from measurand.core.example import Example
from measurand.core.rating import Ratings
from measurand.stats.drawn_share import drawn_share
from measurand.stats.estimate import Estimate, attempt
from measurand.stats.poststrata import Strata
from measurand.stats.proportion import clopper_pearson

__all__ = ["Units", "marks_of", "units_of"]


@dataclass(frozen=True, slots=True)
class Units:
    """The examples of a part, by what they share.

    Args:
        codes: The cluster of each example.
        copies: The examples that ask the same as an earlier one.
    """

    codes: Mapping[str, int]
    copies: tuple[str, ...] = ()

    def count(self, names: Collection[str]) -> int:
        """How many independent examples, or clusters, these are."""
        return len({self.codes.get(name, name) for name in names})

    def share(self, which: Collection[str], names: Collection[str], level: float) -> Estimate:
        """The share of examples of which something is so, with its one-sided upper bound.

        Where examples come in clusters it is the share of clusters that have any such example.

        Args:
            which: The examples of which it is so.
            names: All of which it is known, at least one.
            level: The confidence level.
        """
        k, n = self.count(which), self.count(names)
        found = clopper_pearson(min(k, n), n, level=level, side="upper")
        if n == len(names):
            return found
        told = f"{len(names):,} examples in {n:,} clusters, of which any such example makes one"
        return replace(found, method="Clopper-Pearson on clusters, upper bound", reason=told)

    def share_of_traffic(
        self,
        which: Collection[str],
        names: Sequence[str],
        *,
        drawn: Mapping[str, Drawn],
        level: float,
    ) -> Estimate:
        """The share of traffic of which something is so, with its one-sided upper bound.

        Args:
            which: The examples of which it is so.
            names: Those of which it is known.
            drawn: With which probability each was drawn, and from which stratum.
            level: The confidence level.
        """
        flags = [float(name in which) for name in names]
        chances = np.asarray([drawn[name][0] for name in names], dtype=np.float64)
        codes = [self.codes.get(name, -1 - place) for place, name in enumerate(names)]

        def compute() -> Estimate:
            strata = Strata.of_drawn(chances, [drawn[name][1] for name in names])
            clusters = codes if len(set(codes)) < len(codes) else None
            return drawn_share(flags, strata, clusters=clusters, level=level)

        method = "Clopper-Pearson at the effective size"
        return attempt(compute, n=len(names), method=method, level=level)


def units_of(ratings: Ratings, names: Sequence[str], known: Mapping[str, Example]) -> Units:
    """The clusters of these examples.

    Args:
        ratings: Their ratings, which may name clusters.
        names: The examples.
        known: What is known of them; those that ask the same are one cluster.
    """
    codes = joined_by(clusters_of(ratings, names, known), marks_of(names, known))
    return Units(dict(zip(names, codes.tolist(), strict=True)), tuple(_copies(names, known)))


def marks_of(names: Sequence[str], known: Mapping[str, Example]) -> list[str | None]:
    """What each example asks, context and all; None where that is not known."""
    return [_mark(known.get(name)) for name in names]


def _mark(example: Example | None) -> str | None:
    said = said_in(example)
    return None if example is None or said is None else json.dumps([said, *example.context])


def _copies(names: Sequence[str], known: Mapping[str, Example]) -> Iterator[str]:
    seen: set[str] = set()
    for name, mark in zip(names, marks_of(names, known), strict=True):
        if mark is None:
            continue
        if mark in seen:
            yield name
        seen.add(mark)
