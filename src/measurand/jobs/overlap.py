"""How much of an evaluation set stands in corpora of any size."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from measurand.analysis.overlap import Account, OverlapOptions
from measurand.analysis.overlap import overlap as analyse
from measurand.analysis.overlap_needles import Sought, Tally, sought_in
from measurand.analysis.overlap_result import Overlap, TierName
from measurand.core.example import Example
from measurand.core.record import Place
from measurand.jobs.exposing.corpora import Corpus, CorpusAccount, files_of
from measurand.jobs.exposing.passages import Block, Passage, blocks, passages
from measurand.stats.arrays import Floats
from measurand.texts.encoder import Encoder, hashed_encoder
from measurand.texts.likeness import Likeness
from measurand.texts.needles import LEAST, Needles
from measurand.texts.plain import plain
from measurand.texts.scan import Scan, Span

__all__ = ["SLOW_BYTES", "overlap"]

SLOW_BYTES = 64 * 2**20
"""Bytes of corpora up to which everything is held against every passage unless that is asked for:
the tiers of likeness are ten to fifty times slower than those of words."""

_SLOW: tuple[TierName, ...] = ("near-duplicate", "embedding")
_BATCH = 1024
_SAME = 0.9
"""Likeness from which two texts of a set are one text twice, and no measure of what is unlike."""

Tell = Callable[[int], None]


def overlap(
    examples: Iterable[Example],
    corpora: Sequence[Corpus],
    *,
    options: OverlapOptions | None = None,
    encoder: Encoder | None = None,
    tell: Tell = lambda _: None,
) -> Overlap:
    """Look for the texts of examples in corpora, by every tier.

    Files are read piece by piece; memory does not grow with them. A file that cannot be read, or
    a row, is listed, and the others are read all the same.

    Args:
        examples: The set.
        corpora: Files and folders: text, Markdown, JSON Lines, JSON, CSV; each also gzipped.
        options: What counts as found.
        encoder: Of the embedding tier; by default by hashed n-grams.
        tell: Told of bytes that were read, as they are.
    """
    chosen = options or OverlapOptions()
    held = tuple(examples)
    sought = sought_in(held)
    read = CorpusAccount(tell)
    files = [(corpus.kind, path) for corpus in corpora for path in files_of(corpus, read)]
    not_run = _not_run(chosen, files)
    search = _Search.of(sought, chosen, not_run=not_run, encoder=encoder)
    for kind, path in files:
        search.file(path, kind, read)
    account = Account(
        searched=tuple(read.searched.items()),
        read=sum(read.read.values()),
        unread=tuple(read.unread),
        remarks=tuple(read.remarks),
        not_run=not_run,
        compared=search.compared,
    )
    names = [example.id for example in held]
    return analyse(names, sought, search.tally, options=chosen, account=account)


def _not_run(options: OverlapOptions, files: Sequence[tuple[str, Path]]) -> dict[TierName, str]:
    """The tiers that are not run, and why."""
    if options.tiers is not None:
        return {name: "it was not asked for" for name in _SLOW if name not in options.tiers}
    size = sum(path.stat().st_size for _, path in files if path.exists())
    if size <= SLOW_BYTES:
        return {}
    why = (
        f"the corpora have {size / 1e6:,.0f} MB and this tier reads a few MB a second: ask for it "
        "by name"
    )
    return dict.fromkeys(_SLOW, why)


@dataclass(slots=True)
class _Search:
    """What is looked for, and what was found up to now."""

    needles: Needles
    tally: Tally
    like: tuple[_Alike, ...]
    compared: int = 0

    @classmethod
    def of(
        cls,
        sought: Sequence[Sought],
        options: OverlapOptions,
        *,
        not_run: Iterable[TierName],
        encoder: Encoder | None,
    ) -> _Search:
        needles = Needles([one.text for one in sought], options.span)
        able = [at for at in range(len(sought)) if needles.size(at) >= LEAST]
        texts = [sought[at].text for at in able]
        like: list[_Alike] = []
        if able and "near-duplicate" not in not_run:
            few = Likeness(texts)
            own = _floors(few.own(), options.near)
            like.append(_Near(tuple(able), own, few))
        if able and "embedding" not in not_run:
            encode = encoder or hashed_encoder()
            vectors = encode(texts)
            own = _floors(vectors @ vectors.T, options.cosine)
            like.append(_Embedded(tuple(able), own, encode, vectors))
        return cls(needles, Tally(needles, options.n, options.span), tuple(like))

    def file(self, path: Path, kind: str, account: CorpusAccount) -> None:
        """Look through one file."""
        name = str(path)
        scan = Scan(self.needles)
        for block in blocks(path, account):
            self._spans(scan.feed(plain(block.text)), name, kind)
            if self.like:
                self._passages(block, name, kind)
        self._spans(scan.feed(b"", last=True), name, kind)

    def _spans(self, found: Iterable[Span], name: str, kind: str) -> None:
        for span in found:
            self.tally.span(span, Place(name, span.line + 1), kind)

    def _passages(self, block: Block, name: str, kind: str) -> None:
        going = passages(block)
        while batch := list(islice(going, _BATCH)):
            for tier in self.like:
                self.compared += len(batch) * len(tier.texts)
                for text, passage, likeness in tier.found(batch):
                    place = Place(name, passage.line)
                    self.tally.like(text, tier.name, likeness, place=place, kind=kind)


@dataclass(frozen=True, slots=True)
class _Near:
    """Texts that passages are held against by their words."""

    texts: tuple[int, ...]
    floors: Floats
    few: Likeness
    name: TierName = "near-duplicate"

    def found(self, batch: Sequence[Passage]) -> Iterator[tuple[int, Passage, float]]:
        """The texts that passages are alike enough to."""
        pairs = self.few.among([passage.text for passage in batch], self.floors)
        for at, other, likeness in zip(*(part.tolist() for part in pairs), strict=True):
            yield self.texts[other], batch[at], likeness


@dataclass(frozen=True, slots=True)
class _Embedded:
    """Texts that passages are held against by their vectors."""

    texts: tuple[int, ...]
    floors: Floats
    encode: Encoder
    vectors: Floats
    name: TierName = "embedding"

    def found(self, batch: Sequence[Passage]) -> Iterator[tuple[int, Passage, float]]:
        """The texts that passages are near enough to."""
        cosines = self.encode([passage.text for passage in batch]) @ self.vectors.T
        for at, other in np.argwhere(cosines >= self.floors).tolist():
            yield self.texts[other], batch[at], min(float(cosines[at, other]), 1.0)


_Alike = _Near | _Embedded


def _floors(own: Floats, least: float) -> Floats:
    """How alike a passage must be to each text: more than any other text of the set is."""
    held = own.copy()
    np.fill_diagonal(held, 0)
    held[held >= _SAME] = 0
    floors: Floats = np.maximum(held.max(axis=1, initial=0) + 1e-9, least)
    return floors
