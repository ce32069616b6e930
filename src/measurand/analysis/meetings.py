"""Votes on outputs side by side as meetings of two systems, by who voted and on which dimension."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from measurand.analysis.groups import clusters_of, positions
from measurand.analysis.matrix import Codes, Floats, codes_of
from measurand.analysis.pair_votes import points_of
from measurand.analysis.result import OPINION, told
from measurand.analysis.vote import first_visits
from measurand.core.example import Example
from measurand.core.failure import STALE
from measurand.core.rating import Cell, Column, Kind, Ratings
from measurand.stats.pair_results import PairResults
from measurand.stats.robust import FEWEST_CLUSTERS

__all__ = ["PEOPLE", "SHOWN_FIRST", "Meetings", "listed", "meetings", "unread"]

PEOPLE = "people"
SHOWN_FIRST = "shown first"
"""The feature that the first was shown first (1) or second (-1)."""

_MACHINES: tuple[Kind, ...] = ("judge", "check")
_PAIR = ("system", "against")
_WORDS = 5
_SIDES: Mapping[object, float] = {"ab": 1.0, "ba": -1.0}


@dataclass(frozen=True, slots=True)
class Meetings:
    """Every decided vote of one kind of rater on one dimension.

    Args:
        raters: ``people``, or one judge.
        kind: Which of these they are.
        dimension: On which dimension.
        names: The systems that met.
        examples: The names of the examples.
        example: Place of each vote's example.
        first: Place of the one system.
        second: Place of the other.
        points: Of the first.
        shown: 1 where the first was shown first, -1 where second; NaN where unknown.
        clusters: By example, and by rater where there are six or more.
        count: How many raters.
        lost: How many votes failed.
        unread: How many said something else than who won, by what they said.
        mirrored: How many were told from both sides, and count once.
    """

    raters: str
    kind: Kind
    dimension: str
    names: tuple[str, ...]
    examples: tuple[str, ...]
    example: Codes
    first: Codes
    second: Codes
    points: Floats
    shown: Floats
    clusters: Mapping[str, Codes]
    count: int
    lost: int
    unread: Mapping[str, int]
    mirrored: int

    @property
    def opinion(self) -> bool:
        """Whether it is what a judge thinks."""
        return self.kind == "judge"

    @property
    def about(self) -> str:
        """Whose votes on what, in a few words."""
        who = f"{self.raters} (a judge's opinion)" if self.opinion else self.raters
        return f"{who} on {self.dimension}"

    @property
    def caution(self) -> str | None:
        """That so few people speak for themselves alone."""
        if self.kind != "people" or "rater" in self.clusters:
            return None
        return f"of {'this 1 rater' if self.count == 1 else f'these {self.count} raters'} only"

    def marked(self, method: str) -> str:
        """A method, with that it is an opinion where it is a judge's."""
        return f"{method}{OPINION}" if self.opinion else method

    def among(self, places: Sequence[int]) -> Meetings:
        """The meetings of these systems with each other."""
        moved = np.full(len(self.names), -1, dtype=np.int64)
        moved[list(places)] = np.arange(len(places))
        kept = np.flatnonzero((moved[self.first] >= 0) & (moved[self.second] >= 0))
        return replace(
            self,
            names=tuple(self.names[place] for place in places),
            example=self.example[kept],
            first=moved[self.first[kept]],
            second=moved[self.second[kept]],
            points=self.points[kept],
            shown=self.shown[kept],
            clusters={name: _recoded(codes[kept]) for name, codes in self.clusters.items()},
        )

    def results(self, features: Mapping[str, Floats], rows: Codes | None = None) -> PairResults:
        """The meetings, or those in these rows, with what the two differed in.

        Args:
            features: By name, of the rows that are kept.
            rows: Which rows; by default all.
        """
        kept = np.arange(self.points.size) if rows is None else rows
        columns = list(features.values())
        return PairResults(
            names=self.names,
            first=self.first[kept].astype(np.intp),
            second=self.second[kept].astype(np.intp),
            points=self.points[kept],
            features=np.column_stack(columns) if columns else np.empty((kept.size, 0)),
            labels=tuple(features),
            clusters={
                name: _recoded(codes[kept]).astype(np.intp) for name, codes in self.clusters.items()
            },
        )


def meetings(
    ratings: Ratings,
    systems: Sequence[str],
    *,
    known: Mapping[str, Example],
    chosen: bool,
) -> Iterator[Meetings]:
    """The votes of people together, and of each judge and check, by dimension.

    A person's first visit counts, and a vote that is told from both sides counts once.

    Args:
        ratings: The table; ratings with ``against`` count that are win, tie or loss.
        systems: In the order in which they are told.
        known: The examples, where they are known.
        chosen: Whether only these systems count; else those that occur only in pairs do as well.
    """
    pairs = _pairs(ratings, systems, chosen=chosen)
    met = sorted({str(name) for side in _PAIR for name in pairs.distinct(side)})
    names = tuple(dict.fromkeys((*systems, *met)))
    for who, rows in _groups(pairs):
        found = _decided(rows)
        if len(found):
            yield _of(rows, found, who, names=names, known=known)


