"""What both systems did on every example, trial by trial, and what of it is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from measurand.analysis.blocked import blocked_on
from measurand.analysis.frame import Frame
from measurand.analysis.gate_terms import GateTerms, counted_alone
from measurand.analysis.matrix import Floats
from measurand.analysis.score import layer_of
from measurand.core.failure import FAILURES, STALE, TRANSPORT_FAILURES
from measurand.core.output import Failure, Output
from measurand.core.rating import Cell, Ratings
from measurand.core.rubric import Dimension, Rubric

__all__ = ["Gap", "Tried", "Watched", "watched"]

_MACHINES: frozenset[Cell] = frozenset({"check", "judge"})
_NEVER = "there is no result"
_PARTLY = "people rated a part of the examples, and not this one"
_TRACE = "; Traceback "
"""Where the reason of a check that broke goes on with what helps its author alone."""
_HALF, _ROUNDING = 0.5, 1e-9
_COLUMNS = ("example", "system", "dimension", "kind", "value", "failure", "reason")

_Place = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Gap:
    """Why there is no result to decide on.

    Args:
        why: In a sentence.
        provider: Whether a provider is at fault.
    """

    why: str
    provider: bool = False


@dataclass(frozen=True, slots=True)
class Tried:
    """What both systems did on one dimension.

    Args:
        dimension: Which.
        scores: On the unit interval, shape (examples, 2, trials); NaN where there is none.
        passed: 1 where that is a pass and 0 where it is none; NaN where there is no score.
    """

    dimension: Dimension
    scores: Floats
    passed: Floats

    def score(self, row: int, side: int) -> float | None:
        """The mean over the trials."""
        given = self.scores[row, side][~np.isnan(self.scores[row, side])]
        return float(given.mean()) if len(given) else None

    def repeats(self, row: int) -> tuple[float | None, ...]:
        """The score of each of the system's trials, up to its last."""
        own = [None if np.isnan(value) else float(value) for value in self.scores[row, 0]]
        while own and own[-1] is None:
            own.pop()
        return tuple(own)

    def counted(self, row: int, side: int) -> tuple[int, int]:
        """In how many trials it passed, and how many there were."""
        given = self.passed[row, side][~np.isnan(self.passed[row, side])]
        return int(given.sum()), len(given)


@dataclass(frozen=True, slots=True)
class Watched:
    """One part of the evaluation set, as the gate sees it.

    Args:
        part: Which component; None where everything is one part.
        examples: The examples that must have results.
        ratings: Of both systems, on these examples.
        tried: By dimension.
        gaps: Where results are missing, by example, dimension and side (0 the system).
        rows: Where each example stands in the arrays.
        blocking: The names of the dimensions that block.
        partly: The dimensions left to people of which these rated a part only.
    """

    part: str | None
    examples: tuple[str, ...]
    ratings: Ratings
    tried: Mapping[str, Tried]
    gaps: Mapping[tuple[str, str, int], Gap]
    rows: Mapping[str, int]
    blocking: frozenset[str] = frozenset()
    partly: frozenset[str] = frozenset()

    def gap(self, example: str, dimension: str) -> Gap | None:
        """Why an example cannot be decided on a dimension, the system's own reason first."""
        for side in (0, 1):
            if (found := self.gaps.get((example, dimension, side))) is not None:
                return found
        return None

    @property
    def lacking(self) -> frozenset[str]:
        """The examples with a gap on any dimension, but for those that people rated in part."""
        return frozenset(
            example for example, dimension, _ in self.gaps if dimension not in self.partly
        )

    def silent(self, dimension: str) -> tuple[str, ...]:
        """The examples with nothing missing on a dimension, and yet without a score of it."""
        tried = self.tried.get(dimension)
        if tried is None:
            return ()
        scored = np.asarray(~np.isnan(tried.passed[:, 0]).all(axis=-1))
        return tuple(
            name
            for name in self.examples
            if self.gap(name, dimension) is None
            and not (name in self.rows and scored[self.rows[name]])
        )


