"""The two sides of a mismatch: an evaluation set, and a window of production."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from measurand.analysis.frame import Bools
from measurand.analysis.matrix import Floats
from measurand.errors import InsufficientData, UsageError
from measurand.stats.mmd import Sample
from measurand.stats.poststrata import kish

__all__ = ["FEWEST", "Side", "joined_tags"]

Ints: TypeAlias = NDArray[np.intp]

FEWEST = 10
"""Questions of either side below which nothing can be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """Questions as columns.

    Args:
        ids: Of the examples, or of the records.
        texts: The questions, redacted.
        vectors: Of the questions, shape (questions, dimensions), rows of unit length.
        languages: The code of each question's language.
        words: How many words each has, shape (questions,).
        segments: The tags of each.
        clusters: What it shares with others, as a conversation; None where it shares nothing.
        weights: What each stands for, as 1 over the chance with which it was drawn; None where
            all stand for as many.
        total: Questions there are, of which these are a sample; as many as these by default.
    """

    ids: tuple[str, ...]
    texts: tuple[str, ...]
    vectors: Floats
    languages: tuple[str, ...]
    words: Ints
    segments: tuple[tuple[str, ...], ...]
    clusters: tuple[str | None, ...]
    weights: Floats | None = None
    total: int = 0
    groups: Ints | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        columns: tuple[Sequence[object], ...] = (
            *(self.texts, self.languages, self.segments, self.clusters),
        )
        sizes = {len(self.vectors), len(self.words), *map(len, columns)}
        if sizes != {len(self.ids)}:
            raise UsageError("every column has one entry for each question")
        object.__setattr__(self, "groups", _groups(self.clusters))
        if not self.total:
            object.__setattr__(self, "total", len(self.ids))

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def worth(self) -> float:
        """How many questions that count alike are worth as much, by Kish."""
        return float(len(self)) if self.weights is None else kish(self.weights)

    @property
    def independent(self) -> int:
        """How many questions it has, those of one conversation counted once."""
        return len(self) if self.groups is None else int(self.groups.max()) + 1

    @property
    def sample(self) -> Sample:
        """The vectors as a sample."""
        return Sample.of(self.vectors, weights=self.weights, clusters=self.groups)

    def only(self, rows: Bools | Ints) -> Side:
        """These questions of it."""
        places = np.arange(len(self))[rows].tolist()
        return replace(
            self,
            ids=tuple(self.ids[place] for place in places),
            texts=tuple(self.texts[place] for place in places),
            vectors=self.vectors[places],
            languages=tuple(self.languages[place] for place in places),
            words=self.words[places],
            segments=tuple(self.segments[place] for place in places),
            clusters=tuple(self.clusters[place] for place in places),
            weights=None if self.weights is None else self.weights[places],
            total=self.total,
        )

    def require(self, what: str) -> None:
        """Refuse a side of which nothing can be told.

        Raises:
            InsufficientData: It has fewer than ten questions.
        """
        if len(self) < FEWEST:
            raise InsufficientData(
                f"{what} has {len(self)} questions, and a comparison needs {FEWEST} of each side; "
                "with 200 a set that is as production passes four times in five where there are "
                "six kinds"
            )


def joined_tags(tags: Sequence[str]) -> str:
    """The tags of a question as one kind."""
    return " + ".join(sorted(set(tags))) or "no segment"


def _groups(clusters: Sequence[str | None]) -> Ints | None:
    """A code for each cluster, and for each question without one; None where none is shared."""
    codes: dict[str, int] = {}
    found = np.empty(len(clusters), dtype=np.intp)
    for place, name in enumerate(clusters):
        key = f"alone {place}" if name is None else f"in {name}"
        found[place] = codes.setdefault(key, len(codes))
    return None if len(codes) == len(clusters) else found
