"""The section about the levels of a scale: which are told apart, and which are confused."""

from __future__ import annotations

from collections.abc import Sequence

from measurand.analysis.level_confusion import NOT_TOLD_APART
from measurand.analysis.result import Confusion, Findings, Result, told
from measurand.figures.heat import Heat
from measurand.report.document import Block, Bullets, Cell, Column, Fold, Plot, Section, Table
from measurand.report.shelf import Shelf, matrix
from measurand.report.words import label

__all__ = ["level_sections", "reading_sections"]

_NAMES = ("distinguishability", "disagreement_share")
_HALF = 0.5


def reading_sections(findings: Findings) -> list[Section]:
    """What the numbers say in plain words."""
    if not findings.readings:
        return []
    return [Section("In plain words", (Bullets(findings.readings),))]


def level_sections(shelf: Shelf, findings: Findings) -> list[Section]:
    """The confusion between levels as pictures, and how well neighbours are told apart."""
    results = shelf.take(*_NAMES, where=lambda r: bool(r.levels))
    blocks: list[Block] = [_picture(one) for one in findings.confusions]
    blocks += _tables(results)
    if findings.confusions:
        blocks.append(Fold("Counts by level", tuple(map(_counts, findings.confusions))))
    if not blocks:
        return []
    summary = (
        "Which level one person gave where another gave the level of the row. Distinguishability "
        "is 1 where two levels are never confused, and 0 where it is chance which of them is "
        f"given; two levels are not told apart where it is surely below {NOT_TOLD_APART:g}, with "
        "intervals that hold for all neighbours of a dimension together."
    )
    return [Section("Levels", tuple(blocks), summary)]


def _picture(one: Confusion) -> Plot:
    """Shares of each row: what others said where one said the level of the row."""
    names = tuple(map(told, one.levels))
    sums = [sum(row) for row in one.pairs]
    shares = tuple(
        tuple(pair / total if total else None for pair in row)
        for row, total in zip(one.pairs, sums, strict=True)
    )
    return Plot(
        Heat(names, names, shares, "another gave", "one gave", span=(0.0, 1.0)),
        f"Matrix of levels on {one.dimension}: the share of other ratings, by the level that one "
        "person gave; a table below has the counts.",
        f"{_what(one)}, as shares of each row; {one.n:,} outputs.",
    )


def _what(one: Confusion) -> str:
    return f"Ratings of {one.dimension} beside another person's of the same output"


def _counts(one: Confusion) -> Table:
    names = tuple(map(told, one.levels))
    columns = (
        Column("One gave"),
        *(Column(f"another {name}", right=True) for name in names),
        Column("Given", right=True),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            name,
            *(_cell(pair, ratio) for pair, ratio in zip(pairs, ratios, strict=True)),
            f"{sum(pairs):,.0f}",
        )
        for name, pairs, ratios in zip(names, one.pairs, one.ratios, strict=True)
    ]
    note = (
        f"Ratings, and in brackets how many times as often as by chance; n = {one.n:,}. An output "
        "weighs as much as it has ratings."
    )
    return Table(_what(one), columns, tuple(rows), note)


def _cell(pair: float, ratio: float | None) -> str:
    shown = f"{pair:,.0f}" if pair >= _HALF or not pair else f"{pair:.1f}"
    return shown if ratio is None else f"{shown} ({ratio:.2f})"


def _tables(results: Sequence[Result]) -> list[Block]:
    if not results:
        return []
    return [
        matrix(
            "Neighbouring levels",
            results,
            rows=lambda r: f"{r.dimension}: {' and '.join(map(told, r.levels))}",
            columns=lambda r: label(r.name),
            corner="Levels",
        )
    ]
