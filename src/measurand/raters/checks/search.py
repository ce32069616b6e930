"""Users' regular expressions, with an end to every search.

A pattern such as ``(a+)+$`` can search for longer than the universe is old, and the standard
library's ``re`` cannot be interrupted. ``regex`` understands the same language and stops in time.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from measurand.errors import UsageError
from measurand.raters.checks.base import Unanswered

__all__ = ["SECONDS", "expression", "search"]

SECONDS = 1.0
"""The longest that one search of one text may take."""


def expression(pattern: str, *, ignore_case: bool = False) -> Any:
    """Compile a user's regular expression.

    Raises:
        UsageError: It is empty (and would match every text), or malformed.
    """
    regex: Any = import_module("regex")
    if not pattern:
        raise UsageError("a regular expression is empty; it would match every text")
    try:
        compiled = regex.compile(pattern, regex.IGNORECASE if ignore_case else 0)
    except (regex.error, RecursionError, OverflowError) as problem:
        raise UsageError(f"{pattern!r} is no regular expression: {problem}") from problem
    return compiled


def search(compiled: Any, text: str) -> Any:
    """The first match in the text, or None.

    Raises:
        Unanswered: The search took longer than `SECONDS`.
    """
    try:
        return compiled.search(text, timeout=SECONDS, concurrent=True)
    except TimeoutError:
        raise Unanswered(
            f"the expression {compiled.pattern!r} searched for longer than {SECONDS:g} s"
        ) from None
