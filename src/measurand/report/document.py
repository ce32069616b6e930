"""One document, four renderings: what a page says, as data.

Every string in it is plain text, from whatever source; the renderers make it safe.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from measurand.analysis.result import Change, Unit, Verdict
from measurand.figures.style import Drawable
from measurand.stats.estimate import Estimate

__all__ = [
    "LIMITS",
    "Block",
    "Bullets",
    "Cell",
    "ChangeCard",
    "ChangeCards",
    "Code",
    "Column",
    "Document",
    "Fold",
    "KeyValue",
    "Outcome",
    "Paragraph",
    "Percent",
    "Plot",
    "Section",
    "Table",
    "Texts",
    "UnitCard",
    "UnitCards",
]


LIMITS = "Limits"
"""The title of the section that says what the numbers cannot."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A verdict's outcome, as a cell or a headline shows it.

    Args:
        word: The outcome as the results have it.
        winner: The better system's name, of a comparison that has one.
    """

    word: str
    winner: str = ""

    @classmethod
    def of(cls, verdict: Verdict) -> Outcome:
        """The outcome with the name of the better system in place of a and b."""
        place = _WINNERS.get(verdict.outcome, len(verdict.systems))
        return cls(verdict.outcome, "".join(verdict.systems[place : place + 1]))

    @property
    def text(self) -> str:
        """What a reader reads."""
        return f"{self.winner} {self.word[2:]}" if self.winner else self.word


_WINNERS = {"a better": 0, "b better": 1, "a better predictor": 0, "b better predictor": 1}


@dataclass(frozen=True, slots=True)
class Percent:
    """The estimate of a share as a table's cell."""

    estimate: Estimate


Cell = str | int | Estimate | Percent | Outcome | None
"""What stands in a table; None is an empty cell."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Args:
        name: Its heading.
        right: Whether it is set flush right, as numbers are.
        span: Draws each estimate's interval on this axis where the medium can.
        mark: A value marked on that axis, as 0 of differences.
        note: By what method its numbers were found, where that differs between columns.
        detail: Whether it is left out where only what answers the question is shown.
    """

    name: str
    right: bool = False
    span: tuple[float, float] | None = None
    mark: float | None = None
    note: str = ""
    detail: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A few sentences."""

    kind: ClassVar[str] = "paragraph"

    text: str


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of sentences."""

    kind: ClassVar[str] = "bullets"

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """Lines to be copied as they stand, as of a plan."""

    kind: ClassVar[str] = "code"

    text: str


