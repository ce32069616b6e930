"""How a gate is asked, and who stands in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from measurand.core.example import COMPONENTS, Component
from measurand.core.gate import AGAINST, CONFIRMATIONS, Confirmation, GatePlan
from measurand.core.plan import Plan
from measurand.core.rating import Kind
from measurand.errors import UsageError

__all__ = ["GateOptions", "asked_plan", "sides"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GateOptions:
    """How a gate is asked; what is left out is as the plan says.

    Args:
        system: Which system wants to ship; the plan's only candidate by default.
        against: ``baseline``, ``last-passing``, or the name of a system.
        components: On which parts of the set it is decided.
        core: Whether core decides too, besides those.
        margin: How much worse still counts as no worse, in every component.
        max_failures: Confirmed regressions of the regression set that are let pass.
        max_blocking: The blocking rate below which the one-sided bound must lie.
        pass_mark: The share of a graded scale from which an output passes.
        repeats: How often each example is asked.
        confirm: When a failure is confirmed by the repeats.
        waivers: The file of the failures that are let pass.
        level: The confidence level of every bound.
        seed: Of every random choice.
        by: Whose ratings score a dimension.
        run: Whether what the ledger lacks is asked for first, which may cost money.
        connections: Calls under way at once, to each provider.
        budget: US dollars that all runs of the ledger may cost.
        record: Whether the ledger keeps what was decided, as the next last-passing.
    """

    system: str | None = None
    against: str | None = None
    components: tuple[Component, ...] = ()
    core: bool = False
    margin: float | None = None
    max_failures: int | None = None
    max_blocking: float | None = None
    pass_mark: float | None = None
    repeats: int | None = None
    confirm: Confirmation | None = None
    waivers: Path | str | None = None
    level: float | None = None
    seed: int | None = None
    by: Mapping[str, Kind] = field(default_factory=dict)
    run: bool = False
    connections: int | None = None
    budget: float | None = None
    record: bool = True


def asked_plan(planned: GatePlan, options: GateOptions) -> GatePlan:
    """The plan's section with what the options say instead.

    Raises:
        UsageError: The options say what cannot be.
    """
    if odd := [name for name in options.components if name not in COMPONENTS]:
        raise UsageError(f"there is no component {odd[0]!r}; there are: {', '.join(COMPONENTS)}")
    if options.confirm is not None and options.confirm not in CONFIRMATIONS:
        raise UsageError(f"confirm is one of {', '.join(CONFIRMATIONS)}; found {options.confirm!r}")
    components = options.components or planned.components
    if options.core and "core" not in components:
        components = (*components, "core")
    given = {
        "against": options.against,
        "max_failures": options.max_failures,
        "max_blocking": options.max_blocking,
        "pass_mark": options.pass_mark,
        "repeats": options.repeats,
        "confirm": options.confirm,
    }
    told = {name: value for name, value in given.items() if value is not None}
    margins = planned.margins
    if options.margin is not None:
        margins = dict.fromkeys((*COMPONENTS, ""), options.margin)
    try:
        return replace(planned, components=components, margins=margins, **told)  # type: ignore[arg-type]
    except ValueError as problem:
        raise UsageError(str(problem)) from None


def sides(plan: Plan, options: GateOptions) -> tuple[str, str]:
    """Which system wants to ship, and what it is held against: a system or ``last-passing``.

    Raises:
        UsageError: The plan leaves open which, or there is no such system.
    """
    against = options.against or plan.gate.against
    names = {system.name: system.role for system in plan.systems}
    system = options.system or _only(names, against)
    if system not in names:
        raise UsageError(f"no system {system!r}; there are: {', '.join(names) or 'none'}")
    if against == "baseline":
        current = [name for name, role in names.items() if role == "current"]
        if not current:
            raise UsageError(
                "the plan has no system whose role is current to hold it against; give one that "
                "role, or say against: last-passing, or against: NAME"
            )
        against = current[0]
    elif against not in AGAINST and against not in names:
        raise UsageError(
            f"against is {', '.join(AGAINST)} or a system of the plan; found {against!r}; "
            f"the systems are: {', '.join(names)}"
        )
    if against == system:
        raise UsageError(
            f"{system} would be held against itself; name the system that wants to ship "
            "(--system), or hold it against what passed before (--against last-passing)"
        )
    return system, against


def _only(names: Mapping[str, str], against: str) -> str:
    """The one system that it can be about."""
    candidates = [n for n, role in names.items() if role == "candidate" and n != against]
    if len(candidates) == 1:
        return candidates[0]
    current = [name for name, role in names.items() if role == "current"]
    if against == "last-passing" and not candidates and current:
        return current[0]
    told = ", ".join(candidates or names) or "none"
    raise UsageError(f"which system wants to ship? Name it with --system; there are: {told}")
