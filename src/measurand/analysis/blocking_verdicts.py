"""Is each system blocked seldom enough? Errors are never passes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from measurand.analysis.result import Result, Verdict
from measurand.stats.estimate import Estimate
from measurand.stats.proportion import clopper_pearson

__all__ = ["blocking_verdicts"]


def blocking_verdicts(rates: Sequence[Result], bound: float) -> Iterator[Verdict]:
    """Is each system's blocking rate acceptable? Pass and fail each need a one-sided bound.

    Where it is unknown of some outputs whether they are blocked, a pass must hold if all of them
    are, and a fail if none is; where it is unknown of most, there is no pass.
    """
    worst = {rate.systems: rate.estimate for rate in rates if rate.name.endswith("_if_unknown")}
    for rate in rates:
        if rate.name == "blocking_rate":
            outcome, reason = _decided(
                rate.estimate, worst.get(rate.systems), system=rate.systems[0], bound=bound
            )
            yield Verdict(
                name="blocking",
                outcome=outcome,
                reason=reason,
                estimate=rate.estimate,
                bound=bound,
                dimension=rate.dimension,
                systems=rate.systems,
            )


def _decided(
    estimate: Estimate, worst: Estimate | None, *, system: str, bound: float
) -> tuple[str, str]:
    if estimate.value is None or estimate.high is None:
        return "inconclusive", estimate.reason or "no blocking dimension was rated"
    count, n = round(estimate.value * estimate.n), estimate.n
    unknown = 0 if worst is None else worst.n - n
    high = estimate.high if worst is None or worst.high is None else worst.high
    if high <= bound and unknown <= n:
        even = f", even if the {unknown:,} of which it is unknown were" if unknown else ""
        return "pass", f"at most {high:.1%} of {system}'s outputs are blocked{even}"
    found = f"{count} of {system}'s {n} outputs ({estimate.value:.1%}) are blocked"
    if unknown:
        found += f", and of {unknown:,} more it is unknown, as their ratings failed"
    least = clopper_pearson(count, n + unknown, level=estimate.level, side="lower").low or 0.0
    if least > bound:
        return "fail", f"{found}, at least {least:.1%} in the long run; allowed: {bound:.1%}"
    rest = " if all of those were" if unknown else ""
    return "inconclusive", f"{found}, up to {high:.1%} may be{rest}; allowed: {bound:.1%}"
