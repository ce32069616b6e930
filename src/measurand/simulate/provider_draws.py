"""Random numbers that hang on words alone: the same words, the same numbers, in any order."""

from __future__ import annotations

from hashlib import blake2b
from math import log
from statistics import NormalDist
from struct import unpack

from measurand.core.sampling import draw

__all__ = ["DRAWS", "draw", "draws", "logistic", "name_of", "normal"]

DRAWS = 8
"""How many numbers the same words give."""

_UNIT = 2.0**-64
_BETWEEN = "\x1f"
_NORMAL = NormalDist()
_LEAST = 1e-12


def draws(*words: object) -> tuple[float, ...]:
    """`DRAWS` numbers from 0 to 1, independent of each other."""
    digest = blake2b(_BETWEEN.join(map(str, words)).encode("utf-8", "surrogatepass"))
    return tuple(number * _UNIT for number in unpack("<8Q", digest.digest()))


def name_of(*words: object) -> str:
    """24 hexadecimal digits."""
    joined = _BETWEEN.join(map(str, words)).encode("utf-8", "surrogatepass")
    return blake2b(joined, digest_size=12).hexdigest()


def normal(share: float) -> float:
    """The standard normal number below which this share lies."""
    return _NORMAL.inv_cdf(min(max(share, _LEAST), 1 - _LEAST))


def logistic(share: float) -> float:
    """The standard logistic number below which this share lies."""
    held = min(max(share, _LEAST), 1 - _LEAST)
    return log(held / (1 - held))
