"""Normal, t, beta and binomial probabilities over `scipy.special`."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from measurand.errors import UsageError
from measurand.stats.arrays import Floats

__all__ = [
    "beta_quantile",
    "binomial_cdf",
    "binomial_pmf",
    "check_level",
    "normal_cdf",
    "normal_quantile",
    "t_quantile",
    "two_sided_t",
    "two_sided_z",
]


def check_level(level: float) -> float:
    """Return the level, or raise `UsageError` unless it lies strictly between 0 and 1."""
    if not 0 < level < 1:
        raise UsageError(f"a level or power lies strictly between 0 and 1; found {level}")
    return level


def normal_cdf(x: float) -> float:
    """The probability that a standard normal variable is at most ``x``."""
    return float(special.ndtr(x))


def normal_quantile(p: float) -> float:
    """The point below which a standard normal variable falls with probability ``p``."""
    return float(special.ndtri(p))


def two_sided_z(level: float) -> float:
    """The half-width, in standard errors, of a two-sided normal interval of this level."""
    return -normal_quantile((1 - check_level(level)) / 2)


def t_quantile(p: float, df: float) -> float:
    """The point below which Student's t with ``df`` degrees falls with probability ``p``."""
    return float(special.stdtrit(df, p))


def two_sided_t(t: float, df: float) -> float:
    """The probability that Student's t with ``df`` degrees is at least ``|t|`` from 0."""
    return float(2 * special.stdtr(df, -abs(t)))


def beta_quantile(p: float, a: float, b: float) -> float:
    """The point below which a Beta(a, b) variable falls with probability ``p``."""
    return float(special.betaincinv(a, b, p))


def binomial_pmf(k: ArrayLike, n: ArrayLike, p: ArrayLike) -> Floats:
    """The probability of exactly ``k`` successes in ``n``; 0 outside of 0..n. Broadcasts."""
    k, n, p = np.broadcast_arrays(*(np.asarray(x, dtype=np.float64) for x in (k, n, p)))
    inside = np.clip(k, 0, n)
    log = (
        special.gammaln(n + 1)
        - special.gammaln(inside + 1)
        - special.gammaln(n - inside + 1)
        + special.xlogy(inside, p)
        + special.xlog1py(n - inside, -p)
    )
    return np.where(k == inside, np.exp(log), 0.0)


def binomial_cdf(k: ArrayLike, n: ArrayLike, p: ArrayLike) -> Floats:
    """The probability of at most ``k`` successes in ``n``, for any ``k``. Broadcasts."""
    k, n, p = np.broadcast_arrays(*(np.asarray(x, dtype=np.float64) for x in (k, n, p)))
    inside = np.clip(k, 0, np.maximum(n - 1, 0))
    below = special.betaincc(inside + 1, np.maximum(n - inside, 1), p)
    return np.where(k < 0, 0.0, np.where(k >= n, 1.0, below))
