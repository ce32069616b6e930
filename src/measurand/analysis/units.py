"""The outputs most worth looking at, with everyone's ratings side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from measurand.analysis.matrix import codes_of
from measurand.analysis.result import Rated, Unit
from measurand.core.rating import Rating, Ratings
from measurand.core.scale import Scale

__all__ = ["Key", "side_by_side"]

Key = tuple[str, str, str, str | None]
"""An example, a system, a dimension, and the other system where a pair was compared."""


def side_by_side(
    ratings: Ratings, scales: Mapping[str, Scale], keys: Sequence[Key]
) -> tuple[Unit, ...]:
    """Collect every rating of these outputs on these dimensions, in the order asked for."""
    found: dict[Key, list[Rating]] = defaultdict(list)
    for row in _rows(ratings, keys):
        found[row.example, row.system, row.dimension, row.against].append(row)
    return tuple(_unit(key, found[key], scales[key[2]]) for key in keys if key in found)


def _rows(ratings: Ratings, keys: Sequence[Key]) -> Ratings:
    wanted = np.ones(len(ratings), dtype=bool)
    for place, name in enumerate(("example", "system", "dimension", "against")):
        cells = {key[place] for key in keys}
        levels = np.asarray([level in cells for level in ratings[name].levels], dtype=bool)
        wanted &= levels[codes_of(ratings[name])] if len(ratings) else False
    return ratings.filtered(wanted.astype(np.uint8).tobytes())


def _unit(key: Key, rows: Sequence[Rating], scale: Scale) -> Unit:
    people = [
        u for row in rows if row.kind == "people" and (u := _unit_share(row, scale)) is not None
    ]
    machines = (row for row in rows if row.kind in {"judge", "check"})
    shares = people or [u for row in machines if (u := _unit_share(row, scale)) is not None]
    return Unit(
        example=key[0],
        system=key[1],
        dimension=key[2],
        ratings=tuple(Rated(row.rater, row.kind, row.value, row.reason) for row in rows),
        score=sum(shares) / len(shares) if shares else None,
        spread=max(people) - min(people) if len(people) > 1 else None,
    )


def _unit_share(row: Rating, scale: Scale) -> float | None:
    return None if row.value is None else scale.unit(row.value)
