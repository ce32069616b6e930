"""Few ratings as rows of the ledger: one by one, without the columns that many are told in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from measurand.core.rating import Rating
from measurand.store.ledger_sql import Rows

__all__ = ["FIELDS", "KEY", "rating_rows", "texts_of"]

KEY = ("example", "system", "dimension", "rater", "repeat", "against", "order")
"""What makes two ratings the same rating; none is 0."""
FIELDS = (
    *KEY,
    *("kind", "number", "label", "reason", "probability"),
    *("cluster", "component", "segment", "seconds", "cost", "failure"),
)
"""The columns of the table ``rating`` that come from a rating."""


def texts_of(rating: Rating) -> Iterator[str]:
    """Every text of a rating that the ledger knows by a number."""
    value = rating.value if isinstance(rating.value, str) else None
    for text in (
        *(rating.example, rating.system, rating.dimension, rating.rater, rating.against),
        *(rating.order, rating.kind, value, rating.reason, rating.cluster, rating.component),
        *(rating.segment, rating.failure),
    ):
        if text is not None:
            yield text


def rating_rows(ratings: Sequence[Rating], ids: Mapping[str, int]) -> Rows:
    """The ratings as rows of the table; of equal keys the last.

    Args:
        ratings: The ratings.
        ids: The numbers of their texts.
    """
    cells = {row[: len(KEY)]: row for row in (_row(rating, ids) for rating in ratings)}
    return Rows("rating", KEY, FIELDS, count=len(cells), cells=cells.values)


def _row(rating: Rating, ids: Mapping[str, int]) -> tuple[Any, ...]:
    def number(text: str | None) -> int | None:
        return None if text is None else ids[text]

    value = rating.value
    return (
        *(ids[rating.example], ids[rating.system], ids[rating.dimension], ids[rating.rater]),
        *(rating.repeat, number(rating.against) or 0, number(rating.order) or 0),
        ids[rating.kind],
        *((None, ids[value]) if isinstance(value, str) else (value, None)),
        *(number(rating.reason), rating.probability, number(rating.cluster)),
        *(number(rating.component), number(rating.segment), rating.seconds, rating.cost),
        number(rating.failure),
    )
