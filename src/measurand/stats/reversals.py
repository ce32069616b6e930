"""Units that one system passed and another fails, and whether noise alone gives as many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats

__all__ = ["Confirm", "Reversals", "by_chance", "confirmed", "reversals"]

Confirm = Literal["majority", "all"]

Counts = NDArray[np.int64]
Bools = NDArray[np.bool_]
Pair = tuple[Counts, Counts]


@dataclass(frozen=True, slots=True)
class Reversals:
    """Units that the first passed and the second fails, each over all its repeats.

    Args:
        which: Which units are, shape (n,).
        unanimous: How many of them without a single repeat that says otherwise.
        noisy: How many units either system passed in some repeats and failed in others.
        p: The probability of as strong a result if the repeats of both were exchangeable.
    """

    which: Bools
    unanimous: int
    noisy: int
    p: float

    @property
    def count(self) -> int:
        """How many units are."""
        return int(self.which.sum())


def confirmed(hits: ArrayLike, repeats: ArrayLike, rule: Confirm = "majority") -> Bools:
    """Whether a thing seen in so many of the repeats is confirmed by them; never without any."""
    seen, asked = np.asarray(hits), np.asarray(repeats)
    enough = seen == asked if rule == "all" else 2 * seen > asked
    return np.asarray(enough & (asked > 0))


def reversals(
    first: tuple[ArrayLike, ArrayLike],
    second: tuple[ArrayLike, ArrayLike],
    *,
    rule: Confirm = "majority",
) -> Reversals:
    """Count reversals, and hold them against the noise that the repeats themselves show.

    If nothing has changed, the repeats of a unit are exchangeable between the systems, and the
    first's passes are hypergeometric given how often both passed together. Of all results the
    strongest have most unanimous reversals, and among those most reversals; p is the exact
    probability of one at least as strong, over all units, as they are independent. One unit of
    three repeats, passed by all of one and failed by all of the other, has p = 1/20.

    Args:
        first: Passes and repeats of the one to be held against, each of shape (n,).
        second: The same of the other.
        rule: What confirms a pass, and a failure.

    Raises:
        InsufficientData: No unit was repeated at all by both.
        UsageError: The counts are impossible, or of different lengths.

    References:
        Fisher (1935), The Design of Experiments, section 21; the lexicographic order of the
        statistics is ours.
    """
    a, n_a, b, n_b = _counts(first, second)
    which = _reversed((a, b), (n_a, n_b), rule=rule)
    clear = which & (a == n_a) & (b == 0)
    unanimous, count = int(clear.sum()), int(which.sum())
    noisy = int((((a > 0) & (a < n_a)) | ((b > 0) & (b < n_b))).sum())
    table = np.zeros((unanimous + 2, count + 2))
    table[0, 0] = 1.0
    for cell in np.unique(np.stack([a + b, n_a, n_b]), axis=1, return_counts=True)[0].T:
        total, one, two = map(int, cell)
        times = int(((a + b == total) & (n_a == one) & (n_b == two)).sum())
        chances = _chances(total, one, two, rule=rule)
        for _ in range(times if chances[1:].any() else 0):
            table = _added(table, chances)
    p = table[unanimous + 1 :].sum() + table[unanimous, count:].sum()
    return Reversals(which, unanimous, noisy, float(min(1.0, p)))


def by_chance(first: tuple[ArrayLike, ArrayLike], second: tuple[ArrayLike, ArrayLike]) -> Floats:
    """The chance that each unit is reversed, one way, if the repeats of both are exchangeable.

    By majority, as in `reversals`; the mean of both ways, which differ only where one system has
    more repeats. If nothing has changed, its mean over units is what is to be expected of reversals
    each way. Units with one repeat of both tell nothing: there it is half of those that differ.

    Args:
        first: Passes and repeats of one, each of shape (n,).
        second: The same of the other.

    Raises:
        InsufficientData: As for `reversals`.
        UsageError: Likewise.
    """
    a, n_a, b, n_b = _counts(first, second)
    found = np.empty(a.size)
    cells, places = np.unique(np.stack([a + b, n_a, n_b]), axis=1, return_inverse=True)
    for at, (total, one, two) in enumerate(cells.T.tolist()):
        there = _chances(total, one, two, rule="majority")[1:].sum()
        back = _chances(total, two, one, rule="majority")[1:].sum()
        found[places.ravel() == at] = (there + back) / 2
    return found


def _counts(
    first: tuple[ArrayLike, ArrayLike], second: tuple[ArrayLike, ArrayLike]
) -> tuple[Counts, Counts, Counts, Counts]:
    parts = [np.asarray(part, dtype=np.int64) for part in (*first, *second)]
    if len({part.shape for part in parts}) > 1 or parts[0].ndim != 1:
        raise UsageError("passes and repeats are vectors of one length")
    a, n_a, b, n_b = parts
    if not a.size:
        raise InsufficientData("there is no unit that both were tried on")
    if min(a.min(), b.min()) < 0 or (a > n_a).any() or (b > n_b).any():
        raise UsageError("passes lie between 0 and the repeats")
    if min(n_a.min(), n_b.min()) < 1:
        raise InsufficientData("a unit without a repeat of both confirms nothing")
    return a, n_a, b, n_b


def _reversed(passed: Pair, repeats: Pair, *, rule: Confirm) -> Bools:
    failed = repeats[1] - passed[1]
    return confirmed(passed[0], repeats[0], rule) & confirmed(failed, repeats[1], rule)


def _chances(total: int, one: int, two: int, *, rule: Confirm) -> Floats:
    """The probabilities that a unit is no reversal, one that is not unanimous, one that is."""
    a = np.arange(max(0, total - two), min(one, total) + 1)
    log = _log_choose(one, a) + _log_choose(two, total - a)
    mass = np.exp(log - _log_choose(one + two, np.asarray(total)))
    repeats = np.full_like(a, one), np.full_like(a, two)
    which = _reversed((a, total - a), repeats, rule=rule)
    clear = which & (a == one) & (total - a == 0)
    split, unanimous = mass[which & ~clear].sum(), mass[clear].sum()
    return np.asarray([max(0.0, 1 - split - unanimous), split, unanimous])


def _log_choose(n: int, k: NDArray[np.int64]) -> Floats:
    return np.asarray(special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1))


def _added(table: Floats, chances: Floats) -> Floats:
    """One unit more; the last row and column hold all that is beyond what was seen."""
    none, split, unanimous = chances
    result = none * table
    result[:, 1:] += split * table[:, :-1]
    result[:, -1] += split * table[:, -1]
    down = np.zeros_like(table)
    down[1:] += table[:-1]
    down[-1] += table[-1]
    result[:, 1:] += unanimous * down[:, :-1]
    result[:, -1] += unanimous * down[:, -1]
    return np.asarray(result)