def watched(
    ratings: Ratings,
    rubric: Rubric,
    terms: GateTerms,
    *,
    part: str | None,
    examples: Sequence[str],
    outputs: Sequence[Output] = (),
) -> Watched:
    """Arrange one part of the set.

    Results are owed on every dimension that blocks, that code or a judge of a plan rates, or that
    anybody rated in a mere table. What a plan leaves to people is looked at where they rated any;
    the rest of it is missing then.

    Args:
        ratings: The table; rows of pairs, and of other systems, are passed over.
        rubric: The dimensions.
        terms: By what the gate is decided.
        part: Which part.
        examples: The examples that it has.
        outputs: What was answered, by which failures are told.
    """
    names: frozenset[Cell] = frozenset(examples)
    own = ratings.where(against=None, system=frozenset(terms.pair), example=names)
    blocking = Frame(own, terms.pair, rounds=terms.blocking.rounds)
    usual = Frame(own, terms.pair, rounds=terms.votes.rounds)
    tried = {
        dimension.name: _tried(blocking if dimension.blocking else usual, dimension, terms)
        for dimension in rubric
        if dimension.name in usual.rated and (dimension.blocking or dimension.scale.bounded)
    }
    rated = ratings.where(against=None, system=frozenset(terms.pair)).distinct("dimension")
    required = [d.name for d in rubric if _owed(d, terms, frozenset(rated))]
    left = [name for name in tried if name not in required]
    found = dict(_gaps(own, (*required, *left), terms, examples=examples, outputs=outputs))
    partly = frozenset(dimension for _, dimension, _ in found) & frozenset(left)
    gaps = {
        key: replace(gap, why=gap.why.replace(_NEVER, _PARTLY)) if key[1] in partly else gap
        for key, gap in found.items()
    }
    rows = {name: row for row, name in enumerate(usual.examples)}
    for name in partly:
        tried[name] = _on_both(tried[name], [rows.get(e, -1) for e, d, _ in gaps if d == name])
    seen = Watched(
        part,
        tuple(examples),
        own,
        tried,
        gaps,
        rows,
        frozenset(dimension.name for dimension in rubric if dimension.blocking),
        partly,
    )
    return seen if not counted_alone(part) else _none_vanishes(seen, rubric)


def _on_both(tried: Tried, lacking: Sequence[int]) -> Tried:
    """The same where both systems were rated: what one lacks is not held against the other."""
    passed = tried.passed.copy()
    passed[[row for row in lacking if row >= 0]] = np.nan
    return replace(tried, passed=passed)


def _none_vanishes(seen: Watched, rubric: Rubric) -> Watched:
    """Where each example counts, one that nothing gave a score is missing."""
    quality = [d.name for d in rubric if not d.blocking and d.name in seen.tried]
    if not quality:
        return seen
    without = set.intersection(*(set(seen.silent(name)) for name in quality))
    why = f"nothing gave it a score on {', '.join(quality)}; let a check or a judge say what it is"
    more = {(name, quality[0], 0): Gap(why) for name in seen.examples if name in without}
    return replace(seen, gaps={**seen.gaps, **more})


def _owed(dimension: Dimension, terms: GateTerms, rated: frozenset[Cell]) -> bool:
    """Whether results must be there although there are none: not having looked is no pass."""
    if dimension.blocking:
        return True
    if not dimension.scale.bounded:
        return False
    if terms.expected:
        return any(terms.expected.get((system, dimension.name)) for system in terms.pair)
    return dimension.name in rated


def _tried(frame: Frame, dimension: Dimension, terms: GateTerms) -> Tried:
    kind = terms.by.get(dimension.name)
    if dimension.blocking:
        blocked = blocked_on(frame, dimension, kind=kind, rule=terms.flags)
        passed = 1 - blocked.flags
        scores = _scores(frame, dimension, terms) if dimension.scale.bounded else passed
        return Tried(dimension, scores, passed)
    scores = _scores(frame, dimension, terms)
    if dimension.scale.binary:
        passed = np.where(np.isnan(scores), np.nan, scores > _HALF + _ROUNDING)
    else:
        passed = np.where(np.isnan(scores), np.nan, scores >= terms.plan.pass_mark - _ROUNDING)
    return Tried(dimension, scores, np.asarray(passed))


