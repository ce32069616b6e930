"""Which outputs people should rate so that a judge can be held against them.

Outputs drawn at random are mostly of the level that most outputs have, and say little of others.
So every level that the judge gave is drawn about alike, and within it every component and system;
with what probability each output is drawn is known, so that numbers can be told of all outputs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from measurand.core.sampling import draw
from measurand.errors import UsageError

__all__ = ["Candidate", "Drawn", "draw_pool"]

LEVELS = 5
"""Parts of the unit interval that predicted scores are cut into."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An output that could be drawn.

    Args:
        item: Its name.
        score: What judges say of it on the unit interval, over all dimensions.
        component: Of which component.
        system: Whose it is.
    """

    item: str
    score: float
    component: str
    system: str

    @property
    def level(self) -> int:
        """The part of the unit interval that its score is in, from 0."""
        return min(int(self.score * LEVELS), LEVELS - 1)


@dataclass(frozen=True, slots=True)
class Drawn:
    """What was drawn.

    Args:
        chosen: The outputs.
        probabilities: With which each output of the frame would be drawn, those not drawn too.
    """

    chosen: frozenset[str]
    probabilities: Mapping[str, float]


_CELLS: tuple[Callable[[Candidate], tuple[object, ...]], ...] = (
    lambda one: (one.level, one.component, one.system),
    lambda one: (one.level, one.component),
    lambda one: (one.level,),
)


def draw_pool(
    candidates: Sequence[Candidate],
    size: int,
    *,
    seed: int = 0,
    taken: frozenset[str] = frozenset(),
) -> Drawn:
    """Draw outputs, of each predicted level about alike, and within it of components and systems.

    Where there are more cells of level, component and system than outputs are wanted, systems, and
    then components, are left to chance: every output can be drawn.

    Args:
        candidates: What is drawn from.
        size: How many; all where there are not more.
        seed: Of the draw.
        taken: What was drawn before; what is told of these is the probability with which they
            would be drawn now if they had not been.

    Raises:
        UsageError: Fewer than one is wanted.
    """
    if size < 1:
        raise UsageError(f"at least one output is drawn; found {size}")
    cells = _cells(candidates, size)
    free = {
        cell: sorted(
            (one.item for one in inside if one.item not in taken),
            key=lambda name: (draw(seed, "pool", name), name),
        )
        for cell, inside in cells.items()
    }
    counts = _shared_out({cell: len(names) for cell, names in free.items()}, size)
    chosen: set[str] = set()
    probabilities: dict[str, float] = {}
    for cell, inside in cells.items():
        chosen.update(free[cell][: counts[cell]])
        share = counts[cell] / len(free[cell]) if free[cell] else 1.0
        probabilities |= {one.item: share for one in inside}
    return Drawn(frozenset(chosen), probabilities)


def _cells(candidates: Sequence[Candidate], size: int) -> dict[tuple[object, ...], list[Candidate]]:
    """The finest cells of which each can have one output."""
    found: dict[tuple[object, ...], list[Candidate]] = {}
    for kind in _CELLS:
        found = defaultdict(list)
        for one in candidates:
            found[kind(one)].append(one)
        if len(found) <= size:
            break
    return dict(found)


def _shared_out(
    sizes: Mapping[tuple[object, ...], int], size: int
) -> dict[tuple[object, ...], int]:
    """How many of each cell: levels alike, cells of a level alike, one of each at least."""
    levels: dict[object, int] = defaultdict(int)
    for cell, there in sizes.items():
        levels[cell[0]] += there
    wanted = _alike({(level,): there for level, there in levels.items()}, size)
    counts: dict[tuple[object, ...], int] = {}
    for level in levels:
        inside = {cell: there for cell, there in sizes.items() if cell[0] == level}
        counts |= _alike(inside, max(wanted[level,], sum(map(bool, inside.values()))))
    return counts


def _alike(sizes: Mapping[tuple[object, ...], int], size: int) -> dict[tuple[object, ...], int]:
    """Shares of a number, as alike as what is there lets them be; the first get what is left."""
    counts = dict.fromkeys(sizes, 0)
    left = min(size, sum(sizes.values()))
    while left:
        open_cells = [cell for cell in sorted(sizes, key=str) if counts[cell] < sizes[cell]]
        share = max(left // len(open_cells), 1)
        for cell in open_cells:
            more = min(share, sizes[cell] - counts[cell], left)
            counts[cell] += more
            left -= more
    return counts
