"""What a judge says of the system's own outputs, run by run: the stream beside the anchors."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from measurand.analysis.anchors_table import Movement, mover
from measurand.analysis.matrix import Floats
from measurand.core.sampling import draw
from measurand.stats.e_process import EProcess, e_process, history_ranks
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
        """The evidence that the stream has moved.

        What is asked again is ranked among what was said of it before; what never comes again,
        among all of its system and dimension.
        """
        if not self.scores:
            return Movement(None, 1, None)
        game = self._game(rounds)
        return Movement.of([game] if game.logs else [], alpha)

    def _game(self, rounds: Sequence[int]) -> EProcess:
        rng = np.random.default_rng([self.seed, 2])
        at = {number: place for place, number in enumerate(rounds)}
        steps: list[list[float]] = [[] for _ in rounds]
        for history in self._histories().values():
            values = np.asarray([[one.share] for one in history])
            ranks = history_ranks(values, rng=rng)[:, 0]
            for one, rank in zip(history, ranks.tolist(), strict=True):
                if one.round in at and not np.isnan(rank):
                    steps[at[one.round]].append(rank)
        return e_process(steps)

    def _histories(self) -> dict[tuple[str, ...], list[StreamScore]]:
        often = Counter(one.unit for one in self.scores)
        found: dict[tuple[str, ...], list[StreamScore]] = defaultdict(list)
        for one in self.scores:
            key = one.unit if often[one.unit] > 1 else (one.system, one.dimension)
            found[key].append(one)
        return found

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


def _mean(
    values: Floats, examples: Sequence[str], bounds: tuple[float, float], *, level: float
) -> Estimate:
    compute = partial(clustered_mean, values, np.asarray(examples), bounds=bounds, level=level)
    return attempt(compute, n=len(values), method="CR1, t(C-1)", level=level)
