"""Corpora as lines to be scanned and as passages to be held against something, with their places.

What stands in rows is told apart into its texts: of JSON and JSON Lines every string, of CSV every
cell. Anything else is text. A line of what is scanned is a line of the file, or an entry of a JSON
array.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from measurand.jobs.exposing.corpora import CorpusAccount, pieces
from measurand.store.crowded import DOCUMENT_VALUES, VALUE_LIMIT, crowded
from measurand.store.lines import LINE_LIMIT

__all__ = ["Block", "Passage", "blocks", "passages"]

_DOCUMENT = 8 * LINE_LIMIT
_BLOCK = 1 << 18
_LONG, _PIECE = 4000, 1000
_LINES = 60
_SHORTEST = 12
_TABLES = {".csv": ",", ".tsv": "\t"}
_ROWS, _DOCUMENTS = (".jsonl", ".ndjson"), (".json",)
_BROKEN = 20
"""Rows that are named of those that could not be read; the others are counted."""
_GAP = re.compile(r"\n\s*\n")


class Passage(NamedTuple):
    """A text that something can be like: a line, a paragraph, a cell.

    Attributes:
        text: The text.
        line: Where it starts, from 1.
    """

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Block:
    """Some lines of a file.

    Args:
        text: The lines; the next block goes on where this one ends.
        line: The first of them, from 1.
        rows: What is in them, where the file has rows: their texts, by line.
    """

    text: bytes
    line: int
    rows: tuple[tuple[int, tuple[str, ...]], ...] | None = None


def blocks(path: Path, account: CorpusAccount) -> Iterator[Block]:
    """A file, block by block; what cannot be read is listed.

    Args:
        path: The file.
        account: Receives how much was read, and what is wrong.
    """
    going = pieces(path, account)
    suffix = Path(path.name.lower().removesuffix(".gz")).suffix
    if suffix in _ROWS:
        yield from _blocked(_json_rows(going, path, account))
    elif suffix in _DOCUMENTS:
        yield from _document(going, path, account)
    elif suffix in _TABLES:
        yield from _blocked(_cells(going, path, account, delimiter=_TABLES[suffix]))
    else:
        yield from _plain(going)


def passages(block: Block) -> Iterator[Passage]:
    """The lines and paragraphs of a block that have a few words.

    Of a row every text; of a text the lines, and the paragraphs of up to 60 lines. Lines longer
    than 4,000 characters are cut into pieces of 1,000.
    """
    if block.rows is None:
        yield from _split(block.text.decode("utf-8", "replace"), block.line)
        return
    for line, texts in block.rows:
        for text in texts:
            if len(text) <= _LONG:
                yield from _whole(text, line)
            else:
                yield from (Passage(one.text, line) for one in _split(text, line))


def _plain(going: Iterator[bytes]) -> Iterator[Block]:
    """Text, cut after line ends, or at least between words."""
    line, rest = 1, b""
    for piece in going:
        rest += piece
        while len(rest) >= _BLOCK:
            end = _cut(rest)
            yield Block(rest[:end], line)
            line += rest.count(b"\n", 0, end)
            rest = rest[end:]
    if rest:
        yield Block(rest, line)


def _cut(text: bytes) -> int:
    """Where to cut: between paragraphs, lines or words, or at least between characters."""
    for mark in (b"\n\n", b"\n", b" "):
        if (found := text.rfind(mark, _BLOCK // 2, _BLOCK)) >= 0:
            return found + len(mark)
    end = _BLOCK
    while end < len(text) and text[end] & 0xC0 == 0x80:  # noqa: PLR2004 - inside a character
        end += 1
    return end


class _Row(NamedTuple):
    """A row: its line, its texts, how many lines it takes."""

    line: int
    texts: tuple[str, ...]
    lines: int = 1


def _blocked(rows: Iterator[_Row]) -> Iterator[Block]:
    """Rows as lines: the texts of a row in its first line, the line ends of its lines behind."""
    held: list[_Row] = []
    size = 0
    for row in rows:
        held.append(row)
        size += sum(map(len, row.texts))
        if size >= _BLOCK:
            yield _block(held)
            held, size = [], 0
    if held:
        yield _block(held)


def _block(rows: list[_Row]) -> Block:
    parts = []
    for row in rows:
        parts.append(" ".join(row.texts).replace("\n", " "))
        parts.append("\n" * row.lines)
    text = "".join(parts).encode("utf-8", "replace")
    return Block(text, rows[0].line, tuple((row.line, row.texts) for row in rows))


def _json_rows(going: Iterator[bytes], path: Path, account: CorpusAccount) -> Iterator[_Row]:
    broken = 0
    for number, line in enumerate(_lines(going), 1):
        if line is None:
            account.fail(path, f"the line is longer than {LINE_LIMIT:,} bytes", number)
            yield _Row(number, ())
            continue
        text = line.decode("utf-8", "replace")
        if not text.strip():
            yield _Row(number, ())
            continue
        try:
            yield _Row(number, tuple(_strings(_decoded(text))))
        except (ValueError, RecursionError):
            broken += 1
            if broken <= _BROKEN:
                account.remark(path, "the line is not JSON; it is read as text", number)
            yield _Row(number, (text,))
    if broken > _BROKEN:
        account.remark(path, f"{broken - _BROKEN:,} more lines are not JSON")


def _document(going: Iterator[bytes], path: Path, account: CorpusAccount) -> Iterator[Block]:
    """A JSON document; one that is too large, or is none, is read as text."""
    held: list[bytes] = []
    size = 0
    for piece in going:
        held.append(piece)
        size += len(piece)
        if size > _DOCUMENT:
            account.remark(path, "the JSON is too large; it is read as text")
            yield from _plain(chain(held, going))
            return
    text = b"".join(held)
    if not text.strip():
        return
    try:
        value = _decoded(text.decode("utf-8", "replace"), DOCUMENT_VALUES)
    except (ValueError, RecursionError):
        account.remark(path, "the file is not JSON, or too large; it is read as text")
        yield from _plain(iter([text]))
        return
    entries = value if isinstance(value, list) else [value]
    yield from _blocked(
        _Row(number, tuple(_strings(entry))) for number, entry in enumerate(entries, 1)
    )


def _cells(
    going: Iterator[bytes], path: Path, account: CorpusAccount, *, delimiter: str
) -> Iterator[_Row]:
    csv.field_size_limit(max(LINE_LIMIT, csv.field_size_limit()))

    def lines() -> Iterator[str]:
        for number, line in enumerate(_lines(going), 1):
            if line is None:
                account.fail(path, f"the line is longer than {LINE_LIMIT:,} bytes", number)
            yield "\n" if line is None else line.decode("utf-8", "replace") + "\n"

    reader = csv.reader(lines(), delimiter=delimiter)
    start = 1
    try:
        for cells in reader:
            yield _Row(start, tuple(filter(None, cells)), reader.line_num + 1 - start)
            start = reader.line_num + 1
    except csv.Error as problem:
        account.fail(path, f"the rest cannot be read ({problem})", start)


def _lines(going: Iterator[bytes]) -> Iterator[bytes | None]:
    """The lines, without their ends; None for one that is too long to be held."""
    held: list[bytes] = []
    size = 0
    for piece in going:
        first, *more = piece.split(b"\n")
        held.append(first)
        size += len(first)
        for line in more:
            yield None if size > LINE_LIMIT else b"".join(held)
            held, size = [line], len(line)
        if size > LINE_LIMIT:
            held.clear()
    if size:
        yield None if size > LINE_LIMIT else b"".join(held)


def _decoded(text: str, most: int = VALUE_LIMIT) -> Any:
    """A JSON value.

    Raises:
        ValueError: It is none, or has more values than are held at once.
    """
    if crowded(text, most):
        raise ValueError("too many values")
    return json.loads(text)


def _strings(value: Any) -> Iterator[str]:
    """Every text in a value; keys are none."""
    if isinstance(value, str):
        if value:
            yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)


def _split(text: str, line: int) -> Iterator[Passage]:
    """The lines, and the paragraphs that have several."""
    held: list[str] = []
    for number, one in enumerate([*text.split("\n"), ""]):
        if one.strip():
            yield from _whole(one, line + number)
            held.append(one)
            continue
        if 1 < len(held) <= _LINES:
            yield Passage("\n".join(held), line + number - len(held))
        held = []


def _whole(text: str, line: int) -> Iterator[Passage]:
    """One text, or pieces of it where it is long."""
    if len(text) <= _LONG:
        if len(text) >= _SHORTEST:
            yield Passage(text, line)
        return
    yield from (Passage(text[at : at + _PIECE], line) for at in range(0, len(text), _PIECE))
