"""What the Bradley-Terry model expects of meetings, and the slope and bend of its likelihood."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from measurand.errors import InsufficientData
from measurand.stats.arrays import Floats
from measurand.stats.pair_results import PairResults

__all__ = [
    "Expected",
    "Ties",
    "expect",
    "information_of",
    "inverse",
    "points_at",
    "score",
    "tie_slope",
]

Ties = Literal["half", "davidson"]
"""Whether a tie is half a win and half a loss, or an outcome of its own."""


class Expected(NamedTuple):
    """What a model expects of every meeting.

    Args:
        points: The expected points of the first.
        spread: Their variance.
        tie: The chance of a tie; 0 where ties are no outcome of their own.
        tie_spread: Its variance.
        shared: The covariance of points and tie.
        likelihood: The log-likelihood of all that was seen.
    """

    points: Floats
    spread: Floats
    tie: Floats
    tie_spread: Floats
    shared: Floats
    likelihood: float


def expect(results: PairResults, parameters: Floats, ties: Ties) -> Expected:
    """What the model with these parameters expects of every meeting."""
    size, count = len(results.names), len(results.labels)
    gaps = parameters[results.first] - parameters[results.second]
    gaps = gaps + results.features @ parameters[size : size + count]
    tie = float(parameters[-1]) if ties == "davidson" else -np.inf
    points, spread = points_at(gaps, tie)
    whole = np.logaddexp(np.logaddexp(gaps / 2, -gaps / 2), tie)
    likelihood = (results.points - 0.5) * gaps - whole
    if ties == "half":
        none = np.zeros_like(points)
        return Expected(points, spread, none, none, none, float(likelihood.sum()))
    chance = np.exp(tie - whole)
    return Expected(
        points=points,
        spread=spread,
        tie=chance,
        tie_spread=chance * (1 - chance),
        shared=chance * (0.5 - points),
        likelihood=float((likelihood + results.ties * tie).sum()),
    )


def points_at(gaps: Floats, tie: float) -> tuple[Floats, Floats]:
    """Expected points of the first, and their variance, which is also how they rise with gaps."""
    whole = np.logaddexp(np.logaddexp(gaps / 2, -gaps / 2), tie)
    win, chance = np.exp(gaps / 2 - whole), np.exp(tie - whole)
    points = win + chance / 2
    return points, win + chance / 4 - points**2


def tie_slope(gaps: Floats, tie: float) -> Floats:
    """How the expected points of the first rise with the log of the tie parameter."""
    whole = np.logaddexp(np.logaddexp(gaps / 2, -gaps / 2), tie)
    points, _ = points_at(gaps, tie)
    return np.asarray(np.exp(tie - whole) * (0.5 - points), dtype=np.float64)


def score(results: PairResults, now: Expected, ties: Ties) -> Floats:
    """The slope of the log-likelihood."""
    residuals = results.points - now.points
    parts = [_by_system(results, residuals), results.features.T @ residuals]
    if ties == "davidson":
        parts.append(np.array([float((results.ties - now.tie).sum())]))
    return np.concatenate(parts)


def information_of(results: PairResults, now: Expected, ties: Ties) -> Floats:
    """Minus the curvature of the log-likelihood, from sums: no table of (meetings, systems)."""
    size = len(results.names)
    cells = np.bincount(results.first * size + results.second, now.spread, size * size)
    met = cells.reshape(size, size)
    met = met + met.T
    systems = np.diag(met.sum(axis=1)) - met
    features = list(results.features.T)
    columns = [now.spread * feature for feature in features]
    across = [_by_system(results, column) for column in columns]
    own = results.features.T @ np.column_stack(columns) if columns else np.zeros((0, 0))
    if ties == "davidson":
        across.append(_by_system(results, now.shared))
        side = (results.features.T @ now.shared)[:, None]
        own = np.block([[own, side], [side.T, np.array([[now.tie_spread.sum()]])]])
    if not across:
        return np.asarray(systems, dtype=np.float64)
    edge = np.column_stack(across)
    return np.block([[systems, edge], [edge.T, own]])


def _by_system(results: PairResults, values: Floats) -> Floats:
    size = len(results.names)
    gained = np.bincount(results.first, values, size)
    return np.asarray(gained - np.bincount(results.second, values, size), dtype=np.float64)


def inverse(information: Floats, size: int) -> Floats:
    """The inverse among strengths whose mean is 0.

    Raises:
        InsufficientData: It has none.
    """
    level = float(np.trace(information[:size, :size])) / size
    ones = np.zeros(len(information))
    ones[:size] = 1 / np.sqrt(size)
    flat = np.outer(ones, ones)
    try:
        return np.asarray(np.linalg.inv(information + level * flat) - flat / level)
    except np.linalg.LinAlgError:
        raise InsufficientData("wins and losses are separated: no finite strengths fit") from None