@dataclass(frozen=True, slots=True)
class KeyValue:
    """A few facts by name."""

    kind: ClassVar[str] = "facts"

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Args:
        caption: What it shows.
        columns: The first one heads the rows.
        rows: One cell a column.
        note: What the numbers rest on.

    Raises:
        ValueError: A row has another number of cells than there are columns.
    """

    kind: ClassVar[str] = "table"

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"{self.caption}: every row has {len(self.columns)} cells")

    def estimates(self) -> Iterator[Estimate]:
        """The estimates in it, row by row."""
        for cell in (cell for row in self.rows for cell in row):
            if isinstance(cell, Estimate | Percent):
                yield cell if isinstance(cell, Estimate) else cell.estimate

    def notes(self) -> tuple[str, ...]:
        """What the numbers rest on, a line for each column that has its own method."""
        lines = (f"{column.name}: {column.note}" for column in self.columns if column.note)
        return (*lines, *filter(None, (self.note,)))

    def footnotes(self) -> dict[str, int]:
        """Why estimates are absent or to be read with care: each reason once, numbered from 1."""
        reasons = dict.fromkeys(estimate.reason for estimate in self.estimates())
        return {reason: place for place, reason in enumerate(filter(None, reasons), 1)}


@dataclass(frozen=True, slots=True)
class Plot:
    """A figure, and what says the same in words and numbers.

    Args:
        figure: The figure as data.
        alt: The text alternative.
        caption: Below the figure.
        table: The same numbers, for media without figures; None where another table has them.
    """

    kind: ClassVar[str] = "plot"

    figure: Drawable
    alt: str
    caption: str = ""
    table: Table | None = None

    @property
    def tables(self) -> tuple[Table, ...]:
        """Its table, where it has one."""
        return () if self.table is None else (self.table,)


@dataclass(frozen=True, slots=True)
class Texts:
    """What was asked and answered, where it is known.

    Args:
        question: What was asked.
        answer: What was answered.
        reference: An acceptable answer, or several.
        notes: What raters were told of this example, by dimension.
    """

    question: str | None = None
    answer: str | None = None
    reference: str | None = None
    notes: Mapping[str, str] = field(default_factory=dict)

    def named(self, dimension: str | None = None) -> tuple[tuple[str, str], ...]:
        """Those that are known, with their names; the note of one dimension."""
        pairs = (
            ("Question", self.question),
            ("Answer", self.answer),
            ("Reference", self.reference),
            ("Note to raters", self.notes.get(dimension or "")),
        )
        return tuple((name, text) for name, text in pairs if text is not None)


@dataclass(frozen=True, slots=True)
class UnitCard:
    """One output on one dimension, with all its ratings and its texts.

    Args:
        unit: The output and its ratings.
        texts: What was asked and answered.
        yes_no: Whether its ratings are yes and no.
    """

    unit: Unit
    texts: Texts = Texts()
    yes_no: bool = False


@dataclass(frozen=True, slots=True)
class UnitCards:
    """Outputs side by side."""

    kind: ClassVar[str] = "cards"

    cards: tuple[UnitCard, ...]


@dataclass(frozen=True, slots=True)
class ChangeCard:
    """An example on which two systems are on different sides, with what either answered.

    Args:
        change: The example and the scores of both.
        texts: What was asked, and answered by the first and the second.
        yes_no: Whether the scores are of yes and no.
    """

    change: Change
    texts: tuple[Texts, Texts] = (Texts(), Texts())
    yes_no: bool = False

    @property
    def question(self) -> str | None:
        """What was asked, where it is known."""
        return next((one.question for one in self.texts if one.question is not None), None)

    @property
    def reference(self) -> str | None:
        """A right answer, where one is known."""
        return next((one.reference for one in self.texts if one.reference is not None), None)

    @property
    def sides(self) -> tuple[tuple[str, float, str | None], ...]:
        """Of either system its name, its score and its answer."""
        systems, scores = self.change.systems, self.change.scores
        answers = (one.answer for one in self.texts)
        return tuple(zip(systems, scores, answers, strict=True))


@dataclass(frozen=True, slots=True)
class ChangeCards:
    """Examples that changed sides, the most harmful first.

    Args:
        cards: In order.
        brief: How many of them a terminal shows.
    """

    kind: ClassVar[str] = "changes"

    cards: tuple[ChangeCard, ...]
    brief: int = 5


@dataclass(frozen=True, slots=True)
class Fold:
    """Tables that most readers skip: closed in HTML, left out of a brief terminal."""

    kind: ClassVar[str] = "fold"

    title: str
    tables: tuple[Table, ...]


Block = Paragraph | Bullets | Code | KeyValue | Table | Plot | UnitCards | ChangeCards | Fold


@dataclass(frozen=True, slots=True)
class Section:
    """A titled part of the page.

    Args:
        title: Its heading.
        blocks: In order.
        summary: One sentence below the heading: how to read what follows.
    """

    title: str
    blocks: tuple[Block, ...]
    summary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A whole page.

    Args:
        title: Its heading.
        subtitle: One line below it.
        banner: What must not be overlooked, as ``SIMULATED DATA``.
        headlines: The decisions that come first.
        sections: The rest, in order.
        footer: Which program made it.
    """

    title: str
    sections: tuple[Section, ...]
    subtitle: str = ""
    banner: str | None = None
    headlines: tuple[Verdict, ...] = ()
    footer: str = ""

    @property
    def warning(self) -> str:
        """How many limits apply, as in ``2 limits apply``; empty where none do."""
        blocks = (b for s in self.sections if s.title == LIMITS for b in s.blocks)
        count = sum(len(block.items) for block in blocks if isinstance(block, Bullets))
        return f"{count} limit{'s apply' if count > 1 else ' applies'}" if count else ""
