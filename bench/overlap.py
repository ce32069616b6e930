"""A set of 430 examples looked for in a gigabyte of generated text."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from bench.clock import Contest, Sample, Side, command
from bench.overlap_peers import janitor, numpy_hashes, plain_set, tokenised
from bench.row import Row, Setting
from measurand.analysis.overlap import OverlapOptions
from measurand.core.example import Example, Message
from measurand.jobs.exposing.corpora import Corpus
from measurand.jobs.overlap import overlap

__all__ = ["ROWS", "scan", "write_corpus"]

_SEED = 7
_ROOT = Path(__file__).parents[1]
_GIGABYTE, _TINY = 10**9, 200_000
_BLOCK = 1 << 24
_SCAN = """
import json, sys
from pathlib import Path
from bench.overlap import scan
scan(Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text()))
"""
_Peer = Callable[[Sequence[str]], Callable[[bytes], int]]


def _sentences(rng: np.random.Generator, words: int) -> list[str]:
    """Words that are as often as in prose, in sentences."""
    known = ["".join(rng.choice(list("etaoinshrdlu"), rng.integers(2, 10))) for _ in range(50_000)]
    weights = 1 / np.arange(2, 50_002)
    drawn = rng.choice(50_000, words, p=weights / weights.sum())
    ends = np.flatnonzero(rng.random(words) < 1 / 17)  # a sentence has some 17 words
    told = [known[at] for at in drawn]
    for end in ends.tolist():
        told[end] += ".\n" if end % 3 == 0 else ","
    return told


def write_corpus(file: Path, size: int) -> list[str]:
    """A file of so many bytes, and 430 texts of which the last one stands in it."""
    rng = np.random.default_rng(_SEED)
    words = _sentences(rng, min(size, _BLOCK) // 6)
    block = " ".join(words).encode() + b"\n"
    texts = [
        " ".join(_sentences(rng, int(rng.integers(20, 120) if at % 2 else rng.integers(5, 13))))
        for at in range(4)
    ]
    order = [rng.permutation(text.split()).tolist() for text in texts for _ in range(108)]
    texts = [" ".join(row) for row in order][:429]
    planted = " ".join(rng.permutation(words)[:40])
    with file.open("wb") as stream:
        stream.write(planted.encode() + b"\n")
        while stream.tell() < size:
            start = int(rng.integers(0, len(block) // 2))
            stream.write(block[block.index(b" ", start) : size - stream.tell() + start])
            stream.write(b"\n")
    return [*texts, planted]


def scan(file: Path, texts: Sequence[str]) -> None:
    """Look for texts in a file; the last one, and no other, stands in it."""
    examples = [
        Example(id=str(at), messages=(Message("user", text),)) for at, text in enumerate(texts)
    ]
    options = OverlapOptions(tiers=("verbatim", "rows", "span"))
    found = overlap(examples, [Corpus(file)], options=options)
    if found.found != (str(len(texts) - 1),):
        raise RuntimeError(f"found {found.found}")


def _whole(setting: Setting) -> Contest:
    """All of the file in a process of its own, against a share of it."""
    file, needles = setting.folder / "corpus.txt", setting.folder / "needles.json"
    texts = write_corpus(file, setting.size(_GIGABYTE, _TINY))
    needles.write_text(json.dumps(texts), encoding="utf-8")
    words = [sys.executable, "-c", _SCAN, str(file), str(needles)]
    return Contest(command(words, folder=_ROOT), _timed(file, tokenised, share=0.1))


def _tenth(setting: Setting, *, peer: _Peer, share: float) -> Contest:
    """A tenth of the bytes in this process, against a share of them."""
    file = setting.folder / "corpus.txt"
    texts = write_corpus(file, setting.size(_GIGABYTE // 10, _TINY))

    def ours() -> Sample:
        start = time.process_time()
        scan(file, texts)
        return Sample(time.process_time() - start)

    ours()
    return Contest(ours, _timed(file, peer(texts), share=share))


def _timed(file: Path, search: Callable[[bytes], int], *, share: float) -> Side:
    """A search of the first part of a file, told as if it had been of all."""
    size = file.stat().st_size
    part = max(int(size * share), min(size, _TINY))

    def side() -> Sample:
        start = time.process_time()
        with file.open("rb") as stream:
            left = part
            while left > 0 and (piece := stream.read(min(left, 1 << 20))):
                search(piece)
                left -= len(piece)
        return Sample((time.process_time() - start) * size / part)

    return side


_OURS = (
    "430 examples in 1 GB of text: `jobs.overlap`, whole texts, rows and spans, in a new process"
)
_TENTH = "430 examples in 100 MB of text: `jobs.overlap`, as above, in this process"

ROWS = (
    Row(
        name="overlap-read",
        ours=_OURS,
        baseline="reading the same bytes and `bytes.split`, measured on a tenth",
        prepare=_whole,
        rounds=3,
        aim_seconds=10,
        aim_peak=150 * 10**6,
        warm=False,
    ),
    Row(
        name="overlap-janitor",
        ours=_TENTH,
        baseline="the janitor of lm-evaluation-harness, in Python, measured on 1 MB",
        prepare=partial(_tenth, peer=janitor, share=0.01),
        rounds=3,
        aim=0.05,
        warm=False,
    ),
    Row(
        name="overlap-set",
        ours=_TENTH,
        baseline="a plain set of rows of 13 words, measured on 10 MB",
        prepare=partial(_tenth, peer=plain_set, share=0.1),
        rounds=3,
        aim=0.2,
        warm=False,
    ),
    Row(
        name="overlap-numpy",
        ours=_TENTH,
        baseline="hashes of rows of 13 words in numpy, measured on 10 MB",
        prepare=partial(_tenth, peer=numpy_hashes, share=0.1),
        rounds=3,
        aim=0.2,
        warm=False,
    ),
)
