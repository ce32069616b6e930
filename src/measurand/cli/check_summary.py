"""What the checks found, in a few lines: a mean by system, and why values are missing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from measurand.core.rating import Rating, Ratings
    from measurand.core.scale import Scale

__all__ = ["means", "reasons"]

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_TRACE = "; Traceback "
_LONGEST = 160


def means(ratings: Ratings, scales: Mapping[str, Scale]) -> Iterator[str]:
    """One line a check: the mean of each system on the scale, and how many have no value."""
    rows: dict[tuple[str, str], dict[str, list[Rating]]] = {}
    for row in ratings:
        systems = rows.setdefault((row.dimension, row.rater), {})
        systems.setdefault(row.system, []).append(row)
    for (dimension, rater), systems in rows.items():
        told = ", ".join(f"{system} {_mean(given)}" for system, given in systems.items())
        empty = sum(row.value is None for given in systems.values() for row in given)
        without = f"; {empty:,} without a value" if empty else ""
        yield f"{dimension} ({scales[dimension]}) by {rater}: {told}{without}"


def reasons(ratings: Ratings) -> Iterator[str]:
    """Why values are missing, the most frequent first; what differs in numbers alone is one."""
    groups: dict[tuple[str, str], Counter[str]] = {}
    for row in ratings:
        if row.value is None:
            reason = (row.reason or "").partition(_TRACE)[0].partition("\n")[0]
            group = groups.setdefault((row.rater, _NUMBER.sub("#", reason)), Counter())
            group[reason] += 1
    for (rater, _), group in sorted(groups.items(), key=lambda one: -one[1].total()):
        ((common, _),) = group.most_common(1)
        more = f" (and {len(group) - 1:,} with other numbers)" if len(group) > 1 else ""
        yield f"{group.total():,} without a value: {rater}: {_short(common)}{more}"


def _mean(rows: list[Rating]) -> str:
    values = [row.value for row in rows if isinstance(row.value, float)]
    return f"{sum(values) / len(values):.2f}" if values else "none"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
