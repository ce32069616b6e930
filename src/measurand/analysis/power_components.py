"""Why scores vary: measured where there are ratings, else assumed and named so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from measurand.analysis.detect_measured import Calibrated, Measured
from measurand.analysis.frame import Frame
from measurand.analysis.matrix import rater_matrix
from measurand.analysis.power_design import Components
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
    """

    ratings: Ratings | None = None
    measured: Sequence[Measured] = ()
    calibrated: Mapping[str, Calibrated] | None = None
    rounds: Rounds | None = None
    judge: bool = False


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
    whole = _whole(dimension, rated, told)
    trials = _trials(dimension, rated, whole, told=told)
    judge, reliability = _judge(dimension, rated, told)
    between = max(whole - 2 * trials, _LEAST * whole)
    spread = Spread(
        between=between, trials=trials, raters=people, judge=judge, reliability=reliability
    )
    return Components(spread=spread, dimension=dimension.name, told=tuple(told))


def _whole(dimension: Dimension, rated: Rated, told: list[str]) -> float:
    """The variance of an example's difference, as scored."""
    found = [one for one in rated.measured if one.dimension == dimension.name and one.sd > 0]
    if found:
        widest = max(found, key=lambda one: one.sd)
        told.append(
            f"How far systems differ on {dimension.name} was measured on {widest.n:,} examples "
            f"({' and '.join(widest.systems)}): standard deviation {widest.sd:.3f} of the scale."
        )
        return widest.sd**2
    value = _DISCORDANCE if dimension.scale.binary else _SD**2
    what = f"on {_DISCORDANCE:.0%} of the examples" if dimension.scale.binary else f"by {_SD:g}"
    told.append(f"How far systems differ on {dimension.name} is assumed: {what}, of the scale.")
    return value


def _people(dimension: Dimension, rated: Rated, told: list[str]) -> float:
    """The variance of people's ratings of one output."""
    scale = dimension.scale
    low, high = scale.low or 0.0, scale.high or 1.0
    if rated.ratings is not None:
        rows = rated.ratings.where(kind="people", dimension=dimension.name, against=None)
        try:
            shares = (rater_matrix(rows, scale).values - low) / (high - low)
            within = variance_parts(shares)[1]
        except (InsufficientData, UsageError, ValueError):
            pass
        else:
            told.append(
                f"How far people differ on {dimension.name} was measured on {len(shares):,} "
                f"outputs: standard deviation {within**0.5:.3f} of the scale."
            )
            return within
    value = (1 - _AGREEMENT) / 2 if scale.binary else _RATERS_SD**2 * (1 - _RATERS_ICC)
    told.append(
        f"How far people differ on {dimension.name} is assumed: standard deviation {value**0.5:.2f}"
        " of the scale."
    )
    return value


def _trials(dimension: Dimension, rated: Rated, whole: float, *, told: list[str]) -> float:
    """The variance of one system's score on one example when it is asked again."""
    if rated.ratings is not None and rated.rounds is not None:
        try:
            value = _again(dimension, rated.ratings, rated.rounds)
        except InsufficientData:
            pass
        else:
            told.append(
                f"What asking again changes on {dimension.name} was measured: standard deviation "
                f"{value**0.5:.3f} of the scale."
            )
            return min(value, whole / 2)
    told.append(
        f"What asking again changes is assumed: {_TRIALS:.0%} of the variance of differences."
    )
    return _TRIALS * whole / 2


def _again(dimension: Dimension, ratings: Ratings, rounds: Rounds) -> float:
    scale = dimension.scale
    low, high = scale.low or 0.0, scale.high or 1.0
    rows = ratings.where(dimension=dimension.name, against=None)
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
    return float(np.mean(parts))


def _judge(dimension: Dimension, rated: Rated, told: list[str]) -> tuple[float, float]:
    """The squared correlation of an endlessly repeated judge, and what two calls share."""
    if not rated.judge or not any(r.name == "judge" for r in dimension.raters):
        return 0.0, 1.0
    known = (rated.calibrated or {}).get(dimension.name)
    r = _JUDGE if known is None else known.correlation[1]
    shared = known.reliability if known is not None else None
    reliability = min(max(shared or _RELIABILITY, _LEAST), 1.0)
    if known is None:
        told.append(
            f"The judge's correlation with people on {dimension.name} is assumed: {_JUDGE:g}; "
            "measurand calibrate measures it."
        )
    else:
        told.append(
            f"The judge's correlation with people on {dimension.name} is that of its calibration, "
            f"{r:.2f} on {known.n:,} locked outputs; that of differences may be lower."
        )
    return min(max(r, 0.0) ** 2, _HIGHEST), reliability
