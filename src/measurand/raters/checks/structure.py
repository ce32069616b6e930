"""The structure of code and of Markdown."""

from __future__ import annotations

import ast
import re
import textwrap
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar, Literal, get_args

from measurand.core.example import Example
from measurand.core.output import Output
from measurand.core.rating import Measurement
from measurand.raters.checks.base import TextCheck, Unanswered, require_choice, shown, yes_no
from measurand.raters.checks.text import normalise

__all__ = ["Element", "MarkdownStructure", "PythonParses"]

Element = Literal["heading", "list", "table", "code"]

_LONGEST_CODE = 200_000
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})[ \t]*([^\n`]*)$")
_HEADING = re.compile(r"^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$")
_LIST = re.compile(r"^[ \t]{0,12}(?:[-*+]|\d{1,9}[.)])[ \t]+\S")
_RULE = re.compile(r"^[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")


@dataclass(frozen=True)
class PythonParses(TextCheck):
    """Yes when the answer's Python code is syntactically right; nothing is run.

    Args:
        dimension: The dimension it rates.
        bare: Whether the whole answer is code; otherwise the fenced blocks marked ``python`` or
            ``py`` are, each on its own.
    """

    short: ClassVar[str] = "python"
    bare: bool = False

    def rate(self, example: Example, output: Output) -> Measurement:  # noqa: ARG002 - a Check's shape
        """Parse with this interpreter's grammar; None without code."""
        text = output.text or ""
        blocks = [text] if self.bare else [code for tag, code in _blocks(text) if _python(tag)]
        if not any(block.strip() for block in blocks):
            raise Unanswered("the answer holds no Python code")
        faults = [fault for block in blocks if (fault := _fault(block))]
        return yes_no(not faults, f"{len(faults) or 'no'} faults", faults)


@dataclass(frozen=True)
class MarkdownStructure(TextCheck):
    """Yes when the answer's Markdown is sound and holds what is required.

    Sound is: every fenced block is closed, no heading is empty or skips a level, and every row
    of a table has as many cells as its head. An answer with none of these elements is not rated
    unless something is required.

    Args:
        dimension: The dimension it rates.
        require: Elements that must occur.
        headings: Headings that must occur, in this order; compared normalised.

    Raises:
        UsageError: An element is unknown.
    """

    short: ClassVar[str] = "markdown"
    require: tuple[Element, ...] = ()
    headings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for element in self.require:
            require_choice("the element", element, get_args(Element))

    def rate(self, example: Example, output: Output) -> Measurement:  # noqa: ARG002 - a Check's shape
        """Read the structure; the evidence lists its faults."""
        text = output.text or ""
        lines = list(_prose(text))
        headings = [(len(m[1]), m[2] or "") for line in lines if (m := _HEADING.match(line))]
        tables = list(_tables(lines))
        fences = list(_blocks(text))
        present = {
            "heading": bool(headings),
            "list": any(map(_LIST.match, lines)),
            "table": bool(tables),
            "code": bool(fences),
        }
        if not (self.require or self.headings or any(present.values())):
            raise Unanswered("the answer holds no Markdown structure")
        faults = [f"no {element}" for element in self.require if not present[element]]
        faults += ["a fenced block is not closed"] * any(tag is None for tag, _ in fences)
        faults += _heading_faults(headings) + _missing(self.headings, headings)
        faults += [fault for table in tables if (fault := _table_fault(table))]
        return yes_no(not faults, f"{len(faults) or 'no'} faults", faults)


def _python(tag: str | None) -> bool:
    return tag is not None and tag.lower() in {"python", "py", "python3"}


def _fault(code: str) -> str:
    if len(code) > _LONGEST_CODE:
        raise Unanswered(f"the code is longer than {_LONGEST_CODE:,} characters")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(textwrap.dedent(code))
        except SyntaxError as problem:
            return f"line {problem.lineno}: {problem.msg}"
        except ValueError as problem:  # a NUL, where the interpreter says so
            return str(problem)
        except (RecursionError, MemoryError):
            raise Unanswered("the code nests too deeply to be parsed") from None
    return ""


def _blocks(text: str) -> Iterator[tuple[str | None, str]]:
    """Fenced blocks: the first word after the fence, and the code; None for an open end."""
    fence, tag, code = "", "", list[str]()
    for line in text.splitlines():
        match = _FENCE.match(line)
        if fence and match and match[1].startswith(fence) and not match[2].strip():
            yield tag, "\n".join(code)
            fence = ""
        elif fence:
            code.append(line)
        elif match:
            fence, code = match[1], []
            tag = (match[2].split() or [""])[0]
    if fence:
        yield None, "\n".join(code)


def _prose(text: str) -> Iterator[str]:
    """The lines outside fenced blocks."""
    fence = ""
    for line in text.splitlines():
        match = _FENCE.match(line)
        if fence and match and match[1].startswith(fence) and not match[2].strip():
            fence = ""
        elif not fence and match:
            fence = match[1]
        elif not fence:
            yield line


def _heading_faults(headings: list[tuple[int, str]]) -> list[str]:
    empty = ["a heading is empty"] * any(not title.strip() for _, title in headings)
    skips = [
        f"heading {shown(title)!r} skips from level {above} to {level}"
        for (above, _), (level, title) in pairwise(headings)
        if level > above + 1
    ]
    return empty + skips


def _missing(wanted: tuple[str, ...], headings: list[tuple[int, str]]) -> list[str]:
    rest = [normalise(title) for _, title in headings]
    faults = []
    for title in wanted:
        if (key := normalise(title)) in rest:
            rest = rest[rest.index(key) + 1 :]
        else:
            faults.append(f"no heading {title!r} in its place")
    return faults


def _tables(lines: list[str]) -> Iterator[list[int]]:
    """The cells of each row of each table: its head, its rule, its rows."""
    for index, line in enumerate(lines[1:], start=1):
        if "|" in line and "|" in lines[index - 1] and _RULE.match(line):
            counts = [_cells(lines[index - 1])]
            for row in lines[index:]:
                if "|" not in row:
                    break
                counts.append(_cells(row))
            yield counts


def _table_fault(counts: list[int]) -> str:
    odd = [row for row, cells in enumerate(counts) if cells != counts[0]]
    return f"row {odd[0]} of a table has {counts[odd[0]]} cells, not {counts[0]}" if odd else ""


def _cells(row: str) -> int:
    inner = re.sub(r"`[^`]*`|\\\|", "", row).strip().removeprefix("|").removesuffix("|")
    return inner.count("|") + 1
