"""How far the reading of corpora is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from measurand.analysis.forecast import Forecast
from measurand.jobs.carrying import Watch
from measurand.jobs.exposing.corpora import Corpus, CorpusAccount, files_of

__all__ = ["Progress", "Telling", "reading"]

Progress = Callable[[int, int], None]
"""Told of bytes read and bytes in all."""

_EVERY = 2**22


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """Who is told how far it is.

    Args:
        ahead: Told what asking will cost, before anything is asked.
        watch: Told how far asking is.
        progress: Told how far the reading of texts is.
    """

    ahead: Callable[[Forecast], None] | None = None
    watch: Watch | None = None
    progress: Progress | None = None


def reading(
    corpora: Sequence[Corpus], progress: Progress | None, *, times: int = 1
) -> Callable[[int], None]:
    """Give a function to be told of bytes that are read.

    Gzipped files are more than they are on disk: what is read of them may exceed the whole, and is
    told as the whole.

    Args:
        corpora: The texts.
        progress: Told every few megabytes; None where nobody watches.
        times: How often they are read.
    """
    if progress is None:
        return lambda _: None
    tell = progress
    unseen = CorpusAccount()
    paths = (path for corpus in corpora for path in files_of(corpus, unseen))
    whole = times * sum(path.stat().st_size for path in paths if path.is_file())
    done = told = 0

    def read(size: int) -> None:
        nonlocal done, told
        done += size
        if done - told >= _EVERY or done >= whole > told:
            told = done
            tell(min(done, whole), whole)

    return read
