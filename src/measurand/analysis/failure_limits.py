"""What failures leave unsaid, in sentences computed from their own numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from measurand.analysis.attempts import PARTS, Attempts
from measurand.analysis.failures import NOUNS
from measurand.analysis.measure import OVERALL, Measure
from measurand.analysis.pair import Pair
from measurand.analysis.score import Scores

__all__ = ["failure_limits"]

_PAIRS_NAMED = 6


def failure_limits(pairs: Sequence[Pair], attempts: Attempts, measure: Measure) -> Iterator[str]:
    """The limits that failures set; none where nothing failed."""
    yield from _missing(attempts)
    if attempts.failed.any():
        yield from _shared(pairs, measure.head)
    yield from _unknown(measure.scores)


def _missing(attempts: Attempts) -> Iterator[str]:
    """How much has no value, and how it was counted."""
    lost = {NOUNS[part]: int((attempts.of(part) & attempts.failed).sum()) for part in PARTS}
    told = [f"{count:,} {noun}" for noun, count in lost.items() if count]
    if told:
        yield (
            f"{' and '.join(told)} failed. They are left out of the means, never counted as 0; "
            "what fails is seldom a random part, so read the means with their bounds."
        )


def _shared(pairs: Sequence[Pair], scores: Scores) -> Iterator[str]:
    """On how many examples each pair is compared."""
    total = len(scores.examples)
    short = [(len(p.first), p.systems) for p in pairs if p.name == OVERALL and len(p.first) < total]
    if short:
        named = [f"{' and '.join(pair)} {n:,}" for n, pair in sorted(short)[:_PAIRS_NAMED]]
        rest = f", and {len(short) - _PAIRS_NAMED} more" if len(short) > _PAIRS_NAMED else ""
        yield (
            "Two systems are compared on the examples on which both have a score: of "
            f"{total:,} examples {', '.join(named)}{rest}."
        )


def _unknown(scores: Scores) -> Iterator[str]:
    """Outputs that may be blocked."""
    counts = zip(scores.systems, scores.unknown.sum(axis=0).tolist(), strict=True)
    told = [f"{system} {count:,}" for system, count in counts if count]
    if told:
        yield (
            "Ratings that failed could have blocked some outputs, so whether they are blocked is "
            f"unknown ({', '.join(told)}). They count as neither blocked nor passed; the rate "
            "if all of them were blocked stands beside the rate of the others."
        )
