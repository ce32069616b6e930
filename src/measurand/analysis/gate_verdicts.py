"""From items and differences to decisions: blocking first, then what was mended, then the rest."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from measurand.analysis.correction import as_opinion
from measurand.analysis.gate_items import Regressions
from measurand.analysis.gate_result import GateItem
from measurand.analysis.gate_terms import GateTerms
from measurand.analysis.measure import OVERALL
from measurand.analysis.pair import Pair
from measurand.analysis.result import Verdict
from measurand.stats.estimate import Estimate
from measurand.stats.proportion import clopper_pearson, zero_failures_needed
from measurand.stats.quantiles import two_sided_z

__all__ = [
    "all_verdicts",
    "blocking_verdict",
    "difference_verdict",
    "listed",
    "missing_verdict",
    "regression_verdict",
    "trust_verdict",
    "whole_verdict",
]

_NAMED = 5
_REASONS = 2
_MOST_NEEDED = 10_000_000


def listed(names: Sequence[str]) -> str:
    """The first few names, and how many more there are."""
    more = len(names) - _NAMED
    told = ", ".join(names[:_NAMED])
    return f"{told} and {more:,} more" if more > 0 else told


def named(part: str | None) -> str:
    """The name of a part's verdict."""
    return f"gate: {part or 'examples'}"


def blocking_verdict(items: Sequence[GateItem], terms: GateTerms) -> Verdict | None:
    """Is anything blocked? None where no dimension blocks.

    One confirmed failure that is not waived fails. One that only some repeats show is not
    confirmed, and is no pass either. Where the plan wants a bound, the one-sided Clopper-Pearson
    bound of the share of examples with a blocked output must lie below it.
    """
    own = [item for item in items if item.blocking]
    if not own:
        return None
    states: dict[str, set[str]] = {}
    for item in own:
        states.setdefault(item.example, set()).add(item.outcome)
    seen = [name for name, found in states.items() if "missing" not in found]
    failed = [name for name in states if "fail" in states[name]]
    flaky = [name for name in states if "flaky" in states[name] and name not in failed]
    waived = [name for name in states if "waived" in states[name]]
    n = len({*seen, *failed})
    outcome, needed = "pass", None
    if not n:
        return _blocked("inconclusive", f"nobody knows whether {terms.system} is blocked", terms)
    estimate = clopper_pearson(len(failed) + len(flaky), n, level=terms.level, side="upper")
    bound, high = terms.plan.max_blocking, estimate.high or 0.0
    up_to = f"up to {high:.1%} may be"
    reason = f"none of {n} examples is blocked; {up_to}"
    if waived:
        reason = f"{reason} besides {len(waived)} that are waived ({listed(waived)})"
    if failed:
        outcome = "fail"
        are = "is" if len(failed) == 1 else "are"
        reason = f"{len(failed)} of {n} examples {are} blocked: {listed(failed)}"
    elif flaky:
        outcome = "inconclusive"
        reason = (
            f"{len(flaky)} of {n} examples blocked in some repeats, which does not confirm it and "
            f"is no pass: {listed(flaky)}"
        )
    elif bound is not None and high > bound:
        outcome, needed = "inconclusive", zero_failures_needed(bound, terms.level)
        reason = f"{reason}; allowed: {bound:.1%}"
    return _blocked(outcome, reason, terms, estimate=estimate, needed=needed)


def _blocked(
    outcome: str,
    reason: str,
    terms: GateTerms,
    *,
    estimate: Estimate | None = None,
    needed: int | None = None,
) -> Verdict:
    return Verdict(
        name="gate: blocking",
        outcome=outcome,
        reason=reason,
        estimate=estimate,
        bound=0.0 if terms.plan.max_blocking is None else terms.plan.max_blocking,
        dimension="blocking",
        systems=(terms.system,),
        n_needed=needed,
    )


