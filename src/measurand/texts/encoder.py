"""Texts as vectors: what an encoder is, and one that needs no model.

`hashed_encoder` counts words, pairs of words and pieces of words, each at a place that its hash
says. It knows spelling and not meaning: *refund* and *refunds* are close, *refund* and *money back*
are not. A model's embeddings know better and can be had in its place.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from measurand.core.placeholder import untagged
from measurand.errors import UsageError
from measurand.stats.arrays import Floats
from measurand.texts.language import COMMON

__all__ = ["CUT", "DIMENSIONS", "Encoder", "hashed_encoder"]

Encoder: TypeAlias = Callable[[Sequence[str]], Floats]
"""Gives each text a row of unit length, shape (texts, dimensions), whatever else is encoded with
it."""

DIMENSIONS = 512
CUT = 2_000
"""Characters of a text that count: of a longer one the first half of these and the last."""

_BATCH, _ROWS = 200_000, 1 << 16
"""Characters, and texts, that are encoded at once."""
_FEWEST = 16
_PIECES = (3, 4)
_WORTHS = np.asarray([1.0, 0.2, 0.6, 0.27, 0.12, 0.5, 0.1])
"""What counts how much: a word and one of the commonest; a pair with none of the commonest, with
one and of two; a piece of a word and of one of the commonest."""

_Hashes: TypeAlias = NDArray[np.uint64]
_Ints: TypeAlias = NDArray[np.int64]
_OTHER, _LETTER, _DIGIT, _APOSTROPHE = 0, 1, 2, 3
_APOSTROPHES = "'\u2019"
_ZERO = ord("0")
_MIX = tuple(
    np.uint64(word) for word in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
)
_KINDS = tuple(np.uint64(seed) for seed in (0xA0761D64, 0xE7037ED1, 0x8EBC6AF1, 0x589965CC))
_CODES = 0x110000
# A feature in 64 bits, from the lowest: what it counts (3), its hash (44) and a gap, its text (16).
_LEVEL_BITS, _SIGN, _ROW = np.uint64(3), np.uint64(46), np.uint64(48)
_LEVELS, _HASH = np.uint64(0b111), np.uint64((1 << 43) - 1)


def hashed_encoder(dimensions: int = DIMENSIONS) -> Encoder:
    """An encoder by signed hashing of words, pairs of words and pieces of words.

    Case, accents' composition and punctuation do not count, all digits are alike, and so are the
    tags of what was redacted; the commonest words count little. What stands c times in a text
    counts 1 + log c. Of a text longer than `CUT` characters its start and its end are read. A text
    without any word has a vector of its own, the same for all such.

    Args:
        dimensions: Columns of the vectors.

    Raises:
        UsageError: There are fewer than 16 dimensions.

    References:
        Weinberger et al. (2009), Feature hashing for large scale multitask learning, ICML.
    """
    if dimensions < _FEWEST:
        raise UsageError(f"an encoder has at least {_FEWEST} dimensions; found {dimensions}")

    def encode(texts: Sequence[str]) -> Floats:
        found = np.zeros((len(texts), dimensions))
        for start, batch in _batches(texts):
            found[start : start + len(batch)] = _encoded(batch, dimensions)
        return found

    return encode


def _batches(texts: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    start, size, batch = 0, 0, list[str]()
    for place, text in enumerate(texts):
        cut = text if len(text) <= CUT else f"{text[: CUT // 2]} {text[-(CUT // 2) :]}"
        batch.append(cut)
        size += len(cut) + 1
        if size >= _BATCH or len(batch) == _ROWS:
            yield start, batch
            start, size, batch = place + 1, 0, []
    if batch:
        yield start, batch


def _encoded(texts: Sequence[str], dimensions: int) -> Floats:
    codes, owners = _characters(texts)
    # One number a feature, its text first, so that one fast sort brings equal ones together.
    keys = np.sort(_features(codes, owners, len(texts)))
    first = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
    counts = np.diff(np.append(first, keys.size))
    kept = keys[first]
    values = _WORTHS[(kept & _LEVELS).astype(np.intp)] * (1 + np.log(counts))
    values[(kept >> _SIGN) & np.uint64(1) == 1] *= -1
    rows = (kept >> _ROW).astype(np.int64)
    places = (((kept >> _LEVEL_BITS) & _HASH) % np.uint64(dimensions)).astype(np.int64)
    flat = np.bincount(rows * dimensions + places, values, minlength=len(texts) * dimensions)
    table = flat.reshape(len(texts), dimensions)
    lengths = np.sqrt(np.einsum("ij,ij->i", table, table))
    table[lengths == 0, 0] = 1.0  # what cancels out as a whole is as good as without words
    lengths[lengths == 0] = 1.0
    return np.asarray(table / lengths[:, None], dtype=np.float64)


def _characters(texts: Sequence[str]) -> tuple[_Ints, _Ints]:
    """The characters of all texts in a row, each text ended by -1, and whose each is."""
    joined = untagged("\0".join(text.replace("\0", " ") for text in texts) + "\0")
    folded = unicodedata.normalize("NFKC", joined).lower()
    codes = np.frombuffer(folded.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.int64)
    kinds = _kinds(codes)
    kept = kinds != _APOSTROPHE
    codes, kinds = codes[kept], kinds[kept]
    ends = codes == 0
    owners = np.cumsum(ends) - ends
    codes = np.where(kinds == _DIGIT, _ZERO, np.where(kinds == _LETTER, codes, -1))
    return codes, owners


def _kinds(codes: _Ints) -> NDArray[np.int8]:
    """What each character is; only those that occur are looked up."""
    table = np.zeros(_CODES, dtype=np.int8)
    seen = np.zeros(_CODES, dtype=bool)
    seen[codes] = True
    for code in np.flatnonzero(seen):
        table[code] = _kind(int(code))
    return table[codes]


@cache
def _kind(code: int) -> int:
    character = chr(code)
    if character in _APOSTROPHES:
        return _APOSTROPHE
    category = unicodedata.category(character)
    if category == "Nd":
        return _DIGIT
    return _LETTER if category[0] in "LMN" else _OTHER


def _features(codes: _Ints, owners: _Ints, count: int) -> _Hashes:
    """Each feature as one number: its text, its hash, and what it counts; each text has one."""
    inside = codes >= 0
    before = np.concatenate(([False], inside[:-1]))
    starts = np.flatnonzero(inside & ~before)
    bare = _keys(np.zeros(count, np.uint64), np.arange(count), np.zeros(count, np.uint64))
    if not starts.size:
        return bare
    place = np.arange(codes.size)
    opened = np.maximum.accumulate(np.where(inside & ~before, place, 0))
    mixed = _mixed((codes.astype(np.uint64) << np.uint64(20)) + (place - opened).astype(np.uint64))
    sums = np.concatenate(([np.uint64(0)], np.cumsum(np.where(inside, mixed, 0), dtype=np.uint64)))
    ends = np.flatnonzero(inside & ~np.append(inside[1:], False)) + 1
    words = _mixed(sums[ends] - sums[starts])  # modulo 2^64: the sum over the word
    common = np.isin(words, _common()).astype(np.uint64)
    texts = owners[starts]
    worded = np.zeros(count, dtype=bool)
    worded[texts] = True
    spans = (starts, ends)
    return np.concatenate(
        (
            bare[~worded],
            _keys(words ^ _KINDS[0], texts, common),
            _pairs(words, texts, common),
            *(_pieces(codes, texts, common, spans=spans, size=size) for size in _PIECES),
        )
    )


def _keys(hashes: _Hashes, rows: _Ints, levels: _Hashes) -> _Hashes:
    return (
        (rows.astype(np.uint64) << _ROW)
        | ((_mixed(hashes) >> np.uint64(20)) << _LEVEL_BITS)
        | levels
    )


def _pairs(words: _Hashes, texts: _Ints, common: _Hashes) -> _Hashes:
    same = texts[1:] == texts[:-1]
    joined = _mixed(words[:-1] + _KINDS[1]) + words[1:]
    levels = np.uint64(2) + common[:-1] + common[1:]
    return _keys(joined[same], texts[:-1][same], levels[same])


def _pieces(
    codes: _Ints, texts: _Ints, common: _Hashes, *, spans: tuple[_Ints, _Ints], size: int
) -> _Hashes:
    """Rows of so many characters within a word, its edges among them."""
    padded = np.concatenate(([0], codes + 1, np.zeros(size, np.int64)))  # an edge is 0
    starts, ends = spans
    fits = np.maximum(ends - starts + 3 - size, 0)  # windows over the word and its two edges
    of = np.repeat(np.arange(starts.size), fits)
    offset = np.arange(of.size) - np.repeat(np.cumsum(fits) - fits, fits)
    at = starts[of] + offset  # in `padded`, where the edge before a word stands at its start
    found = np.full(of.size, _KINDS[size - 1], dtype=np.uint64)
    for step in range(size):
        found = found * _MIX[0] + padded[at + step].astype(np.uint64)
    return _keys(found, texts[of], np.uint64(5) + common[of])


def _mixed(values: _Hashes) -> _Hashes:
    """Each bit of the result hangs on all bits of the value (the finaliser of splitmix64)."""
    found = values + _MIX[0]
    found = (found ^ (found >> np.uint64(30))) * _MIX[1]
    found = (found ^ (found >> np.uint64(27))) * _MIX[2]
    return found ^ (found >> np.uint64(31))


@cache
def _common() -> _Hashes:
    """The hashes of the commonest words, in order."""
    words = sorted({word.replace("'", "") for word in COMMON})
    return np.sort(np.asarray([_word_hash(word) for word in words], dtype=np.uint64))


def _word_hash(word: str) -> np.uint64:
    codes = np.asarray([ord(one) for one in word], dtype=np.uint64)
    places = np.arange(codes.size, dtype=np.uint64)
    summed = _mixed((codes << np.uint64(20)) + places).sum(dtype=np.uint64)
    return np.uint64(_mixed(np.asarray([summed]))[0])
