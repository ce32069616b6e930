"""What a terminal shows of a document unless asked for all of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from measurand.report.document import (
    LIMITS,
    Block,
    Cell,
    Document,
    Fold,
    Paragraph,
    Percent,
    Plot,
    Section,
    Table,
)
from measurand.stats.estimate import Estimate

__all__ = ["brief"]

FIRST = frozenset(
    {
        *("Overall", "Blocking", "Differences", "Side by side", "Agreement", "Ceiling"),
        *("Failures", "Run", "Planted truth", "In plain words", "Changed sides", LIMITS),
        *("Ranked by pairs", "Evaluation set"),
    }
)
"""The sections that answer the question; the others are for looking things up."""
LOOKED_UP = frozenset({"Votes of people", "Flagged by anyone, by system"})
"""The tables in them that are for looking things up."""
_ROWS = 50
_FIRST_ROWS = 20
"""Of a longer table, so many."""
IN_A_LINE = frozenset({"Planted truth", "Power of the planned comparison"})
"""Of these, the tables' notes say it."""


def brief(
    document: Document, also: frozenset[str] = frozenset()
) -> tuple[Document, tuple[str, ...]]:
    """The sections that answer the question, and the titles of what is left out.

    Args:
        document: The document.
        also: The titles of further sections that answer this verb's question.
    """
    shown = FIRST | also
    kept = [section for section in document.sections if section.title in shown]
    left = [section.title for section in document.sections if section.title not in shown]
    left += [b.title for s in kept for b in s.blocks if isinstance(b, Fold)]
    tables = [t for s in kept for b in s.blocks for t in _tables(b)]
    left += [table.caption for table in tables if table.caption in LOOKED_UP]
    left += ["further rows"] if any(len(table.rows) > _ROWS for table in tables) else []
    left += ["methods and further columns"] if any(_lengthy(table) for table in tables) else []
    return replace(document, sections=tuple(map(_shorter, kept))), tuple(left)


def _tables(block: Block) -> tuple[Table, ...]:
    if isinstance(block, Table):
        return (block,)
    return block.tables if isinstance(block, Plot) else ()


def _lengthy(table: Table) -> bool:
    return any(column.detail or column.note for column in table.columns)


def _shorter(section: Section) -> Section:
    """The section without folds, and with short tables."""
    blocks = [block for block in section.blocks if not isinstance(block, Fold)]
    if section.title in IN_A_LINE:
        notes = tuple(Paragraph(t.note) for block in blocks for t in _tables(block))
        return replace(section, blocks=notes, summary="")
    parts = [part for block in blocks for part in _parts(block)]
    told = [part for place, part in enumerate(parts) if not _again(part, parts[:place])]
    return replace(section, blocks=tuple(told))


def _again(part: Block, before: Sequence[Block]) -> bool:
    """Whether the same was said before, as why several tables have no number of a pair."""
    return isinstance(part, Paragraph) and part in before


def _parts(block: Block) -> Iterator[Block]:
    """The block; a table without details, and its rows without any number as a line each."""
    if any(table.caption in LOOKED_UP for table in _tables(block)):
        return
    if not isinstance(block, Table):
        yield block
        return
    kept = [place for place, column in enumerate(block.columns) if not column.detail]
    columns = tuple(replace(block.columns[place], note="") for place in kept)
    rows = [tuple(row[place] for place in kept) for row in block.rows]
    empty: dict[str, list[str]] = {}
    for row in rows:
        if (reason := _reason(row)) is not None:
            empty.setdefault(reason, []).append(str(row[0]))
    full = tuple(row for row in rows if _reason(row) is None)
    if len(full) > _ROWS:
        more = f"and {len(full) - _FIRST_ROWS:,} rows more."
        note = " ".join(filter(None, (more, block.note)))
        yield replace(block, columns=columns, rows=full[:_FIRST_ROWS], note=note)
    elif full:
        yield replace(block, columns=columns, rows=full)
    for reason, names in empty.items():
        named = ", ".join(names[:_FIRST_ROWS])
        more = f" and {len(names) - _FIRST_ROWS:,} more" if len(names) > _FIRST_ROWS else ""
        yield Paragraph(f"{named}{more}: {reason}")


def _reason(row: tuple[Cell, ...]) -> str | None:
    """Why a row has no number at all; None where it has one, or never had an estimate."""
    cells = (cell.estimate if isinstance(cell, Percent) else cell for cell in row)
    estimates = [cell for cell in cells if isinstance(cell, Estimate)]
    if not estimates or any(estimate.present for estimate in estimates):
        return None
    return next((estimate.reason for estimate in estimates if estimate.reason), "no estimate")
