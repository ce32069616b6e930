"""What people's ratings of each output come to: the vote, and where nobody can say it yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import isnan
from typing import Literal, get_args

import numpy as np

from measurand.analysis.matrix import (
    Codes,
    Floats,
    RaterMatrix,
    codes_of,
    known_scales,
    rater_matrix,
)
from measurand.analysis.units import Key
from measurand.core.people import ADJUDICATION, WITHDRAWN
from measurand.core.plan import Vote as Rule
from measurand.core.rating import Cell, Rating, Ratings
from measurand.core.scale import Scale, Value
from measurand.errors import InsufficientData
from measurand.stats.consensus import mean_vote, median_vote
from measurand.stats.dawid_skene import one_coin

__all__ = [
    "OUTCOMES",
    "Outcome",
    "Vote",
    "VoteOptions",
    "adjudications",
    "first_visits",
    "settled",
    "usual_raters",
    "vote",
]

Outcome = Literal["decided", "adjudicated", "tie", "split", "too few"]
"""``split``: at least three votes, and no two alike. ``tie``: as many votes on either side."""
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)

_TORN = 2.0
"""How many levels apart the middle two of an even panel may not lie."""
_TWO, _THREE = 2, 3
_MOST_LABELS = 50
"""Beyond so many labels it is free text, and no model of the raters is fitted."""
_MOST_CELLS = 2 * 10**7
"""Beyond so many units times raters times labels a model of the raters is not fitted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteOptions:
    """How votes become one rating.

    Args:
        rule: Of grades: ``mean``, or else the median, which is the majority's grade where there
            is one. Labels, and yes/no, always go by the majority.
        raters: How many people are to look at a unit; by default three, or as many as any unit had.
        wanted: The same by unit (example, system, against), where it differs.
        confidence: Whether the raters are modelled for the confidence of labels, which takes time.
    """

    rule: Rule = "majority"
    raters: int | None = None
    wanted: Mapping[tuple[str, str, str | None], int] = field(default_factory=dict)
    confidence: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """The vote on one output (or on two side by side) on one dimension.

    Args:
        example: The example's id.
        system: Whose output.
        against: The other system, where a pair was compared.
        dimension: On which dimension.
        outcome: Whether it is decided, and if not, why not.
        value: The rating that counts; None unless decided or adjudicated.
        mean: The mean of grades, whatever the rule; None of labels.
        median: The median of grades; of an even number, halfway between the middle two.
        counts: How many gave each value, by value.
        n: How many gave any.
        cannot: How many had looked and could not say.
        needed: How many more people have to look at it.
        confidence: The probability that the label is right where each rater has one accuracy
            (one-coin Dawid-Skene); None of grades, and where it cannot be told.
    """

    example: str
    system: str
    against: str | None
    dimension: str
    outcome: Outcome
    value: Value | None
    mean: float | None
    median: float | None
    counts: tuple[tuple[Value, int], ...]
    n: int
    cannot: int
    needed: int
    confidence: float | None

    @property
    def queued(self) -> bool:
        """Whether somebody has to adjudicate: it is undecided, and nobody else will be asked."""
        return self.outcome in {"tie", "split"} or (self.outcome == "too few" and not self.needed)


def vote(
    ratings: Ratings, scales: Mapping[str, Scale], *, options: VoteOptions | None = None
) -> tuple[Vote, ...]:
    """The vote on every output that people rated.

    A tie is never given to either side. To be adjudicated are ties of labels; on grades (ordinal
    scales) at least three votes of which no two are alike, and even panels whose middle two lie
    two levels apart or more. A rater's first rating of an output counts, hidden duplicates do not.
    Who looked and cannot judge has been asked: of three people of whom one cannot, the two others
    decide, where they can; where fewer than two said anything, somebody has to adjudicate.

    Args:
        ratings: The table; people's ratings are the votes, and reference ratings by the rater
            ``adjudication`` settle those that could not be decided.
        scales: The scale of every dimension in it.
        options: The rule, and how many votes are needed.
    """
    chosen = options or VoteOptions()
    people = first_visits(ratings.where(kind="people"))
    settled_as = _adjudicated(ratings)
    votes: list[Vote] = []
    for dimension, scale in known_scales(people, scales).items():
        rows = people.where(dimension=dimension)
        matrix = rater_matrix(rows, scale)
        asked = _asked(rows)
        wanted = _Wanted(chosen.raters or usual_raters(asked.values()), chosen.wanted)
        panel = _Panel(matrix, scale, dimension, options=chosen, wanted=wanted)
        votes += (panel.of(row, asked, settled_as) for row in range(len(matrix.values)))
    return tuple(votes)


