"""A run that is looked at while it grows, and ends once every candidate is decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from measurand.core.example import COMPONENTS, Example
from measurand.core.plan import Plan
from measurand.errors import UsageError
from measurand.jobs.looks import look_at
from measurand.jobs.manifest import current
from measurand.jobs.stopping.order import Arranged, arranged

if TYPE_CHECKING:
    from measurand.analysis.clear import Decided, Terms
    from measurand.jobs.engine.engine import Engine
    from measurand.store.ledger import Ledger

__all__ = ["Clear", "UntilClear", "until_clear"]

_BY = frozenset({"judge", "check"})
_ALIKE = 1e-9
"""Probabilities that differ by less than this share are the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clear:
    """How a run ended that was looked at while it grew.

    Args:
        decided: What was clear of every candidate at the last look.
        looks: How often was looked.
        examples: Examples that were asked.
        total: Examples there are.
        left: Those that were not asked, by component.
        saved: US dollars that they would have cost, by what the others did; None where that is
            not known.
    """

    decided: tuple[Decided, ...]
    looks: int
    examples: int
    total: int
    left: Mapping[str, int] = field(default_factory=dict)
    saved: float | None = None

    @property
    def early(self) -> bool:
        """Whether it ended before everything was asked."""
        return bool(self.left)

    @property
    def message(self) -> str:
        """What a user is told of an early end; empty where it was none."""
        if not self.early:
            return ""
        found = "; ".join(map(str, self.decided))
        told = f"stopped after {self.examples:,} of {self.total:,} examples: {found}, anytime-valid"
        return told if self.saved is None else f"{told}; about ${self.saved:,.2f} not spent"

    @property
    def limit(self) -> str:
        """What follows for whoever reads the numbers: from an early end, or of who is open."""
        if not self.early:
            open_ = "; ".join(str(one) for one in self.decided if one.reason)
            return f"All examples were asked, in {self.looks:,} looks: {open_}." if open_ else ""
        left = ", ".join(f"{count:,} of {name}" for name, count in self.left.items())
        return (
            f"The run ended at look {self.looks:,}, as it was clear which system is better. Not "
            f"asked: {left}. Nothing is known of them; a failure that blocks among them would not "
            "have been seen, and a gate that rests on them counts them as missing. measurand run "
            "--no-until-clear asks them."
        )

    def to_json(self) -> Mapping[str, Any]:
        """The same for other programs."""
        return {
            "looks": self.looks,
            "examples": self.examples,
            "total": self.total,
            "not_asked": dict(self.left),
            "usd_not_spent": self.saved,
            "decided": [_decided_json(one) for one in self.decided],
            "limit": self.limit,
        }


def _decided_json(one: Decided) -> Mapping[str, Any]:
    told = one.estimate
    return {
        "systems": [one.system, one.baseline],
        "outcome": one.outcome or "open",
        "reason": one.reason or None,
        "difference": told.value,
        "low": told.low,
        "high": told.high,
        "n": told.n,
        "method": told.method,
    }


