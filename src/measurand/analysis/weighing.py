"""What each dimension counts in the overall score of each example, and by whose word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from measurand.analysis.matrix import Floats
from measurand.core.example import Example
from measurand.core.rubric import Dimension, Rubric

if TYPE_CHECKING:
    from measurand.analysis.score import Scores

__all__ = ["OWN", "Weighing", "weighed_otherwise", "weighing_limits", "weighing_of"]

OWN = ""
"""By whom an example is weighed that has weights of its own."""

_PERCENT = 100.0
_NAMED = 6


@dataclass(frozen=True, slots=True)
class Weighing:
    """Weights by example.

    Args:
        weights: Shape (examples, dimensions), summing to 1; 0 on scales without bounds.
        by: Of each example the segment whose weights it has, `OWN` where it has some of its own,
            None where the rubric's hold.
    """

    weights: Floats
    by: tuple[str | None, ...]


def weighing_of(
    rubric: Rubric,
    dimensions: Sequence[Dimension],
    names: Sequence[str],
    *,
    known: Mapping[str, Example],
    segments: Sequence[Sequence[str]],
) -> Weighing:
    """The weights of every example: its own, then its segment's, then the rubric's.

    Of several segments the first counts that has weights. What is not weighed keeps the weight
    that it would have else; then all are made to sum to 1 over the dimensions that are scored.

    Args:
        rubric: The weights, and those by segment.
        dimensions: The dimensions that are scored; those without bounds count nothing.
        names: The examples.
        known: What is known of them.
        segments: The segments of each.
    """
    bounded = frozenset(d.name for d in dimensions if d.scale.bounded)
    stated = {d.name: d.weight for d in dimensions if d.name in bounded}
    # Where no dimension has a weight all count alike, and an override is a share of 100.
    usual = stated if sum(stated.values()) > 0 else _alike(bounded)
    rows: dict[tuple[str | None, tuple[tuple[str, float], ...]], Floats] = {}
    table = np.zeros((len(names), len(dimensions)))
    by: list[str | None] = []
    for row, name in enumerate(names):
        example = known.get(name)
        own = {} if example is None else _of(example.weights, bounded)
        segment = next((one for one in segments[row] if one in rubric.by_segment), None)
        key = segment, tuple(sorted(own.items()))
        if key not in rows:
            told = {} if segment is None else _of(rubric.by_segment[segment], bounded)
            merged = {**usual, **told, **own}
            rows[key] = np.asarray([merged.get(d.name, 0.0) for d in dimensions], dtype=np.float64)
        table[row] = rows[key]
        by.append(OWN if own else segment)
    sums = table.sum(axis=1, keepdims=True)
    return Weighing(np.divide(table, sums, out=np.zeros_like(table), where=sums > 0), tuple(by))


def _alike(bounded: frozenset[str]) -> dict[str, float]:
    return dict.fromkeys(bounded, _PERCENT / len(bounded)) if bounded else {}


def _of(weights: Mapping[str, float], bounded: frozenset[str]) -> dict[str, float]:
    return {name: weight for name, weight in weights.items() if name in bounded}


def weighing_limits(scores: Scores, rubric: Rubric) -> Iterator[str]:
    """How many examples are weighed otherwise than the rubric says, and what weighs none.

    Args:
        scores: The examples that the headline is of.
        rubric: The weights, and those by segment.
    """
    yield from weighed_otherwise(scores, rubric)
    lost = [name for name in rubric.by_segment if name not in scores.weighed_by]
    if lost:
        more = f" and {len(lost) - _NAMED} more" if len(lost) > _NAMED else ""
        yield (
            f"The plan has weights for {', '.join(lost[:_NAMED])}{more}, and no example of the "
            "headline is weighed by them."
        )


def weighed_otherwise(scores: Scores, rubric: Rubric) -> Iterator[str]:
    """How many examples are weighed otherwise than the rubric says, and by whose word."""
    counts = Counter(scores.weighed_by)
    parts = [
        f"{counts[name]:,} by those of the segment {name} ({_told(weights, rubric)})"
        for name, weights in rubric.by_segment.items()
        if counts[name]
    ]
    if counts[OWN]:
        parts.append(f"{counts[OWN]:,} by weights of their own")
    if parts:
        others = counts[None]
        rest = f"; the other {others:,} by the rubric's" if others else ""
        yield (
            f"Of the {len(scores.examples):,} examples of the overall score "
            f"{', '.join(parts)} are weighed{rest}. What blocks is the same for all."
        )


def _told(weights: Mapping[str, float], rubric: Rubric) -> str:
    return ", ".join(f"{d.name} {weights[d.name]:g} %" for d in rubric if d.name in weights)
