"""From items and differences to decisions: blocking first, then what was mended, then the rest."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from measurand.analysis.gate_result import GateItem
from measurand.analysis.gate_table import Watched
from measurand.analysis.gate_terms import GateTerms
from measurand.analysis.gate_turned import Regressions
from measurand.analysis.gate_units import Units
from measurand.analysis.groups import Drawn
from measurand.analysis.result import Verdict
from measurand.core.gate import CHANGED, REMOVED
from measurand.core.rubric import Rubric
from measurand.stats.estimate import Estimate
from measurand.stats.proportion import zero_failures_needed

__all__ = [
    "Blocking",
    "all_verdicts",
    "blocking_verdict",
    "listed",
    "missing_verdict",
    "named",
    "regression_verdict",
    "trust_verdict",
    "whole_verdict",
]

_NAMED = 5
_REASONS = 2


def listed(names: Sequence[str]) -> str:
    """The first few names, and how many more there are."""
    more = len(names) - _NAMED
    told = ", ".join(names[:_NAMED])
    return f"{told} and {more:,} more" if more > 0 else told


def named(part: str | None) -> str:
    """The name of a part's verdict."""
    return f"gate: {part or 'examples'}"


@dataclass(frozen=True, slots=True)
class Blocking:
    """What is known of one part of the set about outputs that must never be.

    Args:
        part: Which.
        units: How many of its examples are independent.
        states: Of each example, what became of it on the dimensions that block.
        unseen: Examples without a value, by dimension that blocks.
        drawn: Where it is core that was drawn with probabilities that differ: what each example
            stands for, and its stratum.
    """

    part: str | None
    units: Units
    states: Mapping[str, frozenset[str]]
    unseen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    drawn: Mapping[str, Drawn] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        watched: Watched,
        items: Sequence[GateItem],
        units: Units,
        *,
        drawn: Mapping[str, Drawn] | None = None,
    ) -> Blocking:
        """Of a part and its items."""
        states: dict[str, set[str]] = {}
        for item in items:
            if item.blocking:
                states.setdefault(item.example, set()).add(item.outcome)
        unseen = {name: watched.silent(name) for name in sorted(watched.blocking)}
        return cls(
            watched.part,
            units,
            {name: frozenset(found) for name, found in states.items()},
            {name: those for name, those in unseen.items() if those},
            drawn or {},
        )

    def which(self, outcome: str) -> list[str]:
        """The examples that have an outcome on any dimension that blocks."""
        return [name for name, found in self.states.items() if outcome in found]

    @property
    def known(self) -> list[str]:
        """The examples of which it is known whether they are blocked."""
        return [name for name, found in self.states.items() if "missing" not in found]

    def silent_on(self, dimension: str) -> bool:
        """Whether the dimension gave no example of the part a value."""
        return len(self.unseen.get(dimension, ())) >= len(self.units.codes)

    def needed(self, bound: float, level: float) -> int:
        """How many examples without a failure would put the share below a bound."""
        units = zero_failures_needed(bound, level)
        return math.ceil(units * len(self.units.codes) / self.units.count(self.units.codes))

    def share(self, level: float) -> Estimate | None:
        """The one-sided bound of the blocked share; None where nothing is known."""
        bad = {*self.which("fail"), *self.which("flaky")}
        names = {*self.known, *bad}
        return self.units.share(bad, names, level) if names else None

    def of_traffic(self, level: float) -> Estimate | None:
        """The one-sided bound of the blocked share of traffic; None where examples count alike."""
        bad = {*self.which("fail"), *self.which("flaky")}
        names = [name for name in self.states if name in self.drawn]
        names = [name for name in names if name in bad or "missing" not in self.states[name]]
        if not names:
            return None
        return self.units.share_of_traffic(bad, names, drawn=self.drawn, level=level)

    def highest(self, level: float) -> tuple[Estimate, str] | None:
        """The bound that lies highest, of examples or of traffic, and of which in words."""
        found, traffic = self.share(level), self.of_traffic(level)
        if found is None:
            return None
        if traffic is not None and (traffic.high or 1.0) > (found.high or 0.0):
            return traffic, " of traffic, as core was drawn,"
        return found, ""