def usual_raters(looked: Iterable[int]) -> int:
    """Three, or as many as have looked at any unit; at least one."""
    return max(min(_THREE, max(looked, default=1)), 1)


def first_visits(ratings: Ratings) -> Ratings:
    """The table without what people said of an output when they saw it again.

    A rater's rating of lowest ``repeat`` is the vote, with a value or not; later ones measure the
    rater. Two systems side by side are the same two from either side. Ratings of other kinds stay.
    """
    repeats = np.asarray([_whole(cell) for cell in ratings["repeat"].levels], dtype=np.int64)
    if len(repeats) < 2 or not len(ratings):  # noqa: PLR2004 - nothing was rated again
        return ratings
    repeat = repeats[codes_of(ratings["repeat"])]
    unit = _keys(ratings, ("example", "dimension", "rater", "kind"))
    first = np.full(int(unit.max()) + 1, np.iinfo(np.int64).max)
    np.minimum.at(first, unit, repeat)
    people = np.frombuffer(ratings["kind"].mask("people".__eq__), dtype=np.uint8) > 0
    return ratings.filtered((~people | (repeat == first[unit])).astype(np.uint8).tobytes())


def settled(ratings: Ratings) -> Ratings:
    """The table as scores read it: what people said once it was adjudicated.

    Of units with an adjudicated value that people rated, that value stands in place of all their
    votes. Other reference ratings are nobody's vote and are left out, and so are people's ratings
    of outputs that they had rated before. The votes themselves stay in the ledger.
    """
    values = _adjudicated(ratings)
    table = first_visits(_without_reference(ratings))
    if not values:
        return table
    replaced: dict[Key, Rating] = {}
    keep = bytearray(b"\1" * len(table))
    wanted = {key[0] for key in values}
    at = table["example"].mask(wanted.__contains__)
    for place, row in zip(np.flatnonzero(np.frombuffer(at, np.uint8)), _at(table, at), strict=True):
        key = row.example, row.system, row.dimension, row.against
        if row.kind == "people" and key in values:
            keep[place] = 0
            replaced.setdefault(key, row)
    return table.filtered(bytes(keep)) + Ratings.of(
        _word(row, values[key]) for key, row in replaced.items()
    )


def adjudications(settled_ratings: Ratings) -> int:
    """How many units of a table that `settled` made count by their adjudicated value."""
    return len(settled_ratings.where(kind="people", rater=ADJUDICATION))


@dataclass(frozen=True, slots=True)
class _Wanted:
    """How many people are to look at each unit."""

    least: int
    by_unit: Mapping[tuple[str, str, str | None], int]

    def of(self, key: Key) -> int:
        example, system, _, against = key
        return self.by_unit.get((example, system, against), self.least)


