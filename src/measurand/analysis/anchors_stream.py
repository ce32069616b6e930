"""What a judge says of the system's own outputs, run by run: the stream beside the anchors."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby

import numpy as np

from measurand.analysis.anchors_bets import Bet, Movement, Saying, bets_on
from measurand.analysis.anchors_table import mover
from measurand.analysis.matrix import Floats
from measurand.core.sampling import draw
from measurand.stats.estimate import LEVEL, Estimate, attempt
from measurand.stats.mean import clustered_mean

__all__ = ["Stream", "StreamScore"]

Unit = tuple[str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamScore:
    """What a judge said of one of the system's own outputs.

    Args:
        round: In which run.
        judge: Who.
        example: The example's id.
        system: Whose output.
        dimension: On which dimension.
        share: As a share of the scale.
    """

    round: int
    judge: str
    example: str
    system: str
    dimension: str
    share: float

    @property
    def unit(self) -> Unit:
        """What comes again from run to run, where it does."""
        return self.example, self.system, self.dimension


@dataclass(frozen=True, slots=True)
class Stream:
    """The scores of one judge, in the order in which they came.

    Args:
        scores: Within a run in random order, so that no order of examples looks like a change.
        seed: Of the order, and of that of equal values.
    """

    scores: tuple[StreamScore, ...]
    seed: int

    @classmethod
    def of(cls, scores: Sequence[StreamScore], *, seed: int) -> Stream:
        """Put scores in order."""
        ordered = sorted(scores, key=lambda one: (one.round, draw(seed, one.round, *one.unit)))
        return cls(tuple(ordered), seed)

    def spans(self, runs: int) -> bool:
        """Whether it has scores of so many runs."""
        return len({one.round for one in self.scores}) >= runs

    def movement(self, alpha: float, *, rounds: Sequence[int]) -> Movement:
        """The evidence that the stream has moved, each system for its part of alpha."""
        systems = list(dict.fromkeys(one.system for one in self.scores))
        every = (self._bets(system, rounds, share=1 / len(systems)) for system in systems)
        return Movement.of((bet for bets in every for bet in bets), alpha)

    def _bets(self, system: str, rounds: Sequence[int], *, share: float) -> Iterator[Bet]:
        """Bets on one system.

        An example that comes again is ranked among what was said of it before, whatever examples
        are alike. Only in runs most of whose examples are new are these ranked too, among all that
        were new in such runs: as if drawn alike, and each apart from the others.
        """
        again: list[Saying] = []
        fresh: list[Saying] = []
        seen: set[str] = set()
        own = (one for one in self.scores if one.system == system)
        for _, run in groupby(own, key=lambda one: one.round):
            scores = list(run)
            examples = {one.example for one in scores}
            again += map(_saying, scores)
            if len(examples - seen) > len(examples) / 2:
                fresh += (_saying(one) for one in scores if one.example not in seen)
            seen |= examples
        named = partial(bets_on, rounds=rounds, seed=self.seed, share=share / 2)
        yield from named(again, name=f"again {system}")
        yield from named(fresh, name=f"fresh {system}", pooled=True)

    @property
    def fresh(self) -> bool:
        """Whether nothing of it was judged in two runs."""
        often = Counter(one.unit for one in self.scores)
        return bool(often) and max(often.values()) == 1

    def shift(self, since: int, *, level: float = LEVEL) -> Estimate:
        """How far the stream moved from the runs before one to those from it on.

        What was judged on both sides is held against itself; where nothing was, the means are.
        """
        sides: tuple[dict[Unit, list[float]], dict[Unit, list[float]]] = (
            defaultdict(list),
            defaultdict(list),
        )
        for one in self.scores:
            sides[one.round >= since][one.unit].append(one.share)
        before, after = sides
        both = [unit for unit in after if unit in before]
        if both:
            moves = [float(np.mean(after[unit]) - np.mean(before[unit])) for unit in both]
            return _mean(np.asarray(moves), [unit[0] for unit in both], (-1, 1), level=level)
        later, earlier = (
            _mean(
                np.asarray([float(np.mean(shares)) for shares in side.values()]),
                [unit[0] for unit in side],
                (0, 1),
                level=level,
            )
            for side in (after, before)
        )
        return mover(later, earlier)


def _saying(one: StreamScore) -> Saying:
    return Saying(one.round, one.example, one.system, one.dimension, one.share)


def _mean(
    values: Floats, examples: Sequence[str], bounds: tuple[float, float], *, level: float
) -> Estimate:
    compute = partial(clustered_mean, values, np.asarray(examples), bounds=bounds, level=level)
    return attempt(compute, n=len(values), method="CR1, t(C-1)", level=level)
