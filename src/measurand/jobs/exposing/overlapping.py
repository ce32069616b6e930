"""The set against texts that systems may have seen, as one test among others."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from measurand.analysis.exposure import Exposure, ExposureOptions
from measurand.analysis.exposure_overlap import overlap_exposure
from measurand.analysis.overlap import OverlapOptions
from measurand.core.example import Example
from measurand.jobs.exposing.corpora import Corpus
from measurand.jobs.overlap import overlap
from measurand.store.dataset import Dataset

__all__ = ["overlap_test"]


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
    found = overlap(dataset, corpora, options=chosen, tell=tell)
    return overlap_exposure(found, size=len(dataset), least=chosen.span)
