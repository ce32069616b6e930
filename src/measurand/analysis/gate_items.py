"""What became of every example: passed, failed, flaky, waived or missing, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from measurand.analysis.gate_result import GateItem, ItemOutcome
from measurand.analysis.gate_table import Tried, Watched
from measurand.analysis.gate_terms import GateTerms
from measurand.analysis.gate_turned import Regressions, blamed
from measurand.core.gate import Waiver
from measurand.stats.reversals import confirmed

__all__ = ["ItemMaker", "item_of"]


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
            turned = name in self.turned.regressed
            those = blamed(self.watched, name, self.terms) if turned else frozenset()
            for dimension in self._dimensions(name):
                found = self._item(name, dimension, blame=dimension in those)
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
        before = passes.before(self.terms, fresh=seen.example in self.terms.fresh)
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
        """A failure of an example that passed before, or that stands by itself."""
        how = f"{_of('it fails', passes.failed, passes.repeats)}, {before}"
        outcome: ItemOutcome = "fail"
        if seen.example in self.turned.unsure:
            outcome, how = "flaky", f"{how}; the repeats confirm neither, and that is no pass"
        waiver = self.terms.waiver(seen.example, seen.dimension)
        found = _waived(replace(seen, outcome=outcome, reason=how), waiver, self.terms)
        excused = seen.example in self.turned.names and self.turned.noise(1 - self.terms.level)
        if found.outcome == "fail" and excused:
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

    def before(self, terms: GateTerms, *, fresh: bool) -> str:
        (passed, repeats), baseline = self.other, terms.baseline
        if not repeats:
            return f"and {baseline} " + ("was never asked" if fresh else "has no score")
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
        told = f"{item.reason}; the waiver of {waiver.owner} expired on {day} (UTC)"
        return replace(item, reason=told)
    return replace(item, outcome="waived", waiver=waiver.told())
