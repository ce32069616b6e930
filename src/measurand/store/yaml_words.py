"""What is wrong with a file that is not YAML: in words, with the likely cause."""

from __future__ import annotations

import re
from typing import NamedTuple

from yaml import SafeLoader, YAMLError, scan
from yaml.error import MarkedYAMLError
from yaml.tokens import AliasToken

from measurand.errors import Fault

__all__ = ["alias_fault", "syntax_fault"]


class _Cause(NamedTuple):
    """What the parser says, and what that usually means.

    In the words, ``{0}`` is the first group of the pattern and ``{start}`` the line on which the
    parser began what it could not finish.
    """

    said: re.Pattern[str]
    problem: str
    remedy: str
    at_start: bool = False
    """Whether the mistake is where that began, and not where the parser stopped."""


def _cause(said: str, problem: str, remedy: str, *, at_start: bool = False) -> _Cause:
    return _Cause(re.compile(said), problem, remedy, at_start)


_CAUSES = (
    _cause(
        "could not find expected ':'",
        "this line is no key with a value",
        "is a colon missing on line {start}?",
        at_start=True,
    ),
    _cause(
        "mapping values are not allowed",
        "a colon stands where none can",
        "put text that holds a colon in quotes, or check how far the line is indented",
    ),
    _cause(
        r"character '\\t'", "a tab stands where only spaces can", "indent with spaces, not tabs"
    ),
    _cause(
        "character '(.+)' that cannot start",
        "unquoted text cannot start with {0}",
        "put the text in quotes",
    ),
    _cause(
        r"expected ',' or '.', but got '\?'",
        "a question mark ends unquoted text between brackets",
        "put the text in quotes",
    ),
    _cause(
        "expected ',' or '(.)'",
        "the bracket that opens on line {start} is not closed",
        "close it with {0}, and put a comma between its entries",
    ),
    _cause(
        "unexpected end of stream",
        "the quote that opens on line {start} is not closed",
        "close it, or leave both quotes out",
        at_start=True,
    ),
    _cause(r"found '([\]}])'", "{0} closes nothing", "take it away, or put the text in quotes"),
    _cause(
        "found '<scalar>'",
        "text follows after the end of a value",
        "put all of the value in one pair of quotes, or check how far the line is indented",
    ),
    _cause(
        "expected <block end>|<document start>|entries are not allowed|keys are not allowed",
        "the line does not fit the lines above it",
        "indent it exactly as the other lines that belong together with it",
    ),
    _cause(
        "another document",
        "a second document starts here",
        "take away the line of three dashes, or make two files",
    ),
    _cause(
        "undefined alias '(.*)'",
        "*{0} refers to nothing",
        "put text that starts with a star in quotes",
    ),
    _cause(
        "escape character",
        "a backslash in double quotes starts no known escape",
        "use single quotes, in which a backslash is a backslash",
    ),
)


def syntax_fault(problem: YAMLError, file: str) -> Fault:
    """The fault of a file that the parser refused."""
    mark = problem.problem_mark if isinstance(problem, MarkedYAMLError) else None
    if not isinstance(problem, MarkedYAMLError) or mark is None:
        return Fault("the file holds a character that YAML does not allow", file)
    said = f"{problem.problem} {problem.context or ''}"
    line = mark.line + 1
    start = line if problem.context_mark is None else problem.context_mark.line + 1
    for cause in _CAUSES:
        if found := cause.said.search(said):
            told = [text.format(*found.groups(), start=start) for text in cause[1:3]]
            return Fault(told[0], file, start if cause.at_start else line, remedy=told[1])
    return Fault(f"the file is not YAML from here on: {problem.problem}", file, line)


def alias_fault(text: str, file: str) -> Fault | None:
    """The fault of a file that refers to its own parts; None where it does not, or is no YAML.

    A small file unfolds into a huge one by such references, and a mapping needs none.

    Args:
        text: The text of the file.
        file: Its name.
    """
    try:
        for token in scan(text, SafeLoader):
            if isinstance(token, AliasToken):
                line = token.start_mark.line + 1
                remedy = "write out what it stands for"
                return Fault("an alias is not followed here", file, line, remedy=remedy)
    except YAMLError:  # said by whoever reads it
        return None
    return None