def regression_verdict(
    items: Sequence[GateItem], turned: Regressions, terms: GateTerms, *, part: str | None
) -> Verdict:
    """Do examples fail that passed before? Each counts: what was mended is to stay so."""
    own = [item for item in items if item.component == (part or "") and not item.blocking]
    failed = tuple(dict.fromkeys(item.example for item in own if item.outcome == "fail"))
    waived = {item.example for item in own if item.outcome == "waived"} - {*failed}
    n, allowed = len(turned.compared), terms.plan.max_failures
    all_ = n + len([name for name in turned.fresh if name not in turned.compared])
    if not all_:
        absent = Estimate.absent("nothing could be compared", method="Clopper-Pearson")
        return _regressed("inconclusive", absent.reason or "", terms, part=part, estimate=absent)
    count = len(failed)
    turned_now = [name for name in turned.names if name not in waived]
    noise = turned.noise(1 - terms.level)
    outcome = "pass"
    reason = f"none of {all_} examples that {terms.baseline} passes fails"
    if n < all_:
        reason = f"none of {all_} examples regressed"
    if waived:
        reason += f", besides {len(waived)} that are waived ({listed(sorted(waived))})"
    if noise and len(turned_now) > allowed:
        outcome, count = "inconclusive", len(turned_now)
        p = turned.found.p if turned.found else 1.0
        reason = (
            f"{count} of {all_} examples that {terms.baseline} passes fail ({listed(turned_now)}), "
            f"but repeats disagree so often that chance alone gives as many (p = {p:.2g}); "
            "more repeats would tell"
        )
    elif count:
        outcome = "fail" if count > allowed else "pass"
        fresh = sum(name in turned.fresh for name in failed)
        new = f", {fresh} of them new" if fresh else ""
        reason = (
            f"{count} of {all_} examples that {terms.baseline} passes {_fail(count)} "
            f"{_repeats(turned)}{new}: {listed(failed)}; allowed: {allowed}"
        )
    estimate = clopper_pearson(min(count, all_), all_, level=terms.level, side="upper")
    share = allowed / all_
    return _regressed(outcome, reason, terms, part=part, estimate=estimate, allowed=share)


def _fail(count: int) -> str:
    return "fails" if count == 1 else "fail"


def _repeats(turned: Regressions) -> str:
    return "over its repeats" if turned.repeated else "in the one repeat there is"


def _regressed(
    outcome: str,
    reason: str,
    terms: GateTerms,
    *,
    part: str | None,
    estimate: Estimate,
    allowed: float = 0.0,
) -> Verdict:
    return Verdict(
        name="gate: regressions",
        outcome=outcome,
        reason=reason,
        estimate=estimate,
        bound=allowed,
        systems=terms.pair,
        component=part,
    )


def difference_verdict(
    pair: Pair, part: str | None, terms: GateTerms, *, tests: int = 1
) -> Verdict:
    """Is the system not worse by the margin? Each side of the margin needs a one-sided bound.

    Args:
        pair: The system and what it is held against.
        part: On which part of the set.
        terms: By what the gate is decided.
        tests: How many such decisions share the error rate.
    """
    alpha = (1 - terms.level) / tests
    margin = pair.margin
    estimate = pair.difference(1 - 2 * alpha)
    system, other = pair.systems
    where = f" on {part} examples" if part else ""
    what = "" if pair.name == OVERALL or tests == 1 else f" in {pair.name}"
    needed: int | None = None
    if estimate.low is None or estimate.high is None:
        outcome, reason = "inconclusive", estimate.reason or "there is nothing to compare"
    elif estimate.low > -margin:
        outcome = "pass"
        reason = f"{system} is not worse than {other} by {margin:g} or more{what}{where}"
    elif estimate.high < -margin:
        outcome = "fail"
        reason = f"{system} is worse than {other} by more than {margin:g}{what}{where}"
    else:
        outcome = "inconclusive"
        needed = examples_needed(pair, estimate)
        reason = f"{system} may be worse than {other} by more than {margin:g}{what}{where}"
        if needed is not None:
            reason += f"; about {needed:,} examples like these would tell"
    low, high = pair.scale.low, pair.scale.high
    span = 1.0 if pair.name == OVERALL or low is None or high is None else high - low
    told = pair.told(estimate)
    return Verdict(
        name=named(part),
        outcome=outcome,
        reason=reason,
        estimate=as_opinion(told) if pair.opinion else told,
        bound=-margin * span,
        dimension=pair.name,
        systems=pair.systems,
        component=part,
        n_needed=needed,
    )


