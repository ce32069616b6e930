"""Mitigations that change nothing about what a judge is asked: made of what it has said."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from measurand.core.probe import BASE, ProbeRow
from measurand.core.probes import PROBES, of_bias

__all__ = ["with_afterwards"]

_LENGTH, _PANEL = "length_term", "panel"
_PADDING = tuple(name for name in of_bias("verbosity") if PROBES[name].mean_invariant)
_LEAST_DOUBLING = 0.05

_Cell = tuple[str, str, str, str]
"""A judge, a dimension, an example and a system."""


def with_afterwards(rows: Sequence[ProbeRow], names: Iterable[str]) -> tuple[ProbeRow, ...]:
    """The rows, and once more what was said with each of these mitigations applied to it.

    Args:
        rows: What judges said.
        names: Mitigations; those that need no work afterwards add nothing.
    """
    plain = [row for row in rows if not row.mitigation]
    made = (_AFTER[name](plain) for name in names if name in _AFTER)
    return (*rows, *(row for some in made for row in some))


def _length_term(rows: Sequence[ProbeRow]) -> Iterator[ProbeRow]:
    """What an output gets for its words is taken away, as its other paddings measured it.

    Each padded output is corrected by what the judge gave the same output for a doubling of its
    words under the other padding probes, so that no score corrects itself, and the error of the
    correction is in the spread of what is left.
    """
    base = _means(row for row in rows if row.probe == BASE)
    words = {_cell(row): row.words for row in rows if row.probe == BASE and row.against is None}
    slopes: dict[_Cell, dict[str, float]] = defaultdict(dict)
    doublings: dict[tuple[_Cell, str], float] = {}
    for row in rows:
        cell = _cell(row)
        own, shown = words.get(cell), row.words
        if row.probe not in _PADDING or not own or not shown or cell not in base:
            continue
        doubled = math.log2(shown / own)
        if doubled > _LEAST_DOUBLING and isinstance(row.value, int | float):
            slopes[cell][row.probe] = (row.value - base[cell]) / doubled
            doublings[cell, row.probe] = doubled
    for row in rows:
        cell = _cell(row)
        if row.probe == BASE and row.against is None:
            yield replace(row, mitigation=_LENGTH)
        elif (cell, row.probe) in doublings and isinstance(row.value, int | float):
            others = [slope for name, slope in slopes[cell].items() if name != row.probe]
            if others:
                term = sum(others) / len(others) * doublings[cell, row.probe]
                yield replace(row, value=row.value - term, mitigation=_LENGTH)


def _panel(rows: Sequence[ProbeRow]) -> Iterator[ProbeRow]:
    """The mean of all judges in place of each, where all of them gave a level."""
    judges = {row.rater for row in rows}
    groups: dict[tuple[object, ...], list[ProbeRow]] = defaultdict(list)
    for row in rows:
        if row.against is None and row.session is None and isinstance(row.value, int | float):
            place = (row.dimension, row.example, row.system, row.probe, row.repeat)
            groups[place].append(row)
    for several in groups.values():
        if {row.rater for row in several} == judges and len(judges) > 1:
            mean = sum(float(row.value or 0.0) for row in several) / len(several)
            yield from (replace(row, value=mean, mitigation=_PANEL) for row in several)


_AFTER: Mapping[str, Callable[[Sequence[ProbeRow]], Iterator[ProbeRow]]] = MappingProxyType(
    {_LENGTH: _length_term, _PANEL: _panel}
)


def _cell(row: ProbeRow) -> _Cell:
    return row.rater, row.dimension, row.example, row.system


def _means(rows: Iterable[ProbeRow]) -> dict[_Cell, float]:
    found: dict[_Cell, list[float]] = defaultdict(list)
    for row in rows:
        if row.against is None and row.session is None and isinstance(row.value, int | float):
            found[_cell(row)].append(float(row.value))
    return {cell: sum(values) / len(values) for cell, values in found.items()}
