"""The means of a comparison by pool of the evaluation set, and by segment."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from measurand.analysis.composition import pool_of
from measurand.analysis.result import Result
from measurand.report.corrected_section import by_judge
from measurand.report.document import Block, Fold, Section
from measurand.report.shelf import OVERALL, Shelf, distinct, is_naive, is_whole, matrix
from measurand.report.words import label

__all__ = ["parts_sections"]

_POOLS = (
    "Only core samples production. The others were chosen for what is in them, so each is told by "
    "itself, and no mean of all of them says anything of production."
)


def parts_sections(shelf: Shelf) -> list[Section]:
    """The overall score, and each dimension, within components and within segments."""
    return [*_pools(shelf), *_part(shelf, "Segments", lambda result: result.segment)]


def _pools(shelf: Shelf) -> list[Section]:
    found = _part(shelf, "Components", _pool, summary=_POOLS)
    blocks = list(found[0].blocks) if found else []
    everything = shelf.take("mean_of_all", "difference_of_all", where=is_whole)
    tables = tuple(
        matrix(
            label(name),
            [result for result in everything if result.name == name],
            rows=by_judge,
            columns=lambda result: result.dimension,
            corner="System" if name == "mean_of_all" else "Systems",
            mark=None if name == "mean_of_all" else 0.0,
        )
        for name in distinct(result.name for result in everything)
    )
    if tables:
        blocks.append(Fold("All pools in one: this evaluation set, not production", tables))
    return [Section("Components", tuple(blocks), _POOLS)] if blocks else []


def _pool(result: Result) -> str | None:
    return None if result.component is None else pool_of(result.component)


def _part(
    shelf: Shelf, title: str, part: Callable[[Result], str | None], *, summary: str = ""
) -> list[Section]:
    results = shelf.take("mean", "difference", where=partial(_has, part))
    tables = [
        matrix(
            f"{label(name)}, {dimension}, by {title.lower()}",
            [r for r in results if r.name == name and (r.dimension or OVERALL) == dimension],
            rows=by_judge,
            columns=part,
            corner="System" if name == "mean" else "Systems",
            mark=0.0 if name == "difference" else None,
        )
        for name in distinct(r.name for r in results)
        for dimension in distinct((r.dimension or OVERALL) for r in results if r.name == name)
    ]
    if not tables:
        return []
    blocks: list[Block] = [tables[0]]
    if len(tables) > 1:
        blocks.append(Fold("The same by dimension", tuple(tables[1:])))
    return [Section(title, tuple(blocks), summary)]


def _has(part: Callable[[Result], str | None], result: Result) -> bool:
    """Whether this part, and no other, is what the result is within."""
    named = [p for p in (result.component, result.segment) if p is not None]
    own = part(result)
    return own is not None and len(named) == 1 and not (result.raters or is_naive(result))
