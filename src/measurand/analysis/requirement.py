"""May it ship? One decision a candidate, for scripts that must know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Literal, get_args

from measurand.analysis.measure import OVERALL
from measurand.analysis.pair import Pair
from measurand.analysis.result import Verdict
from measurand.stats.estimate import Estimate

__all__ = [
    "REQUIREMENTS",
    "Requirement",
    "held_to_margin",
    "requirements",
    "unanswered",
    "without_verdict",
]

_NOTHING: Mapping[tuple[str, ...], str] = MappingProxyType({})

Requirement = Literal["better", "not-worse"]
REQUIREMENTS: tuple[Requirement, ...] = get_args(Requirement)


def requirements(
    pairs: Sequence[Pair],
    verdicts: Sequence[Verdict],
    wanted: Requirement,
    *,
    level: float,
    withheld: Mapping[tuple[str, ...], str] = _NOTHING,
) -> Iterator[Verdict]:
    """Hold every candidate against the baseline: by its overall score and its blocking rate.

    Args:
        pairs: Candidate and baseline, overall; nothing else decides.
        verdicts: Of the comparison; the candidate's blocking verdict is taken from them.
        wanted: ``better`` needs a decided advantage; ``not-worse`` needs the difference to lie
            above minus the margin, by a one-sided bound at the level over the candidates.
        level: The confidence level.
        withheld: Why no headline is given, by pair; nothing ships without one.
    """
    for pair in pairs:
        decide = _better if wanted == "better" else _not_worse
        verdict = decide(pair, verdicts, (1 - level) / len(pairs))
        why = withheld.get(pair.systems)
        if why is not None and verdict.outcome != "inconclusive":
            verdict = without_verdict(verdict, why)
        yield _unless_blocked(verdict, verdicts)


def unanswered() -> Verdict:
    """What was required where nothing decides it: nothing ships on that."""
    return Verdict(
        name="requirement",
        outcome="inconclusive",
        reason="no candidate and baseline have scores: only ratings of single outputs decide what "
        "is required, and votes side by side do not",
        dimension=OVERALL,
    )


def without_verdict(verdict: Verdict, why: str) -> Verdict:
    """The same numbers, and no decision on them."""
    reason = f"{verdict.reason}; but no verdict is given: {why}"
    return replace(verdict, outcome="inconclusive", reason=reason)


def _better(pair: Pair, verdicts: Sequence[Verdict], alpha: float) -> Verdict:  # noqa: ARG001 - one shape
    overall = next(v for v in verdicts if v.name == OVERALL and v.systems == pair.systems)
    words = {"a better": "pass", "b better": "fail", "equivalent within margin": "fail"}
    return Verdict(
        name="requirement",
        outcome=words.get(overall.outcome, "inconclusive"),
        reason=overall.reason,
        estimate=overall.estimate,
        bound=0.0,
        dimension=OVERALL,
        systems=pair.systems,
    )


def held_to_margin(pair: Pair, estimate: Estimate, where: str = "") -> tuple[str, str]:
    """Whether the first of two systems is not worse by the margin: the outcome, and in words.

    Args:
        pair: The two systems, and the margin.
        estimate: Their difference; each side of the margin is held against its end.
        where: Of which part, at the end of the sentence.
    """
    (first, second), margin = pair.systems, pair.margin
    if estimate.low is None or estimate.high is None:
        return "inconclusive", estimate.reason or "there is nothing to compare"
    if estimate.low > -margin:
        return "pass", f"{first} is not worse than {second} by {margin:g} or more{where}"
    if estimate.high < -margin:
        return "fail", f"{first} is worse than {second} by more than {margin:g}{where}"
    return "inconclusive", f"{first} may be worse than {second} by more than {margin:g}{where}"


def _not_worse(pair: Pair, verdicts: Sequence[Verdict], alpha: float) -> Verdict:  # noqa: ARG001
    estimate = pair.difference(1 - 2 * alpha)
    outcome, reason = held_to_margin(pair, estimate)
    return Verdict(
        name="requirement",
        outcome=outcome,
        reason=reason,
        estimate=estimate,
        bound=-pair.margin,
        dimension=OVERALL,
        systems=pair.systems,
    )


def _unless_blocked(verdict: Verdict, verdicts: Sequence[Verdict]) -> Verdict:
    """Nothing ships that is blocked too often, or that may be."""
    for blocking in verdicts:
        if blocking.name != "blocking" or blocking.systems != verdict.systems[:1]:
            continue
        if blocking.outcome == "fail" or (
            blocking.outcome == "inconclusive" and verdict.outcome == "pass"
        ):
            return Verdict(
                name="requirement",
                outcome=blocking.outcome,
                reason=f"{verdict.reason}; but {blocking.reason}",
                estimate=blocking.estimate,
                bound=blocking.bound,
                dimension=blocking.dimension,
                systems=verdict.systems,
            )
    return verdict
