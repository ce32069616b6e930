"""Raters whose noise, severity and accuracy are known, and what follows from them exactly.

A graded rating is ``round(latent - severity + noise * z)``, held within the scale; ``latent`` is
the output's quality, placed on the scale, and ``z`` is standard normal. A yes/no rating is the
truth, or with a fixed probability its opposite. Rounding and the ends of the scale bias ratings,
so the truth that an analysis should recover is not the latent quality but what ratings of it
average to; `planted_agreement` and `expected` compute that without sampling.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from measurand.core.scale import Scale

__all__ = ["Planted", "expected", "planted_agreement", "rate", "vote"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """What a panel of raters agrees on and measures, by construction.

    Args:
        mean: The expected rating, on the unit interval.
        icc1: The one-way, single-rater intraclass correlation.
        agreement: The probability that two different raters say the same.
    """

    mean: float
    icc1: float
    agreement: float


def rate(
    latent: ArrayLike,
    *,
    raters: int,
    noise: float,
    severity: float | Sequence[float],
    scale: Scale,
    rng: np.random.Generator,
) -> Floats:
    """Ratings of outputs whose quality is known.

    Args:
        latent: Quality on the unit interval, ``(units,)``.
        raters: The number of raters.
        noise: Standard deviation of a rater's error, in points of the scale.
        severity: Points by which each rater is too strict: one number, or one a rater.
        scale: A bounded graded scale with whole-numbered steps.
        rng: Where the errors come from.

    Returns:
        Whole-numbered ratings, ``(units, raters)``.

    Raises:
        ValueError: The scale has no bounds, or severity fits another number of raters.
    """
    low, high = _bounds(scale)
    units = np.asarray(latent, dtype=np.float64)
    strict = np.broadcast_to(np.asarray(severity, dtype=np.float64), (raters,))
    seen = low + (high - low) * units[:, None] - strict
    seen = seen + noise * rng.standard_normal((len(units), raters))
    return np.clip(np.rint(seen), low, high)


def vote(truth: ArrayLike, *, raters: int, accuracy: float, rng: np.random.Generator) -> Floats:
    """Yes/no ratings of outputs whose truth is known.

    Args:
        truth: 1 for yes, 0 for no, ``(units,)``.
        raters: The number of raters.
        accuracy: The probability that a rating is right.
        rng: Where the errors come from.

    Returns:
        Ratings of 1 and 0, ``(units, raters)``.
    """
    units = np.asarray(truth, dtype=np.float64)
    wrong = rng.random((len(units), raters)) >= accuracy
    return np.where(wrong, 1 - units[:, None], units[:, None])


def planted_agreement(
    latent: ArrayLike,
    *,
    noise: float,
    severity: Sequence[float],
    scale: Scale,
    weights: ArrayLike | None = None,
) -> Planted:
    """What a panel that rates as `rate` does agrees on, computed and not sampled.

    The intraclass correlation is that of Shrout and Fleiss (1979), case 1, with its mean squares
    replaced by their expectations over the given population of units.

    Args:
        latent: Quality on the unit interval of every kind of unit, ``(units,)``.
        noise: As in `rate`; above 0.
        severity: As in `rate`, one number a rater; at least two.
        scale: As in `rate`.
        weights: How common each kind of unit is; by default all alike.

    Raises:
        ValueError: There are fewer than two raters, or the scale has no bounds.
    """
    raters = len(severity)
    if raters < 2:  # noqa: PLR2004 - agreement is between two
        raise ValueError(f"agreement needs at least two raters; found {raters}")
    share = _shares(latent, weights)
    low, high = _bounds(scale)
    table = _probabilities(latent, noise=noise, severity=severity, scale=scale)
    means, variances = _moments(table, low)
    centre = means.mean(axis=1)
    overall = float(share @ centre)
    noise_within = share @ variances.mean(axis=1)
    within = float(noise_within + share @ means.var(axis=1, ddof=1))
    between = float(raters * (share @ (centre - overall) ** 2) + noise_within)
    same = np.einsum("uak,ubk->uab", table, table)
    pairs = ~np.eye(raters, dtype=np.bool_)
    return Planted(
        mean=(overall - low) / (high - low),
        icc1=(between - within) / (between + (raters - 1) * within),
        agreement=float(share @ same[:, pairs].mean(axis=1)),
    )


def expected(
    latent: ArrayLike, *, noise: float, severity: Sequence[float], scale: Scale
) -> tuple[Floats, Floats]:
    """Mean and variance of the average of a panel's ratings, given each unit's quality.

    Args:
        latent: Quality on the unit interval, ``(units,)``.
        noise: As in `rate`; above 0.
        severity: As in `rate`, one number a rater.
        scale: As in `rate`.

    Returns:
        Mean and variance of the panel's average on the unit interval, each ``(units,)``.
    """
    low, high = _bounds(scale)
    table = _probabilities(latent, noise=noise, severity=severity, scale=scale)
    means, variances = _moments(table, low)
    average = (means.mean(axis=1) - low) / (high - low)
    return average, variances.mean(axis=1) / len(severity) / (high - low) ** 2


def _probabilities(
    latent: ArrayLike, *, noise: float, severity: Sequence[float], scale: Scale
) -> Floats:
    """The probability of every level, ``(units, raters, levels)``."""
    low, high = _bounds(scale)
    units = np.asarray(latent, dtype=np.float64)
    seen = low + (high - low) * units[:, None] - np.asarray(severity, dtype=np.float64)
    edges = np.arange(low + 0.5, high)
    below = ndtr((edges - seen[:, :, None]) / noise)
    return np.diff(below, axis=2, prepend=0.0, append=1.0)


def _moments(table: Floats, low: float) -> tuple[Floats, Floats]:
    levels = low + np.arange(table.shape[2])
    means = table @ levels
    return means, table @ levels**2 - means**2


def _shares(latent: ArrayLike, weights: ArrayLike | None) -> Floats:
    given = np.ones(np.shape(latent)) if weights is None else np.asarray(weights, dtype=np.float64)
    return np.asarray(given / given.sum(), dtype=np.float64)


def _bounds(scale: Scale) -> tuple[float, float]:
    if scale.low is None or scale.high is None:
        raise ValueError(f"simulated raters need a scale with bounds; found {scale}")
    return scale.low, scale.high
