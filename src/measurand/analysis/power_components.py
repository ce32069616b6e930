"""Why scores vary: measured where there are ratings, else assumed and named so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from measurand.analysis.detect_measured import Calibrated, Measured
from measurand.analysis.frame import Frame
from measurand.analysis.matrix import rater_matrix
from measurand.analysis.power_design import Components
from measurand.analysis.rating_widths import Three
from measurand.analysis.trials import Rounds
from measurand.core.rating import Ratings
from measurand.core.rubric import Dimension, Rubric
from measurand.errors import InsufficientData, UsageError
from measurand.stats.design import Spread
from measurand.stats.precision import variance_parts

__all__ = ["Rated", "chosen_dimension", "components_of"]

_DISCORDANCE, _SD = 0.14, 0.3
"""How far two systems differ where nothing is rated: on yes/no, and on grades."""
_AGREEMENT, _RATERS_SD, _RATERS_ICC = 0.85, 0.28, 0.5
"""How far people differ where nothing is rated: on yes/no, and on grades."""
_TRIALS = 0.25
"""The share of a difference's variance that comes from asking again, where none was."""
_JUDGE, _RELIABILITY = 0.6, 0.8
"""A judge's correlation with people, and what two of its calls share, where none is known."""
_HIGHEST = 0.95
_LEAST = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """What has been rated so far.

    Args:
        ratings: The table; None where nothing is rated.
        measured: Differences of two systems, by dimension.
        calibrated: What is known of the judge, by dimension.
        rounds: How rows tell their trial.
        judge: Whether the plan has a judge.
        calls: Judgments of an output that its calibration took the mean of.
    """

    ratings: Ratings | None = None
    measured: Sequence[Measured] = ()
    calibrated: Mapping[str, Calibrated] | None = None
    rounds: Rounds | None = None
    judge: bool = False
    calls: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _People:
    """How people differ.

    Args:
        within: The variance of their ratings of one output.
        raters: Ratings that an output has (the harmonic mean); None where that is assumed.
        scored: Whether any were given.
        agreed: The share of the variance of their means that is not their disagreement.
    """

    within: float
    raters: float | None = None
    scored: bool = False
    agreed: float = 1.0

    @property
    def noise(self) -> float:
        """What they add to the variance of an output's score."""
        return self.within / self.raters if self.raters else 0.0


def chosen_dimension(rubric: Rubric, name: str | None) -> Dimension:
    """The dimension that a study is about: the named one, else the heaviest that is not checked.

    Raises:
        UsageError: There is no such dimension, or none whose scale has ends.
    """
    bounded = [d for d in rubric if d.scale.bounded]
    known = {d.name: d for d in bounded}
    if name is not None:
        if name not in known:
            raise UsageError(
                f"--dimension {name}: a study is about a dimension with a bounded scale; "
                f"there are: {', '.join(known) or 'none'}"
            )
        return known[name]
    if not bounded:
        raise UsageError("no dimension has a scale with ends, as 1-5, to plan a study on")
    asked = [d for d in bounded if {r.name for r in d.raters} & {"people", "judge"}]
    return max(asked or bounded, key=lambda d: d.weight)


def components_of(dimension: Dimension, rated: Rated) -> Components:
    """The parts of the spread on one dimension, and where each comes from.

    Args:
        dimension: Which.
        rated: What has been rated so far.
    """
    told: list[str] = []
    people = _people(dimension, rated, told)
    found = _measured(dimension, rated)
    whole = _whole(dimension, found, told)
    noise = None
    if found is not None and not found.judged and people.scored:
        # People's disagreement is in means that they gave, and the study's raters add their own;
        # how much of it is in a vote is not known, and it is left in there.
        noise = 0.0 if found.yes_no else people.noise
    between, trials = _trials(dimension, rated, (whole, noise), told=told)
    judge, reliability = _judge(dimension, rated, people, told=told)
    spread = Spread(
        between=between,
        trials=trials,
        raters=people.within,
        judge=judge[1],
        reliability=reliability,
    )
    return Components(
        spread=spread,
        dimension=dimension.name,
        told=tuple(told),
        judge=(judge[0], judge[2]),
        yes_no=dimension.scale.binary,
    )


def _measured(dimension: Dimension, rated: Rated) -> Measured | None:
    """The two that differ most, of those that were rated."""
    found = [one for one in rated.measured if one.dimension == dimension.name and one.sd > 0]
    return max(found, key=lambda one: one.sd) if found else None


def _whole(dimension: Dimension, found: Measured | None, told: list[str]) -> float:
    """The variance of an example's difference, as scored."""
    if found is not None:
        by = ", in the judge's opinion" if found.judged else ""
        told.append(
            f"How far systems differ on {dimension.name} was measured on {found.n:,} examples "
            f"({' and '.join(found.systems)}): standard deviation {found.sd:.3f} of the scale{by}."
        )
        return found.sd**2
    value = _DISCORDANCE if dimension.scale.binary else _SD**2
    what = f"on {_DISCORDANCE:.0%} of the examples" if dimension.scale.binary else f"by {_SD:g}"
    told.append(f"How far systems differ on {dimension.name} is assumed: {what}, of the scale.")
    return value


