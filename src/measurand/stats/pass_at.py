"""How often all of k tries succeed, or any: from more tries an example than k."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from measurand.errors import InsufficientData, UsageError
from measurand.stats.arrays import Floats, check_finite
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.mean import mean_of
from measurand.stats.share import clustered_share

__all__ = ["pass_at_k", "pass_hat_k"]


def pass_hat_k(
    passes: ArrayLike,
    trials: ArrayLike,
    k: int,
    *,
    clusters: ArrayLike | None = None,
    level: float = LEVEL,
) -> Estimate:
    """The chance that k tries at one example all pass, averaged over examples: pass^k.

    Of an example of whose n tries c passed it is C(c, k) / C(n, k), which is unbiased. The
    interval is over examples, or over what they share, and not over tries.

    Args:
        passes: How many tries passed, by example, shape (n,).
        trials: How many there were. Examples with fewer than k do not count, and are told of.
        k: How many tries.
        clusters: What examples share, shape (n,).
        level: The confidence level.

    Raises:
        InsufficientData: No example, or only one, was tried so often.
        UsageError: The counts are no counts, or k is below 1.

    References:
        Yao, Shinn, Razavi and Narasimhan (2024), tau-bench, arXiv 2406.12045, section 3.
    """
    passed, tried = _counts(passes, trials, k)
    return _mean(_all_of(passed, tried, k), tried, k, clusters=clusters, level=level, name="pass^k")


def pass_at_k(
    passes: ArrayLike,
    trials: ArrayLike,
    k: int,
    *,
    clusters: ArrayLike | None = None,
    level: float = LEVEL,
) -> Estimate:
    """The chance that any of k tries at one example passes, averaged over examples: pass@k.

    Of an example of whose n tries c passed it is 1 - C(n - c, k) / C(n, k), which is unbiased.

    Args:
        passes: As for `pass_hat_k`.
        trials: As for `pass_hat_k`.
        k: How many tries.
        clusters: What examples share, shape (n,).
        level: The confidence level.

    Raises:
        InsufficientData: As for `pass_hat_k`.
        UsageError: As for `pass_hat_k`.

    References:
        Chen et al. (2021), Evaluating large language models trained on code, arXiv 2107.03374,
        equation 1.
    """
    passed, tried = _counts(passes, trials, k)
    values = 1 - _all_of(tried - passed, tried, k)
    return _mean(values, tried, k, clusters=clusters, level=level, name="pass@k")


def _counts(passes: ArrayLike, trials: ArrayLike, k: int) -> tuple[Floats, Floats]:
    passed, tried = check_finite(passes, 1), check_finite(trials, 1)
    if k < 1:
        raise UsageError(f"at least one try is needed; found {k}")
    whole = (np.mod(passed, 1) == 0).all() and (np.mod(tried, 1) == 0).all()
    if passed.shape != tried.shape or not whole:
        raise UsageError("passes and tries are whole numbers, one of each an example")
    if (passed < 0).any() or (passed > tried).any():
        raise UsageError("of an example, from none to all of its tries have passed")
    return passed, tried


def _all_of(passed: Floats, tried: Floats, k: int) -> Floats:
    """C(passed, k) / C(tried, k) as a product, in which nothing overflows."""
    steps = np.arange(k)
    top = np.maximum(passed[:, None] - steps, 0)
    ratios = top / np.maximum(tried[:, None] - steps, 1)
    return np.asarray(ratios.prod(axis=1))


def _mean(
    values: Floats,
    tried: Floats,
    k: int,
    *,
    clusters: ArrayLike | None,
    level: float,
    name: str,
) -> Estimate:
    enough = tried >= k
    kept = values[enough]
    shared = None if clusters is None else np.asarray(clusters)[enough]
    if kept.size < 2:  # noqa: PLR2004 - the fewest that can differ
        raise InsufficientData(
            f"{name} for k = {k} takes two examples with {k} tries or more; found {kept.size}"
        )
    if np.isin(kept, (0.0, 1.0)).all():
        codes = np.arange(kept.size) if shared is None else shared
        found = clustered_share(kept, codes, level=level)
    else:
        found = mean_of(kept, shared, bounds=(0.0, 1.0), level=level)
    if left := int(((tried > 0) & ~enough).sum()):
        note = f"not of the same examples as fewer tries: {left:,} have fewer than {k}"
        return replace(found, reason="; ".join(filter(None, (found.reason, note))))
    return found