def examples_needed(pair: Pair, estimate: Estimate) -> int | None:
    """How many examples would decide, if the difference stays as it is; None where none would."""
    value, low, high, n = estimate.value, estimate.low, estimate.high, len(pair.first)
    if value is None or low is None or high is None or not n:
        return None
    gap = value + pair.margin
    if pair.binary and pair.clusters is None and not np.any(pair.values):
        z2 = two_sided_z(estimate.level) ** 2
        return math.floor(z2 * (1 - pair.margin) / pair.margin) + 1
    reach = value - low if gap > 0 else high - value
    if not gap or reach <= 0:
        return None
    found = math.ceil(n * (reach / gap) ** 2)
    return found if n < found < _MOST_NEEDED else None


def missing_verdict(items: Sequence[GateItem], terms: GateTerms) -> Verdict | None:
    """Are results missing? Then there is no pass, whatever the others say; None where none is."""
    gone = [item for item in items if item.outcome == "missing"]
    told = list(terms.unknown)
    if gone:
        names = list(dict.fromkeys(item.example for item in gone))
        why = "; ".join(list(dict.fromkeys(item.reason for item in gone))[:_REASONS])
        some = "1 example are" if len(names) == 1 else f"{len(names):,} examples are"
        told.insert(0, f"results of {some} missing ({listed(names)}): {why}")
    if not told:
        return None
    return Verdict(
        name="gate: results",
        outcome="inconclusive",
        reason="; ".join(told),
        systems=(terms.system,),
    )


def trust_verdict(terms: GateTerms) -> Verdict | None:
    """Can the judges be trusted that must be? None where they can, or need not."""
    if not terms.untrusted:
        return None
    reason = "; ".join(terms.untrusted)
    return Verdict(
        name="gate: judge", outcome="inconclusive", reason=reason, systems=(terms.system,)
    )


def whole_verdict(verdicts: Sequence[Verdict], terms: GateTerms) -> Verdict:
    """The decision: a failure of any part fails, anything open leaves it open."""
    for outcome in ("fail", "inconclusive"):
        those = [verdict for verdict in verdicts if verdict.outcome == outcome]
        if those:
            return _decided(outcome, those, terms, reason="; ".join(v.reason for v in those))
    if not verdicts:
        return _decided("inconclusive", (), terms, reason="there was nothing to decide on")
    reason = f"{terms.system} may ship: " + "; ".join(v.reason for v in verdicts)
    last = [v for v in verdicts if v.dimension != "blocking"] or verdicts
    return _decided("pass", last[::-1], terms, reason=reason)


def _decided(outcome: str, those: Sequence[Verdict], terms: GateTerms, *, reason: str) -> Verdict:
    first = next((v for v in those if v.estimate is not None), None)
    return Verdict(
        name="gate",
        outcome=outcome,
        reason=reason,
        estimate=first.estimate if first else None,
        bound=first.bound if first else None,
        dimension=first.dimension if first else None,
        systems=terms.pair,
        component=first.component if first else None,
        n_needed=first.n_needed if first else None,
    )


def all_verdicts(found: Iterator[Verdict | None], terms: GateTerms) -> tuple[Verdict, ...]:
    """The decision, and those it follows from."""
    verdicts = tuple(verdict for verdict in found if verdict is not None)
    return (whole_verdict(verdicts, terms), *verdicts)
