"""Which outputs people should look at because of what machines said of them, and how soon."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import fmean

from measurand.analysis.queue import human_queue
from measurand.analysis.result import Queued
from measurand.analysis.trials import Voting, first_trial
from measurand.core.rating import Ratings
from measurand.core.rubric import Dimension, Rubric

__all__ = ["Routed", "routed"]

_FLAGGED, _DOUBTFUL, _NEAR = 3, 2, 1
"""How urgent: flagged as blocked, unknown, near a bound or disputed."""
_NEAR_BOUND = 0.5
"""Levels of the scale: a mean that is closer to the bound could as well lie beyond it."""
_WIDE = 0.5
"""Share of the scale by which a judge's ratings of one output differ that is in dispute."""
_FLAG = "flagged as blocked"


@dataclass(frozen=True, slots=True)
class Routed:
    """An output that people should rate.

    Args:
        example: The example's id.
        system: Whose output.
        urgency: 3 flagged as blocked, 2 nobody can tell, 1 near a bound or in dispute.
        why: By dimension, what makes it worth a look.
    """

    example: str
    system: str
    urgency: int
    why: str


def routed(
    ratings: Ratings, rubric: Rubric, systems: tuple[str, ...], *, voting: Voting | None = None
) -> tuple[Routed, ...]:
    """The outputs that no person has rated and somebody should, the most urgent first.

    To what `human_queue` finds it adds outputs whose judges' mean lies within half a level of what
    blocks, and those whose judges' ratings differ by half the scale or more. They are chosen, not
    drawn: what people say of them tells nothing about the rest.

    Args:
        ratings: The table.
        rubric: The dimensions.
        systems: Whose outputs.
        voting: How votes are taken, and how rows tell their trial.
    """
    votes = voting or Voting()
    found: dict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
    for one in human_queue(ratings, rubric, systems, voting=votes):
        urgency = _FLAGGED if one.why == _FLAG else _DOUBTFUL
        found[one.example, one.system].append((urgency, f"{one.dimension}: {one.why}"))
    for one in _unsure(first_trial(ratings, votes.rounds), rubric, systems):
        found[one.example, one.system].append((_NEAR, f"{one.dimension}: {one.why}"))
    outputs = [
        Routed(
            example, system, max(reasons)[0], "; ".join(dict.fromkeys(why for _, why in reasons))
        )
        for (example, system), reasons in found.items()
    ]
    return tuple(sorted(outputs, key=lambda one: -one.urgency))


def _unsure(ratings: Ratings, rubric: Rubric, systems: tuple[str, ...]) -> Iterator[Queued]:
    """What judges are not sure of, on graded dimensions and yes/no."""
    for dimension in rubric:
        if not dimension.scale.numeric:
            continue
        rows = ratings.where(dimension=dimension.name, against=None)
        seen = {
            (row.example, row.system) for row in rows.where(kind="people") if row.value is not None
        }
        judged: dict[tuple[str, str], list[float]] = defaultdict(list)
        for row in rows.where(kind="judge", system=frozenset(systems)):
            if isinstance(row.value, float | int):
                judged[row.example, row.system].append(float(row.value))
        for unit, values in judged.items():
            why = _why(dimension, values)
            if why is not None and unit not in seen:
                yield Queued(*unit, dimension.name, why)


def _why(dimension: Dimension, values: list[float]) -> str | None:
    scale = dimension.scale
    bound = dimension.block_below
    if dimension.blocking and bound is not None and abs(fmean(values) - bound) < _NEAR_BOUND:
        return "the judges' mean is near what blocks"
    if scale.low is None or scale.high is None:
        return None
    if max(values) - min(values) >= _WIDE * (scale.high - scale.low):
        return "the judges disagree"
    return None
