"""Who may be the best judge, who is not, and how many outputs would tell them apart."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from measurand.analysis.bench import Bench
from measurand.analysis.judges_accuracy import contributions
from measurand.analysis.result import Result, Verdict
from measurand.errors import InsufficientData
from measurand.figures.text import foretold
from measurand.stats.estimate import LEVEL, Estimate, attempt
from measurand.stats.left_out import Contributions, combined
from measurand.stats.quantiles import normal_quantile
from measurand.stats.rank_sets import PairGap, pair_gaps, ranks_of

__all__ = ["BEST", "NONE", "OVERALL", "Ranking", "overall_ranking", "ranking"]

OVERALL = "overall"
"""The dimension of the weighted mean over several."""

BEST = "best judges"
"""The name of the verdict."""
ONE, SEVERAL, NONE = "one best", "several best", "inconclusive"

_POWER = 0.8
_NAMED = 3
_FAR = 100
"""Beyond so many times the outputs there are, a number of outputs would be no plan."""
_MOST_UNITS = 100_000
"""Nor beyond so many."""
_HEADS: Mapping[bool, str] = {True: "correlation_with_people", False: "agreement_with_people"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """Everybody who is ranked on one dimension, or over several.

    Args:
        dimension: Which; ``overall`` is the weighted mean over several.
        names: Who, in the order of the table.
        accuracy: Of each, and what each cluster of outputs contributes to it.
        graded: Whether accuracy is a correlation; else it is a share.
        gaps: The differences between every two, with simultaneous intervals.
        level: The confidence level of all ranks together.
    """

    dimension: str
    names: tuple[str, ...]
    accuracy: Contributions
    graded: bool
    gaps: tuple[PairGap, ...]
    level: float = LEVEL

    @property
    def order(self) -> tuple[int, ...]:
        """Places from the most accurate to the least."""
        return tuple(np.argsort(-self.accuracy.values, kind="stable").tolist())

    @property
    def best(self) -> tuple[int, ...]:
        """The places of those who may be the best, the most accurate first."""
        sets = ranks_of(self.gaps, len(self.names))
        return tuple(place for place in self.order if sets[place].low == 1)

    def results(self) -> Iterator[Result]:
        """The rank of each, whose interval is the ranks that it may have; overall, its accuracy."""
        if self.dimension == OVERALL:
            yield from self._accuracy()
        place_of = {place: at for at, place in enumerate(self.order, 1)}
        for place, (low, high) in enumerate(ranks_of(self.gaps, len(self.names))):
            yield Result(
                name="rank",
                estimate=Estimate(
                    value=float(place_of[place]),
                    low=float(low),
                    high=float(high),
                    level=self.level,
                    n=self.accuracy.n,
                    method=f"max-T over all pairs of {len(self.names)}",
                ),
                dimension=self.dimension,
                raters=(self.names[place],),
            )

    def _accuracy(self) -> Iterator[Result]:
        bounds = (-1.0, 1.0) if self.graded else (0.0, 1.0)
        for place, name in enumerate(self.names):
            compute = partial(self.accuracy.estimate, place, bounds=bounds, level=self.level)
            yield Result(
                name=_HEADS[self.graded],
                estimate=attempt(
                    compute, n=self.accuracy.n, method="weighted mean", level=self.level
                ),
                dimension=self.dimension,
                raters=(name,),
            )

    def verdict(self) -> Verdict:
        """Who may be the best; where that is several, what n would tell the first two apart."""
        best = [self.names[place] for place in self.best]
        outcome = ONE if len(best) == 1 else NONE if len(best) == len(self.names) else SEVERAL
        needed = None if outcome == ONE else self.needed()
        return Verdict(
            name=BEST,
            outcome=outcome,
            reason=f"{self.dimension}: {self._reason(outcome, best, needed)}",
            estimate=self._first_gap(),
            dimension=self.dimension,
            raters=tuple(best),
            n_needed=needed,
        )

    def needed(self) -> int | None:
        """Outputs at which the first two would probably be told apart, if they are as they look."""
        found = self._first_two()
        if (
            found is None
            or found.gap.value is None
            or found.gap.high is None
            or not found.gap.value
        ):
            return None
        gap, half = abs(found.gap.value), found.gap.high - found.gap.value
        parts = self.accuracy.parts[:, found.first] - self.accuracy.parts[:, found.second]
        error = float(parts.std(ddof=1)) / math.sqrt(len(parts))
        times = ((half + normal_quantile(_POWER) * error) / gap) ** 2
        needed = math.ceil(self.accuracy.n * min(times, _FAR + 1))
        return needed if times <= _FAR and needed <= _MOST_UNITS else None

    def _first_two(self) -> PairGap | None:
        first, second = sorted(self.order[:2])
        return next((g for g in self.gaps if (g.first, g.second) == (first, second)), None)

    def _first_gap(self) -> Estimate | None:
        """How far the most accurate is ahead of the next."""
        found = self._first_two()
        if found is None:
            return None
        told = f"all pairs of {len(self.names)} at once, max-T"
        gap = replace(found.gap, n=self.accuracy.n, method=told)
        return gap if found.first == self.order[0] else gap.scaled(-1.0)

    def _told(self, place: int) -> str:
        value = float(self.accuracy.values[place])
        told = f"r {value:.2f}" if self.graded else f"agreement {value:.1%}"
        return f"{self.names[place]} ({told})"

    def _reason(self, outcome: str, best: Sequence[str], needed: int | None) -> str:
        first, second = self.order[:2]
        n, level = f"{self.accuracy.n:,}", f"{self.level:.0%}"
        if outcome == ONE:
            return (
                f"{self._told(first)} is the best of {len(self.names)} on {n} outputs, at {level}; "
                f"next is {self._told(second)}"
            )
        listed = ", ".join(map(self._told, self.best[:_NAMED]))
        more = f" and {len(best) - _NAMED} more" if len(best) > _NAMED else ""
        if outcome == NONE:
            told = f"nothing can be told apart on {n} outputs: {listed}{more}"
        else:
            told = (
                f"{len(best)} of {len(self.names)} may be the best at {level}, on {n} outputs: "
                f"{listed}{more}"
            )
        return f"{told}; {self._hint(needed)}"

    def _hint(self, needed: int | None) -> str:
        gap = self._first_gap()
        if gap is None or gap.value is None or not gap.value:
            return "the first two are alike on every output"
        if needed is None:
            return (
                f"the first two differ by {gap.value:.3f}, which no reasonable number of outputs "
                "would show: choose by cost and speed"
            )
        return (
            f"if the first two differ by {gap.value:.3f} as they do here, about "
            f"{foretold(needed)} outputs would show it with a probability of {_POWER:.0%}"
        )


def ranking(bench: Bench, *, level: float, flips: int, seed: int) -> Ranking:
    """Rank everybody on one dimension.

    Raises:
        InsufficientData: Fewer than two can be ranked, or there are too few outputs.
    """
    found = contributions(bench)
    if len(bench.ranked) < 2:  # noqa: PLR2004 - a rank needs somebody else
        raise InsufficientData(
            f"they take at least two, and only {bench.names[bench.ranked[0]]} rated four fifths of "
            "the outputs that people rated"
        )
    return Ranking(
        dimension=bench.dimension,
        names=tuple(bench.names[place] for place in bench.ranked),
        accuracy=found,
        graded=bench.graded,
        gaps=_gaps(found, level=level, flips=flips, seed=seed),
        level=level,
    )


def overall_ranking(
    benches: Sequence[Bench],
    weights: Mapping[str, float],
    *,
    level: float,
    flips: int,
    seed: int,
) -> Ranking:
    """Rank those who can be ranked on every dimension by their weighted mean accuracy.

    Args:
        benches: Dimensions of one kind of accuracy.
        weights: Of the dimensions.
        level: The confidence level of all ranks together.
        flips: Random sign flips.
        seed: Of the flips.

    Raises:
        InsufficientData: Fewer than two are ranked on all of them, or there are too few outputs.
    """
    every = [{bench.names[place] for place in bench.ranked} for bench in benches]
    common = set.intersection(*every) if every else set()
    if len(common) < 2:  # noqa: PLR2004 - a rank needs somebody else
        raise InsufficientData("fewer than two rated every dimension, so there is no overall rank")
    names = tuple(n for n in benches[0].names if n in common)
    parts, clusters = [], []
    for bench in benches:
        found = contributions(bench)
        places = [[bench.names[at] for at in bench.ranked].index(name) for name in names]
        parts.append(Contributions(found.values[places], found.left_out[:, places], found.n))
        clusters.append(_labels(bench))
    whole = combined(parts, [weights.get(b.dimension, 0.0) for b in benches], clusters)
    return Ranking(
        dimension=OVERALL,
        names=names,
        accuracy=whole,
        graded=benches[0].graded,
        gaps=_gaps(whole, level=level, flips=flips, seed=seed),
        level=level,
    )


def _labels(bench: Bench) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
    """A name for each cluster that dimensions share: its first example's.

    Dimensions number their clusters anew, in the order of their own examples.
    """
    shared = bench.shared
    codes, examples = bench.clusters[shared], np.asarray(bench.examples)[shared]
    first: dict[int, str] = {}
    for code, name in zip(codes.tolist(), examples.tolist(), strict=True):
        first[code] = min(first.get(code, name), name)
    return np.asarray([first[code] for code in sorted(first)])


def _gaps(found: Contributions, *, level: float, flips: int, seed: int) -> tuple[PairGap, ...]:
    rng = np.random.default_rng(seed)
    return pair_gaps(found.parts, rng=rng, flips=flips, level=level)
