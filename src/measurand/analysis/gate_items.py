"""What became of every example: passed, failed, flaky, waived or missing, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from measurand.analysis.gate_result import GateItem, ItemOutcome
from measurand.analysis.gate_table import Tried, Watched
from measurand.analysis.gate_terms import GateTerms
from measurand.analysis.matrix import Floats
from measurand.core.gate import REGRESSION, Waiver
from measurand.stats.reversals import Reversals, confirmed, reversals

__all__ = ["ItemMaker", "Regressions", "counted_alone", "item_of", "regressions"]

_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Regressions:
    """The examples of a part that passed before and fail now.

    Args:
        compared: The examples on which both can be compared.
        found: How many of them turned, and whether noise alone gives as many; None where nothing
            could be compared.
        names: The examples that turned, over all repeats.
        fresh: Examples that were never there before, and fail.
        repeated: Whether both were tried more than once on any example.
    """

    compared: tuple[str, ...]
    found: Reversals | None
    names: tuple[str, ...]
    fresh: tuple[str, ...] = ()
    repeated: bool = False

    def noise(self, alpha: float) -> bool:
        """Whether the repeats disagree so often that as many may turn by chance.

        Without repeats, and where no repeat of anything disagrees with another, nothing is known
        of noise that would excuse a failure: it counts as it stands.
        """
        if self.found is None or not self.names or not self.repeated or not self.found.noisy:
            return False
        return self.found.p > alpha + _ROUNDING


def regressions(watched: Watched, terms: GateTerms) -> Regressions:
    """Which outputs passed on every dimension that does not block, and do no longer."""
    quality = [tried for tried in watched.tried.values() if not tried.dimension.blocking]
    lacking = watched.lacking
    names = [name for name in watched.examples if name in watched.rows and name not in lacking]
    tallies = {
        name: tuple(_tally(quality, watched.rows[name], side) for side in (0, 1)) for name in names
    }
    fresh = tuple(
        name for name, (own, _) in tallies.items() if name in terms.fresh and _failed(own, terms)
    )
    both = [name for name, (own, other) in tallies.items() if own[1] and other[1]]
    if not both:
        return Regressions((), None, (), fresh)
    own, other = (np.asarray([tallies[name][side] for name in both]).T for side in (0, 1))
    found = reversals((other[0], other[1]), (own[0], own[1]), rule=terms.plan.confirm)
    turned = tuple(name for name, which in zip(both, found.which, strict=True) if which)
    repeated = bool(((own[1] > 1) | (other[1] > 1)).any())
    return Regressions(tuple(both), found, turned, fresh, repeated)


def _failed(counts: tuple[int, int], terms: GateTerms) -> bool:
    passed, repeats = counts
    return bool(confirmed(repeats - passed, repeats, terms.plan.confirm))


def _tally(quality: Sequence[Tried], row: int, side: int) -> tuple[int, int]:
    """In how many trials the output passed on all of these, and how many there were."""
    told = [tried.passed[row, side] for tried in quality]
    given = [one[~np.isnan(one)] for one in told]
    length = max((len(one) for one in given), default=0)
    if not length:
        return 0, 0
    lined = np.stack([_lined(one, length) for one in given if len(one)])
    every = np.fmin.reduce(lined, axis=0)
    return int(np.nansum(every)), int((~np.isnan(every)).sum())


def _lined(one: Floats, length: int) -> Floats:
    """What was said once of an example, as that it is well-formed, holds in all its trials."""
    if len(one) == 1:
        return np.full(length, one[0])
    return np.concatenate([one, np.full(length - len(one), np.nan)])


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemMaker:
    """Tells what became of every example of a part.

    Args:
        watched: The part.
        terms: By what the gate is decided.
        turned: Which examples regressed.
        seconds: How long the system took to answer each example.
        counts: Whether a single regression counts against the system here.
    """

    watched: Watched
    terms: GateTerms
    turned: Regressions
    seconds: Mapping[str, float]
    counts: bool

    def items(self) -> Iterator[GateItem]:
        """Every example on every dimension that is looked at."""
        for name in self.watched.examples:
            regressed = name in self.turned.names or name in self.turned.fresh
            blamed = _blamed(self.watched, name, self.terms) if regressed else frozenset()
            for dimension in self._dimensions(name):
                found = self._item(name, dimension, blame=dimension in blamed)
                if found is not None:
                    yield found

    def _dimensions(self, name: str) -> Iterator[str]:
        gone = (dimension for example, dimension, _ in self.watched.gaps if example == name)
        yield from dict.fromkeys((*self.watched.tried, *gone))

    def _item(self, name: str, dimension: str, *, blame: bool) -> GateItem | None:
        """What became of one; None where nothing was to be said of it of either system."""
        stamp = item_of(name, dimension, self.terms, part=self.watched.part)
        stamp = replace(stamp, seconds=self.seconds.get(name))
        gap, row = self.watched.gap(name, dimension), self.watched.rows.get(name)
        tried = self.watched.tried.get(dimension)
        if tried is not None:
            stamp = replace(stamp, blocking=tried.dimension.blocking)
        if gap is not None or tried is None or row is None:
            blocks = dimension in self.watched.blocking
            return replace(stamp, blocking=blocks, reason=gap.why if gap else stamp.reason)
        seen = _seen(stamp, tried, row)
        if seen.score is None and seen.baseline is None:
            return None
        if seen.score is None:
            return replace(seen, reason=f"there is no score, where {self.terms.baseline} has one")
        passes = _Passes(tried.counted(row, 0), tried.counted(row, 1))
        if tried.dimension.blocking:
            return self._blocking(seen, passes)
        return self._quality(seen, passes, blame=blame)

    def _blocking(self, seen: GateItem, passes: _Passes) -> GateItem:
        blocked, repeats = passes.failed, passes.repeats
        if not blocked:
            return replace(seen, outcome="pass", reason="it is not blocked")
        how = _of("it is blocked", blocked, repeats)
        waiver = self.terms.waiver(seen.example, seen.dimension)
        if waiver is not None and not waiver.blocking:
            how += "; its waiver does not say blocking: true"
            waiver = None
        sure = bool(confirmed(blocked, repeats, self.terms.plan.confirm))
        outcome: ItemOutcome = "fail" if sure else "flaky"
        return _waived(replace(seen, outcome=outcome, reason=how), waiver, self.terms)

    def _quality(self, seen: GateItem, passes: _Passes, *, blame: bool) -> GateItem:
        before = passes.before(self.terms.baseline)
        if blame:
            return self._blamed(seen, passes, before)
        own, n = passes.own
        how = _of("it passes", own, n)
        if 0 < own < n:
            return replace(seen, outcome="flaky", reason=f"{how}; {before}")
        if own:
            return replace(seen, outcome="pass", reason=how)
        failing = f"{_of('it fails', n, n)}, {before}"
        return replace(seen, outcome="pass", reason=f"{failing}; that is no regression")

    def _blamed(self, seen: GateItem, passes: _Passes, before: str) -> GateItem:
        """A failure of an example that passed before."""
        how = f"{_of('it fails', passes.failed, passes.repeats)}, {before}"
        waiver = self.terms.waiver(seen.example, seen.dimension)
        found = _waived(replace(seen, outcome="fail", reason=how), waiver, self.terms)
        if found.outcome == "fail" and self.turned.noise(1 - self.terms.level):
            why = f"{found.reason}; but repeats disagree so often that chance alone may do it"
            return replace(found, outcome="flaky", reason=why)
        if found.outcome == "fail" and not self.counts:
            why = f"{found.reason}; it counts in the difference alone"
            return replace(found, outcome="pass", reason=why)
        return found


@dataclass(frozen=True, slots=True)
class _Passes:
    """In how many repeats an example passed, and how many there were, of both systems."""

    own: tuple[int, int]
    other: tuple[int, int]

    @property
    def repeats(self) -> int:
        return self.own[1]

    @property
    def failed(self) -> int:
        return self.own[1] - self.own[0]

    def before(self, baseline: str) -> str:
        passed, repeats = self.other
        if not repeats:
            return f"and {baseline} was never asked"
        if passed == repeats:
            return f"where {baseline} passes"
        if passed:
            return f"where {baseline} passes in {passed} of {repeats} repeats"
        return f"where {baseline} fails too"


def item_of(name: str, dimension: str, terms: GateTerms, *, part: str | None) -> GateItem:
    """An example on a dimension, of which nothing is known yet."""
    file, line = terms.places.get(name, (None, None))
    return GateItem(
        example=name,
        component=part or "",
        dimension=dimension,
        outcome="missing",
        reason="there is no result",
        blocking=False,
        score=None,
        baseline=None,
        repeats=(),
        file=file,
        line=line,
        waiver=None,
        seconds=None,
    )


def _seen(stamp: GateItem, tried: Tried, row: int) -> GateItem:
    return replace(
        stamp,
        score=tried.score(row, 0),
        baseline=tried.score(row, 1),
        repeats=tried.repeats(row),
        blocking=tried.dimension.blocking,
    )


def _blamed(watched: Watched, name: str, terms: GateTerms) -> frozenset[str]:
    """The dimensions on which a regressed example fails; where none is clear, the worst."""
    row = watched.rows[name]
    falls: dict[str, float] = {}
    clear = set()
    for dimension, tried in watched.tried.items():
        if tried.dimension.blocking:
            continue
        (own, n), (other, m) = tried.counted(row, 0), tried.counted(row, 1)
        if not n:
            continue
        falls[dimension] = (other / m if m else 1.0) - own / n
        if _failed((own, n), terms) and (not m or confirmed(other, m, terms.plan.confirm)):
            clear.add(dimension)
    if clear or not falls:
        return frozenset(clear)
    return frozenset({max(falls, key=falls.__getitem__)})


def _of(what: str, count: int, repeats: int) -> str:
    if repeats == 1:
        return what
    return (
        f"{what} in all {repeats} repeats"
        if count == repeats
        else (f"{what} in {count} of {repeats} repeats")
    )


def _waived(item: GateItem, waiver: Waiver | None, terms: GateTerms) -> GateItem:
    """The same, let pass where a waiver that still holds says so."""
    if waiver is None:
        return item
    if waiver.expired(terms.today):
        day = waiver.expires.isoformat()
        told = f"{item.reason}; the waiver of {waiver.owner} expired on {day}"
        return replace(item, reason=told)
    return replace(item, outcome="waived", waiver=waiver.told())


def counted_alone(part: str | None) -> bool:
    """Whether a single regression counts in this part: what was mended is to stay mended."""
    return part == REGRESSION