def blocking_verdict(
    parts: Sequence[Blocking], names: Sequence[str], terms: GateTerms
) -> Verdict | None:
    """Is anything blocked? None where no dimension blocks.

    One confirmed failure that is not waived fails. One that only some repeats show is not
    confirmed, and is no pass either; nor is a dimension that says nothing of any example. Where
    the plan wants a bound, the one-sided Clopper-Pearson bound of the share of examples with a
    blocked output must lie below it on every part of the set; in clusters, of clusters; and where
    core was drawn with probabilities that differ, that of traffic as well.

    Args:
        parts: What is known of every part.
        names: The dimensions that block.
        terms: By what the gate is decided.
    """
    if not names:
        return None
    found = [(part, *one) for part in parts if (one := part.highest(terms.level)) is not None]
    nobody = f"nobody knows whether {terms.system} is blocked"
    if not found:
        return _blocked("inconclusive", f"{nobody} on {_blind(parts, names)}", terms)
    part, estimate, of_what = max(found, key=lambda one: one[1].high or 0.0)
    failed, flaky, waived = (
        [name for one in parts for name in one.which(outcome)]
        for outcome in ("fail", "flaky", "waived")
    )
    flaky = [name for name in flaky if name not in failed]
    n = sum(len({*one.known, *one.which("fail"), *one.which("flaky")}) for one in parts)
    bound, high = terms.plan.max_blocking, estimate.high or 0.0
    of_part = of_what or (f" of {part.part} examples" if part.part and len(parts) > 1 else "")
    outcome, needed = "pass", None
    reason = f"none of {n} examples is blocked; up to {high:.1%}{of_part} may be"
    if waived:
        reason = f"{reason} besides {len(waived)} that are waived ({listed(waived)})"
    if failed:
        outcome = "fail"
        reason = f"{len(failed)} of {n} examples {_are(failed)} blocked: {listed(failed)}"
    elif flaky:
        outcome = "inconclusive"
        reason = (
            f"{len(flaky)} of {n} examples {_are(flaky)} blocked in some repeats, which does not "
            f"confirm it and is no pass: {listed(flaky)}"
        )
    elif blind := [name for name in names if all(one.silent_on(name) for one in parts)]:
        outcome = "inconclusive"
        reason = f"{nobody} on {_blind(parts, blind)}; {reason} on the others"
    elif bound is not None and high > bound:
        outcome = "inconclusive"
        needed = None if of_what else part.needed(bound, terms.level)
        reason = f"{reason}; allowed: {bound:.1%}"
    return _blocked(outcome, reason, terms, estimate=estimate, needed=needed)


def _are(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _blind(parts: Sequence[Blocking], names: Sequence[str]) -> str:
    """The dimensions that say nothing, and what to do about it."""
    if any(one.unseen.get(name) for one in parts for name in names):
        why = "which gave no example a value: let it say no where an output must never be, else yes"
        return f"{', '.join(names)}, {why}"
    return ", ".join(names)


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
    turned: Regressions, terms: GateTerms, *, part: str | None, units: Units
) -> Verdict:
    """Do examples fail that passed before? Each counts: what was mended is to stay so."""
    names = (*turned.held, *turned.alone)
    if not (turned.compared or turned.alone):
        absent = Estimate.absent("nothing could be compared", method="Clopper-Pearson")
        return _regressed("inconclusive", absent.reason or "", terms, part=part, estimate=absent)
    fresh, fell = turned.counted(turned.failing), turned.counted(turned.names)
    unsure, allowed = turned.counted(turned.unsure), terms.plan.max_failures
    told, excused = _told(turned, terms), turned.noise(1 - terms.level)
    every, failed = (*fell, *fresh), fresh if excused else (*fell, *fresh)
    let = f"; {len(turned.waived)} more {_are([*turned.waived])} waived" if turned.waived else ""
    outcome, reason = "pass", f"{terms.system} fails none of {told}{let}"
    if len(failed) > allowed or (every and len(every) <= allowed):
        outcome = "fail" if len(failed) > allowed else "pass"
        failed = failed if outcome == "fail" else every
        new = f", {len(fresh)} of them by themselves" if fresh and turned.compared else ""
        reason = (
            f"{terms.system} fails {len(failed)} of {told}{_repeats(turned)}{new}: "
            f"{listed(failed)}; allowed: {allowed}{let}"
        )
    elif every:
        outcome, p = "inconclusive", turned.found.p if turned.found else 1.0
        failed = every
        reason = (
            f"{terms.system} fails {len(every)} of {told} ({listed(every)}), but repeats disagree "
            f"so often that chance alone gives as many (p = {p:.2g}); more repeats would tell{let}"
        )
    if outcome == "pass" and (open_ := _open(turned, unsure, len(failed), terms=terms)):
        outcome, reason = "inconclusive", f"{reason}; {open_}"
    if not names:
        absent = Estimate.absent(reason, method="Clopper-Pearson")
        return _regressed(outcome, reason, terms, part=part, estimate=absent)
    estimate = units.share(failed, names, terms.level)
    share = allowed / len(names)
    return _regressed(outcome, reason, terms, part=part, estimate=estimate, allowed=share)


