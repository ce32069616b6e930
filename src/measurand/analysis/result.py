"""The shapes in which every analysis answers: results, verdicts, and the limits that apply."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from measurand.core.rating import Kind
from measurand.core.scale import Value
from measurand.errors import InsufficientData
from measurand.figures.forest import Forest, ForestRow
from measurand.stats.estimate import Estimate

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = [
    "NAIVE",
    "OPINION",
    "Change",
    "Confusion",
    "FailureCount",
    "Findings",
    "Queued",
    "Rated",
    "Result",
    "TestSet",
    "Unit",
    "Verdict",
    "Votes",
    "told",
]


NAIVE = "; naive"
"""Ends the method of an estimate that ignores that examples share clusters."""

OPINION = "; the judge's opinion"
"""In the method of an estimate that rests on judges alone: its interval says nothing of quality."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One published number: what it is, of what, and its estimate.

    Args:
        name: A published name, as in ``"krippendorff_alpha"`` or ``"difference"``.
        estimate: The number with its interval, or the reason why there is none.
        dimension: Of which dimension; ``"overall"`` is the weighted score.
        systems: Of which system, or of which two (the first minus the second).
        raters: Of which raters, where it is about particular ones.
        component: Within which part of the evaluation set; None means all of it.
        segment: Within which segment; None means all of them.
        failure: Of which class of failure, where it is about one.
        levels: Of which two levels of the scale, where it is about particular ones.
        design: By which design it was found, where there are several, as the name of a probe.
        mitigation: With which mitigations switched on, where any were.
    """

    name: str
    estimate: Estimate
    dimension: str | None = None
    systems: tuple[str, ...] = ()
    raters: tuple[str, ...] = ()
    component: str | None = None
    segment: str | None = None
    failure: str | None = None
    levels: tuple[Value, ...] = ()
    design: str | None = None
    mitigation: str | None = None

    @property
    def naive(self) -> bool:
        """Whether it ignores clusters, and stands only beside the result that does not."""
        return self.estimate.method.endswith(NAIVE)

    @property
    def opinion(self) -> bool:
        """Whether it is what judges think, that no person's ratings have corrected."""
        return OPINION in self.estimate.method

    @property
    def label(self) -> str:
        """What it is of, in a few words."""
        systems = " minus ".join(self.systems)
        raters = " and ".join(self.raters)
        levels = " and ".join(told(level) for level in self.levels)
        where = (self.component, self.segment, self.failure, self.design, self.mitigation)
        parts = (systems, raters, self.dimension, levels, *where)
        return ", ".join(part for part in parts if part) or self.name

    def plot(self) -> Figure:
        """The estimate with its interval, as a matplotlib figure."""
        return _forest([self])


@dataclass(frozen=True, slots=True, kw_only=True)
class TestSet:
    """The locked outputs that a judge was held against people on; a count, not an estimate.

    Args:
        n_test: How many have both a judge's and people's ratings.
        looks: How often the test set has been looked at, this time included.
        candidates: How many judges, or versions of one, were tried.
        screening: Whether it is too small for more than a screening.
    """

    __test__ = False

    n_test: int
    looks: int
    candidates: int
    screening: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One decision: what was decided, on which estimate, held against which bound.

    Args:
        name: What is decided, as in ``"overall"`` or ``"blocking"``.
        outcome: ``pass``, ``fail`` or ``inconclusive``; of a comparison ``a better``,
            ``b better``, ``equivalent within margin``, ``tie``, ``not worse`` or ``inconclusive``,
            and of several systems ``one best`` or ``several best``; of a bias ``material``,
            ``negligible`` or ``inconclusive``; of a judge ``VERIFIED``, ``PASS``,
            ``INCONCLUSIVE``, ``FAIL`` or ``CEILING BELOW TARGET``.
        reason: The sentence that a person reads.
        estimate: The estimate it rests on.
        bound: The bound it was held against, in the estimate's unit.
        dimension: On which dimension.
        systems: About which systems; of a comparison, a and b in this order.
        raters: About which raters, where it is about particular ones.
        design: By which design it was found, where there are several, as the name of a probe.
        mitigation: With which mitigations switched on, where any were.
        component: Within which part of the evaluation set; None means all that the headline is of.
        segment: Within which segment.
        n_needed: Units that would probably decide it, where it is inconclusive and any would.
        tested: On which locked outputs, of a judge.
    """

    name: str
    outcome: str
    reason: str
    estimate: Estimate | None = None
    bound: float | None = None
    dimension: str | None = None
    systems: tuple[str, ...] = ()
    raters: tuple[str, ...] = ()
    design: str | None = None
    mitigation: str | None = None
    component: str | None = None
    segment: str | None = None
    n_needed: int | None = None
    tested: TestSet | None = None


@dataclass(frozen=True, slots=True)
class Rated:
    """One rating beside others of the same output."""

    rater: str
    kind: Kind
    value: Value | None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One output on one dimension with all its ratings side by side.

    Args:
        example: The example's id.
        system: Whose output.
        dimension: On which dimension.
        ratings: Everyone's rating.
        score: The consensus on the unit interval, where there is one.
        spread: The disagreement among people: largest minus smallest rating, in share of the scale.
    """

    example: str
    system: str
    dimension: str
    ratings: tuple[Rated, ...]
    score: float | None
    spread: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Votes:
    """How the outputs' votes fell, by label; a count of the data, not an estimate.

    Args:
        dimension: On which dimension.
        system: Of which system; None means all.
        counts: Outputs by the label that won the majority of people's ratings.
        ties: Outputs without a majority; never given to either side.
    """

    dimension: str
    counts: tuple[tuple[Value, int], ...]
    ties: int
    system: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusion:
    """How often two raters of an output gave which two levels; a count of the data.

    Args:
        dimension: On which dimension.
        levels: The levels of the scale, in order; of labels, in the scale's order.
        pairs: Symmetric, by level and level: pairs of ratings of the same output by different
            people, those of an output weighing as much together as it has ratings.
        ratios: The same over what chance would give from how often each level is used; None
            where chance would give none.
        n: How many outputs had two ratings or more.
    """

    dimension: str
    levels: tuple[Value, ...]
    pairs: tuple[tuple[float, ...], ...]
    ratios: tuple[tuple[float | None, ...], ...]
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureCount:
    """How many outputs or ratings came to nothing; a count of the data, not an estimate.

    Args:
        part: Whether the system gave no ``output``, or a ``judge`` or a ``check`` no rating.
        system: Whose output.
        dimension: On which dimension; None for outputs.
        failure: The class, of `measurand.core.failure.FAILURES`.
        count: How many.
        of: Of how many that were asked for.
    """

    part: Literal["output", "judge", "check"]
    system: str
    dimension: str | None
    failure: str
    count: int
    of: int


