"""A document in a terminal: text that no model output can colour, move or hide."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, JustifyMethod, RenderableType, RenderResult
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
    Fold,
    KeyValue,
    Outcome,
    Paragraph,
    Plot,
    Section,
    Table,
    UnitCard,
    UnitCards,
)
from measurand.report.words import rating, rests_on, tone, verdict_about

__all__ = ["print_document", "terminal_text"]

_COLOURS = {"good": "green", "bad": "red", "unsure": "yellow"}
_TEXT_SHOWN = 600
_SHAPES = ((" ", " "), ("\n", " "), ("\n", "\n"))
"""What stands before an estimate's interval and between its ends, from wide to narrow."""
_GAP = 2
_PROSE = 24


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
    estimate = verdict.estimate
    if estimate is not None and estimate.value is not None:
        numbers = f"{number(estimate.value)} {interval(estimate)}"
        details.append(one_line(f"{numbers}, {rests_on(estimate)}"))
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
        case Fold():
            names = ", ".join(table.caption for table in block.tables)
            yield _dim(f"{block.title}: in the HTML, Markdown and JSON ({names})")
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
    for reason, place in table.footnotes().items():
        yield _dim(f"({place}) {reason}")
    if table.note:
        yield _dim(table.note)


class _Fitted:
    """A table as wide as it can be: intervals beside values, below them, or rows as records."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.notes = table.footnotes()

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        frame = 2 * len(self.table.columns) + 1
        for shape in _SHAPES:
            lines = [[_cell(cell, self.notes, shape) for cell in row] for row in self.table.rows]
            widths = self._widths(lines, options.max_width - frame)
            if widths is not None:
                yield self._grid(lines, widths)
                return
        yield self._records()

    def _widths(self, lines: Sequence[Sequence[Text]], room: int) -> list[int] | None:
        """The columns' widths, or None where numbers would break: no cell is cut, ever."""
        least, most = [], []
        for place, column in enumerate(self.table.columns):
            words = [cell_len(word) for word in one_line(column.name).split()]
            parts = [cell_len(part) for line in lines for part in line[place].plain.split("\n")]
            whole, longest = max([*words, 1]), max([*parts, 1])
            prose = max(min(whole, _PROSE), min(longest, _PROSE))
            least.append(max(whole, longest) if column.right else prose)
            most.append(max(cell_len(one_line(column.name)), longest))
        spare = room - sum(least)
        if spare < 0:
            return None
        for place in sorted(range(len(least)), key=lambda i: most[i] - least[i]):
            extra = min(max(most[place] - least[place], 0), spare)
            least[place] += extra
            spare -= extra
        return least

    def _grid(self, lines: Sequence[Sequence[Text]], widths: Sequence[int]) -> Grid:
        grid = Grid(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), header_style="")
        for column, width in zip(self.table.columns, widths, strict=True):
            justify: JustifyMethod = "right" if column.right else "left"
            grid.add_column(_dim(column.name), justify=justify, width=width, overflow="fold")
        for line in lines:
            grid.add_row(*line)
        return grid

    def _records(self) -> Grid:
        grid = Grid.grid(padding=(0, _GAP, 0, 0))
        names = [column.name for column in self.table.columns]
        for first, *rest in self.table.rows:
            grid.add_row(_cell(first, self.notes, _SHAPES[0]), Text())
            for name, cell in zip(names[1:], rest, strict=True):
                if cell not in {None, ""}:
                    shown = _cell(cell, self.notes, _SHAPES[0])
                    grid.add_row(_dim(f"  {one_line(name)}"), shown)
        return grid


def _cell(cell: Cell, notes: Mapping[str, int], shape: tuple[str, str]) -> Text:
    match cell:
        case None:
            return Text()
        case int():
            return Text(f"{cell:,}")
        case str():
            return Text(one_line(cell))
        case Outcome():
            return Text(one_line(cell.word), style=_COLOURS[tone(cell.word)])
    note = f" ({notes[cell.reason]})" if cell.reason else ""
    if cell.value is None:
        return _dim(f"none{note}")
    before, between = shape
    shown = before + interval(cell).replace(", ", f",{between}") + note
    return Text.assemble(number(cell.value), (shown, "dim"))


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