def _open(
    turned: Regressions, unsure: Sequence[str], failed: int, *, terms: GateTerms
) -> str | None:
    """Why that is no pass yet; None where it is one."""
    if unsure and failed + len(unsure) > terms.plan.max_failures:
        return (
            f"of {len(unsure)} more the repeats confirm neither a pass nor a failure "
            f"({listed(unsure)}); more of them, and an odd number, would tell"
        )
    lost = turned.counted([name for name in turned.lost if name not in turned.held])
    if lost and 2 * len(turned.held) < len(turned.compared):
        return (
            f"as {terms.baseline} itself fails most of what was mended, that says little: hold "
            f"{terms.system} against a version that passes (gate: against), or let it pass them all"
        )
    return None


def _told(turned: Regressions, terms: GateTerms) -> str:
    """Of which examples a regression can be told."""
    m, n, k = len(turned.held), len(turned.compared), len(turned.alone)
    some = "" if m == n else f" ({n} were compared)"
    parts = [f"the {m} examples that {terms.baseline} passes{some}"] if n else []
    if k:
        parts.append(f"the {k} that {'stands by itself' if k == 1 else 'stand by themselves'}")
    return " and ".join(parts)


def _repeats(turned: Regressions) -> str:
    return ", over their repeats" if turned.repeated else ", asked once each"


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


def missing_verdict(items: Sequence[GateItem], rubric: Rubric, terms: GateTerms) -> Verdict | None:
    """Are results missing? Then there is no pass, whatever the others say; None where none is.

    What has a weight and a scale without bounds cannot be decided, and so is missing.
    """
    kept = {CHANGED, REMOVED}
    lost = [i for i in items if i.outcome == "missing" and i.dimension in kept]
    gone = [i for i in items if i.outcome == "missing" and i.dimension not in kept]
    told = list(terms.unknown)
    if endless := [d.name for d in rubric if d.weight and not (d.blocking or d.scale.bounded)]:
        told.append(
            f"{', '.join(endless)} has a weight and no scale with bounds, so that nothing can be "
            "decided of it: give it a scale with both ends, or no weight"
        )
    if lost:
        names = list(dict.fromkeys(item.example for item in lost))
        told.insert(0, f"not as it was decided on before ({listed(names)}): {_why(lost)}")
    if gone:
        names = list(dict.fromkeys(item.example for item in gone))
        some = "1 example lacks" if len(names) == 1 else f"{len(names):,} examples lack"
        told.insert(0, f"{some} results ({listed(names)}): {_why(gone)}")
    if not told:
        return None
    return Verdict(
        name="gate: results",
        outcome="inconclusive",
        reason="; ".join(told),
        systems=(terms.system,),
    )


def _why(items: Sequence[GateItem]) -> str:
    """The first few reasons."""
    return "; ".join(list(dict.fromkeys(item.reason for item in items))[:_REASONS])


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
