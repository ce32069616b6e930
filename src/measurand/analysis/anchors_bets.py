"""Bets on what a judge says run by run, where what it says of one example hangs together.

What is said in one run of the dimensions of one example, or of several answers to it, may share
its errors. Betting on each would count one surprise several times. So each bet sees one value an
example and run, their mean, and bets on one dimension are laid beside it as games of their own.
No stake is moved between games, as none is fair to who has seen the others: each has to
convince at its share of alpha.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from measurand.core.sampling import draw
from measurand.stats.e_process import EProcess, e_process, history_ranks

__all__ = ["Bet", "Movement", "Saying", "bets_on"]

_SEEDS = 2**63


class Saying(NamedTuple):
    """One value.

    Args:
        run: In which run.
        example: Of which example.
        system: Whose output.
        dimension: On which dimension.
        value: The value.
        shared: Whether it is a share of its scale, and so may be averaged over dimensions.
    """

    run: int
    example: str
    system: str
    dimension: str
    value: float
    shared: bool = True


@dataclass(frozen=True, slots=True)
class Bet:
    """A game.

    Args:
        game: Its stake after every run.
        share: Of alpha: how much of it this game may use.
    """

    game: EProcess
    share: float


@dataclass(frozen=True, slots=True)
class Movement:
    """What betting says.

    Args:
        alarm: The step of the first alarm; None where there is none.
        since: The step at which the change most likely began.
        evidence: The logarithm of the stake by now; None where nothing could be bet on.
    """

    alarm: int | None
    since: int
    evidence: float | None

    @classmethod
    def of(cls, bets: Iterable[Bet], alpha: float) -> Movement:
        """Of several games, however they hang together: each convinces at its share of alpha."""
        played = [bet for bet in bets if bet.game.logs]
        if not played:
            return cls(None, 1, None)
        evidence = max(bet.game.logs[-1] + math.log(bet.share) for bet in played)
        found = [(bet.game.alarm(alpha * bet.share), bet.game) for bet in played]
        alarms = [(alarm, game) for alarm, game in found if alarm is not None]
        if not alarms:
            return cls(None, 1, evidence)
        alarm, game = min(alarms, key=lambda one: one[0])
        # The first run has nothing before it, so that nothing can have changed in it.
        return cls(alarm, max(1, game.starts[alarm]), evidence)


def bets_on(
    said: Sequence[Saying],
    rounds: Sequence[int],
    *,
    seed: int,
    name: str,
    share: float = 1.0,
    pooled: bool = False,
) -> Iterator[Bet]:
    """Bet on all dimensions together with half of alpha, on each alone with the rest.

    An example's value is ranked among its own of earlier runs in which the same dimensions, of the
    same systems, were judged: a failure must not look like a movement. The order of equal values
    hangs on the seed and what they are of, so that a later look finds the games as they were.

    Args:
        said: What was said, in the order of runs.
        rounds: The runs, in order; a step of the games each.
        seed: Of the order of equal values.
        name: Of these games, so that others have another order.
        share: Of alpha, for all of them.
        pooled: Values of different examples are ranked among each other, in the order given;
            for examples that never come again, and are drawn alike.
    """
    alone = {one.dimension: one.shared for one in said}
    together = [dimension for dimension, shared in alone.items() if shared]
    both = len(together) > 1
    if both:
        chosen = [one for one in said if one.shared]
        game = _game(chosen, rounds, key=(seed, name), pooled=pooled)
        yield Bet(game, share / 2)
    for dimension in alone:
        own = [one for one in said if one.dimension == dimension]
        game = _game(own, rounds, key=(seed, name, dimension), pooled=pooled)
        yield Bet(game, share / (len(alone) * (2 if both else 1)))


def _game(
    said: Iterable[Saying], rounds: Sequence[int], *, key: tuple[object, ...], pooled: bool
) -> EProcess:
    units: dict[tuple[int, str], dict[tuple[str, str], float]] = defaultdict(dict)
    for one in said:
        units[one.run, one.example][one.system, one.dimension] = one.value
    histories: dict[tuple[object, ...], list[tuple[int, float]]] = defaultdict(list)
    for (run, example), values in units.items():
        parts = tuple(sorted(values))
        of: tuple[object, ...] = parts if pooled else (example, parts)
        histories[of].append((run, sum(values[part] for part in parts) / len(parts)))
    at = {number: place for place, number in enumerate(rounds)}
    steps: list[list[float]] = [[] for _ in rounds]
    for of, history in histories.items():
        if len(history) == 1:
            continue
        rng = np.random.default_rng(int(draw(*key, of) * _SEEDS))
        ranks = history_ranks([[value] for _, value in history], rng=rng)[:, 0]
        for (run, _), rank in zip(history, ranks.tolist(), strict=True):
            if run in at and not math.isnan(rank):
                steps[at[run]].append(rank)
    return e_process(steps)
