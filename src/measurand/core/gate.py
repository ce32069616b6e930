"""What a change must show before it may ship, and which failures somebody answers for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, get_args

from measurand.core.example import Component

__all__ = [
    "AGAINST",
    "CHANGED",
    "CONFIRMATIONS",
    "MARGIN",
    "REGRESSION",
    "REGRESSION_MARGIN",
    "REMOVED",
    "Confirmation",
    "GatePlan",
    "Loss",
    "Waiver",
]

Confirmation = Literal["majority", "all"]
"""When a failure is confirmed: in more than half of the repeats, or in all of them."""
CONFIRMATIONS: tuple[Confirmation, ...] = get_args(Confirmation)

AGAINST = ("baseline", "last-passing")
"""What a system is held against, where no system is named."""

REGRESSION: Component = "regression"
"""The component in which every failure counts by itself: what was mended is to stay so."""
MARGIN, REGRESSION_MARGIN = 0.05, 0.1
"""Fifty examples without a single difference bound a drop at 5.1 %: a regression set of the guide's
size could never show a margin of 0.05, however good the change."""
REMOVED = "removed"
"""The word that stands for a dimension where a waiver lets an example be taken out of the set."""
CHANGED = "changed"
"""The same where an example that was decided on, or what is demanded, may be another by now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GatePlan:
    """What a system must show before it may ship.

    Args:
        components: The parts of the evaluation set on which it is decided.
        margins: How much worse, as a share of the unit interval, still counts as no worse, by
            component; where none is said, 0.1 on the regression set and the comparison's elsewhere.
        against: ``baseline`` is the system whose role is current, ``last-passing`` what passed the
            gate last under the same name; or the name of a system.
        max_failures: Confirmed regressions of the regression set that are let pass; blocking
            failures never are.
        max_blocking: The blocking rate below which the one-sided bound must lie; None asks for
            no bound, and then one confirmed failure fails and none passes.
        pass_mark: The share of a graded scale from which an output passes.
        repeats: How often each example is asked; None for as often as the systems say.
        confirm: When a failure is confirmed by the repeats.
        waivers: The file of the failures that are let pass; relative to the plan's folder.
        calibrated: Whether every judge must have been held against people, and stood.

    Raises:
        ValueError: One of them cannot mean anything.
    """

    components: tuple[Component, ...] = (REGRESSION,)
    margins: Mapping[str, float] = field(default_factory=dict)
    against: str = "baseline"
    max_failures: int = 0
    max_blocking: float | None = None
    pass_mark: float = 0.5
    repeats: int | None = None
    confirm: Confirmation = "majority"
    waivers: str | None = None
    calibrated: bool = False

    def __post_init__(self) -> None:
        if not self.components:
            raise ValueError("a gate needs at least one component")
        if len(set(self.components)) < len(self.components):
            raise ValueError(f"a component is named twice: {', '.join(self.components)}")
        for name, margin in self.margins.items():
            if not 0 < margin < 1:
                raise ValueError(f"a margin is above 0 and below 1; found {margin} for {name}")
        if self.max_failures < 0:
            raise ValueError(f"max_failures is 0 or more; found {self.max_failures}")
        if self.max_blocking is not None and not 0 < self.max_blocking < 1:
            raise ValueError(
                f"max_blocking is a share above 0 and below 1; found {self.max_blocking}"
            )
        if not 0 < self.pass_mark <= 1:
            raise ValueError(f"pass_mark is a share above 0, up to 1; found {self.pass_mark}")
        if self.repeats is not None and self.repeats < 1:
            raise ValueError(f"each example is asked at least once; found {self.repeats}")

    def margin(self, component: str | None, otherwise: float = MARGIN) -> float:
        """The margin of a component; None stands for a set that has none."""
        if component is not None and component in self.margins:
            return self.margins[component]
        return REGRESSION_MARGIN if component == REGRESSION else otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """A failure that somebody has taken upon himself, until a day.

    Args:
        example: Which example may fail.
        dimension: On which dimension; ``removed``: it may be taken out of the set; ``changed``: it
            may be another than the one that was decided on.
        owner: Who answers for it.
        reason: Why.
        expires: The last day on which it holds, in UTC.
        blocking: Whether it may waive a dimension that blocks.

    Raises:
        ValueError: Nobody answers for it, or there is no reason.
    """

    example: str
    dimension: str
    owner: str
    reason: str
    expires: date
    blocking: bool = False

    def __post_init__(self) -> None:
        for name in ("example", "dimension", "owner", "reason"):
            if not any(c.isprintable() and not c.isspace() for c in getattr(self, name)):
                raise ValueError(f"a waiver needs its {name}")

    def expired(self, today: date) -> bool:
        """Whether its last day is over."""
        return today > self.expires

    def told(self) -> str:
        """Who waives it, why, and until when."""
        return f"{self.owner}: {self.reason} (until {self.expires.isoformat()})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """What was decided on before and is not as it was: gone, changed, or demanded no more.

    Args:
        name: The example's id; or the plan's key, as ``rubric.safety`` or ``gate.margin.core``.
        dimension: ``removed`` or ``changed``: which waiver lets it pass.
        reason: The sentence that a person reads.
        component: Of which part of the set the example was; empty for anything else.
    """

    name: str
    dimension: str
    reason: str
    component: str = ""