def unread(ratings: Ratings, systems: Sequence[str], *, chosen: bool) -> Iterator[str]:
    """Votes whose words do not say who won, in a sentence for each kind of rater and dimension."""
    for (_, raters), rows in _groups(_pairs(ratings, systems, chosen=chosen)):
        words = _unread(rows)
        if not words:
            continue
        decided, count = len(_decided(rows)), sum(words.values())
        said = listed(words)
        about = f"Side by side, {raters} on {rows.distinct('dimension')[0]}"
        if decided:
            yield (
                f"{about}: {count:,} of {count + decided:,} votes say {said} and not win, tie or "
                "loss of the system. They count nowhere here, neither as ties nor in the "
                "preferences; say with a mapping what they mean, as in recode: {both bad: tie}."
            )
        else:
            yield (
                f"{about}: the ratings say {said} and not win, tie or loss of the system, so that "
                "nobody is ranked; say with a mapping what they mean, as in recode: "
                "{left: win, right: loss}."
            )


def listed(words: Mapping[str, int]) -> str:
    """Words that do not say who won, the most frequent first."""
    ordered = sorted(words, key=lambda word: (-words[word], word))
    more = len(ordered) - _WORDS
    return ", ".join(ordered[:_WORDS]) + (f" and {more} other words" if more > 0 else "")


def _pairs(ratings: Ratings, systems: Sequence[str], *, chosen: bool) -> Ratings:
    """The first votes on two outputs side by side, of these systems."""
    pairs = first_visits(ratings.filtered(ratings["against"].mask(lambda cell: cell is not None)))
    if not chosen:
        return pairs
    wanted = frozenset(systems)
    return pairs.where(system=wanted, against=wanted)


def _groups(pairs: Ratings) -> Iterator[tuple[tuple[Kind, str], Ratings]]:
    """The votes of people together, and of each judge and check, by dimension."""
    for dimension in sorted(map(str, pairs.distinct("dimension"))):
        rows = pairs.where(dimension=dimension)
        people = rows.where(kind="people")
        if len(people):
            yield ("people", PEOPLE), people
        for kind in _MACHINES:
            machine = rows.where(kind=kind)
            for rater in sorted(map(str, machine.distinct("rater"))):
                yield (kind, rater), machine.where(rater=rater)


def _decided(rows: Ratings) -> Ratings:
    return rows.filtered(rows["value"].mask(lambda cell: points_of(cell) is not None))


def _unread(rows: Ratings) -> dict[str, int]:
    """What votes say that do not say who won, and how often."""
    column = rows["value"]
    levels: dict[str, int] = {}
    for code, count in Counter(column.codes).items():
        cell = column.levels[code]
        if cell is not None and points_of(cell) is None:
            levels[told(cell)] = levels.get(told(cell), 0) + count
    return levels


def _of(
    rows: Ratings,
    votes: Ratings,
    who: tuple[Kind, str],
    *,
    names: Sequence[str],
    known: Mapping[str, Example],
) -> Meetings:
    kind, raters = who
    failed = rows.where(value=None)["failure"].mask(lambda cell: cell not in {None, STALE})
    decided = votes.filtered(_once(votes))
    present = {str(name) for side in _PAIR for name in decided.distinct(side)}
    met = tuple(name for name in names if name in present)
    first, second = (_placed(decided[side], met) for side in _PAIR)
    examples = tuple(map(str, decided.distinct("example")))
    example = _placed(decided["example"], examples)
    rater = _recoded(codes_of(decided["rater"]))
    count = int(rater.max()) + 1
    clusters = {"rater": rater} if count >= FEWEST_CLUSTERS else {}
    return Meetings(
        raters=raters,
        kind=kind,
        dimension=str(decided.distinct("dimension")[0]),
        names=met,
        examples=examples,
        example=example,
        first=first,
        second=second,
        points=_numbers(decided["value"], points_of),
        shown=_numbers(decided["order"], _SIDES.get),
        clusters={**clusters, "example": clusters_of(decided, examples, known)[example]},
        count=count,
        lost=sum(failed),
        unread=_unread(rows),
        mirrored=len(votes) - len(decided),
    )


def _once(votes: Ratings) -> bytes:
    """Which votes count: of one vote told from both sides, the side that is first by name.

    The same row twice, from one side, is for the reader of the file to see to.
    """
    names = sorted({str(name) for side in _PAIR for name in votes.distinct(side)})
    first, second = (_placed(votes[side], names) for side in _PAIR)
    points = _numbers(votes["value"], points_of)
    shown = np.nan_to_num(_numbers(votes["order"], _SIDES.get))
    turned = first > second
    own = np.zeros(len(votes), dtype=np.int64)
    for column in (
        *(codes_of(votes[name]) for name in ("example", "rater", "repeat")),
        np.minimum(first, second),
        np.maximum(first, second),
        np.where(turned, 1 - points, points),
        np.where(turned, -shown, shown),
    ):
        codes = _recoded(column)
        own = _recoded(own * (int(codes.max()) + 1) + codes)
    forward = np.zeros(int(own.max()) + 1, dtype=bool)
    forward[own[~turned]] = True
    return (~turned | ~forward[own]).astype(np.uint8).tobytes()


def _numbers(column: Column, number: Callable[[Cell], float | None]) -> Floats:
    """What each cell counts; NaN where it counts nothing."""
    found = (number(level) for level in column.levels)
    levels = np.asarray([np.nan if one is None else one for one in found], dtype=np.float64)
    return np.asarray(levels[codes_of(column)], dtype=np.float64)


def _placed(column: Column, names: Sequence[str]) -> Codes:
    return positions(column.levels, names)[codes_of(column)]


def _recoded(codes: Codes | Floats) -> Codes:
    """The same groups, numbered from 0 without gaps."""
    return np.unique(codes, return_inverse=True)[1].astype(np.int64)
