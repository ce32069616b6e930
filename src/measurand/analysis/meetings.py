"""Votes on outputs side by side as meetings of two systems, by who voted and on which dimension."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from measurand.analysis.groups import clusters_of, positions
from measurand.analysis.matrix import Codes, Floats, codes_of
from measurand.analysis.pair_votes import POINTS
from measurand.analysis.result import OPINION
from measurand.analysis.vote import first_visits
from measurand.core.example import Example
from measurand.core.failure import STALE
from measurand.core.rating import Column, Kind, Ratings
from measurand.stats.pair_results import PairResults

__all__ = ["PEOPLE", "SHOWN_FIRST", "Meetings", "meetings", "undecided"]

PEOPLE = "people"
SHOWN_FIRST = "shown first"
"""The feature that the first was shown first (1) or second (-1)."""

_FEWEST = 10
"""Fewer raters, or examples, than this are these ones: errors are not clustered by them."""
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
        clusters: By rater, by example: those of which there are enough.
        count: How many raters.
        lost: How many votes failed.
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

    @property
    def opinion(self) -> bool:
        """Whether it is what a judge thinks."""
        return self.kind == "judge"

    @property
    def about(self) -> str:
        """Whose votes on what, in a few words."""
        who = f"{self.raters} (a judge's opinion)" if self.opinion else self.raters
        return f"{who} on {self.dimension}"

    def marked(self, method: str) -> str:
        """A method, with that it is an opinion where it is a judge's."""
        return f"{method}{OPINION}" if self.opinion else method

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
                name: np.unique(codes[kept], return_inverse=True)[1].astype(np.intp)
                for name, codes in self.clusters.items()
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

    A person's first visit counts.

    Args:
        ratings: The table; ratings with ``against`` count that are win, tie or loss.
        systems: In the order in which they are told.
        known: The examples, where they are known.
        chosen: Whether only these systems count; else those that occur only in pairs do as well.
    """
    pairs = ratings.filtered(ratings["against"].mask(lambda cell: cell is not None))
    if not len(pairs):
        return
    pairs = first_visits(pairs)
    if chosen:
        wanted = frozenset(systems)
        pairs = pairs.where(system=wanted, against=wanted)
    met = sorted({str(name) for side in _PAIR for name in pairs.distinct(side)})
    names = tuple(dict.fromkeys((*systems, *met)))
    for dimension in sorted(map(str, pairs.distinct("dimension"))):
        rows = pairs.where(dimension=dimension)
        yield from _of(rows.where(kind="people"), ("people", PEOPLE), names, known=known)
        for kind in _MACHINES:
            machine = rows.where(kind=kind)
            for rater in sorted(map(str, machine.distinct("rater"))):
                yield from _of(machine.where(rater=rater), (kind, rater), names, known=known)


def undecided(ratings: Ratings) -> Iterator[str]:
    """Dimensions of pairs whose words do not say who won, in a sentence each."""
    pairs = ratings.filtered(ratings["against"].mask(lambda cell: cell is not None))
    for dimension in sorted(map(str, pairs.distinct("dimension"))):
        values = pairs.where(dimension=dimension).distinct("value")
        words = sorted(value for value in values if isinstance(value, str))
        if words and not set(words) & POINTS.keys():
            yield (
                f"Side by side on {dimension}: the ratings say {', '.join(words[:_WORDS])} and not "
                "win, tie or loss of the system, so that nobody is ranked; say with a mapping what "
                "they mean, as in recode: {left: win, right: loss}."
            )


def _of(
    rows: Ratings, who: tuple[Kind, str], names: Sequence[str], *, known: Mapping[str, Example]
) -> Iterator[Meetings]:
    kind, raters = who
    decided = rows.where(value=frozenset(POINTS))
    if not len(decided):
        return
    failed = rows.where(value=None)["failure"].mask(lambda cell: cell not in {None, STALE})
    present = {str(name) for side in _PAIR for name in decided.distinct(side)}
    met = tuple(name for name in names if name in present)
    first, second = (_placed(decided[side], met) for side in _PAIR)
    examples = tuple(map(str, decided.distinct("example")))
    example = _placed(decided["example"], examples)
    shown = np.asarray([_SIDES.get(level, np.nan) for level in decided["order"].levels])
    points = np.asarray([POINTS.get(level, np.nan) for level in decided["value"].levels])
    rater = np.unique(codes_of(decided["rater"]), return_inverse=True)[1]
    yield Meetings(
        raters=raters,
        kind=kind,
        dimension=str(decided.distinct("dimension")[0]),
        names=met,
        examples=examples,
        example=example,
        first=first,
        second=second,
        points=points[codes_of(decided["value"])],
        shown=shown[codes_of(decided["order"])],
        clusters=_enough(rater, clusters_of(decided, examples, known)[example]),
        count=int(rater.max()) + 1,
        lost=sum(failed),
    )


def _enough(rater: Codes, example: Codes) -> dict[str, Codes]:
    """The ways of clustering with enough clusters; by example where neither has."""
    found = {"rater": rater, "example": example}
    enough = {name: codes for name, codes in found.items() if int(codes.max()) + 1 >= _FEWEST}
    return enough or {"example": example}


def _placed(column: Column, names: Sequence[str]) -> Codes:
    return positions(column.levels, names)[codes_of(column)]
