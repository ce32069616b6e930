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
from measurand.raters.checks.fences import split
from measurand.raters.checks.text import normalise

__all__ = ["Element", "MarkdownStructure", "PythonParses"]

Element = Literal["heading", "list", "table", "code"]

_LONGEST_CODE = 200_000
_HEADING = re.compile(r"^ {0,3}(#{1,6})(?=[ \t]|$)")
_LIST = re.compile(r"^[ \t]{0,12}(?:[-*+]|\d{1,9}[.)])[ \t]+\S")
_RULE = re.compile(r"^\|?:?-+:?(?:\|:?-+:?)*\|?$")


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
        blocks = [text] if self.bare else [code for tag, code in split(text)[1] if _python(tag)]
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
        lines, fences = split(output.text or "")
        headings = [
            (len(match[1]), line.strip().strip("#").strip())
            for line in lines
            if (match := _HEADING.match(line))
        ]
        tables = list(_tables(lines))
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
    at = 1
    while at < len(lines):
        rule = re.sub(r"[ \t]", "", lines[at])
        end = at + 1
        if "|" in rule and "|" in lines[at - 1] and _RULE.match(rule):
            while end < len(lines) and "|" in lines[end]:
                end += 1
            yield [_cells(row) for row in lines[at - 1 : end]]
        at = end


def _table_fault(counts: list[int]) -> str:
    odd = [row for row, cells in enumerate(counts) if cells != counts[0]]
    return f"row {odd[0]} of a table has {counts[odd[0]]} cells, not {counts[0]}" if odd else ""


def _cells(row: str) -> int:
    inner = re.sub(r"`[^`]*`|\\\|", "", row).strip().removeprefix("|").removesuffix("|")
    return inner.count("|") + 1
