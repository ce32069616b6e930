"""Evidence that may be looked at after every step: betting against "nothing has changed".

A gambler starts with 1 and bets on each observation at odds that are fair while nothing has
changed. Then the chance that the stake ever grows to 1/a is at most a, however often one looks and
whenever one stops; where something has changed, it grows exponentially.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from measurand.errors import UsageError
from measurand.stats.arrays import Floats, as_table, check_finite

__all__ = ["BETS", "EProcess", "Side", "e_process", "history_ranks"]

Side = Literal["two", "above", "below"]

BETS = (0.05, 0.1, 0.2, 0.4, 0.8)
"""The shares of the stake that are bet side by side: small ones see small changes."""

_LARGEST = 700.0
"""The logarithm of about the largest float."""


@dataclass(frozen=True, slots=True)
class EProcess:
    """The stake after every step.

    Args:
        logs: Its natural logarithm, shape (steps,).
        starts: For every step, the step at which betting would best have begun: the most likely
            moment of the change, if there was one.
    """

    logs: tuple[float, ...]
    starts: tuple[int, ...]

    def value(self, step: int = -1) -> float:
        """The stake after a step, the last one by default; 1 before the first."""
        return float(np.exp(min(self.logs[step], _LARGEST))) if self.logs else 1.0

    def alarm(self, alpha: float) -> int | None:
        """The first step after which the stake was at least 1/alpha; None while it never was.

        Raises:
            UsageError: ``alpha`` is no probability.
        """
        if not 0 < alpha < 1:
            raise UsageError(f"alpha lies between 0 and 1; found {alpha}")
        above = (at for at, log in enumerate(self.logs) if log >= -np.log(alpha))
        return next(above, None)


def e_process(
    steps: Sequence[ArrayLike],
    *,
    null: float = 0.5,
    side: Side = "two",
    restarts: bool = True,
    bets: Sequence[float] = BETS,
) -> EProcess:
    """Bet against the mean of bounded observations being ``null``, step by step.

    The stake is split evenly over ``bets`` and both directions; a part ``b`` that bets on larger
    values is multiplied by 1 + b (x - null) / null, one on smaller values by
    1 + b (null - x) / (1 - null). With ``restarts`` the share 1 / (k (k + 1)) of the stake is only
    put down at step k, so that what was lost before a late change delays its discovery little; the
    guarantee is the same.

    Args:
        steps: What was observed in each step, within 0 and 1; a step may be empty. Given all
            before, the mean of each is ``null`` while nothing has changed. Those of one step
            know nothing of each other, as the bets on them are multiplied: of what hangs
            together, give the mean.
        null: Strictly between 0 and 1.
        side: In which direction a change is looked for.
        restarts: Whether betting begins anew in every step.
        bets: The shares of the stake, each strictly between 0 and 1.

    Raises:
        UsageError: An observation, the null or a bet is out of its range.

    References:
        Waudby-Smith and Ramdas (2024), JRSS B 86, 1-27, for the bets; Shin, Ramdas and Rinaldo
        (2024), New England J. Stat. Data Sci. 2, 229-260, for the restarts; Ville (1939).
    """
    if not 0 < null < 1:
        raise UsageError(f"the null lies strictly between 0 and 1; found {null}")
    if not bets or not all(0 < bet < 1 for bet in bets):
        raise UsageError(f"a bet lies strictly between 0 and 1; found {tuple(bets)}")
    gains = np.asarray(
        [_gains(step, null, side=side, bets=bets) for step in steps], dtype=np.float64
    )
    count = len(gains)
    if not count:
        return EProcess((), ())
    begun = np.arange(1, count + 1)
    weights = 1 / (begun * (begun + 1)) if restarts else np.r_[1.0, np.zeros(count - 1)]
    left = 1 - np.cumsum(weights) if restarts else np.zeros(count)
    logs, pots = [], np.full(gains.shape[1], -np.inf)
    for step, gain in enumerate(gains):
        fresh = np.log(weights[step]) if weights[step] else -np.inf
        pots = np.logaddexp(pots, fresh) + gain
        waiting = np.log(left[step]) if left[step] > 0 else -np.inf
        logs.append(float(np.logaddexp(special.logsumexp(pots) - np.log(pots.size), waiting)))
    return EProcess(tuple(logs), _starts(gains))


def history_ranks(values: ArrayLike, *, rng: np.random.Generator) -> Floats:
    """Where each value stands among all earlier ones of the same item, between 0 and 1.

    Nothing is assumed of how an item's values are distributed, nor that items are alike. As long
    as the order in which an item's values came says nothing about them, its ranks are independent
    and uniform, mean 1/2, and so are those of different items that know nothing of each other.
    Equal values are put in random order, without which that would not hold.

    Args:
        values: Shape (steps, items), NaN where an item has none.
        rng: Of the order of equal values; one draw for each value.

    Returns:
        The same shape; NaN for the first value of each item, which has nothing to stand among.

    Raises:
        UsageError: The values have another shape, or hold an infinite one.

    References:
        Vovk, Gammerman and Shafer (2005), *Algorithmic Learning in a Random World*, chapter 7.
    """
    table = as_table(np.asarray(values, dtype=np.float64))
    chance = rng.random(table.shape)
    ranks = np.full(table.shape, np.nan)
    for item in range(table.shape[1]):
        seen: list[float] = []
        for step in np.flatnonzero(~np.isnan(table[:, item])):
            value = float(table[step, item])
            if seen:
                low, high = bisect_left(seen, value), bisect_right(seen, value)
                place = low + chance[step, item] * (high - low + 1)
                ranks[step, item] = place / (len(seen) + 1)
            insort(seen, value)
    return ranks


def _gains(step: ArrayLike, null: float, *, side: Side, bets: Sequence[float]) -> Floats:
    """The logarithm of what each part of the stake is multiplied by, shape (parts,)."""
    seen = check_finite(step, 1)
    if seen.size and (seen.min() < 0 or seen.max() > 1):
        raise UsageError(f"observations lie between 0 and 1; found {seen.min()} to {seen.max()}")
    share = np.asarray(bets, dtype=np.float64)[:, None]
    up = np.log1p(share * (seen - null) / null).sum(axis=1)
    down = np.log1p(share * (null - seen) / (1 - null)).sum(axis=1)
    parts = {"two": np.concatenate([up, down]), "above": up, "below": down}
    return np.asarray(parts[side], dtype=np.float64)


def _starts(gains: Floats) -> tuple[int, ...]:
    """For every step the start from which the best single bet would have gained the most."""
    sums = np.vstack([np.zeros(gains.shape[1]), np.cumsum(gains, axis=0)])
    lowest, best = sums[0].copy(), np.zeros(gains.shape[1], dtype=np.intp)
    starts = []
    for step in range(len(gains)):
        lower = sums[step] < lowest
        lowest, best = np.where(lower, sums[step], lowest), np.where(lower, step, best)
        starts.append(int(best[np.argmax(sums[step + 1] - lowest)]))
    return tuple(starts)
