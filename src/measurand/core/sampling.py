"""Random choices that hang on words alone: the same words choose the same, in any order."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

__all__ = ["draw", "drawn"]

_UNIT = 2.0**-64
_BETWEEN = "\x1f"


def draw(*words: object) -> float:
    """A number from 0 to below 1, uniform over different words."""
    joined = _BETWEEN.join(map(str, words)).encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(joined, digest_size=8).digest(), "little") * _UNIT


def drawn(names: Iterable[str], count: int | None, *words: object) -> frozenset[str]:
    """A simple random sample without replacement; a larger one contains the smaller.

    Args:
        names: What is drawn from.
        count: How many; None, or more than there are, for all.
        words: What the choice hangs on beside the names, as a seed and a purpose.
    """
    listed = list(dict.fromkeys(names))
    if count is None or count >= len(listed):
        return frozenset(listed)
    return frozenset(sorted(listed, key=lambda name: (draw(*words, name), name))[:count])
