"""A document in a terminal: text that no model output can colour, move or hide."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

from measurand.analysis.result import Verdict
from measurand.figures.text import interval, number, one_line, shortened, visible
from measurand.report.document import (
    Block,
    Bullets,
    Cell,
    Document,
    KeyValue,
    Outcome,
    Paragraph,
    Plot,
    Section,
    Table,
    UnitCard,
    UnitCards,
)
from measurand.report.words import rating, tone, verdict_about

__all__ = ["print_document", "terminal_text"]

_COLOURS = {"good": "green", "bad": "red", "unsure": "yellow"}
_TEXT_SHOWN = 600


def print_document(document: Document, console: Console) -> None:
    """Print a document; colours, width and NO_COLOR are the console's business."""
    for renderable in _document(document):
        console.print(renderable, markup=False, highlight=False, emoji=False)


def terminal_text(document: Document, *, width: int = 100) -> str:
    """The document as it would be printed, without colours."""
    console = Console(file=io.StringIO(), width=width, color_system=None, force_terminal=False)
    with console.capture() as capture:
        print_document(document, console)
    return "\n".join(line.rstrip() for line in capture.get().splitlines()) + "\n"


def _document(document: Document) -> Iterator[RenderableType]:
    if document.banner:
        yield Text(f" {one_line(document.banner)} ", style="bold reverse")
    yield Text(one_line(document.title), style="bold")
    if document.subtitle:
        yield _dim(document.subtitle)
    if document.headlines:
        yield Text()
    for verdict in document.headlines:
        yield from _headline(verdict)
    for section in document.sections:
        yield from _section(section)
    if document.footer:
        yield Text()
        yield _dim(document.footer)


def _headline(verdict: Verdict) -> Iterator[RenderableType]:
    text = Text()
    text.append(one_line(verdict.outcome).upper(), style=f"bold {_COLOURS[tone(verdict.outcome)]}")
    about = verdict_about(verdict)
    text.append(f"  {one_line(verdict.name)}" + (f": {one_line(about)}" if about else ""))
    yield text
    details = [one_line(verdict.reason)]
    if verdict.estimate is not None and verdict.estimate.present:
        details.append(one_line(str(verdict.estimate)))
    yield Padding(Text("\n".join(details)), (0, 0, 0, 2))


def _section(section: Section) -> Iterator[RenderableType]:
    yield Text()
    yield Text(one_line(section.title), style="bold underline")
    if section.summary:
        yield _dim(section.summary)
    for block in section.blocks:
        yield from _block(block)


def _block(block: Block) -> Iterator[RenderableType]:
    match block:
        case Paragraph():
            yield Text(visible(block.text))
        case Bullets():
            yield from (_bullet(item) for item in block.items)
        case KeyValue():
            yield _facts(block.pairs)
        case Table():
            yield from _table(block)
        case Plot():
            if block.table is not None:
                yield from _table(block.table)
        case UnitCards():
            for card in block.cards:
                yield from _card(card)


def _bullet(item: str) -> RenderableType:
    grid = Grid.grid(padding=(0, 1))
    grid.add_row(Text("•"), Text(visible(item)))
    return grid


def _facts(pairs: Sequence[tuple[str, str]]) -> RenderableType:
    grid = Grid.grid(padding=(0, 2))
    for name, value in pairs:
        grid.add_row(_dim(name), Text(visible(value)))
    return grid


def _table(table: Table) -> Iterator[RenderableType]:
    yield Text()
    yield Text(one_line(table.caption), style="italic")
    yield _Fitted(table)
    for place, reason in enumerate(table.reasons(), 1):
        yield _dim(f"({place}) {reason}")
    if table.note:
        yield _dim(table.note)


class _Fitted:
    """A table as wide as it can be: intervals beside values, below them, or rows as records."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        grids: tuple[Callable[[], Grid], ...] = (
            lambda: self._grid(" "),
            lambda: self._grid("\n"),
        )
        for make in grids:
            grid = make()
            if (
                Measurement.get(console, options.update(width=1000), grid).minimum
                <= options.max_width
            ):
                yield grid
                return
        yield self._records()

    def _grid(self, joint: str) -> Grid:
        grid = Grid(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 2, 0, 0), header_style="")
        for column in self.table.columns:
            grid.add_column(_dim(column.name), justify="right" if column.right else "left")
        for row in self.table.rows:
            grid.add_row(*(_cell(cell, self.table, joint) for cell in row))
        return grid

    def _records(self) -> Grid:
        grid = Grid.grid(padding=(0, 2, 0, 0))
        names = [column.name for column in self.table.columns]
        for first, *rest in self.table.rows:
            grid.add_row(_cell(first, self.table, " "), Text())
            for name, cell in zip(names[1:], rest, strict=True):
                if cell not in {None, ""}:
                    grid.add_row(_dim(f"  {one_line(name)}"), _cell(cell, self.table, " "))
        return grid


def _cell(cell: Cell, table: Table, joint: str) -> Text:
    match cell:
        case None:
            return Text()
        case int():
            return Text(f"{cell:,}")
        case str():
            return Text(one_line(cell))
        case Outcome():
            return Text(one_line(cell.word), style=_COLOURS[tone(cell.word)])
    note = f" ({table.reasons().index(cell.reason) + 1})" if cell.reason else ""
    if cell.value is None:
        return _dim(f"none{note}")
    shown = f"{interval(cell)}{note}".replace(" ", "\u00a0")
    return Text.assemble(number(cell.value), joint, (shown, "dim"))


def _card(card: UnitCard) -> Iterator[RenderableType]:
    unit = card.unit
    yield Text()
    head = Text(f"{one_line(unit.example)} · {one_line(unit.system)} · {one_line(unit.dimension)}")
    head.stylize("bold")
    if unit.score is not None:
        head.append(f"  score {unit.score:.2f}")
    if unit.spread is not None:
        head.append(f"  spread {unit.spread:.2f}")
    yield head
    yield _facts([(name, shortened(text, _TEXT_SHOWN)) for name, text in card.texts.named()])
    grid = Grid.grid(padding=(0, 2, 0, 0))
    for rated in unit.ratings:
        grid.add_row(
            Text(f"  {one_line(rated.rater)}"),
            _dim(rated.kind),
            Text(one_line(rating(rated.value)), style="bold"),
            Text(one_line(rated.reason or "")),
        )
    yield grid


def _dim(text: str) -> Text:
    return Text(one_line(text), style="dim")
