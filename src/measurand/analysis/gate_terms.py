"""What a gate is decided by: the plan's section, and all that is known around the ratings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from measurand.analysis.trials import Rounds, Voting
from measurand.core.gate import MARGIN, REGRESSION, GatePlan, Loss, Waiver
from measurand.core.rating import Kind
from measurand.core.running import FlagRule
from measurand.errors import UsageError
from measurand.stats.estimate import LEVEL

__all__ = ["GateTerms", "counted_alone"]

_HALF = 0.5


def counted_alone(part: str | None) -> bool:
    """Whether a single regression counts in this part: what was mended is to stay mended."""
    return part == REGRESSION


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
        lost: What was decided on before and is gone, is another, or is demanded no more.
        fresh: Examples that the baseline cannot have seen.
        undone: Results that are not of what stands now, by example and system, and why.
        unknown: Why it is not known whether results are of what stands now, in sentences.
        untrusted: Why judges are not trusted that must be, in sentences.

    Raises:
        UsageError: A level at which nothing could be shown.
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
    lost: tuple[Loss, ...] = ()
    fresh: frozenset[str] = frozenset()
    undone: Mapping[tuple[str, str], str] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    untrusted: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not _HALF < self.level < 1:
            raise UsageError(
                "the level of a gate (--level, or compare.level of the plan) lies above 0.5 and "
                f"below 1; found {self.level:g}"
            )

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

    def waived(self, example: str, dimension: str) -> bool:
        """Whether a waiver of this failure holds."""
        found = self.waiver(example, dimension)
        return found is not None and not found.expired(self.today)

    def waiver(self, example: str, dimension: str) -> Waiver | None:
        """The waiver of this failure, expired or not; None where there is none."""
        found = (w for w in self.waivers if (w.example, w.dimension) == (example, dimension))
        return next(found, None)