def _scores(frame: Frame, dimension: Dimension, terms: GateTerms) -> Floats:
    """The mean rating of each trial by those who score the dimension, on the unit interval."""
    layer = layer_of(frame, dimension, terms.by.get(dimension.name))
    rows = frame.ratings.where(dimension=dimension.name, kind=layer.kind)
    means = frame.in_trials().means(rows, dimension.scale)
    low, high = dimension.scale.low or 0.0, dimension.scale.high
    return means if high is None else (means - low) / (high - low)


@dataclass(slots=True)
class _Account:
    """What is there of one example on one dimension."""

    good: int = 0
    bad: int = 0
    silent: int = 0
    trials: int = 0
    why: tuple[str, str] | None = None

    def add(self, *, kind: Cell, value: Cell, failure: Cell, reason: Cell) -> None:
        """Count a row; a check that does not apply has done its work."""
        if value is not None or (kind == "check" and failure is None):
            self.good += 1
            self.trials += kind in _MACHINES
        elif failure == STALE:
            self.silent += 1
        elif kind == "people":
            self.silent += 1
            self.why = self.why or ("", str(reason or "nobody could say"))
        else:
            self.bad += 1
            self.why = (str(failure or ""), str(reason or ""))

    def gap(self, owed: int, failure: Failure | None, *, trials: int = 0) -> Gap | None:
        """What is missing of so many results; None where nothing is.

        Args:
            owed: How many there must be.
            failure: Why there was no answer, where there was none.
            trials: How many of code and judges the other system has, where no plan says it.
        """
        if not self.bad and self.good >= owed:
            if self.trials >= trials:
                return None
            return Gap(f"{self.trials} of {trials} results are there, as many as the other has")
        why = self.why if failure is None else (failure.kind, failure.message)
        if why is None:
            some = f"{self.good} of {owed} results are there"
            return Gap(some if self.good else _NEVER)
        words, more = FAILURES.get(why[0], why[0]), why[1].partition(_TRACE)[0]
        said = ": ".join(part for part in (words, more) if part) or "it is not said why"
        told = "a part of the results is missing" if self.good else _NEVER
        return Gap(f"{told}: {said}", why[0] in TRANSPORT_FAILURES)


def _gaps(
    own: Ratings,
    required: Sequence[str],
    terms: GateTerms,
    *,
    examples: Sequence[str],
    outputs: Sequence[Output],
) -> Iterator[tuple[tuple[str, str, int], Gap]]:
    """Where a result is missing that must be there."""
    accounts: dict[_Place, _Account] = {}
    for example, system, dimension, kind, value, failure, reason in zip(
        *(own[name] for name in _COLUMNS), strict=True
    ):
        owed = terms.expected.get((str(system), str(dimension)))
        if kind == "reference" or (owed and kind not in _MACHINES):
            continue
        place = (str(example), str(system), str(dimension))
        account = accounts.setdefault(place, _Account())
        account.add(kind=kind, value=value, failure=failure, reason=reason)
    lost = {(o.example, o.system): o.failure for o in outputs if o.failure is not None}
    nothing = _Account()
    for side, system in enumerate(terms.pair):
        whose = "" if side == 0 else f"{system}: "
        for example in examples:
            if side == 1 and example in terms.fresh:
                continue
            failure, undone = lost.get((example, system)), terms.undone.get((example, system))
            for name in required:
                account = accounts.get((example, system, name), nothing)
                owed = terms.expected.get((system, name), 1)
                trials = 0
                if side == 0 and not terms.expected:
                    trials = accounts.get((example, terms.baseline, name), nothing).trials
                found = Gap(undone) if undone else account.gap(owed, failure, trials=trials)
                if found is not None:
                    yield (example, name, side), replace(found, why=whose + found.why)
