"""Outputs judged side by side: who is preferred, and what the order of showing does to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from measurand.analysis.result import Result
from measurand.report.document import Block, Cell, Column, Section, Table
from measurand.report.shelf import Shelf, by_name, is_whole, shared_span
from measurand.report.words import basis, cell, label

__all__ = ["preference_sections"]

_PREFERRED = {
    "preference": "Preference",
    "preference_wins": "Wins",
    "preference_ties": "Ties",
    "preference_losses": "Losses",
}
_FAILED = {
    "preference_failure_rate": "Failed",
    "preference_if_worst": "If against the first",
    "preference_if_best": "If for the first",
}
_ORDER = ("first_slot_excess", "order_consistency", "repeat_consistency")


def preference_sections(shelf: Shelf) -> list[Section]:
    """Every pair that was judged side by side."""
    blocks: list[Block] = []
    if people := shelf.take(*_PREFERRED, where=_by_people):
        note = (
            "1 for a win, a half for a tie, averaged over the people; sides were a coin's choice."
        )
        blocks.append(_table("What people prefer: the first", people, _PREFERRED, note=note))
    if found := shelf.take(*_PREFERRED, where=is_whole):
        note = "1 for a win, a half for a tie: both orders and all repeats averaged, then decided."
        blocks.append(_table("The first over the second", found, _PREFERRED, note=note))
    if failed := shelf.take(*_FAILED, where=is_whole):
        note = (
            "What failed is seldom a random part. Whatever it would have said, the preference lies "
            "between the low end of the one and the high end of the other."
        )
        blocks.append(_table("If all that failed were alike", failed, _FAILED, note=note))
    if order := shelf.take(*_ORDER, where=is_whole):
        note = (
            "Whoever is shown first wins so much more often than half of the time. Two orders "
            "differ by noise too, about as often as two repeats do."
        )
        headings = {name: label(name) for name in _ORDER}
        blocks.append(_table("What the order of showing does", order, headings, note=note))
    if not blocks:
        return []
    summary = "Whoever rated saw both outputs at once; nothing here enters the scores."
    return [Section("Side by side", tuple(blocks), summary)]


def _by_people(result: Result) -> bool:
    return result.raters == ("people",)


def _table(
    caption: str, results: Sequence[Result], headings: Mapping[str, str], *, note: str
) -> Table:
    """A row for each pair and dimension, a column for each name that occurs."""
    lines = by_name(results)
    told = [(n, h) for n, h in headings.items() if any(n in line for line in lines.values())]
    spans = {n: shared_span([one[n] for one in lines.values() if n in one]) for n, _ in told}
    rows: list[tuple[Cell, ...]] = [
        (
            " over ".join(systems),
            dimension,
            *(cell(n, line[n].estimate) if n in line else None for n, _ in told),
            max(line[n].estimate.n for n in _of_examples(line)),
        )
        for (systems, dimension, _), line in lines.items()
    ]
    columns = (
        Column("Systems"),
        Column("Dimension"),
        *(
            Column(heading, right=True, span=spans[name], mark=_mark(name))
            for name, heading in told
        ),
        Column("n", right=True),
    )
    return Table(caption, columns, tuple(rows), f"{note} {basis(r.estimate for r in results)}")


def _of_examples(line: Mapping[str, Result]) -> Sequence[str]:
    """The numbers that count examples, where there are any: not those that count judgments."""
    return [name for name in line if name != "preference_failure_rate"] or list(line)


def _mark(name: str) -> float | None:
    """Where neither side is ahead."""
    halves = dict.fromkeys(("preference", "preference_if_worst", "preference_if_best"), 0.5)
    return {**halves, "first_slot_excess": 0.0}.get(name)
