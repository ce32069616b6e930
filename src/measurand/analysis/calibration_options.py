"""How a judge is calibrated, and what was counted of it before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from measurand.analysis.calibration_split import DEVELOPMENT, Side
from measurand.analysis.trials import Rounds
from measurand.core.calibration import TARGET
from measurand.stats.estimate import LEVEL

__all__ = ["CalibrationOptions", "Counts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How often a test set was looked at, and what was tried.

    Args:
        looks: Looks at the test set, this time included.
        shown: Judges, or versions of one, that were shown on it, this one included.
        candidates: Judges, or versions of one, that were tried at all.
        asked: The target of the first look at it; None where that is not known.
    """

    looks: int = 1
    shown: int = 1
    candidates: int = 1
    asked: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationOptions:
    """How a judge is calibrated.

    Args:
        target: The correlation with people that it is to reach.
        level: The confidence level of every two-sided interval.
        resamples: Bootstrap resamples.
        seed: Of bootstraps and folds; which outputs are locked does not hang on it.
        development: Outputs, about, that the judge may have been improved on.
        test: Locked outputs, about; None for all others.
        looks: How often the test set has been looked at, this time included.
        candidates: Judges, or versions of one, that were tried.
        shown: How many were shown on the test set; by default as many as were tried, for nobody
            knows on which outputs they were.
        counts: The same by dimension, where it was counted.
        known: Sides that outputs had before.
        seen: Outputs that are looked at for other reasons, as anchors are: for development, unless
            what they share with others is locked already.
        split_seed: Of the split.
        by: Also within each of these.
        max_failures: The largest share of locked outputs without a judgment, for whatever reason.
        allow_missing: Whether a judge was meant to be asked of a random part of them only.
        rounds: How rows tell their trial; people have seen the first.
    """

    target: float = TARGET
    level: float = LEVEL
    resamples: int = 2000
    seed: int = 0
    development: int = DEVELOPMENT
    test: int | None = None
    looks: int = 1
    candidates: int = 1
    shown: int | None = None
    counts: Mapping[str, Counts] | None = None
    known: Mapping[str, Side] = field(default_factory=dict)
    seen: frozenset[str] = frozenset()
    split_seed: int = 0
    by: tuple[str, ...] = ("component",)
    max_failures: float = 0.02
    allow_missing: bool = False
    rounds: Rounds | None = None

    def counted(self, dimension: str) -> Counts:
        """What was counted, or told, of a dimension."""
        if self.counts is not None and dimension in self.counts:
            return self.counts[dimension]
        shown = self.candidates if self.shown is None else self.shown
        return Counts(looks=self.looks, shown=shown, candidates=self.candidates)
