"""What came to nothing: how often, of which class, for whom, and when a headline is withheld."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from measurand.analysis.attempts import PARTS, Attempts, Part
from measurand.analysis.frame import Bools
from measurand.analysis.matrix import Codes
from measurand.analysis.result import FailureCount, Result
from measurand.stats.estimate import Estimate, attempt
from measurand.stats.fisher import fisher_exact
from measurand.stats.paired import paired_proportion
from measurand.stats.share import clustered_share

__all__ = ["NOUNS", "Gate", "failure_counts", "failure_results", "unlike"]

_LENGTHS = 3
_SIGNIFICANT = 0.05
_CLASSES_NAMED = 4
NOUNS: Mapping[Part, str] = {
    "output": "outputs",
    "judge": "judgments",
    "check": "ratings by checks",
}
"""What failed, in the plural."""


def failure_counts(attempts: Attempts) -> tuple[FailureCount, ...]:
    """How many failed, by system, part, dimension and class; only what did."""
    return tuple(_counts(attempts))


def _counts(attempts: Attempts) -> Iterator[FailureCount]:
    for part in PARTS:
        for system in attempts.systems:
            about = attempts.of(part) & attempts.by(system)
            dimensions = (None,) if part == "output" else attempts.dimensions
            for dimension in dimensions:
                which = about if dimension is None else about & attempts.on([dimension])
                for name, count in attempts.counted(which):
                    yield FailureCount(
                        part=part,
                        system=system,
                        dimension=dimension,
                        failure=name,
                        count=count,
                        of=int(which.sum()),
                    )


def failure_results(
    attempts: Attempts, pairs: Sequence[tuple[str, str]], *, level: float, ran: bool = False
) -> Iterator[Result]:
    """The shares of failures, with intervals that count examples and not calls.

    By system; by dimension, by class and by length of the output where anything failed; and of
    each pair the difference in outputs that any failure touched, with the p-value of Fisher's
    exact test in its method. The test takes the two systems' outputs for independent samples; as
    they answer the same examples it errs, if anything, on the side of no difference.

    Args:
        attempts: Everything that was asked for.
        pairs: Which systems are compared.
        level: The confidence level.
        ran: Whether the outputs themselves are known: then no failure is worth a number too.
    """
    for part in PARTS:
        these = attempts.of(part)
        bad = bool((these & attempts.failed).any())
        if not (bad or (ran and these.any())):
            continue
        stamp = partial(Result, name=f"{part}_failure_rate")
        for system in attempts.systems:
            own = these & attempts.by(system)
            yield stamp(systems=(system,), estimate=_share(attempts, own, level=level))
            for name in attempts.dimensions if bad and part != "output" else ():
                which = own & attempts.on([name])
                if which.any():
                    share = _share(attempts, which, level=level)
                    yield stamp(systems=(system,), dimension=name, estimate=share)
        if bad:
            yield from _by_class(attempts, part, level=level)
            yield from _by_length(attempts, part, level=level)
            for pair in pairs:
                yield _difference(attempts, part, pair, level=level)


def _share(
    attempts: Attempts, which: Bools, *, level: float, failure: str | None = None
) -> Estimate:
    """The share of failures, of any class or of one."""
    lost = attempts.failed if failure is None else attempts.failure == _code(attempts, failure)
    compute = partial(
        clustered_share, lost[which].astype(float), attempts.cluster[which], level=level
    )
    return attempt(compute, n=int(which.sum()), method="Wilson", level=level)


def _code(attempts: Attempts, failure: str) -> int:
    return attempts.classes.index(failure)


def _by_class(attempts: Attempts, part: Part, *, level: float) -> Iterator[Result]:
    these = attempts.of(part)
    for name, _ in attempts.counted(these):
        share = _share(attempts, these, level=level, failure=name)
        yield Result(name=f"{part}_failure_rate", failure=name, estimate=share)


def _by_length(attempts: Attempts, part: Part, *, level: float) -> Iterator[Result]:
    """By thirds of the lengths of the outputs that were to be rated."""
    these = attempts.of(part) & (attempts.length >= 0)
    if part == "output" or not these.any():
        return
    first = np.unique(attempts.unit[these], return_index=True)[1]
    lengths = attempts.length[these][first]
    low, high = (int(cut) for cut in np.quantile(lengths, (1 / _LENGTHS, 2 / _LENGTHS)))
    parts = {
        f"outputs up to {low:,} characters": these & (attempts.length <= low),
        f"outputs of {low + 1:,} to {high:,} characters": these
        & (attempts.length > low)
        & (attempts.length <= high),
        f"outputs above {high:,} characters": these & (attempts.length > high),
    }
    for name, which in parts.items():
        if which.any():
            share = _share(attempts, which, level=level)
            yield Result(name=f"{part}_failure_rate", segment=name, estimate=share)


def _difference(attempts: Attempts, part: Part, pair: tuple[str, str], *, level: float) -> Result:
    """How much more often failures touch outputs of the first, on the examples of both."""
    first, second = (_touched(attempts, attempts.of(part) & attempts.by(s)) for s in pair)
    shared, one, two = np.intersect1d(first.examples, second.examples, return_indices=True)
    clusters = first.clusters[one]
    alone = len(np.unique(clusters)) == len(shared)
    compute = partial(
        paired_proportion,
        first.lost[one].astype(float),
        second.lost[two].astype(float),
        clusters=None if alone else clusters,
        level=level,
    )
    found = attempt(compute, n=len(shared), method="paired difference", level=level)
    p = first.against(second)
    if p is not None and found.present:
        note = f"{found.method}; Fisher's exact p = {p:.2g}"
        found = replace(found, method=note)
    return Result(name=f"{part}_failure_difference", systems=pair, estimate=found)


@dataclass(frozen=True, slots=True)
class _Touched:
    """The examples of a system, and on which of them anything failed."""

    examples: Codes
    clusters: Codes
    lost: Bools

    @property
    def counted(self) -> tuple[int, int]:
        return int(self.lost.sum()), len(self.lost)

    def against(self, other: _Touched) -> float | None:
        """Fisher's p-value of "touched equally often"; None where one has no examples."""
        if not (len(self.lost) and len(other.lost)):
            return None
        return fisher_exact(self.counted, other.counted)


