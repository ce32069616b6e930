"""What log-probabilities tell: whether a published order is preferred, and how little surprises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from measurand.analysis.exposure import (
    Claim,
    Exposure,
    ExposureOptions,
    not_run,
    surely,
    worst_of,
)
from measurand.analysis.result import Findings, Result, Verdict
from measurand.errors import InsufficientData
from measurand.stats.auc import auc
from measurand.stats.estimate import Estimate, attempt
from measurand.stats.exchangeability import OrderTest, min_k, order_test

__all__ = ["LogProbs", "order_exposure", "surprise"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogProbs:
    """The log-probabilities that one system gave.

    Args:
        system: Which system.
        canonical: Of each shard in its published order.
        shuffled: Of each shard in each shuffled order; as many orders for each.
        tokens: Of each text, the log-probability of each token, and whether the text belongs to
            the set, or is one that surely was not seen.
    """

    system: str
    canonical: Sequence[float] = ()
    shuffled: Sequence[Sequence[float]] = ()
    tokens: Mapping[str, tuple[bool, Sequence[float]]] = field(default_factory=dict)


def order_exposure(
    given: Sequence[LogProbs], *, options: ExposureOptions | None = None
) -> Exposure:
    """Whether any system finds the published order likelier than shuffled ones.

    It fails where the exact permutation p is below the error rate; it never passes, as a system
    may well have seen a set in another order.
    """
    chosen = options or ExposureOptions()
    able = [one for one in given if one.canonical]
    if not able:
        return not_run(
            "order", "No log-probabilities of the set in its published and in shuffled orders."
        )
    tests = [order_test(one.canonical, one.shuffled, level=chosen.level) for one in able]
    error = 1 - chosen.level
    claims = surely([partial(_preferred, found) for found in tests], error)
    named = list(zip((one.system for one in able), tests, claims, strict=True))
    verdicts = tuple(_verdict(*one, error=error) for one in named)
    results = tuple(
        Result(name="order_shift", estimate=found.shift, systems=(system,))
        for system, found, _ in named
    )
    return Exposure(
        test="order",
        outcome=worst_of(verdicts),
        told=" ".join(verdict.reason for verdict in verdicts),
        error=error,
        findings=Findings(results=results, verdicts=verdicts),
    )


def _preferred(found: OrderTest, error: float) -> bool:
    return found.exact_p < error


def _verdict(system: str, found: OrderTest, claim: Claim, *, error: float) -> Verdict:
    least = 1 / (1 + found.orders)
    over = f" over {claim.of} systems" if claim.of > 1 else ""
    few = (
        f"; {found.orders} shuffled orders cannot give less than p = {least:.2g}, which{over} is "
        "no finding"
        if least >= error / claim.of
        else ""
    )
    words = "the published order is not shown to be likelier"
    if claim.alone:
        words = f"the published order is likelier than shuffled ones{claim.caution}"
    by_t = "" if found.p is None else f", by t over {found.shards} shards p = {found.p:.2g}"
    return Verdict(
        name="order",
        outcome="fail" if claim.sure else "inconclusive",
        reason=f"{system}: {words} (exact p = {found.exact_p:.2g}{by_t}{few}).",
        estimate=found.shift if found.shift.present else None,
        bound=0.0,
        systems=(system,),
    )


def surprise(given: Sequence[LogProbs], *, options: ExposureOptions | None = None) -> Exposure:
    """How well min-k% tells texts of the set from texts that surely were not seen: a hint."""
    chosen = options or ExposureOptions()
    able = [one for one in given if one.tokens]
    if not able:
        return not_run("min_k", "No log-probabilities of the tokens of texts.")
    results: list[Result] = []
    told: list[str] = []
    limits: list[str] = []
    for one in able:
        sides, short = _sides(one)
        n = sum(map(len, sides))
        compute = partial(auc, *sides, level=chosen.level)
        area = attempt(compute, n=n, method="Mann-Whitney", level=chosen.level)
        results.append(Result(name="min_k_auc", estimate=area, systems=(one.system,)))
        told.append(_told(one.system, area))
        if short:
            limits.append(f"{one.system}: {short:,} texts are too short for min-k% and left out.")
    return Exposure(
        test="min_k",
        outcome="hint",
        told=" ".join(told),
        findings=Findings(results=tuple(results), limits=tuple(limits)),
    )


def _sides(one: LogProbs) -> tuple[tuple[list[float], list[float]], int]:
    """Min-k% of texts of the set and of others, and how many were too short."""
    members: list[float] = []
    others: list[float] = []
    short = 0
    for member, values in one.tokens.values():
        try:
            (members if member else others).append(min_k(np.asarray(values, dtype=np.float64)))
        except InsufficientData:
            short += 1
    return (members, others), short


def _told(system: str, area: Estimate) -> str:
    if area.value is None or area.low is None or area.high is None:
        return f"{system}: {area.reason}."
    return (
        f"{system}: a text of the set surprises less than one that was not seen in "
        f"{100 * area.value:.0f} of 100 pairs [{100 * area.low:.0f}, {100 * area.high:.0f}]; "
        "50 is chance."
    )
