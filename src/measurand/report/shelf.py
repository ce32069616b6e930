"""The results of a page, each shown exactly once: what no table asked for is shown at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from measurand.analysis.result import NAIVE, Result, told
from measurand.report.document import Cell, Column, Section, Table
from measurand.report.words import basis, cell, explained, label, methods, pair

__all__ = [
    "OVERALL",
    "Shelf",
    "by_name",
    "distinct",
    "is_naive",
    "is_whole",
    "matrix",
    "shared_span",
]

OVERALL = "overall"
"""The dimension of the weighted score."""


class Shelf:
    """Results that wait to be shown; whoever takes some off must show them."""

    def __init__(self, results: Iterable[Result]) -> None:
        self._waiting = list(results)

    def take(self, *names: str, where: Callable[[Result], bool] = lambda _: True) -> list[Result]:
        """Take off the results of these names, in order."""
        taken = [r for r in self._waiting if r.name in names and where(r)]
        chosen = {id(result) for result in taken}
        self._waiting = [result for result in self._waiting if id(result) not in chosen]
        return taken

    def rest(self) -> list[Section]:
        """A table of whatever is left, so that no number is lost."""
        left, self._waiting = self._waiting, []
        if not left:
            return []
        names = (
            *("Result", "System", "Dimension", "Raters", "Levels", "Component", "Segment"),
            *("Design", "Mitigation"),
        )
        columns = [*map(Column, names), Column("Estimate", right=True)]
        rows: list[tuple[Cell, ...]] = [
            (
                label(result.name),
                pair(result.systems),
                result.dimension,
                ", ".join(result.raters),
                " and ".join(map(told, result.levels)),
                result.component,
                result.segment,
                result.design,
                result.mitigation,
                cell(result.name, result.estimate),
            )
            for result in left
        ]
        kept = [i for i in range(len(columns)) if any(row[i] not in {None, ""} for row in rows)]
        table = Table(
            "Further results",
            tuple(columns[i] for i in kept),
            tuple(tuple(row[i] for i in kept) for row in rows),
            basis(result.estimate for result in left),
        )
        summary = explained(result.name for result in left)
        return [Section("Further results", (table,), summary)]


def is_naive(result: Result) -> bool:
    """Whether its interval ignores that examples share clusters."""
    return result.estimate.method.endswith(NAIVE)


def is_whole(result: Result) -> bool:
    """Whether it is about the whole evaluation set and all raters, with clusters."""
    part = result.component is not None or result.segment is not None
    return not (part or result.raters or is_naive(result))


def distinct(names: Iterable[str | None]) -> list[str]:
    """The names that occur, each once, in order."""
    return list(dict.fromkeys(name for name in names if name is not None))


def shared_span(results: Sequence[Result]) -> tuple[float, float] | None:
    """One axis on which all of these fit; the unit interval where they lie within it."""
    ends = [end for r in results for end in (r.estimate.low, r.estimate.high) if end is not None]
    if not ends:
        return None
    low, high = min(ends), max(ends)
    if low >= 0 and high <= 1:
        return (0.0, 1.0)
    room = (high - low or 1.0) * 0.04
    return (low - room, high + room)


Line = tuple[tuple[str, ...], str | None, int]
"""Systems, a dimension, and a count of those that have the same."""


def by_name(results: Iterable[Result]) -> dict[Line, dict[str, Result]]:
    """Results by their systems and dimension, then by name; a name that recurs begins a line."""
    lines: dict[Line, dict[str, Result]] = {}
    for result in results:
        layer = 0
        while result.name in lines.get((result.systems, result.dimension, layer), {}):
            layer += 1
        lines.setdefault((result.systems, result.dimension, layer), {})[result.name] = result
    return lines


def matrix(
    caption: str,
    results: Sequence[Result],
    *,
    rows: Callable[[Result], str | None],
    columns: Callable[[Result], str | None],
    corner: str,
    mark: float | None = None,
) -> Table:
    """Estimates by two of their features; two that would share a cell get a row each."""
    names = distinct(columns(result) or "" for result in results)
    lines: dict[tuple[str, int], dict[str, Result]] = {}
    for result in results:
        row, column, layer = rows(result) or "", columns(result) or "", 0
        while column in lines.get((row, layer), {}):
            layer += 1
        lines.setdefault((row, layer), {})[column] = result
    spans = {
        name: shared_span([line[name] for line in lines.values() if name in line]) for name in names
    }
    found = {
        name: methods(line[name].estimate for line in lines.values() if name in line)
        for name in names
    }
    alike = len(set(filter(None, found.values()))) <= 1
    return Table(
        caption,
        (
            Column(corner),
            *(
                Column(
                    name,
                    right=True,
                    span=spans[name],
                    mark=mark,
                    note="" if alike else found[name].removeprefix(f"{name}, "),
                )
                for name in names
            ),
        ),
        tuple(
            (row, *(cell(line[n].name, line[n].estimate) if n in line else None for n in names))
            for (row, _), line in lines.items()
        ),
        basis((result.estimate for result in results), method=None if alike else ""),
    )
