"""What each judge costs, how long it takes, what it fails at, and how steady it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

import numpy as np

from measurand.analysis.frame import Bools, averages, failed
from measurand.analysis.groups import clusters_of, positions
from measurand.analysis.matrix import Codes, Floats, codes_of, numbers_of
from measurand.analysis.result import Result
from measurand.analysis.spent import mean_spent
from measurand.core.example import Example
from measurand.core.rating import Cell, Ratings
from measurand.core.scale import Scale
from measurand.stats.estimate import LEVEL, Estimate, attempt
from measurand.stats.first_slot import first_slot_excess
from measurand.stats.reliability import repeat_reliability
from measurand.stats.share import clustered_share

__all__ = ["costs", "steadiness"]

_HALF = 0.5
_THOUSAND = 1000.0
_UNITS = ("example", "system", "against", "dimension")


def costs(
    ratings: Ratings, *, examples: Mapping[str, Example] | None = None, level: float = LEVEL
) -> Iterator[Result]:
    """Of each judge and check over all dimensions: failures by class, cost and time an output.

    Args:
        ratings: What judges and checks said, of any dimensions.
        examples: Clusters of the examples, where known.
        level: The confidence level.
    """
    for rater in ratings.distinct("rater"):
        yield from _Spent(
            ratings.where(rater=rater), str(rater), examples or {}, level=level
        ).results()


class _Spent:
    """Everything that one rater said."""

    def __init__(
        self, rows: Ratings, rater: str, known: Mapping[str, Example], *, level: float
    ) -> None:
        self.rows, self.rater, self.level = rows, rater, level
        names = tuple(str(cell) for cell in rows.distinct("example"))
        own = positions(rows["example"].levels, names)[codes_of(rows["example"])]
        self.clusters = clusters_of(rows, names, known)[own]

    def results(self) -> Iterator[Result]:
        """Failures, and what an output takes."""
        lost = failed(self.rows)
        if lost.any() or self._of_a_run():
            yield self._share(lost, None)
        for name in self.rows.filtered(lost.astype(np.uint8).tobytes()).distinct("failure"):
            of_class = _are(self.rows, "failure", name)
            yield self._share(lost & of_class, str(name))
        for result, column, what in (
            ("cost_per_thousand_outputs", "cost", "what it cost is not known"),
            ("seconds_per_output", "seconds", "how long it took is not known"),
        ):
            compute = partial(self._taken, column, what)
            estimate = attempt(compute, n=0, method="mean of outputs", level=self.level)
            if column == "cost":
                estimate = estimate.scaled(_THOUSAND)
            yield Result(name=result, estimate=estimate, raters=(self.rater,))

    def _of_a_run(self) -> bool:
        """Whether somebody counted: a file from elsewhere need not say what failed."""
        columns = (self.rows[name] for name in ("cost", "seconds"))
        return any(column.levels[code] is not None for column in columns for code in column.codes)

    def _share(self, lost: Bools, failure: str | None) -> Result:
        compute = partial(clustered_share, lost.astype(np.float64), self.clusters, level=self.level)
        return Result(
            name="judge_failure_rate",
            estimate=attempt(compute, n=len(lost), method="Wilson", level=self.level),
            raters=(self.rater,),
            failure=failure,
        )

    def _taken(self, column: str, unknown: str) -> Estimate:
        """All dimensions and repeats of an output together, where all of them are known."""
        cells = self.rows[column]
        numbers = np.asarray([_number(cell) for cell in cells.levels], dtype=np.float64)
        taken = numbers[codes_of(cells)]
        unit = _units(self.rows, ("example", "system", "against"))
        totals = np.bincount(unit, weights=taken).astype(np.float64)
        first = np.unique(unit, return_index=True)[1]
        return mean_spent(totals, self.clusters[first], unknown=unknown, level=self.level)


def steadiness(
    rows: Ratings,
    scale: Scale,
    *,
    dimension: str,
    examples: Mapping[str, Example] | None = None,
    level: float = LEVEL,
    seed: int = 0,
) -> Iterator[Result]:
    """Of each judge on one dimension: the same again, and whoever is shown first.

    Args:
        rows: The ratings of this dimension, of the first trial, by judges.
        scale: Its scale.
        dimension: Its name.
        examples: Clusters of the examples, where known.
        level: The confidence level.
        seed: Of the bootstrap.
    """
    for rater in rows.distinct("rater"):
        own = rows.where(rater=rater)
        told = _Steady(own, scale, examples or {}, level=level, seed=seed)
        for name, compute in told.recipes():
            estimate = attempt(compute, n=told.n, method=name, level=level)
            yield Result(name=name, estimate=estimate, dimension=dimension, raters=(str(rater),))


class _Steady:
    """The repeats and orders of one judge on one dimension."""

    def __init__(
        self,
        rows: Ratings,
        scale: Scale,
        known: Mapping[str, Example],
        *,
        level: float,
        seed: int,
    ) -> None:
        self.rows, self.scale, self.level, self.seed = rows, scale, level, seed
        numbers, _ = numbers_of(rows["value"], scale)
        self.given = ~np.isnan(numbers)
        self.numbers = numbers
        names = tuple(str(cell) for cell in rows.distinct("example"))
        own = positions(rows["example"].levels, names)[codes_of(rows["example"])]
        self.clusters = clusters_of(rows, names, known)[own]
        self.n = len(np.unique(_units(rows, _UNITS)))

    def recipes(self) -> Iterator[tuple[str, Callable[[], Estimate]]]:
        """What can be said of this judge."""
        table, clusters = self._repeats()
        if (np.count_nonzero(~np.isnan(table), axis=1) > 1).any():
            if self.scale.metric == "nominal":
                yield "repeat_consistency", partial(self._alike, table, clusters)
            else:
                yield (
                    "repeat_reliability",
                    partial(
                        repeat_reliability,
                        table,
                        rng=np.random.default_rng(self.seed),
                        clusters=clusters,
                        level=self.level,
                    ),
                )
        first, second, pairs = self._slots()
        if len(pairs):
            yield (
                "first_slot_excess",
                partial(first_slot_excess, first, second, clusters=pairs, level=self.level),
            )

    def _repeats(self) -> tuple[Floats, Codes]:
        """Shape (outputs and orders, repeats), and the clusters of the rows."""
        unit = _units(self.rows, (*_UNITS, "order"))
        repeats = np.unique(codes_of(self.rows["repeat"]), return_inverse=True)[1]
        table = np.full((int(unit.max(initial=-1)) + 1, int(repeats.max(initial=-1)) + 1), np.nan)
        table[unit[self.given], repeats[self.given]] = self.numbers[self.given]
        first = np.unique(unit, return_index=True)[1]
        return table, self.clusters[first]

    def _alike(self, table: Floats, clusters: Codes) -> Estimate:
        """Whether one repeat and the next say the same."""
        before, after = table[:, :-1], table[:, 1:]
        both = ~np.isnan(before) & ~np.isnan(after)
        same = (before == after)[both].astype(np.float64)
        codes = np.broadcast_to(clusters[:, None], both.shape)[both]
        return clustered_share(same, codes, level=self.level)

    def _slots(self) -> tuple[Floats, Floats, Codes]:
        """The points of a pair's own side when it is shown first, and second; and the clusters."""
        points = self._points()
        unit = _units(self.rows, _UNITS)
        size = int(unit.max(initial=-1)) + 1
        sides = []
        for order in ("ab", "ba"):
            shown = _are(self.rows, "order", order)
            which = shown & ~np.isnan(points)
            sides.append(averages(unit[which], points[which], size=size))
        both = ~np.isnan(sides[0]) & ~np.isnan(sides[1])
        first = np.unique(unit, return_index=True)[1]
        return sides[0][both], sides[1][both], self.clusters[first][both]

    def _points(self) -> Floats:
        """1 where the own side wins, a half for a tie, 0 where it loses; NaN for anything else.

        The winner may also be told by its system's name.
        """
        words = {"win": 1.0, "tie": _HALF, "loss": 0.0}
        columns = (self.rows[name] for name in ("value", "system", "against"))
        told = []
        for value, system, against in zip(*columns, strict=True):
            if against is None or value is None:
                told.append(np.nan)
            elif value in words:
                told.append(words[str(value)])
            else:
                told.append(float(value == system) if value in {system, against} else np.nan)
        return np.asarray(told, dtype=np.float64)


def _units(rows: Ratings, names: tuple[str, ...]) -> Codes:
    parts = [rows[name] for name in names]
    sizes = tuple(max(len(part.levels), 1) for part in parts)
    keys = np.ravel_multi_index(tuple(map(codes_of, parts)), sizes)
    return np.unique(keys, return_inverse=True)[1].astype(np.int64)


def _number(cell: Cell) -> float:
    return float(cell) if isinstance(cell, int | float) else float("nan")


def _are(rows: Ratings, column: str, wanted: Cell) -> Bools:
    mask = rows[column].mask(lambda cell: cell == wanted)
    return np.frombuffer(mask, dtype=np.uint8).astype(np.bool_)
