"""What a gate is decided by: the plan's section, and all that is known around the ratings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from measurand.analysis.trials import Rounds, Voting
from measurand.core.gate import MARGIN, GatePlan, Waiver
from measurand.core.rating import Kind
from measurand.core.running import FlagRule
from measurand.stats.estimate import LEVEL

__all__ = ["GateTerms"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GateTerms:
    """By what a gate is decided.

    Args:
        system: Which system wants to ship.
        baseline: What it is held against, as the table of ratings names it.
        today: The day on which waivers are held against the calendar.
        plan: What must be shown.
        level: The confidence level; every bound is one-sided at it.
        margin: How much worse counts as no worse, where the plan's section does not say it.
        seed: Of every random choice.
        resamples: Of the bootstrap.
        flags: When judges block an output.
        rounds: How rows tell their trial; None where each example has one output.
        by: Whose ratings score a dimension, where the default is not wanted.
        whole: Whether everything is looked at together, as nothing names a component.
        waivers: The failures that are let pass.
        expected: How many results code and judges owe of one example, by system and dimension;
            where it is not said, at least one and no failed one.
        places: File and line of each example, where they are known.
        removed: Examples that were decided on before and are no longer in the set, and of which
            component they were.
        fresh: Examples that the baseline cannot have seen.
        undone: Results that are not of what stands now, by example and system, and why.
        unknown: Why it is not known whether results are of what stands now, in sentences.
        untrusted: Why judges are not trusted that must be, in sentences.
    """

    system: str
    baseline: str
    today: date
    plan: GatePlan = field(default_factory=GatePlan)
    level: float = LEVEL
    margin: float = MARGIN
    seed: int = 0
    resamples: int = 9999
    flags: FlagRule = "any"
    rounds: Rounds | None = None
    by: Mapping[str, Kind] = field(default_factory=dict)
    whole: bool = False
    waivers: tuple[Waiver, ...] = ()
    expected: Mapping[tuple[str, str], int] = field(default_factory=dict)
    places: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    removed: Mapping[str, str] = field(default_factory=dict)
    fresh: frozenset[str] = frozenset()
    undone: Mapping[tuple[str, str], str] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    untrusted: tuple[str, ...] = ()

    @property
    def pair(self) -> tuple[str, str]:
        """The system, and what it is held against."""
        return self.system, self.baseline

    @property
    def parts(self) -> tuple[str | None, ...]:
        """The components; None alone where all examples are one part."""
        return (None,) if self.whole else self.plan.components

    @property
    def blocking(self) -> Voting:
        """How votes on whether an output is blocked are taken."""
        return Voting(self.flags, self.rounds)

    @property
    def votes(self) -> Voting:
        """How votes on everything else are: repeats of one output show how stable a judge is."""
        return Voting(self.flags, self.rounds or {})

    def waiver(self, example: str, dimension: str) -> Waiver | None:
        """The waiver of this failure, expired or not; None where there is none."""
        found = (w for w in self.waivers if (w.example, w.dimension) == (example, dimension))
        return next(found, None)
