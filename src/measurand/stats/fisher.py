"""Fisher's exact test: do two independent groups fail equally often?"""

from __future__ import annotations

import numpy as np
from scipy import special

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats

__all__ = ["fisher_exact"]

_TIE = 1e-7
"""Tables this near, relatively, to the observed one's probability are as likely as it."""


def fisher_exact(first: tuple[int, int], second: tuple[int, int]) -> float:
    """The two-sided p-value of "both groups have the property equally often".

    The sum of the hypergeometric probabilities of all tables with these margins that are no
    likelier than the observed one. It never rejects more often than its level, and mostly less.

    Args:
        first: How many of the first group have the property, and how many there are.
        second: The same of the second group.

    Raises:
        InsufficientData: A group is empty.
        UsageError: The counts are impossible.

    References:
        Fisher (1935), *The Design of Experiments*; two-sided by Freeman and Halton (1951),
        Biometrika 38, 141-149.
    """
    (k, n), (other_k, other_n) = first, second
    if not (0 <= k <= n and 0 <= other_k <= other_n):
        raise UsageError(
            f"counts lie between 0 and the size of the group; found {k} of {n} and "
            f"{other_k} of {other_n}"
        )
    if not (n and other_n):
        raise InsufficientData("there is nothing to compare: a group is empty")
    having = k + other_k
    possible = np.arange(max(0, having - other_n), min(having, n) + 1, dtype=np.float64)
    log = _log_ways(n, possible) + _log_ways(other_n, having - possible)
    chances = np.exp(log - special.logsumexp(log))
    observed = chances[k - int(possible[0])]
    return float(min(1.0, chances[chances <= observed * (1 + _TIE)].sum()))


def _log_ways(n: int, k: Floats) -> Floats:
    """The logarithm of the number of ways to choose ``k`` of ``n``."""
    ways: Floats = special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1)
    return ways
