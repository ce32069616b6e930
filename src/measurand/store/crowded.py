"""JSON of many small values: some bytes of a file take fifty times as many in memory."""

from __future__ import annotations

import re

__all__ = ["DOCUMENT_VALUES", "VALUE_LIMIT", "crowded"]

VALUE_LIMIT = 10**6
"""Values that a line may hold."""
DOCUMENT_VALUES = 4 * VALUE_LIMIT
"""Values that a document may hold."""

_MARKS = ",[{"
"""One of these stands before, or behind, every value."""
_TEXT = re.compile(r'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)


def crowded(text: str, most: int = VALUE_LIMIT) -> bool:
    """Whether JSON, before it is decoded, holds more values than that; a text counts as one.

    Args:
        text: The JSON, which may be none.
        most: How many values it may hold, each of at most some 100 bytes in memory.
    """
    if _between(text, 0, len(text)) <= most:
        return False
    # Commas within texts are no values: the longer way, where there are many.
    found = at = 0
    for inner in _TEXT.finditer(text):
        found += _between(text, at, inner.start())
        if found > most:
            return True
        at = inner.end()
    return found + _between(text, at, len(text)) > most


def _between(text: str, start: int, end: int) -> int:
    return sum(text.count(mark, start, end) for mark in _MARKS)