@dataclass(frozen=True, slots=True)
class Queued:
    """An output that a person should look at.

    Args:
        example: The example's id.
        system: Whose output.
        dimension: On which dimension.
        why: What makes it worth a look, in a few words.
    """

    example: str
    system: str
    dimension: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An example on which one system passes and the other fails, or that moved beyond the noise.

    Args:
        example: The example's id.
        systems: The candidate, then what it is compared with.
        dimension: On which dimension.
        to: Whether the candidate is the worse or the better of the two here.
        scores: Of either system, in the units of the scale.
        blocking: Whether one of the two is blocked by it and the other is not.
        harm: The change in share of the scale, times the dimension's weight; of a change for the
            better, what was gained.
        why: What makes it a change of sides, in a few words.
    """

    example: str
    systems: tuple[str, str]
    dimension: str
    to: Literal["worse", "better"]
    scores: tuple[float, float]
    blocking: bool
    harm: float
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What every analysis returns.

    Args:
        results: Every published number.
        verdicts: Every decision, the headline first.
        limits: What these numbers cannot say, in sentences.
        votes: How the votes fell.
        units: The outputs most worth looking at, worst first.
        failures: What came to nothing, by system, part, dimension and class.
        queue: The outputs that a person should rate, those that were flagged first.
        confusions: Which levels people confuse, by dimension.
        readings: What the numbers say in plain words, as far as their intervals support it.
        changes: The examples that changed sides between two systems, worst first.
        headline: Of which examples all that names no component is, where that is a choice.
    """

    results: tuple[Result, ...]
    verdicts: tuple[Verdict, ...] = ()
    limits: tuple[str, ...] = ()
    votes: tuple[Votes, ...] = ()
    units: tuple[Unit, ...] = ()
    failures: tuple[FailureCount, ...] = ()
    queue: tuple[Queued, ...] = ()
    confusions: tuple[Confusion, ...] = ()
    readings: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    headline: str | None = None

    def named(self, name: str) -> Iterator[Result]:
        """The results of this name, in order."""
        return (result for result in self.results if result.name == name)

    def plot(self, name: str | None = None) -> Figure:
        """All results of one name in a forest plot, as a matplotlib figure.

        Args:
            name: Which results; by default those of the first.

        Raises:
            InsufficientData: There are none.
        """
        chosen = [r for r in self.results if r.name == (name or self.results[0].name)]
        return _forest([result for result in chosen if not result.naive])


def told(level: Value) -> str:
    """A level of a scale in words."""
    return level if isinstance(level, str) else f"{level:g}"


def _forest(results: Sequence[Result]) -> Figure:
    if not results:
        raise InsufficientData("there is no such result to plot")
    rows = tuple(ForestRow(result.label, result.estimate) for result in results)
    return Forest(rows, results[0].name.replace("_", " ")).draw()
