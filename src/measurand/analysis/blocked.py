"""Which outputs are blocked, which are not, and of which nobody can tell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from measurand.analysis.frame import Bools, Frame
from measurand.analysis.matrix import Floats, flagged
from measurand.core.rating import Kind, Ratings
from measurand.core.rubric import Dimension
from measurand.core.running import FlagRule
from measurand.core.scale import YES_NO

__all__ = ["Blocked", "any_flag", "blocked_on", "worst"]

_HALF = 0.5
_ROUNDING = 1e-9
_TWO = 2


@dataclass(frozen=True, slots=True)
class Blocked:
    """What a blocking dimension, or all of them, say of every output.

    Args:
        flags: Shape (examples, systems, trials): 1 blocked, 0 not, NaN where nobody rated or where
            it is unknown.
        unknown: The same shape: whether ratings that failed could have blocked the output, so that
            it is neither blocked nor passed.
    """

    flags: Floats
    unknown: Bools

    def of_examples(self) -> Blocked:
        """The same without trials: an example is blocked if any of its outputs is."""
        unknown = self.unknown.any(axis=-1)
        flags = np.asarray(np.fmax.reduce(self.flags, axis=-1))
        unknown &= flags != 1
        return Blocked(np.where(unknown, np.nan, flags), unknown)


def blocked_on(
    frame: Frame, dimension: Dimension, *, kind: Kind | None = None, rule: FlagRule = "any"
) -> Blocked:
    """What one dimension says of every output, each trial of an example by itself.

    People decide by majority where they rated, and a tie blocks. Elsewhere a check that flags
    blocks, and judges block by the rule: ``any`` judge in any of its repeats, or ``two`` judges,
    each in at least half of its repeats (one, where only one was asked). Never by majority:
    judges are lenient, and a majority of lenient judges misses more than each of them.

    Where several outputs of an example were rated, people have seen the first; of the others,
    judges and checks decide. Repeats are those of one trial: an output that two judges flag is
    blocked, however many others of the example they let pass.

    A judge or check whose every rating of an output failed has not passed it. Where its flag could
    have blocked the output, the output is unknown.

    Args:
        frame: The table.
        dimension: The dimension; only ratings on it count.
        kind: Whose ratings alone count, where one kind's are asked for.
        rule: When judges block.
    """
    rows = flagged(frame.ratings, dimension)
    rows = rows if kind is None else rows.where(kind=kind)
    deep = frame.in_trials()
    people = deep.means(rows.where(kind="people"), YES_NO)
    judges = _votes(deep, rows.where(kind="judge")).decide(rule)
    checks = _votes(deep, rows.where(kind="check")).decide("any")
    machines = worst((judges, checks), deep.shape)
    told = ~np.isnan(people)
    by_people = np.where(told, people > _HALF - _ROUNDING, np.nan)
    return Blocked(np.asarray(np.where(told, by_people, machines.flags)), machines.unknown & ~told)


def any_flag(frame: Frame, dimensions: Iterable[Dimension]) -> Floats:
    """Whether anyone at all, person or machine, says that an output is blocked."""
    found = np.full(frame.shape, np.nan)
    for dimension in dimensions:
        shares = frame.means(flagged(frame.ratings, dimension), YES_NO)
        found = np.fmax(found, np.where(np.isnan(shares), np.nan, shares > 0))
    return found


def worst(said: Iterable[Blocked], shape: tuple[int, ...]) -> Blocked:
    """Blocked where any says so; else unknown where any is; else what is left."""
    flags, unknown = np.full(shape, np.nan), np.zeros(shape, dtype=bool)
    for one in said:
        flags = np.fmax(flags, one.flags)
        unknown |= one.unknown
    unknown &= flags != 1
    return Blocked(np.where(unknown, np.nan, flags), unknown)


@dataclass(frozen=True, slots=True)
class _Votes:
    """Raters of each output, shape (examples, systems, trials).

    Args:
        any_repeat: Those that flagged it in any repeat.
        half: Those that flagged it in at least half of their repeats of it.
        valued: Those that gave any value.
        lost: Those that failed throughout.
    """

    any_repeat: Floats
    half: Floats
    valued: Floats
    lost: Floats

    def decide(self, rule: FlagRule) -> Blocked:
        """Hold the flags against how many are needed."""
        flags = self.any_repeat if rule == "any" else self.half
        asked = self.valued + self.lost
        needed = np.ones_like(asked) if rule == "any" else np.minimum(_TWO, np.maximum(asked, 1))
        blocked = flags >= needed
        unknown = ~blocked & (self.lost > 0) & (flags + self.lost >= needed)
        decided = np.where(self.valued > 0, blocked.astype(float), np.nan)
        return Blocked(np.where(unknown, np.nan, decided), unknown)


def _votes(frame: Frame, rows: Ratings) -> _Votes:
    """How often each output was flagged by the raters of these rows, told as yes/no."""
    said = frame.of_raters(rows, YES_NO)
    valued = ~np.isnan(said.means)

    def count(which: Bools) -> Floats:
        return frame.counts(said.places[which]).astype(float)

    return _Votes(
        any_repeat=count(valued & (said.means > 0)),
        half=count(valued & (said.means > _HALF - _ROUNDING)),
        valued=count(valued),
        lost=count(~valued & said.failed),
    )
