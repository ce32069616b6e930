"""What examples share: the clusters, components and segments they belong to."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import numpy as np

from measurand.analysis.matrix import Codes, codes_of
from measurand.core.example import Example
from measurand.core.rating import Ratings

__all__ = [
    "clusters_of",
    "components_of",
    "drawn_of",
    "joined_by",
    "largest_cluster",
    "positions",
    "said_in",
    "segments_of",
]

Drawn = tuple[float | None, str | None]
"""The probability with which an example was drawn, and its stratum; None where it is not known."""

_Known = Mapping[str, Example]


def clusters_of(ratings: Ratings, names: Sequence[str], known: _Known) -> Codes:
    """Codes of the clusters of these examples, shape (examples,).

    Examples that share any cluster are in one, and so are those that a chain of such examples
    links: ratings of one example by different systems may name different clusters. An example
    that names none is a cluster of its own.
    """
    own = [e.cluster if (e := known.get(name)) else None for name in names]
    told = _told(ratings, "cluster", names)
    places = [
        (mine,) if mine is not None else theirs for mine, theirs in zip(own, told, strict=True)
    ]
    return _linked(places)


def largest_cluster(ratings: Ratings, known: _Known) -> int | None:
    """How many examples of the evaluation set share a cluster at most; None where none is known."""
    if not known:
        return None
    return int(np.bincount(clusters_of(ratings, tuple(known), known)).max())


def joined_by(codes: Codes, marks: Sequence[str | None]) -> Codes:
    """Clusters of which some are one, shape (examples,), since examples of theirs share a mark.

    Args:
        codes: The clusters as they are told, shape (examples,).
        marks: What is the same of examples that are of one cluster after all, as what they say;
            None where nothing is known.
    """
    told = [
        (f"code {code}",) if mark is None else (f"code {code}", f"mark {mark}")
        for code, mark in zip(codes.tolist(), marks, strict=True)
    ]
    return _linked(told)


def said_in(example: Example | None) -> str | None:
    """The conversation of an example, white space and case aside; None where nothing is said."""
    if example is None:
        return None
    said = [(one.role, " ".join(one.content.split()).casefold()) for one in example.messages]
    return json.dumps(said) if any(text for _, text in said) else None


def _linked(told: Sequence[Sequence[str]]) -> Codes:
    """Codes of what is linked by a chain of shared names, shape (places,)."""
    root = list(range(len(told)))

    def top(place: int) -> int:
        while root[place] != place:
            root[place] = root[root[place]]
            place = root[place]
        return place

    first: dict[str, int] = {}
    for place, names in enumerate(told):
        for name in names:
            ends = sorted((top(first.setdefault(name, place)), top(place)))
            root[ends[1]] = ends[0]
    tops = np.asarray([top(place) for place in range(len(told))], dtype=np.int64)
    return np.unique(tops, return_inverse=True)[1].astype(np.int64)


def components_of(ratings: Ratings, names: Sequence[str], known: _Known) -> tuple[str | None, ...]:
    """The component of each example: its own word, else the first by name that its ratings say."""
    told = _told(ratings, "component", names)
    return tuple(
        known[name].component if name in known else min(cells, default=None)
        for name, cells in zip(names, told, strict=True)
    )


def segments_of(
    ratings: Ratings, names: Sequence[str], known: _Known
) -> tuple[tuple[str, ...], ...]:
    """The segments of each example: its own word, else all that its ratings say."""
    told = _told(ratings, "segment", names)
    return tuple(
        known[name].segments if name in known else cells
        for name, cells in zip(names, told, strict=True)
    )


def drawn_of(names: Sequence[str], known: _Known) -> tuple[Drawn, ...]:
    """With which probability each example was drawn from production, and from which stratum."""
    found = (known.get(name) for name in names)
    return tuple((one.probability, one.stratum) if one else (None, None) for one in found)


def positions(levels: Sequence[object], names: Sequence[str]) -> Codes:
    """The place of each level among the names; -1 where it is none of them."""
    index = {name: place for place, name in enumerate(names)}
    return np.asarray([index.get(str(level), -1) for level in levels], dtype=np.int64)


def _told(ratings: Ratings, name: str, examples: Sequence[str]) -> list[tuple[str, ...]]:
    """What the ratings of each example say in a column: every cell, in order of appearance."""
    found: list[list[str]] = [[] for _ in examples]
    column = ratings[name]
    at = positions(ratings["example"].levels, examples)[codes_of(ratings["example"])]
    width = max(len(column.levels), 1)
    for pair in np.unique(at * width + codes_of(column)):
        place, code = divmod(int(pair), width)
        cell = column.levels[code]
        if place >= 0 and cell is not None:
            found[place].append(str(cell))
    return [tuple(cells) for cells in found]
