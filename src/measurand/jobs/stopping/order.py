"""In which order examples are asked where a run may end before all are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from measurand.core.example import Example
from measurand.core.sampling import draw

__all__ = ["Arranged", "arranged"]

_GROWTH = 10
"""Looks need not come closer than this part of what is there: one more example changes little."""


@dataclass(frozen=True, slots=True)
class Arranged:
    """Examples in the order in which they are asked.

    Args:
        groups: Those that decide, what shares a cluster together; in random order.
        others: Those that do not, as they stand in the evaluation set.
    """

    groups: tuple[tuple[Example, ...], ...]
    others: tuple[Example, ...]

    @property
    def deciding(self) -> tuple[Example, ...]:
        """The examples that decide, in their order."""
        return tuple(example for group in self.groups for example in group)

    def blocks(self, look: int) -> Iterator[list[Example]]:
        """What is asked between two looks: so many examples, more once there are many."""
        block: list[Example] = []
        done = 0
        for group in self.groups:
            block += group
            if len(block) >= max(look, done // _GROWTH):
                done += len(block)
                yield block
                block = []
        if block:
            yield block


def arranged(examples: Iterable[Example], *, seed: int) -> Arranged:
    """Put examples into the order in which they are asked.

    Core decides, as it alone samples production; where there is none, all do. Its order is
    random, and hangs on the seed and the examples' names alone, so that a run that goes on goes on
    in the same order. Segments keep their shares all along, so that no segment decides by coming
    first. What shares a cluster comes as a whole.
    """
    every = list(examples)
    deciding = [one for one in every if one.component == "core"]
    others = [one for one in every if one.component != "core"] if deciding else []
    clusters: dict[tuple[str, str], list[Example]] = defaultdict(list)
    for one in deciding or every:
        clusters[("alone", one.id) if one.cluster is None else ("cluster", one.cluster)].append(one)
    strata: dict[tuple[str, ...], list[tuple[str, str]]] = defaultdict(list)
    for name, group in clusters.items():
        strata[tuple(sorted(group[0].segments))].append(name)
    placed = (pair for names in strata.values() for pair in _placed(names, seed))
    ordered = [tuple(clusters[name]) for _, name in sorted(placed)]
    return Arranged(tuple(ordered), tuple(others))


def _placed(names: Sequence[tuple[str, str]], seed: int) -> Iterator[tuple[float, tuple[str, str]]]:
    """Each name with its place from 0 to 1: random, and evenly spread."""
    shuffled = sorted(names, key=lambda name: (draw(seed, "until clear", *name), name))
    for rank, name in enumerate(shuffled):
        yield (rank + draw(seed, "within", *name)) / len(shuffled), name
