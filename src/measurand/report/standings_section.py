"""How systems rank by votes on outputs side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from measurand.analysis.result import Findings, Result
from measurand.analysis.standings_style import CONTROLLED
from measurand.figures.forest import Forest, ForestRow, Line
from measurand.report.document import Block, Cell, Column, Plot, Section, Table
from measurand.report.shelf import Shelf, shared_span
from measurand.report.words import basis, cell, label, rank_range

__all__ = ["standings_sections"]

_RATES = ("win_rate", "win_rate_length_controlled")
_NAMES = ("strength", *_RATES, "style_effect", "tied_votes")
_MOST_DRAWN = 30
"""More lines than this are a wall, not a picture."""
_RANKS = (
    "The rank is a range: behind all that are surely stronger, before all that are surely weaker; "
    "all ranges hold at once. Whoever may have rank 1 is in the set of best. Strengths are "
    "log-odds of winning, whose mean is 0; a tie is half a win."
)
_RATED = "The points that a system wins, a tie being a half."


def standings_sections(shelf: Shelf, findings: Findings) -> list[Section]:
    """The strengths, ranks and win rates of systems that met in pairs; nothing where none did."""
    groups = {
        (result.raters, result.dimension): None
        for result in findings.results
        if result.name == "tied_votes"
    }
    blocks: list[Block] = []
    ranked = False
    for raters, dimension in groups:
        of_these = _Of(raters, dimension)
        ranks = shelf.take("rank", where=of_these)
        found = shelf.take(*_NAMES, where=of_these)
        group = _Group(f"{', '.join(raters)}, {dimension}", ranks, found)
        ranked = ranked or bool(ranks)
        blocks += group.blocks()
    if not blocks:
        return []
    return [Section("Ranked by pairs", tuple(blocks), _RANKS if ranked else _RATED)]


@dataclass(frozen=True, slots=True)
class _Of:
    """Whether a result is of these raters on this dimension."""

    raters: tuple[str, ...]
    dimension: str | None

    def __call__(self, result: Result) -> bool:
        return (result.raters, result.dimension) == (self.raters, self.dimension)


@dataclass(frozen=True, slots=True)
class _Group:
    """The systems by the votes of one kind of rater on one dimension."""

    about: str
    ranks: Sequence[Result]
    found: Sequence[Result]

    def blocks(self) -> Iterator[Block]:
        """The picture, the table, and what style does."""
        yield from self._drawn()
        yield self._table()
        if effects := self._named("style_effect"):
            yield _plain(
                f"What being longer or shown first adds: {self.about}",
                "Feature",
                [(result.design or "", result) for result in effects],
            )

    def _drawn(self) -> Iterator[Plot]:
        strengths = [r for r in self._ordered(self._strengths()) if r.estimate.present]
        shown = strengths[:_MOST_DRAWN]
        if len(shown) < 2:  # noqa: PLR2004 - one line compares nothing
            return
        places = self._places()
        rows = tuple(
            ForestRow(
                " · ".join(filter(None, (places.get(r.systems), _name(r)))),
                r.estimate,
                colour="accent" if self._may_be_best(r) else "muted",
            )
            for r in shown
        )
        part = "" if len(shown) == len(strengths) else f", the first {len(shown)}"
        yield Plot(
            Forest(rows, "Strength, log-odds over the average", lines=(Line(0.0, "average"),)),
            "Forest plot of the strength of each system with its interval, the strongest first; "
            "the table has the numbers.",
            f"Strength by {self.about}{part}, with the ranks that each may have; in colour, those "
            "that may be the best. Each interval is of one system alone.",
        )

    def _table(self) -> Table:
        strengths = self._ordered(self._strengths())
        controlled = {_name(r): r for r in self._strengths(controlled=True)}
        rates = {name: {r.systems[0]: r for r in self._named(name)} for name in _RATES}
        strong = {_name(r): r for r in strengths}
        names = dict.fromkeys((*strong, *(n for found in rates.values() for n in found)))
        against = next((r.systems[1] for r in self._named(_RATES[0]) if len(r.systems) > 1), None)
        columns: list[tuple[Column, Callable[[str], Cell]]] = [
            (Column("System"), lambda name: name),
        ]
        if self.ranks:
            places = self._places()
            columns.append((Column("Rank"), lambda name: places.get((name,))))
        if strong:
            columns.append((_column("strength", strengths), _of(strong)))
        if controlled:
            heading = ", style controlled"
            columns.append((_column("strength", controlled.values(), heading), _of(controlled)))
        for name, found in rates.items():
            if found:
                heading = f" against {against}" if against else ""
                columns.append((_column(name, found.values(), heading), _of(found)))
        ties = self._named("tied_votes")
        told = "".join(
            f" {r.estimate.value:.1%} of {r.estimate.n:,} votes are ties "
            f"({r.estimate.low:.1%} to {r.estimate.high:.1%})."
            for r in ties
            if r.estimate.value is not None
        )
        return Table(
            f"Side by side: {self.about}",
            tuple(column for column, _ in columns),
            tuple(tuple(told_of(name) for _, told_of in columns) for name in names),
            basis(r.estimate for r in (strengths or self._named(_RATES[0]))) + told,
        )

    def _named(self, name: str) -> list[Result]:
        return [result for result in self.found if result.name == name]

    def _strengths(self, *, controlled: bool = False) -> list[Result]:
        """The strengths, or those from which style is taken out."""
        return [r for r in self._named("strength") if (r.design == CONTROLLED) == controlled]

    def _ordered(self, results: Iterable[Result]) -> list[Result]:
        """The first in rank first; without ranks the highest first, those that are absent last."""
        ranks = {r.systems: r.estimate.value or 0.0 for r in self.ranks}
        return sorted(results, key=lambda r: (ranks.get(r.systems, 0.0), *_descending(r)))

    def _places(self) -> dict[tuple[str, ...], str | None]:
        return {result.systems: rank_range(result.estimate) for result in self.ranks}

    def _may_be_best(self, result: Result) -> bool:
        return any(r.systems == result.systems and r.estimate.low == 1 for r in self.ranks)


def _descending(result: Result) -> tuple[bool, float]:
    value = result.estimate.value
    return value is None, -(value or 0.0)


def _name(result: Result) -> str:
    return result.systems[0] if result.systems else ""


def _of(found: dict[str, Result]) -> Callable[[str], Cell]:
    return lambda name: cell(found[name].name, found[name].estimate) if name in found else None


def _column(name: str, results: Iterable[Result], added: str = "") -> Column:
    span = shared_span(list(results))
    return Column(
        f"{label(name)}{added}", right=True, span=span, mark=0.0 if name == "strength" else 0.5
    )


def _plain(caption: str, corner: str, named: Sequence[tuple[str, Result]]) -> Table:
    results = [result for _, result in named]
    columns = (
        Column(corner),
        Column(label(results[0].name), right=True, span=shared_span(results), mark=0.0),
    )
    rows = tuple((name, cell(r.name, r.estimate)) for name, r in named)
    return Table(caption, columns, rows, basis(r.estimate for r in results))
