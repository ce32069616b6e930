"""Which examples passed before and fail now, over all their repeats, and what noise explains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from measurand.analysis.frame import Bools
from measurand.analysis.gate_table import Tried, Watched
from measurand.analysis.gate_terms import GateTerms, counted_alone
from measurand.analysis.matrix import Floats
from measurand.stats.reversals import Reversals, confirmed, reversals

__all__ = ["Regressions", "blamed", "regressions"]

_ROUNDING = 1e-12
_Count = tuple[int, int]
Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Regressions:
    """The examples of a part that passed before and fail now.

    Args:
        compared: The examples on which both can be compared.
        held: Those of them that the baseline passes.
        alone: Those that stand by themselves: the baseline never saw them, or has no score.
        names: Of those held, the ones that fail now.
        failing: Of those that stand alone, the ones that fail.
        unsure: Examples of which the repeats confirm neither a pass nor a failure.
        lost: Those of all compared that the system does not pass.
        waived: Those of names, failing and unsure that somebody answers for.
        found: How many turned that are not waived, and whether noise alone gives as many; None
            where there are none to be compared.
        repeated: Whether both were tried more than once on any example.
    """

    compared: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    alone: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    failing: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    waived: frozenset[str] = frozenset()
    found: Reversals | None = None
    repeated: bool = False

    @property
    def regressed(self) -> frozenset[str]:
        """Every example that fails, or may."""
        return frozenset((*self.names, *self.failing, *self.unsure))

    def counted(self, names: Sequence[str]) -> tuple[str, ...]:
        """Those that nobody answers for."""
        return tuple(name for name in names if name not in self.waived)

    def noise(self, alpha: float) -> bool:
        """Whether the repeats disagree so often that as many may turn by chance.

        Without repeats, and where no repeat of anything disagrees with another, nothing is known
        of noise that would excuse a failure: it counts as it stands. Noise never excuses an
        example that stands by itself: its own repeats confirm that it fails.
        """
        if self.found is None or not self.repeated or not self.found.noisy:
            return False
        return bool(self.counted(self.names)) and self.found.p > alpha + _ROUNDING


def regressions(watched: Watched, terms: GateTerms) -> Regressions:
    """Which outputs passed on every dimension that does not block, and do no longer."""
    tallies = dict(_tallies(watched))
    single = counted_alone(watched.part)
    alone = tuple(
        name
        for name, (own, other) in tallies.items()
        if own[1] and (name in terms.fresh or (single and not other[1]))
    )
    both = [n for n, (own, other) in tallies.items() if own[1] and other[1] and n not in alone]
    failing = tuple(name for name in alone if _failed(tallies[name][0], terms))
    counts = _Counts.of(tallies, both)
    which = counts.turned(terms)
    names = tuple(name for name, turned in zip(both, which, strict=True) if turned)
    open_ = counts.open(which) if single else np.zeros(len(both), dtype=bool)
    unsure = [name for name, one in zip(both, open_, strict=True) if one]
    if single:
        unsure += [n for n in alone if n not in failing and not _passed(tallies[n][0], terms)]
    waived = frozenset(name for name in (*names, *failing, *unsure) if _let(watched, name, terms))
    kept = [name for name in both if name not in waived]
    return Regressions(
        compared=tuple(both),
        held=tuple(name for name in both if _passed(tallies[name][1], terms)),
        alone=alone,
        names=names,
        failing=failing,
        unsure=tuple(unsure),
        lost=tuple(name for name in both if not _passed(tallies[name][0], terms)),
        waived=waived,
        found=_Counts.of(tallies, kept).found(terms) if kept else None,
        repeated=any(count > 1 for pair in tallies.values() for _, count in pair),
    )


@dataclass(frozen=True, slots=True)
class _Counts:
    """Passes and repeats of some examples, of the system and of what it is held against."""

    own: Counts
    other: Counts

    @classmethod
    def of(cls, tallies: Mapping[str, tuple[_Count, _Count]], names: Sequence[str]) -> _Counts:
        own, other = (
            np.asarray([tallies[name][side] for name in names], dtype=np.int64).reshape(-1, 2).T
            for side in (0, 1)
        )
        return cls(own, other)

    def found(self, terms: GateTerms) -> Reversals:
        first, second = (self.other[0], self.other[1]), (self.own[0], self.own[1])
        return reversals(first, second, rule=terms.plan.confirm)

    def turned(self, terms: GateTerms) -> Bools:
        rule = terms.plan.confirm
        passed = confirmed(self.other[0], self.other[1], rule)
        return np.asarray(passed & confirmed(self.own[1] - self.own[0], self.own[1], rule))

    def open(self, turned: Bools) -> Bools:
        """Passed in at least half of the repeats, now in at most half, and yet not confirmed."""
        (own, n), (other, m) = self.own, self.other
        fell = (2 * other >= m) & (2 * own <= n) & ~((2 * other == m) & (2 * own == n))
        return np.asarray(fell & ~turned)


def _tallies(watched: Watched) -> list[tuple[str, tuple[_Count, _Count]]]:
    quality = [tried for tried in watched.tried.values() if not tried.dimension.blocking]
    looked = {*watched.examples} - watched.lacking
    single = [[_once(tried.passed[:, side]) for tried in quality] for side in (0, 1)]
    return [
        (name, (_tally(quality, row, 0, once=single[0]), _tally(quality, row, 1, once=single[1])))
        for name, row in watched.rows.items()
        if name in looked
    ]


def _once(passed: Floats) -> bool:
    """Whether a dimension was scored in the first trial alone, of every example."""
    return bool(np.isnan(passed[:, 1:]).all())


def _tally(quality: Sequence[Tried], row: int, side: int, *, once: Sequence[bool]) -> _Count:
    """In how many trials the output passed on all of these, and how many there were.

    What is said once of every example, as that it is well-formed, holds in all its trials.
    """
    told = [tried.passed[row, side] for tried in quality]
    if not told:
        return 0, 0
    given = ~np.isnan(np.stack(told)).all(axis=0)
    several = not all(once)
    lined = [
        np.where(given, one[0], np.nan) if only and several else one
        for one, only in zip(told, once, strict=True)
    ]
    every = np.fmin.reduce(np.stack(lined), axis=0)
    return int(np.nansum(every)), int((~np.isnan(every)).sum())


def _failed(counts: _Count, terms: GateTerms) -> bool:
    passed, repeats = counts
    return bool(confirmed(repeats - passed, repeats, terms.plan.confirm))


def _passed(counts: _Count, terms: GateTerms) -> bool:
    return bool(confirmed(counts[0], counts[1], terms.plan.confirm))


def _let(watched: Watched, name: str, terms: GateTerms) -> bool:
    """Whether somebody answers for every dimension on which an example fails."""
    those = blamed(watched, name, terms)
    return bool(those) and all(terms.waived(name, dimension) for dimension in those)


def blamed(watched: Watched, name: str, terms: GateTerms) -> frozenset[str]:
    """The dimensions on which a regressed example fails; where none is clear, the worst."""
    row = watched.rows[name]
    falls: dict[str, float] = {}
    clear = set()
    for dimension, tried in watched.tried.items():
        if tried.dimension.blocking:
            continue
        own, (other, m) = tried.counted(row, 0), tried.counted(row, 1)
        if not own[1]:
            continue
        falls[dimension] = (other / m if m else 1.0) - own[0] / own[1]
        if _failed(own, terms) and (not m or confirmed(other, m, terms.plan.confirm)):
            clear.add(dimension)
    if clear or not falls:
        return frozenset(clear)
    return frozenset({max(falls, key=falls.__getitem__)})
