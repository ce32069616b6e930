"""Does a model prefer the order in which a set was published? And how likely it finds a text."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats, check_finite
from measurand.stats.estimate import LEVEL, Estimate, attempt
from measurand.stats.mean import mean_t
from measurand.stats.quantiles import two_sided_t

__all__ = ["LOWEST", "OrderTest", "min_k", "order_test"]

LOWEST = 0.2
"""The share of a text's least likely tokens that min-k% averages."""

_FEWEST = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderTest:
    """Whether the published order is likelier than others.

    Args:
        shift: By how much the log-probability of a shard in its published order lies above the
            mean of its shuffled orders; absent of a single shard.
        t: The shift over its standard error; None where there is none.
        p: One-sided, of t with one degree of freedom fewer than shards; None where there is no t.
        exact_p: One-sided, the share of orders whose total is at least as large, the published one
            among them: exact at any number of shards and whatever the distribution.
        shards: How many.
        orders: Shuffled orders of each.
    """

    shift: Estimate
    t: float | None
    p: float | None
    exact_p: float
    shards: int
    orders: int


def order_test(canonical: ArrayLike, shuffled: ArrayLike, *, level: float = LEVEL) -> OrderTest:
    """Test whether the order of a set's items is exchangeable to a model.

    A model that never saw the set finds its published order no likelier than a random one. The
    standard deviation over shards has n - 1 in its denominator; the code published with the test
    has n, which makes t too large by 1 % at 50 shards.

    Args:
        canonical: The log-probability of each shard in its published order, shape (shards,).
        shuffled: Those of its shuffled orders, shape (shards, orders), drawn independently.
        level: The level of the shift's interval.

    Raises:
        InsufficientData: There is no shard, or no shuffled order.
        UsageError: The shapes do not go together, or a number is not finite.

    References:
        Oren, Meister, Chatterji, Ladhak and Hashimoto (2024), Proving test set contamination in
        black-box language models, ICLR, sections 3.1 and 3.2; Phipson and Smyth (2010), Stat.
        Appl. Genet. Mol. Biol. 9:39, for (1 + count) / (1 + orders).
    """
    own, others = check_finite(canonical, 1), check_finite(shuffled, 2)
    if others.shape[0] != own.size:
        raise UsageError(
            f"each shard has its shuffled orders; found {own.size} shards and those of "
            f"{others.shape[0]}"
        )
    if not own.size or not others.shape[1]:
        raise InsufficientData("the order test needs a shard and a shuffled order of it")
    totals, total = others.sum(axis=0), float(own.sum())
    exact = (1 + int(np.count_nonzero(totals >= total))) / (1 + totals.size)
    above = own - others.mean(axis=1)
    shift = attempt(
        lambda: mean_t(above, level=level), n=own.size, method="t over shards", level=level
    )
    t, p = _t_of(above)
    return OrderTest(shift=shift, t=t, p=p, exact_p=exact, shards=own.size, orders=others.shape[1])


def _t_of(above: Floats) -> tuple[float | None, float | None]:
    if above.size < _FEWEST or np.ptp(above) == 0:
        return None, None
    t = float(above.mean() / above.std(ddof=1) * math.sqrt(above.size))
    half = two_sided_t(t, above.size - 1) / 2
    return t, half if t > 0 else 1 - half


def min_k(values: ArrayLike, *, share: float = LOWEST) -> float:
    """The mean log-probability of a text's least likely tokens: min-k%.

    A text that was trained on has few tokens that surprise. The published code prints the negative
    of it.

    Args:
        values: The log-probability of each token, shape (tokens,).
        share: Which share of the tokens; rounded down, as published.

    Raises:
        InsufficientData: That share is not one token.
        UsageError: A value is not finite or above 0, or the share is none.

    References:
        Shi, Ajith, Xia, Huang, Liu, Blevins, Chen and Zettlemoyer (2024), Detecting pretraining
        data from large language models, ICLR, section 3.
    """
    vector = check_finite(values, 1)
    if not 0 < share <= 1:
        raise UsageError(f"a share lies above 0 and is at most 1; found {share}")
    if vector.size and vector.max() > 0:
        raise UsageError(f"a log-probability is at most 0; found {vector.max():g}")
    count = int(vector.size * share)
    if not count:
        raise InsufficientData(f"{share:.0%} of {vector.size} tokens is less than one")
    return float(np.sort(vector)[:count].mean())
