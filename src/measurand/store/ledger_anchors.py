"""What judges said of a system's own outputs, run by run, as the ledger's batches tell it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from measurand.store.ledger_part import LedgerPart

__all__ = ["JudgedThen", "judged_then"]

_ROUNDS = """SELECT rater, "repeat", max(batch) FROM (
    SELECT t.text AS rater, p."repeat", p.batch FROM probe AS p
    JOIN text AS t ON t.id = p.rater JOIN text AS n ON n.id = p.probe WHERE n.text = ?)
    GROUP BY rater, "repeat" ORDER BY max(batch)"""
_SAID = """SELECT batch, rater, example, system, dimension, value FROM ratings_history
    WHERE kind = 'judge' AND against IS NULL AND value IS NOT NULL
    AND version IN (SELECT value FROM json_each(?))"""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedThen:
    """A number that a judge gave an output of the system, and the run of anchors it was before."""

    round: int
    judge: str
    example: str
    system: str
    dimension: str
    value: float


def judged_then(part: LedgerPart, probe: str, versions: Iterable[str]) -> Iterator[JudgedThen]:
    """Every number that was ever given under these versions, by the run in which it was.

    A run judges anchors last, so what came after the anchors of one run and before those of the
    next belongs to the next; what came after the last is not told.

    Args:
        part: Any part of an open ledger.
        probe: The name under which anchors are kept.
        versions: Of the ratings.

    Raises:
        LedgerError: The ledger cannot be read.
    """
    with part.reading():
        ends: list[Any] = part.connection.execute(_ROUNDS, (probe,)).fetchall()
        rows: list[Any] = part.connection.execute(_SAID, (json.dumps(sorted(versions)),)).fetchall()
    by_judge: dict[str, list[tuple[int, int]]] = {}
    for judge, number, batch in ends:
        by_judge.setdefault(judge, []).append((batch, number))
    for batch, judge, example, system, dimension, value in rows:
        later = (number for end, number in by_judge.get(judge, ()) if batch <= end)
        number = next(later, None)
        if number is not None and isinstance(value, int | float):
            yield JudgedThen(
                round=number,
                judge=judge,
                example=example,
                system=system,
                dimension=dimension,
                value=float(value),
            )
