"""What a person should look at: outputs that machines flagged, could not judge, or fell for."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from measurand.analysis.attempts import NO_OUTPUT
from measurand.analysis.blocked import any_flag, blocked_on
from measurand.analysis.frame import Bools, Frame
from measurand.analysis.result import Queued
from measurand.analysis.trials import Voting
from measurand.core.rating import Ratings
from measurand.core.rubric import Rubric
from measurand.core.running import FlagRule

__all__ = ["human_queue"]

_DOUBTS = {
    "hijack_suspected": "it may have given the judge orders",
    "abstained": "the judge said that it cannot assess this",
}


def human_queue(
    ratings: Ratings,
    rubric: Rubric,
    systems: tuple[str, ...],
    *,
    voting: Voting | None = None,
) -> tuple[Queued, ...]:
    """Outputs to be rated by people that none has rated on the dimension, most urgent first.

    What a check or judge flags on a blocking dimension comes first, then what may be blocked as
    ratings failed, then what may have hijacked the judge, then what it could not assess; each
    output and dimension once. They were chosen, not drawn: people's ratings of them say nothing
    about the rest.
    """
    votes = voting or Voting()
    frame = Frame(ratings.where(against=None), systems, rounds=votes.rounds)
    silent = _silent(frame)
    found: dict[tuple[int, int, str], str] = {}
    for name, why, table in _reasons(frame, rubric, votes.flags):
        for example, system in np.argwhere(table & ~silent & ~_seen(frame, name)):
            found.setdefault((int(example), int(system), name), why)
    return tuple(
        Queued(frame.examples[example], systems[system], name, why)
        for (example, system, name), why in found.items()
    )


def _reasons(frame: Frame, rubric: Rubric, flags: FlagRule) -> Iterator[tuple[str, str, Bools]]:
    """By dimension why outputs are worth a look, shape (examples, systems)."""
    blocking = [d for d in rubric if d.blocking and d.name in frame.rated]
    machines = frame.only(kind=frozenset({"check", "judge"}))
    for dimension in blocking:
        yield dimension.name, "flagged as blocked", any_flag(machines, [dimension]) == 1
    for dimension in blocking:
        unknown = blocked_on(frame, dimension, rule=flags).of_examples().unknown
        yield dimension.name, "may be blocked: ratings of it failed", unknown
    for failure, why in _DOUBTS.items():
        for dimension in rubric:
            rows = frame.ratings.where(
                dimension=dimension.name, kind="judge", value=None, failure=failure
            )
            yield dimension.name, why, frame.counts(frame.places(rows)) > 0


def _silent(frame: Frame) -> Bools:
    """Where there is no output to look at, in no trial."""
    deep = frame.in_trials()
    lost = deep.counts(deep.places(deep.ratings.where(failure=NO_OUTPUT))) > 0
    told = deep.counts(deep.places(deep.ratings)) > 0
    return np.asarray((lost | ~told).all(axis=-1) & lost.any(axis=-1))


def _seen(frame: Frame, dimension: str) -> Bools:
    """Which outputs a person has rated."""
    rows = frame.ratings.where(dimension=dimension, kind="people")
    rated = rows.filtered(rows["value"].mask(lambda cell: cell is not None))
    return frame.counts(frame.places(rated)) > 0
