"""Is each system blocked seldom enough? Errors are never passes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from measurand.analysis.blocked_traffic import traffic_rates
from measurand.analysis.result import Result, Verdict
from measurand.stats.estimate import Estimate
from measurand.stats.proportion import clopper_pearson

__all__ = ["blocking_verdicts"]


def blocking_verdicts(rates: Sequence[Result], bound: float) -> Iterator[Verdict]:
    """Is each system's blocking rate acceptable? Pass and fail each need a one-sided bound.

    Where it is unknown of some outputs whether they are blocked, a pass must hold if all of them
    are, and a fail if none is; where it is unknown of most, there is no pass. Where core was drawn
    with probabilities that differ, a pass must hold of the share of traffic as well.

    Args:
        rates: How often each system is blocked: of all examples, of outputs, and of traffic.
        bound: What is allowed.
    """
    worst = {r.systems: r.estimate for r in rates if r.name == "blocking_rate_if_unknown"}
    traffic = traffic_rates(rates)
    each = {rate.systems: rate.estimate for rate in rates if rate.name.endswith("_of_outputs")}
    for rate in rates:
        if rate.name == "blocking_rate":
            words = _Words(rate.systems[0], each.get(rate.systems))
            outcome, reason = _decided(
                rate.estimate, worst.get(rate.systems), words=words, bound=bound
            )
            estimate = rate.estimate
            if (drawn := traffic.get(rate.systems)) is not None:
                before = outcome
                outcome, reason = _held_of_traffic(outcome, reason, drawn.estimate, bound=bound)
                estimate = estimate if outcome == before else drawn.estimate
            yield Verdict(
                name="blocking",
                outcome=outcome,
                reason=reason,
                estimate=estimate,
                bound=bound,
                dimension=rate.dimension,
                systems=rate.systems,
            )


@dataclass(frozen=True, slots=True)
class _Words:
    """How a rate is told: of outputs, or of examples where there are several outputs of one.

    Args:
        system: Whose outputs.
        outputs: The share of all of them, where an example has several.
    """

    system: str
    outputs: Estimate | None

    def most(self, high: float, unknown: int) -> str:
        """That no more than this are blocked."""
        if self.outputs is None:
            even = f", even if the {unknown:,} of which it is unknown were" if unknown else ""
            return f"at most {high:.1%} of {self.system}'s outputs are blocked{even}"
        even = f", even if it is on the {unknown:,} of which it is unknown" if unknown else ""
        return f"an output of {self.system} is blocked on at most {high:.1%} of examples{even}"

    def found(self, count: int, n: int) -> str:
        """How many are."""
        if self.outputs is None or self.outputs.value is None:
            return f"{count} of {self.system}'s {n} outputs ({count / n:.1%}) are blocked"
        blocked = round(self.outputs.value * self.outputs.n)
        return (
            f"an output of {self.system} is blocked on {count} of {n} examples "
            f"({count / n:.1%}; {blocked} of its {self.outputs.n} outputs)"
        )

    def up_to(self, high: float, unknown: int) -> str:
        """How many may be."""
        noun = "" if self.outputs is None else " of examples"
        return f"up to {high:.1%}{noun} may be" + (" if all of those were" if unknown else "")


def _decided(
    estimate: Estimate, worst: Estimate | None, *, words: _Words, bound: float
) -> tuple[str, str]:
    if estimate.value is None or estimate.high is None:
        return "inconclusive", estimate.reason or "no blocking dimension was rated"
    count, n = round(estimate.value * estimate.n), estimate.n
    unknown = 0 if worst is None else worst.n - n
    high = estimate.high if worst is None or worst.high is None else worst.high
    if high <= bound and unknown <= n:
        return "pass", words.most(high, unknown)
    found = words.found(count, n)
    if unknown:
        found += f", and of {unknown:,} more it is unknown, as their ratings failed"
    least = clopper_pearson(count, n + unknown, level=estimate.level, side="lower").low or 0.0
    if least > bound:
        return "fail", f"{found}, at least {least:.1%} in the long run; allowed: {bound:.1%}"
    return "inconclusive", f"{found}, {words.up_to(high, unknown)}; allowed: {bound:.1%}"


def _held_of_traffic(
    outcome: str, reason: str, drawn: Estimate, *, bound: float
) -> tuple[str, str]:
    """The same decision, where the share of traffic is another than that of examples."""
    if drawn.value is None or drawn.high is None:
        told = f"of traffic it is unknown: {drawn.reason}"
        return ("inconclusive" if outcome == "pass" else outcome), f"{reason}; {told}"
    told = f"of traffic, as core was drawn, {drawn.value:.1%} are and up to {drawn.high:.1%} may be"
    if outcome == "pass" and drawn.high > bound:
        return "inconclusive", f"{reason}, but {told}; allowed: {bound:.1%}"
    return outcome, f"{reason}; {told}"
