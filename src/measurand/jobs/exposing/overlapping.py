"""The set against texts that systems may have seen, as one test among others."""

from __future__ import annotations

from collections.abc import Sequence

from measurand.analysis.exposure import Exposure, ExposureOptions, not_run
from measurand.jobs.exposing.corpora import Corpus
from measurand.store.dataset import Dataset

__all__ = ["overlap_test"]


def overlap_test(dataset: Dataset, corpora: Sequence[Corpus], options: ExposureOptions) -> Exposure:
    """What of the set stands in the texts."""
    del dataset, corpora, options
    return not_run("overlap", "It is run by: measurand data overlap.")