class _Panel:
    """The votes on one dimension."""

    def __init__(
        self,
        matrix: RaterMatrix,
        scale: Scale,
        dimension: str,
        *,
        options: VoteOptions,
        wanted: _Wanted,
    ) -> None:
        self.matrix, self.scale, self.dimension = matrix, scale, dimension
        self.rule, self.wanted = options.rule, wanted
        self.rows: list[list[float]] = matrix.values.tolist()
        self.graded = scale.metric != "nominal"
        self.means = mean_vote(matrix.values) if self.graded else None
        self.medians = median_vote(matrix.values) if self.graded else None
        modelled = options.confidence and not self.graded
        self.posterior, self.classes = _posterior(matrix.values) if modelled else (None, None)

    def of(self, row: int, asked: Mapping[Key, int], adjudicated: Mapping[Key, Value]) -> Vote:
        """The vote on one unit."""
        m = self.matrix
        key = m.examples[row], m.systems[row], self.dimension, m.against[row]
        given = sorted(value for value in self.rows[row] if not isnan(value))
        counts, n = Counter(given), len(given)
        wanted, looked = self.wanted.of(key), asked.get(key, 0)
        enough = looked >= wanted and n >= min(_TWO, wanted)
        outcome, code = self._outcome(row, given, counts) if enough else ("too few", None)
        value = None if code is None else self._told(code)
        if key in adjudicated:
            outcome, value = "adjudicated", adjudicated[key]
        return Vote(
            example=key[0],
            system=key[1],
            dimension=key[2],
            against=key[3],
            outcome=outcome,
            value=value,
            mean=None if self.means is None or not n else float(self.means[row]),
            median=None if self.medians is None or not n else float(self.medians[row]),
            counts=tuple((self._told(value), count) for value, count in counts.items()),
            n=n,
            cannot=looked - n,
            needed=max(wanted - looked, 0) if outcome == "too few" else 0,
            confidence=None if outcome != "decided" else self._confidence(row, code),
        )

    def _outcome(
        self, row: int, given: Sequence[float], counts: Counter[float]
    ) -> tuple[Outcome, float | None]:
        """Whether the votes, in ascending order, decide, and for what."""
        n = len(given)
        alone = n >= _THREE and len(counts) == n
        if self.medians is None or self.means is None:
            most = max(counts.values())
            first = [value for value, count in counts.items() if count == most]
            if len(first) == 1:
                return "decided", first[0]
            return ("split" if alone else "tie"), None
        if self.scale.metric == "ordinal":
            if alone:
                return "split", None
            if given[n // 2] - given[(n - 1) // 2] >= _TORN:
                return "tie", None
        return "decided", float(self.means[row] if self.rule == "mean" else self.medians[row])

    def _told(self, code: float) -> Value:
        return self.matrix.labels[int(code)] if self.matrix.labels else float(code)

    def _confidence(self, row: int, code: float | None) -> float | None:
        if self.posterior is None or self.classes is None or code is None:
            return None
        return float(self.posterior[row, int(np.searchsorted(self.classes, code))])


def _posterior(values: Floats) -> tuple[Floats | None, Floats | None]:
    """The posterior of each label under the one-coin model; none where it cannot be fitted."""
    labels = len(np.unique(values[~np.isnan(values)]))
    if not values.size or labels > _MOST_LABELS or values.size * labels > _MOST_CELLS:
        return None, None
    try:
        fitted = one_coin(values)
    except InsufficientData:
        return None, None
    return (fitted.posterior, fitted.values) if fitted.settled else (None, None)


def _asked(rows: Ratings) -> dict[Key, int]:
    """How many people looked at each unit, with a value or without."""
    counts: dict[Key, int] = {}
    for row in rows:
        if row.value is None and (row.reason == WITHDRAWN or row.failure is not None):
            continue
        key = row.example, row.system, row.dimension, row.against
        counts[key] = counts.get(key, 0) + 1
    return counts


def _adjudicated(ratings: Ratings) -> dict[Key, Value]:
    """The adjudicated value of each unit that has one."""
    found: dict[Key, Value] = {}
    for row in ratings.where(kind="reference", rater=ADJUDICATION):
        if row.value is not None:
            found.setdefault((row.example, row.system, row.dimension, row.against), row.value)
    return found


def _word(row: Rating, value: Value) -> Rating:
    """The adjudicated value as what people say of a unit; its place in the set as they had it."""
    return Rating(
        example=row.example,
        system=row.system,
        dimension=row.dimension,
        rater=ADJUDICATION,
        kind="people",
        value=value,
        against=row.against,
        order=row.order,
        probability=row.probability,
        cluster=row.cluster,
        component=row.component,
        segment=row.segment,
    )


def _without_reference(ratings: Ratings) -> Ratings:
    return ratings.filtered(ratings["kind"].mask(lambda cell: cell != "reference"))


def _at(table: Ratings, mask: bytes) -> Iterator[Rating]:
    return iter(table.filtered(mask))


def _keys(ratings: Ratings, names: tuple[str, ...]) -> Codes:
    """One number a row that tells these cells, and whose outputs were rated, apart."""
    keys = np.zeros(len(ratings), dtype=np.int64)
    for codes in (*(codes_of(ratings[name]) for name in names), *_sides(ratings)):
        _, keys = np.unique(keys * (int(codes.max()) + 2) + codes + 1, return_inverse=True)
    return keys.astype(np.int64)


def _sides(ratings: Ratings) -> tuple[Codes, Codes]:
    """The system, and -1; of a pair the two systems, whichever the rating is told from."""
    known: dict[Cell, int] = {None: -1}
    place = [
        np.asarray([known.setdefault(level, len(known)) for level in column.levels], dtype=np.int64)
        for column in (ratings["system"], ratings["against"])
    ]
    one, other = place[0][codes_of(ratings["system"])], place[1][codes_of(ratings["against"])]
    return np.maximum(one, other), np.where(other < 0, -1, np.minimum(one, other))


def _whole(cell: Cell) -> int:
    return int(cell) if isinstance(cell, int | float) else 0
