"""The set against texts that systems may have seen, as one test among others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from measurand.analysis.exposure import Exposure, ExposureOptions, Outcome
from measurand.analysis.overlap import OverlapOptions
from measurand.analysis.overlap_result import Overlap, OverlapHit
from measurand.core.example import Example
from measurand.jobs.exposing.corpora import Corpus
from measurand.jobs.overlap import overlap
from measurand.store.dataset import Dataset

__all__ = ["overlap_exposure", "overlap_test"]

_SURE = frozenset({"verbatim", "rows"})
_LISTED = 50


def overlap_test(
    dataset: Dataset | Sequence[Example],
    corpora: Sequence[Corpus],
    options: ExposureOptions,
    *,
    tell: Callable[[int], None] = lambda _: None,
) -> Exposure:
    """What of the set stands in the texts.

    Args:
        dataset: The set.
        corpora: The texts.
        options: The level of intervals.
        tell: Told of bytes that were read.
    """
    chosen = OverlapOptions(level=options.level)
    return overlap_exposure(overlap(dataset, corpora, options=chosen, tell=tell), chosen)


def overlap_exposure(found: Overlap, options: OverlapOptions) -> Exposure:
    """A failure where whole texts or long rows of words were found; a hint where less was.

    A whole text counts here from as many words as a span has: shorter ones are said by anybody.
    """
    hits = [hit for hit in found.hits if hit.part != "context" and "context[" not in hit.part]
    sure = [hit for hit in hits if hit.tier in _SURE and hit.words >= options.span]
    outcome: Outcome = "fail" if sure else "hint" if hits else "nothing found"
    return Exposure(
        test="overlap",
        outcome=outcome,
        told=" ".join(_told(found)),
        findings=found.findings,
        items=tuple(_items(sure or hits)),
    )


def _told(found: Overlap) -> Iterator[str]:
    size = sum(bytes_ for _, bytes_ in found.searched)
    yield f"{len(found.searched):,} files of {size / 1e6:,.1f} MB were searched."
    yield from found.findings.readings


def _items(hits: Sequence[OverlapHit]) -> Iterator[tuple[str, str]]:
    """Where each example was found; its text is not told, as a corpus may hold anything."""
    best: dict[str, OverlapHit] = {}
    for hit in hits:
        best.setdefault(hit.example, hit)
    for name, hit in list(best.items())[:_LISTED]:
        how = f"{hit.words} words in a row" if hit.words else f"likeness {hit.likeness:.2f}"
        more = f", and {hit.count - 1:,} places more" if hit.count > 1 else ""
        yield name, f"{hit.part} at {hit.place} ({hit.kind}): {how}{more}"
