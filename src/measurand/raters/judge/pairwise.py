"""Pairs: both orders and all repeats averaged first, then decided; a tie is a tie.

A judge that prefers what it sees first says *win* in one order and *loss* in the other: averaged,
that is a half, and nobody wins by where it stood. One order alone decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from measurand.core.rating import Rating
from measurand.raters.judge.words import TIE

__all__ = ["Preference", "preference", "preferences"]

_SHARE: Mapping[str, float] = {"win": 1.0, TIE: 0.5, "loss": 0.0}
_ORDERS = ("ab", "ba")
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Preference:
    """What a judge prefers of a pair, told of the pair's first system.

    Args:
        probability: That it wins, a tie counting half; the mean of both orders' means; None where
            an order has no usable judgment.
        value: ``win``, ``tie`` or ``loss``; None likewise.
        by_order: The mean in each order; their difference is what the position does.
        judgments: How many judgments had a value.
        failed: How many had none.
        reason: Why there is no value.
    """

    probability: float | None
    value: str | None
    by_order: Mapping[str, float]
    judgments: int
    failed: int
    reason: str = ""


def preference(
    judgments: Iterable[tuple[str | None, str | None]], *, margin: float = 0.0
) -> Preference:
    """Average the judgments of one pair over repeats and orders, then decide.

    Args:
        judgments: Order and value of each; a value of None is a failure.
        margin: How far from a half the probability must lie for a win or a loss.

    Raises:
        ValueError: An order or a value is none, or the margin is not from 0 to below a half.
    """
    if not 0 <= margin < _SHARE[TIE]:
        raise ValueError(f"margin is 0 or more and below 0.5; found {margin}")
    shares: dict[str, list[float]] = {order: [] for order in _ORDERS}
    failed = 0
    for order, value in judgments:
        if order not in shares:
            raise ValueError(f"the order of a pair is ab or ba; found {order!r}")
        if value is None:
            failed += 1
        elif value in _SHARE:
            shares[order].append(_SHARE[value])
        else:
            raise ValueError(f"a preference is win, tie or loss; found {value!r}")
    means = {order: sum(found) / len(found) for order, found in shares.items() if found}
    missing = [order for order in _ORDERS if order not in means]
    probability = None if missing else sum(means.values()) / len(means)
    return Preference(
        probability=probability,
        value=None if probability is None else _decided(probability, margin),
        by_order=means,
        judgments=sum(map(len, shares.values())),
        failed=failed,
        reason=f"no usable judgment in the order {' and '.join(missing)}" if missing else "",
    )


def preferences(
    ratings: Iterable[Rating], *, margin: float = 0.0
) -> Mapping[tuple[str, str, str, str, str], Preference]:
    """The preferences of judges in a table of ratings; other rows are left out.

    Returns:
        By example, system, the system it is held against, dimension and rater.

    Raises:
        ValueError: A pair was rated on another scale than win, tie and loss.
    """
    found: dict[tuple[str, str, str, str, str], list[tuple[str | None, str | None]]] = {}
    for row in ratings:
        if row.kind == "judge" and row.against is not None:
            pair = (row.example, row.system, row.against, row.dimension, row.rater)
            value = None if row.value is None else str(row.value)
            found.setdefault(pair, []).append((row.order, value))
    return {pair: preference(said, margin=margin) for pair, said in found.items()}


def _decided(probability: float, margin: float) -> str:
    edge = probability - _SHARE[TIE]
    if abs(edge) <= margin + _ROUNDING:
        return TIE
    return "win" if edge > 0 else "loss"
