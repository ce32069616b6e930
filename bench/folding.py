"""A million short texts folded, held against public libraries of MinHash."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from bench.clock import Contest, Sample, Side, command
from bench.row import Row, Setting, library

__all__ = ["ROWS"]

_SEED = 7
_TEXTS, _TINY = 1_000_000, 2_000
_PERMUTATIONS, _THRESHOLD = 64, 0.8
_FOLD = """
import sys
from measurand.texts.minhash import near_duplicates
with open(sys.argv[1], encoding="utf-8") as stream:
    found = near_duplicates(line.rstrip("\\n") for line in stream)
assert found.exact and found.near and not found.unsettled
"""
_OPENINGS = ("please tell me", "how can i", "i want to", "why does", "hello", "can you", "where is")


def write_texts(file: Path, many: int) -> None:
    """Questions of 4 to 20 words, of which a fifth were asked before and a fifth nearly so."""
    rng = np.random.default_rng(_SEED)
    known = ["".join(rng.choice(list("etaoinshrdlu"), rng.integers(2, 10))) for _ in range(20_000)]
    weights = 1 / np.arange(2, 20_002)
    sizes = rng.integers(3, 18, many)
    drawn = rng.choice(20_000, int(sizes.sum()), p=weights / weights.sum())
    ends, before = np.cumsum(sizes), rng.random(many)
    texts: list[str] = []
    for at, (size, end) in enumerate(zip(sizes.tolist(), ends.tolist(), strict=True)):
        again = texts[int(before[at] * len(texts))] if texts else ""
        if at % 5 == 0 and again:
            texts.append(again.upper())
        elif at % 5 == 1 and again:
            texts.append(f"{again} {known[drawn[end - 1]]}")
        else:
            row = " ".join(known[word] for word in drawn[end - size : end])
            texts.append(f"{_OPENINGS[at % len(_OPENINGS)]} {row}")
    file.write_text("\n".join(texts) + "\n", encoding="utf-8")


def _contest(setting: Setting, *, peer: Callable[[Sequence[str]], None], texts: int) -> Contest:
    many = setting.size(_TEXTS, _TINY)
    file = setting.folder / "texts.txt"
    write_texts(file, many)
    ours = command([sys.executable, "-c", _FOLD, str(file)], folder=setting.folder)
    return Contest(ours, _timed(file, peer, texts=min(texts, many), of=many))


def _timed(file: Path, peer: Callable[[Sequence[str]], None], *, texts: int, of: int) -> Side:
    """The first texts of a file, told as if there had been all."""
    with file.open(encoding="utf-8") as stream:
        held = [line.rstrip("\n") for line, _ in zip(stream, range(texts), strict=False)]

    def side() -> Sample:
        start = time.process_time()
        peer(held)
        return Sample((time.process_time() - start) * of / texts)

    return side


def _rows(text: str) -> list[str]:
    words = text.lower().split()
    return [*words, *map(" ".join, pairwise(words))]


def _datasketch(setting: Setting) -> Contest:
    sketch = library("datasketch")

    def fold(texts: Sequence[str]) -> None:
        index = sketch.MinHashLSH(threshold=_THRESHOLD, num_perm=_PERMUTATIONS)
        for at, text in enumerate(texts):
            made = sketch.MinHash(num_perm=_PERMUTATIONS, seed=_SEED)
            made.update_batch([row.encode() for row in _rows(text)])
            if not index.query(made):
                index.insert(at, made)

    return _contest(setting, peer=fold, texts=20_000)


def _rensa(setting: Setting) -> Contest:
    rensa = library("rensa")

    def fold(texts: Sequence[str]) -> None:
        made = rensa.RMinHash.digest_matrix_from_token_sets(
            list(map(_rows, texts)), _PERMUTATIONS, _SEED
        )
        index = rensa.RMinHashLSH(_THRESHOLD, _PERMUTATIONS, 16)
        index.query_duplicate_flags_matrix_one_shot(made)

    return _contest(setting, peer=fold, texts=200_000)


_OURS = "1,000,000 questions of 4 to 20 words folded: `near_duplicates`, in a new process"
ROWS = (
    Row(
        name="folding-datasketch",
        ours=_OURS,
        baseline="`datasketch` `MinHashLSH`, nothing verified, measured on 20,000",
        prepare=_datasketch,
        rounds=2,
        aim=0.2,
        aim_peak=10**9,
        warm=False,
    ),
    Row(
        name="folding-rensa",
        ours=_OURS,
        baseline="`rensa` (Rust): flags alone, no groups, nothing verified; on 200,000",
        prepare=_rensa,
        rounds=2,
        warm=False,
    ),
)
