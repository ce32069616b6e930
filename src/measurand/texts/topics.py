"""What clusters of texts are about: the words that stand out in each."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from measurand.core.placeholder import PLACEHOLDER
from measurand.errors import UsageError
from measurand.stats.arrays import Floats
from measurand.texts.language import COMMON

__all__ = ["topic_names"]

_WORDS = 3
_FEWEST = 2
"""Texts of a cluster that a word stands in before it may name it: no single person's word does."""
_READ = 2_000
_KEPT = 20_000
"""Words that are weighed: those of most texts."""
_PRIOR = 500.0
_SAID = re.compile(r"[^\W\d_]{2,}(?:['\u2019][^\W\d_]+)*")
_BETWEEN = " \u00b7 "


def topic_names(texts: Sequence[str], labels: ArrayLike) -> tuple[str, ...]:
    """A name for each cluster: up to three words that set it apart from all other texts.

    A word counts once a text. It is weighed by the log of its odds in the cluster against those in
    all others, drawn towards its odds in all texts, over its standard error. Common words, what
    was redacted, and words of a single text of the cluster name nothing. A name that another
    cluster has already is told apart by a number.

    Args:
        texts: The texts.
        labels: The cluster of each, from 0.

    Returns:
        One name a cluster, none empty.

    Raises:
        UsageError: There is not one label for each text, or one is below 0.

    References:
        Monroe, Colaresi and Quinn (2008), Fightin' words, Political Analysis 16.
    """
    codes = np.asarray(labels, dtype=np.intp)
    if codes.shape != (len(texts),) or (codes < 0).any():
        raise UsageError("each text has one label, which is 0 or more")
    count = int(codes.max(initial=-1)) + 1
    words = [_words(text) for text in texts]
    spread = Counter(word for one in words for word in one)
    known = [word for word, times in spread.most_common(_KEPT) if times >= _FEWEST]
    place = {word: column for column, word in enumerate(known)}
    table = np.zeros((count, len(known)))
    for code, one in zip(codes, words, strict=True):
        table[code, [place[word] for word in one if word in place]] += 1
    return tuple(_distinct(_named(table, known, row) for row in range(count)))


def _words(text: str) -> list[str]:
    said = _SAID.findall(PLACEHOLDER.sub(" ", text[:_READ]).lower().replace("\u2019", "'"))
    return [word for word in dict.fromkeys(said) if word not in COMMON]


def _named(table: Floats, known: Sequence[str], row: int) -> str:
    if not known:
        return "no words"
    own = table[row]
    others = table.sum(axis=0) - own
    prior = _PRIOR * table.sum(axis=0) / table.sum()
    weighed = (_log_odds(own, prior) - _log_odds(others, prior)) / np.sqrt(
        1 / (own + prior) + 1 / (others + prior)
    )
    weighed[own < _FEWEST] = -np.inf
    order = np.lexsort((np.arange(len(known)), -weighed))[:_WORDS]
    told = [known[column] for column in order if weighed[column] > 0]
    return _BETWEEN.join(told) or _commonest(own, known)


def _log_odds(counts: Floats, prior: Floats) -> Floats:
    had = counts + prior
    odds: Floats = np.log(had) - np.log(np.maximum(had.sum() - had, 1.0))
    return odds


def _commonest(own: Floats, known: Sequence[str]) -> str:
    """Where nothing sets a cluster apart, what it says most."""
    order = np.argsort(-own, kind="stable")[:_WORDS]
    return _BETWEEN.join(known[column] for column in order if own[column] >= _FEWEST) or "various"


def _distinct(names: Iterable[str]) -> list[str]:
    told: list[str] = []
    seen: Counter[str] = Counter()
    for name in names:
        seen[name] += 1
        told.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return told
