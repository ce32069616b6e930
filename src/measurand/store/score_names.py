"""Names of systems: which differ by spelling alone, and which are kept apart."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from measurand.store.score_columns import listed

__all__ = ["alike", "normal_name"]

_BETWEEN_DIGITS = re.compile(r"(?<=\d)([\W_]+)(?=\d)")


def normal_name(name: str) -> str:
    """A name without what spellings differ by: case, spaces and punctuation.

    Not without what tells models apart: a plus, and what stands between two digits. ``GPT-4`` is
    ``gpt_4``; ``Command R`` is not ``Command R+``, nor is ``3.5`` ``35`` or ``2-7``.
    """
    parts = _BETWEEN_DIGITS.split(name.casefold())
    # Every second part is what stands between digits.
    for place, part in enumerate(parts):
        if place % 2:
            parts[place] = "." if part == "." else "-"
        else:
            parts[place] = "".join(one for one in part if one.isalnum() or one == "+")
    return "".join(parts)


def alike(systems: Sequence[str]) -> Iterator[str]:
    """Names that differ by spelling alone, which are kept apart."""
    by: dict[str, list[str]] = {}
    for name in systems:
        by.setdefault(normal_name(name), []).append(name)
    pairs = [" and ".join(names) for names in by.values() if len(names) > 1]
    if pairs:
        yield (
            f"names that differ by spelling alone are kept apart, as different systems: "
            f"{listed(pairs)}; where they are one, give it one name (--names)"
        )