def _people(dimension: Dimension, rated: Rated, told: list[str]) -> _People:
    """How people differ in their ratings of one output."""
    scale = dimension.scale
    low, high = scale.low or 0.0, scale.high or 1.0
    scored = False
    if rated.ratings is not None:
        rows = rated.ratings.where(kind="people", dimension=dimension.name, against=None)
        scored = len(rows) > 0
        try:
            shares = (rater_matrix(rows, scale).values - low) / (high - low)
            between, within = variance_parts(shares)
        except (InsufficientData, UsageError, ValueError):
            pass
        else:
            told.append(
                f"How far people differ on {dimension.name} was measured on {len(shares):,} "
                f"outputs: standard deviation {within**0.5:.3f} of the scale."
            )
            raters = _harmonic((~np.isnan(shares)).sum(axis=1))
            whole = between + within / raters
            agreed = max(between / whole, _LEAST) if whole else 1.0
            return _People(within=within, raters=raters, scored=True, agreed=agreed)
    value = (1 - _AGREEMENT) / 2 if scale.binary else _RATERS_SD**2 * (1 - _RATERS_ICC)
    told.append(
        f"How far people differ on {dimension.name} is assumed: standard deviation {value**0.5:.2f}"
        " of the scale."
    )
    return _People(within=value, scored=scored)


def _trials(
    dimension: Dimension, rated: Rated, known: tuple[float, float | None], *, told: list[str]
) -> tuple[float, float]:
    """The variance of expected differences, and of one system's score when it is asked again.

    Args:
        dimension: Which.
        rated: What has been rated so far.
        known: The variance of differences as scored; and people's part in that of one output,
            where people scored it. They have seen one output of each example.
        told: Where each part comes from.
    """
    whole, noise = known
    if rated.ratings is not None and rated.rounds is not None:
        try:
            value, shares = _again(dimension, rated.ratings, rated.rounds)
        except InsufficientData:
            pass
        else:
            told.append(
                f"What asking again changes on {dimension.name} was measured: standard deviation "
                f"{value**0.5:.3f} of the scale."
            )
            rest = shares * value if noise is None else 2 * (value + noise)
            return max(whole - rest, _LEAST * whole), value
    told.append(
        f"What asking again changes is assumed: {_TRIALS:.0%} of the variance of differences."
    )
    true = max(whole - 2 * (noise or 0.0), _LEAST * whole)
    return (1 - _TRIALS) * true, _TRIALS * true / 2


def _again(dimension: Dimension, ratings: Ratings, rounds: Rounds) -> tuple[float, float]:
    """The variance of machines' scores over trials, and how much of it is in a difference.

    Scores are means of trials, so that of K trials twice a Kth of it is in a difference of two.
    """
    scale = dimension.scale
    low, high = scale.low or 0.0, scale.high or 1.0
    machines = frozenset({"judge", "check"})
    rows = ratings.where(dimension=dimension.name, against=None, kind=machines)
    systems = tuple(str(system) for system in rows.distinct("system"))
    deep = Frame(rows, systems, rounds=rounds).in_trials()
    shares = (deep.means(deep.ratings, scale) - low) / (high - low)
    parts = []
    for place in range(len(systems)):
        try:
            parts.append(variance_parts(shares[:, place])[1])
        except (InsufficientData, UsageError):
            continue
    if not parts:
        raise InsufficientData("no system answered an example twice")
    counts = (~np.isnan(shares)).sum(axis=2)
    each = [1 / _harmonic(column[column > 0]) for column in counts.T if (column > 0).any()]
    return float(np.mean(parts)), 2 * float(np.mean(each))


def _harmonic(counts: NDArray[np.intp]) -> float:
    """The number that leaves as much noise in a mean as these numbers do."""
    given = counts[counts > 0]
    return float(len(given) / (1 / given).sum()) if len(given) else 1.0


def _judge(
    dimension: Dimension, rated: Rated, people: _People, *, told: list[str]
) -> tuple[Three, float]:
    """The squared correlation with the truth of an endlessly repeated judge, and what calls share.

    A calibration holds the mean of so many calls against people's mean; either is disturbed, and
    the correlation with people is the lower for it (Spearman 1904).
    """
    if not rated.judge or not any(r.name == "judge" for r in dimension.raters):
        return (0.0, 0.0, 0.0), 1.0
    known = (rated.calibrated or {}).get(dimension.name)
    shared = known.reliability if known is not None else None
    one = min(max(shared or _RELIABILITY, _LEAST), 1.0)
    if known is None:
        told.append(
            f"The judge's correlation with people on {dimension.name} is assumed: {_JUDGE:g}; "
            "measurand calibrate measures it."
        )
        return (_JUDGE**2, _JUDGE**2, _JUDGE**2), one
    calls = max(rated.calls, 1)
    clear = people.agreed * calls * one / (1 + (calls - 1) * one)
    low, r, high = known.correlation
    told.append(
        f"The judge's correlation with people on {dimension.name} is that of its calibration, "
        f"{r:.2f} [{low:.2f}, {high:.2f}] on {known.n:,} locked outputs ({known.judge}), with what "
        f"is true {min(max(r, 0.0) / clear**0.5, 1.0):.2f}; that of differences may be lower."
    )
    ends = [min(max(x, 0.0) ** 2 / clear, _HIGHEST) for x in known.correlation]
    return (ends[0], ends[1], ends[2]), one
