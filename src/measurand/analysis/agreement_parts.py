"""All ratings of a dimension, and those of each system, component or segment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain
from typing import Literal

from measurand.analysis.groups import components_of, segments_of
from measurand.analysis.result import Result
from measurand.core.example import Example
from measurand.core.rating import Ratings

__all__ = ["Breakdown", "parts", "placed"]

Breakdown = Literal["system", "component", "segment"]


def parts(
    rows: Ratings, by: tuple[Breakdown, ...], known: Mapping[str, Example]
) -> Iterator[tuple[Breakdown | None, str, Ratings]]:
    """All ratings, and those of each system, component or segment."""
    yield None, "", rows
    for name in by:
        if name == "system":
            for system in rows.distinct("system"):
                yield name, str(system), rows.where(system=system)
            continue
        examples = tuple(str(cell) for cell in rows.distinct("example"))
        tags = _tags(rows, name, examples=examples, known=known)
        for cell in dict.fromkeys(chain.from_iterable(tags)):
            inside = frozenset(e for e, its in zip(examples, tags, strict=True) if cell in its)
            yield name, cell, rows.where(example=inside)


def placed(result: Result, dimension: str, *, name: Breakdown | None, cell: str) -> Result:
    """The result as one of this dimension, within this part."""
    whole = replace(result, dimension=dimension)
    if name == "system":
        return replace(whole, systems=(cell,))
    if name == "component":
        return replace(whole, component=cell)
    return replace(whole, segment=cell) if name == "segment" else whole


def _tags(
    rows: Ratings, name: Breakdown, *, examples: tuple[str, ...], known: Mapping[str, Example]
) -> tuple[tuple[str, ...], ...]:
    """The segments of each example, which may be several, or its component."""
    if name == "segment":
        return segments_of(rows, examples, known)
    return tuple((cell,) if cell else () for cell in components_of(rows, examples, known))
