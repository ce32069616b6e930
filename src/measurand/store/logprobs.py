"""Log-probabilities that a model gave, one row a number or a text.

Rows of the order test have ``shard``, ``order`` (``canonical``, or the number of a shuffled order)
and ``logprob``. Rows of min-k% have ``example``, ``member`` (whether the text is of the set) and
``logprobs``, those of its tokens. Either may name its ``system``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from measurand.errors import DataError, Fault
from measurand.store.lines import read_rows, shown

__all__ = ["CANONICAL", "Given", "read_logprobs"]

CANONICAL = "canonical"
"""The order in which a set was published."""
_SYSTEM = "the model"


class Given(NamedTuple):
    """What is known of one system."""

    orders: dict[str, dict[str, float]]
    """By shard and order."""
    tokens: dict[str, tuple[bool, list[float]]]
    """By text: whether it is of the set, and the log-probability of each token."""


def read_logprobs(path: Path | str) -> dict[str, Given]:
    """Read log-probabilities, by system.

    Raises:
        DataError: A row is wrong, is there twice, or a shard lacks an order that others have; every
            fault is listed.
    """
    faults: list[Fault] = []
    found: dict[str, Given] = {}
    file = str(path)
    for line, cells in read_rows(path, faults):
        name = cells.get("system", _SYSTEM)
        own = found.setdefault(str(name), Given({}, {}))
        fault = _order(cells, own) if "shard" in cells else _text(cells, own)
        if fault is not None:
            faults.append(Fault(fault, file, line, found=shown(cells)))
    faults += (fault for name, own in found.items() for fault in _uneven(file, name, own))
    if faults:
        raise DataError(faults)
    return found


def _order(cells: Mapping[str, Any], own: Given) -> str | None:
    """Take in a row of the order test; what is wrong with it, or None."""
    shard, order, value = cells.get("shard"), cells.get("order"), _number(cells.get("logprob"))
    if (
        not isinstance(order, str | int)
        or isinstance(order, bool)
        or not isinstance(shard, str | int)
    ):
        return "shard and order are names or numbers; the published order is called canonical"
    if value is None:
        return "logprob is a finite number of at most 0"
    orders = own.orders.setdefault(str(shard), {})
    if str(order) in orders:
        return "this order of this shard is there twice"
    orders[str(order)] = value
    return None


def _text(cells: Mapping[str, Any], own: Given) -> str | None:
    """Take in a row of min-k%; what is wrong with it, or None."""
    name, member, listed = (cells.get(key) for key in ("example", "member", "logprobs"))
    if not isinstance(name, str) or not isinstance(member, bool) or not isinstance(listed, list):
        return (
            "a row has shard, order and logprob, or example, member (true or false) and logprobs "
            "(a list)"
        )
    values = [value for one in listed if (value := _number(one)) is not None]
    if len(values) < len(listed):
        return "logprobs are finite numbers of at most 0"
    if name in own.tokens:
        return "this example is there twice"
    own.tokens[name] = (member, values)
    return None


def _number(cell: object) -> float | None:
    if isinstance(cell, bool) or not isinstance(cell, int | float | str):
        return None
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if math.isfinite(value) and value <= 0 else None


def _uneven(file: str, system: str, own: Given) -> Iterator[Fault]:
    """Shards that lack an order."""
    every = {order for orders in own.orders.values() for order in orders}
    if own.orders and CANONICAL not in every:
        yield Fault(f"no row of {system} is of the order {CANONICAL}", file, key="order")
    for shard, orders in own.orders.items():
        if missing := sorted(every - set(orders)):
            listed = ", ".join(missing[:3])
            told = f"shard {shard} of {system} lacks {len(missing):,} orders that others have"
            yield Fault(told, file, key="order", found=listed)