def _touched(attempts: Attempts, which: Bools) -> _Touched:
    examples, first, at = np.unique(attempts.example[which], return_index=True, return_inverse=True)
    lost = np.bincount(at, weights=attempts.failed[which], minlength=len(examples)) > 0
    return _Touched(examples, attempts.cluster[which][first], lost)


def unlike(first: tuple[int, int], second: tuple[int, int]) -> float | None:
    """The p-value by which failures touch two parts unlike, hits of n each; None where alike."""
    if not (first[1] and second[1]):
        return None
    p = fisher_exact(first, second)
    return p if p < _SIGNIFICANT else None


@dataclass(frozen=True, slots=True)
class Gate:
    """Whether the headline about two systems may be given at all.

    It is withheld where, of either system, more than the allowed share of the outputs or of the
    judgments that the headline rests on have no value, or where the shares of outputs that failures
    touch differ between the two (Fisher's exact test, p < .05): what failed is seldom a random
    part.

    Args:
        attempts: Everything that was asked for.
        allowed: The largest share that is; None withholds nothing.
    """

    attempts: Attempts
    allowed: float | None

    def reason(self, pair: tuple[str, str], dimensions: Iterable[str]) -> str | None:
        """Why the headline is withheld; None where it is not.

        Args:
            pair: The two systems.
            dimensions: Those that judges score for it, or may block on.
        """
        if self.allowed is None:
            return None
        one = self.attempts
        judged = one.of("judge") & ~one.pairwise & one.on(dimensions)
        reasons = [
            *self.outputs(pair),
            *self._part("judge", judged, pair),
        ]
        return "; ".join(reasons) or None

    def outputs(self, pair: tuple[str, str]) -> Iterator[str]:
        """Why their outputs alone withhold it: nothing where they do not."""
        return self._part("output", self.attempts.of("output"), pair)

    def _part(self, part: Part, which: Bools, pair: tuple[str, str]) -> Iterator[str]:
        """One part's reasons: a share that is too large, else shares that are not alike."""
        one, noun = self.attempts, NOUNS[part]
        own = {system: which & one.by(system) for system in pair}
        large = []
        for system, rows in own.items():
            n, lost = int(rows.sum()), int((rows & one.failed).sum())
            if self.allowed is not None and lost > self.allowed * n:
                shown = (
                    f"{lost:,} of {n:,} {noun} of {system} ({lost / n:.1%}; {self._named(rows)})"
                )
                large.append(shown)
        if large:
            yield f"{' and '.join(large)} have no value, and {self.allowed:.1%} may"
            return
        first, second = (_touched(one, rows) for rows in own.values())
        p = unlike(first.counted, second.counted)
        if p is not None:
            shares = " and ".join(
                f"{lost:,} of {n:,} examples of {system}"
                + (f" ({self._named(own[system])})" if lost else "")
                for system, (lost, n) in zip(pair, (first.counted, second.counted), strict=True)
            )
            yield f"{noun} without a value touch {shares}, which is not alike (p = {p:.2g})"

    def _named(self, rows: Bools) -> str:
        """The classes of the failures among these."""
        listed = list(self.attempts.counted(rows))
        shown = [f"{count:,} {name}" for name, count in listed[:_CLASSES_NAMED]]
        rest = sum(count for _, count in listed[_CLASSES_NAMED:])
        return ", ".join((*shown, f"{rest:,} of other classes") if rest else shown)
