"""A document in a terminal: text that no model output can colour, move or hide."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, JustifyMethod, RenderableType, RenderResult
from rich.padding import Padding
from rich.segment import Segment
from rich.table import Table as Grid
from rich.text import Text

from measurand.analysis.result import Verdict
from measurand.figures.text import inert, interval, number, one_line, one_sided, shortened, visible
from measurand.report.document import (
    Block,
    Bullets,
    Cell,
    ChangeCard,
    ChangeCards,
    Code,
    Column,
    Document,
    Fold,
    KeyValue,
    Outcome,
    Paragraph,
    Percent,
    Plot,
    Section,
    Table,
    UnitCard,
    UnitCards,
)
from measurand.report.words import SHARES, beside, described, headline_about, rating, tone

__all__ = ["print_document", "terminal_text"]

_COLOURS = {"good": "green", "bad": "red", "unsure": "yellow", "plain": "default"}
_TEXT_SHOWN = 600
_SIDE_SHOWN = 240
_SHAPES = ((" ", 2), (" ", 1), ("\n", 2))
"""What stands before an estimate's interval, and between columns, from wide to narrow."""
_GAP = 2
_PROSE = 24
_TURNED = 3
_TEXT = (str, int, Outcome)


def print_document(document: Document, console: Console) -> None:
    """Print a document; colours, width and NO_COLOR are the console's business."""
    for renderable in _document(document):
        console.print(_Inert(renderable), markup=False, highlight=False, emoji=False)


class _Inert:
    """The same, line by line as it is wrapped, with nothing that a build server would run."""

    def __init__(self, renderable: RenderableType) -> None:
        self.renderable = renderable

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in Segment.split_lines(console.render(self.renderable, options)):
            before = ""
            for text, style, control in line:
                # What stands before is inert already, and its end may belong to what follows.
                told = inert(before + text)[len(inert(before)) :]
                yield Segment(told, style, control)
                before += text
            yield Segment.line()


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
    if document.warning:
        yield _dim(f"{document.warning}; see the end.")
    for section in document.sections:
        yield from _section(section)
    if document.footer:
        yield Text()
        yield _dim(document.footer)


def _headline(verdict: Verdict) -> Iterator[RenderableType]:
    text = Text()
    outcome, colour = Outcome.of(verdict), _COLOURS[tone(verdict.outcome)]
    word = f"{outcome.winner} BETTER" if outcome.winner else verdict.outcome.upper()
    text.append(one_line(word), style=f"bold {colour}")
    text.append(f"  {one_line(headline_about(verdict))}")
    yield text
    details = [one_line(verdict.reason)]
    if (estimate := beside(verdict)) is not None:
        details.append(one_line(described(estimate, percent=verdict.name in SHARES)))
    yield Padding(Text("\n".join(details)), (0, 0, 0, 2))


def _section(section: Section) -> Iterator[RenderableType]:
    yield Text()
    yield Text(one_line(section.title), style="bold underline")
    if section.summary:
        yield _dim(section.summary)
    for place, block in enumerate(section.blocks):
        if place and isinstance(block, Table | Plot | Fold):
            yield Text()
        yield from _block(block)


def _block(block: Block) -> Iterator[RenderableType]:
    match block:
        case Paragraph():
            yield Text(visible(block.text))
        case Bullets():
            yield from (_bullet(item) for item in block.items)
        case Code():
            yield Text(visible(block.text), no_wrap=True, overflow="ignore")
        case KeyValue():
            yield _facts(block.pairs)
        case Table():
            yield from _table(block)
        case Plot() | Fold():
            for place, table in enumerate(block.tables):
                yield from (Text(),) if place else ()
                yield from _table(table)
        case UnitCards() | ChangeCards():
            yield from _cards(block)


def _cards(block: UnitCards | ChangeCards) -> Iterator[RenderableType]:
    if isinstance(block, UnitCards):
        for card in block.cards:
            yield from _card(card)
        return
    for change in block.cards[: block.brief]:
        yield from _change(change)
    if (more := len(block.cards) - block.brief) > 0:
        yield _dim(f"and {more:,} more on the page")


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
    yield Text(one_line(table.caption), style="italic")
    yield _Fitted(table)
    for reason, place in table.footnotes().items():
        yield _dim(f"({place}) {reason}")
    yield from map(_dim, table.notes())


