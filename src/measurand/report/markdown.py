"""A document as GitHub Markdown, in which data stays data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from measurand.analysis.result import Verdict
from measurand.figures.text import numbers, one_line, visible
from measurand.report.document import (
    Block,
    Bullets,
    Cell,
    ChangeCard,
    ChangeCards,
    Code,
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

__all__ = ["escaped", "markdown_text"]

_SIGNS = {"good": "✓", "bad": "✗", "unsure": "?"}
_TEXT_SHOWN = 1200
_SPECIAL = re.compile(r"([\\`*\[\]|~#$^{}]|(?<![^\W_])_|_(?![^\W_])|(?<=:)/(?=/)|(?<=www)\.)")
_INDENT = re.compile(r"^ +")
_LIST = re.compile(r"^(\d*)([-+=.)])(?=\s|[-=]|$)")
_ENTITIES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "@&#8203;", "\u200b": "&#8203;"}
)
_BARE = re.compile(
    r"(:)(?=[+-]1:|[\w+-]*[a-z][\w+-]*:)|(?<![0-9a-z])([0-9a-f]{7})(?=[0-9a-f]{33}(?![0-9a-z]))",
    re.IGNORECASE,
)
"""What GitHub makes an emoji of, or a link to a commit; likewise after backslashes are gone."""
_NUMBERED = re.compile(r"(#|\bGH-)(?=\d)", re.IGNORECASE)
"""How GitHub is told of an issue by its number; it looks after backslashes are gone."""


def markdown_text(document: Document, *, details: bool = False) -> str:
    """Render a document; its plots appear as the tables that say the same.

    Args:
        document: The document.
        details: Whether what most readers skip is closed until somebody opens it, as GitHub and
            GitLab can.
    """
    blocks = [text for text in _document(document, details=details) if text]
    return "\n\n".join(blocks) + "\n"


def escaped(text: str) -> str:
    """One line of data that Markdown shows as it is: no markup, HTML, link or mention.

    A zero-width space after ``@`` keeps GitHub from notifying people whom a model names, and one
    after ``#`` before a number from telling an issue that it is mentioned. Others keep short names
    between colons from becoming emojis, and what looks like a commit from becoming a link.
    """
    line = _plain(text)
    line = _SPECIAL.sub(r"\\\1", line).translate(_ENTITIES)
    line = _LIST.sub(r"\1\\\2", line)
    return _INDENT.sub(lambda indent: "&nbsp;" * len(indent[0]), line)


def _document(document: Document, *, details: bool) -> Iterator[str]:
    yield f"# {escaped(document.title)}"
    if document.banner:
        yield f"> **{escaped(document.banner)}**"
    yield escaped(document.subtitle)
    yield "\n".join(_headline(verdict) for verdict in document.headlines)
    yield f"{document.warning}; see the end." if document.warning else ""
    for section in document.sections:
        yield from _section(section, details=details)
    yield f"---\n\n{escaped(document.footer)}" if document.footer else ""


def _headline(verdict: Verdict) -> str:
    sign, outcome = _SIGNS[tone(verdict.outcome)], Outcome.of(verdict)
    text = f"- {sign} **{escaped(outcome.text)}** {escaped(headline_about(verdict))}"
    text += f": {escaped(verdict.reason)}"
    if (estimate := beside(verdict)) is not None:
        text += f" ({escaped(described(estimate, percent=verdict.name in SHARES))})"
    return text


def _section(section: Section, *, details: bool) -> Iterator[str]:
    yield f"## {escaped(section.title)}"
    yield escaped(section.summary)
    for block in section.blocks:
        if details and isinstance(block, Fold):
            yield f"<details>\n<summary>{_summary(block.title)}</summary>"
            yield from _block(block)
            yield "</details>"
        else:
            yield from _block(block)


def _summary(text: str) -> str:
    """One line of data in a line of HTML, where a backslash is a backslash."""
    return _plain(text).translate(_ENTITIES)


def _plain(text: str) -> str:
    """One line in which nothing becomes a link or an emoji by itself."""
    line = _NUMBERED.sub("\\1\u200b", one_line(text))
    return _BARE.sub("\\g<0>\u200b", line)


def _block(block: Block) -> Iterator[str]:
    match block:
        case Paragraph():
            yield escaped(block.text)
        case Bullets():
            yield "\n".join(f"- {escaped(item)}" for item in block.items)
        case Code():
            # Indented by four, so that no line of it can end the block.
            yield "\n".join(f"    {visible(line)}" for line in block.text.split("\n"))
        case KeyValue():
            yield "\n".join(f"- {escaped(name)}: {escaped(value)}" for name, value in block.pairs)
        case Table():
            yield from _table(block)
        case Plot() | Fold():
            for table in block.tables:
                yield from _table(table)
        case UnitCards() | ChangeCards():
            for card in block.cards:
                yield from _change(card) if isinstance(card, ChangeCard) else _card(card)


def _table(table: Table) -> Iterator[str]:
    yield f"**{escaped(table.caption)}**"
    notes = table.footnotes()
    rule = ["---:" if column.right else ":---" for column in table.columns]
    cells = ([_cell(cell, notes) for cell in row] for row in table.rows)
    yield _grid([escaped(column.name) for column in table.columns], rule, cells)
    yield "\\\n".join(f"({place}) {escaped(reason)}" for reason, place in notes.items())
    yield "\\\n".join(map(escaped, table.notes()))


def _grid(names: Sequence[str], rule: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (names, rule, *rows))


def _cell(cell: Cell, notes: Mapping[str, int]) -> str:
    match cell:
        case None:
            return ""
        case int():
            return f"{cell:,}"
        case str():
            return escaped(cell)
        case Outcome():
            return f"{_SIGNS[tone(cell.word)]} {escaped(cell.text)}"
    percent = isinstance(cell, Percent)
    estimate = cell.estimate if isinstance(cell, Percent) else cell
    note = f" ({notes[estimate.reason]})" if estimate.reason else ""
    if estimate.value is None:
        return f"none{note and ', see' + note}"
    return numbers(estimate, percent=percent) + note


def _card(card: UnitCard) -> Iterator[str]:
    unit = card.unit
    facts = [escaped(name) for name in (unit.example, unit.system, unit.dimension)]
    if unit.score is not None:
        facts.append(f"score {unit.score:.2f}")
    if unit.spread is not None:
        facts.append(f"spread {unit.spread:.2f}")
    yield f"### {', '.join(facts)}"
    for name, text in card.texts.named(unit.dimension):
        yield f"{name}:\n\n" + _quoted(text)
    rows = (
        [escaped(text) for text in (r.rater, r.kind, shown, r.reason or "")]
        for r in unit.ratings
        for shown in (rating(r.value, yes_no=card.yes_no),)
    )
    yield _grid(["Rater", "Kind", "Rating", "Reason"], [":---", ":---", "---:", ":---"], rows)


def _change(card: ChangeCard) -> Iterator[str]:
    change = card.change
    facts = [escaped(name) for name in (change.example, change.dimension, change.why)]
    yield f"### {', '.join(facts)}"
    for name, text in (("Question", card.question), ("Reference", card.reference)):
        if text is not None:
            yield f"{name}:\n\n" + _quoted(text)
    for system, score, answer in card.sides:
        told = f"{escaped(system)}, {rating(score, yes_no=card.yes_no)}"
        yield told if answer is None else f"{told}:\n\n" + _quoted(answer)


def _quoted(text: str) -> str:
    cut = text if len(text) <= _TEXT_SHOWN else text[:_TEXT_SHOWN] + " …"
    lines = [escaped(line) or "&nbsp;" for line in visible(cut).split("\n")]
    return "\n".join(f"> {line}\\" for line in lines).removesuffix("\\")
