"""JSON of many small values: some bytes of a file take fifty times as many in memory."""

from __future__ import annotations

import re

__all__ = ["VALUE_LIMIT", "crowded"]

VALUE_LIMIT = 10**6
"""Values that a line may hold."""

_MARKS = (b",", b"[", b"{")
"""One of these stands before, or behind, every value."""
_TEXT = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)


def crowded(raw: bytes, most: int = VALUE_LIMIT) -> bool:
    """Whether JSON, before it is decoded, holds more values than that; texts count as one each.

    Args:
        raw: The JSON, which may be none.
        most: How many values it may hold, each of at most some 100 bytes in memory.
    """
    if sum(map(raw.count, _MARKS)) <= most:
        return False
    # Commas within texts are no values: the longer way, where there are many.
    found = at = 0
    for text in _TEXT.finditer(raw):
        found += _between(raw, at, text.start())
        if found > most:
            return True
        at = text.end()
    return found + _between(raw, at, len(raw)) > most


def _between(raw: bytes, start: int, end: int) -> int:
    return sum(raw.count(mark, start, end) for mark in _MARKS)