class _Fitted:
    """A table as wide as it can be: intervals beside values, below them, or rows as records."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.notes = table.footnotes()

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        room = options.max_width
        for before, gap in _SHAPES:
            for table in (self.table, *_turned(self.table)):
                lines = [[_cell(cell, self.notes, before) for cell in row] for row in table.rows]
                widths = _widths(table.columns, lines, room - gap * len(table.columns))
                if widths is not None:
                    yield _grid(table.columns, lines, widths, gap=gap)
                    return
        yield self._records()

    def _records(self) -> Grid:
        grid = Grid.grid(padding=(0, _GAP, 0, 0))
        names = [column.name for column in self.table.columns]
        for first, *rest in self.table.rows:
            grid.add_row(_cell(first, self.notes), Text())
            for name, cell in zip(names[1:], rest, strict=True):
                if cell not in {None, ""}:
                    shown = _cell(cell, self.notes)
                    grid.add_row(_dim(f"  {one_line(name)}"), shown)
        return grid


def _turned(table: Table) -> Iterator[Table]:
    """The table with its columns as rows, where it is a matrix of estimates of several columns."""
    names, *_ = zip(*table.rows, strict=True) if table.rows else ((),)
    cells = [cell for row in table.rows for cell in row[1:]]
    named = all(isinstance(name, str) for name in names)
    if len(table.columns) > _TURNED and named and not any(isinstance(c, _TEXT) for c in cells):
        columns = (Column(""), *(Column(str(name), right=True) for name in names))
        cut = enumerate(table.columns[1:], 1)
        rows = tuple((column.name, *(row[i] for row in table.rows)) for i, column in cut)
        yield Table(table.caption, columns, rows)


def _widths(
    columns: Sequence[Column], lines: Sequence[Sequence[Text]], room: int
) -> list[int] | None:
    """The columns' widths, or None where numbers would break: no cell is cut, ever."""
    least, most = [], []
    for place, column in enumerate(columns):
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


def _grid(
    columns: Sequence[Column], lines: Sequence[Sequence[Text]], widths: Sequence[int], *, gap: int
) -> Grid:
    grid = Grid(
        box=SIMPLE_HEAD,
        pad_edge=False,
        show_edge=False,
        padding=(0, gap - 1, 0, 0),
        header_style="",
    )
    for column, width in zip(columns, widths, strict=True):
        justify: JustifyMethod = "right" if column.right else "left"
        grid.add_column(_dim(column.name), justify=justify, width=width, overflow="fold")
    for line in lines:
        grid.add_row(*line)
    return grid


def _cell(cell: Cell, notes: Mapping[str, int], between: str = " ") -> Text:
    match cell:
        case None:
            return Text()
        case int():
            return Text(f"{cell:,}")
        case str():
            return Text(one_line(cell))
        case Outcome():
            return Text(one_line(cell.text), style=_COLOURS[tone(cell.word)])
    percent = isinstance(cell, Percent)
    estimate = cell.estimate if isinstance(cell, Percent) else cell
    note = f" ({notes[estimate.reason]})" if estimate.reason else ""
    if estimate.value is None:
        return _dim(f"none{note and ', see' + note}")
    comma = "," if one_sided(estimate) else ""
    shown = comma + between + interval(estimate, percent=percent) + note
    return Text.assemble(number(estimate.value, percent=percent), (shown, "dim"))


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
    texts = card.texts.named(unit.dimension)
    yield _facts([(name, shortened(text, _TEXT_SHOWN)) for name, text in texts])
    grid = Grid.grid(padding=(0, 2, 0, 0))
    for rated in unit.ratings:
        grid.add_row(
            Text(f"  {one_line(rated.rater)}"),
            _dim(rated.kind),
            Text(one_line(rating(rated.value, yes_no=card.yes_no)), style="bold"),
            Text(one_line(rated.reason or "")),
        )
    yield grid


def _change(card: ChangeCard) -> Iterator[RenderableType]:
    change = card.change
    yield Text()
    head = Text(f"{one_line(change.example)} · {one_line(change.dimension)}", style="bold")
    head.append(f"  {one_line(change.why)}", style="not bold")
    yield head
    texts = [] if card.question is None else [("Question", card.question)]
    for system, score, answer in card.sides:
        shown = rating(score, yes_no=card.yes_no)
        texts.append((system, shown if answer is None else f"{shown}  {answer}"))
    yield _facts([(name, shortened(text, _SIDE_SHOWN)) for name, text in texts])


def _dim(text: str) -> Text:
    return Text(one_line(text), style="dim")
