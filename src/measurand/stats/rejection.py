"""Where McNemar's test rejects, and how often that happens at any split of the discordant pairs."""

from __future__ import annotations

import numpy as np
from scipy import special

from measurand.stats.arrays import Floats
from measurand.stats.quantiles import binomial_cdf

__all__ = ["Rejection"]


class Rejection:
    """For each number of discordant pairs the smaller counts that reject.

    Asked for many splits, as a search for a difference does, it costs one product of numbers a
    count: what a binomial holds up to one count follows from what the binomial of one trial fewer
    does. P(X' <= c) = P(X <= c) - share P(X = c), where X' has one more trial than X.

    Args:
        discordant: Numbers of discordant pairs, each one more than the one before.
        critical: The largest smaller count that rejects; -1 if none.
    """

    def __init__(self, discordant: Floats, critical: Floats) -> None:
        self.discordant, self.critical = discordant, critical
        steps = np.diff(critical)
        self._plain = bool(np.isin(steps, (0, 1)).all() and (np.diff(discordant) == 1).all())
        before = np.stack([critical[:-1], discordant[:-1]])
        after = np.stack([critical[1:], discordant[1:]])
        self._steps = steps
        self._before, self._after = before, after
        self._ways = _log_ways(before), _log_ways(after)

    def chance(self, share: float) -> Floats:
        """The probability of at most the critical count, for each number of discordant pairs."""
        if not (self._plain and 0 < share < 1):
            return binomial_cdf(self.critical, self.discordant, share)
        first = binomial_cdf(self.critical[:1], self.discordant[:1], share)
        falls = share * _mass(self._before, self._ways[0], share)
        rises = self._steps * _mass(self._after, self._ways[1], share)
        found = np.concatenate([first, first + np.cumsum(rises - falls)])
        return np.asarray(np.clip(found, 0.0, 1.0), dtype=np.float64)


def _log_ways(counts: Floats) -> Floats:
    """The logarithm of how many ways there are; minus infinity for a count of -1."""
    k, m = counts
    inside = np.maximum(k, 0)
    logs = special.gammaln(m + 1) - special.gammaln(inside + 1) - special.gammaln(m - inside + 1)
    return np.where(k < 0, -np.inf, logs)


def _mass(counts: Floats, ways: Floats, share: float) -> Floats:
    """The probability of exactly these counts."""
    k, m = counts
    logs = ways + k * np.log(share) + (m - k) * np.log1p(-share)
    return np.asarray(np.exp(logs), dtype=np.float64)