@dataclass(slots=True, kw_only=True)
class UntilClear:
    """Runs examples block by block, and looks in between.

    Args:
        plan: The plan as it is run.
        baseline: What candidates are compared with.
        candidates: The systems that are to be decided.
        order: In which order examples are asked.
    """

    plan: Plan
    baseline: str
    candidates: tuple[str, ...]
    order: Arranged

    async def run(self, engine: Engine, ledger: Ledger) -> Clear | None:
        """Run until it is clear, or until there is nothing left; None where it was stopped.

        Outside of core every example was chosen for itself, and tells what no other does. So
        those are asked all the same, unless every candidate is worse and will not be taken.

        Raises:
            LedgerError: The ledger cannot be read or written.
        """
        asked: list[Example] = []
        decided: tuple[Decided, ...] = ()
        looks = 0
        for block in self.order.blocks(self.plan.run.look):
            await engine.run(block)
            if engine.stop.asked:
                return None
            asked += block
            decided, looks = self._look(ledger, asked), looks + 1
            if all(one.outcome for one in decided):
                break
        if not all(one.outcome == "worse" for one in decided):
            await engine.run(self.order.others)
            asked += self.order.others
        return None if engine.stop.asked else self._clear(engine, asked, decided, looks=looks)

    def _look(self, ledger: Ledger, asked: Sequence[Example]) -> tuple[Decided, ...]:
        from measurand.analysis.clear import decide  # noqa: PLC0415 - numpy; a run needs none
        from measurand.analysis.score import score  # noqa: PLC0415
        from measurand.analysis.trials import Voting  # noqa: PLC0415

        names = [example.id for example in asked]
        systems = (self.baseline, *self.candidates)
        now, judge = current(ledger, self.plan), self.plan.judge
        rows = now.ratings(ledger).where(kind=_BY, example=frozenset(names))
        scores = score(
            rows.where(system=frozenset(systems)),
            self.plan.rubric,
            examples={e.id: e for e in (*self.order.deciding, *self.order.others)},
            systems=systems,
            voting=Voting(judge.flags if judge else "any", self._rounds()),
        )
        found = decide(scores, self.baseline, self.candidates, asked=names, terms=self._terms())
        pairs = [(system, self.baseline) for system in self.candidates]
        look_at(ledger, pairs, ratings=rows, manifest=now.manifest, by="run")
        return found

    def _terms(self) -> Terms:
        from measurand.analysis.clear import Terms  # noqa: PLC0415 - numpy; a run needs none

        wanted = self.plan.compare
        return Terms(
            level=wanted.level,
            margin=wanted.margin,
            max_failures=self.plan.run.max_failures,
        )

    def _rounds(self) -> Mapping[str, int] | None:
        plan = self.plan
        if all(system.repeats == 1 for system in plan.systems):
            return None
        judge = plan.judge
        return {one.model: judge.repeats for one in judge.models} if judge else {}

    def _clear(
        self, engine: Engine, asked: Sequence[Example], decided: tuple[Decided, ...], *, looks: int
    ) -> Clear:
        every = (*self.order.deciding, *self.order.others)
        done = {example.id for example in asked}
        left = Counter(example.component for example in every if example.id not in done)
        now = engine.tally.snapshot()
        rest = sum(left.values())
        priced = rest and now.fresh and now.cost and not now.unpriced
        return Clear(
            decided=decided,
            looks=looks,
            examples=len(asked),
            total=len(every),
            left={name: left[name] for name in COMPONENTS if left[name]},
            saved=now.cost / now.fresh * rest if priced else None,
        )


def until_clear(plan: Plan, whole: Plan, examples: Iterable[Example]) -> UntilClear:
    """How a plan is run until it is clear which of its systems is better.

    Args:
        plan: The plan as it is run, perhaps of some of the systems only.
        whole: The plan as it is written.
        examples: All that may be asked.

    Raises:
        UsageError: No system is the current one, there is no candidate, judges are asked by batch,
            or the headline is re-weighted to traffic, or weighted as core was drawn.
    """
    current_ones = [system.name for system in whole.systems if system.role == "current"]
    candidates = [system.name for system in plan.systems if system.role == "candidate"]
    if not (current_ones and candidates):
        missing = "a candidate" if current_ones else "a system with role: current"
        raise UsageError(f"until clear compares candidates with the current system; add {missing}")
    if plan.judge is not None and plan.judge.batch:
        raise UsageError(
            "until clear looks at results as they come; judges that are asked by batch answer "
            "later. Take batch out of judge, or run without until clear"
        )
    if plan.compare.traffic:
        raise UsageError(
            "until clear looks at results as they come, and no interval that is re-weighted to "
            "traffic holds at every look. Take traffic out of compare, or run without until clear"
        )
    every = tuple(examples)
    core = [one.probability for one in every if one.component == "core"]
    known = [chance for chance in core if chance is not None]
    if plan.compare.headline == "core" and known and max(known) > (1 + _ALIKE) * min(known):
        raise UsageError(
            "until clear looks at results as they come, and core was drawn with different "
            "probabilities, of which no weighted interval holds at every look. Run without until "
            "clear, or ask for the headline of all examples (compare: {headline: all})"
        )
    return UntilClear(
        plan=replace(plan, systems=whole.systems),
        baseline=current_ones[0],
        candidates=tuple(candidates),
        order=arranged(every, seed=plan.seed),
    )
