"""What is missing before a plan can run, told on one screen and before anything is sent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from measurand.core.plan import Plan
from measurand.core.system import System
from measurand.errors import NotSetUp, UsageError
from measurand.models.environment import Environment
from measurand.models.open import Models, Need

__all__ = ["missing", "models_of", "refuse_missing", "refuse_unbounded", "unpriced"]

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_WITHOUT = """\
Without any key:
  measurand demo       a whole run against a simulated provider
  measurand simulate   serves one at http://127.0.0.1:8765/v1; ask it with target: sim/today
Recorded outputs need none either: target: "file:outputs/NAME.jsonl", then measurand check."""


def models_of(plan: Plan) -> dict[str, tuple[str, ...]]:
    """The models that a plan calls, each with what it is for."""
    uses: dict[str, list[str]] = {}
    for system in plan.systems:
        if system.kind == "model":
            uses.setdefault(system.target, []).append(f"system {system.name}")
    for judge in plan.judge.models if plan.judge else ():
        uses.setdefault(judge.model, []).append("judge")
    return {name: tuple(told) for name, told in uses.items()}


def missing(plan: Plan, models: Models) -> tuple[str, ...]:
    """What lacks, one sentence each; nothing is sent."""
    uses = models_of(plan)
    told = [_need(need, uses.get(need.model, ())) for need in models.missing(uses)]
    return (*told, *_headers(plan, models.environment))


def refuse_missing(plan: Plan, models: Models) -> None:
    """Refuse to run where a key, an address or an extra lacks.

    Raises:
        NotSetUp: Something lacks; all of it is told, and what to do instead.
    """
    if told := missing(plan, models):
        lines = "\n".join(f"  {one}" for one in told)
        raise NotSetUp(
            f"nothing has been called yet, because this plan needs what is not there:\n\n{lines}"
            f"\n\n{_WITHOUT}"
        )


def unpriced(plan: Plan, models: Models) -> tuple[str, ...]:
    """The models whose price nobody knows: what they cost stays unknown, and is never 0."""
    return tuple(name for name in models_of(plan) if models.prices.price(name) is None)


def refuse_unbounded(plan: Plan, models: Models) -> None:
    """Refuse a budget that could not be kept: one call must not cost nobody knows how much.

    Raises:
        UsageError: There is a budget, and a model without a price, or a system whose answers have
            no limit; all of them are named.
    """
    if plan.run.budget is None:
        return
    told = [
        f"  the price of {name} is not known; say it under prices: in the plan, in US dollars for "
        f"a million tokens, as in {name}: {{input: 0.5, output: 1.5}}"
        for name in unpriced(plan, models)
    ]
    told += [
        f"  the answers of {system.name} have no limit; give it one, as in "
        "parameters: {max_tokens: 1000}"
        for system in plan.systems
        if system.kind == "model" and _endless(system, models)
    ]
    if told:
        lines = "\n".join(told)
        raise UsageError(
            f"the budget of ${plan.run.budget:g} could not be kept:\n\n{lines}\n\n"
            "or take the budget out"
        )


def _endless(system: System, models: Models) -> bool:
    """Whether nobody knows how long an answer may get, although the price is known."""
    if "max_tokens" in system.parameters or models.prices.price(system.target) is None:
        return False
    return models.prices.bound(system.target, 1, None) is None


def _need(need: Need, uses: Sequence[str]) -> str:
    return f"{need} [{', '.join(uses)}]" if uses else str(need)


def _headers(plan: Plan, environment: Environment) -> Iterator[str]:
    """Variables that the headers of endpoints want, and the environment lacks."""
    for system in plan.systems:
        if system.kind == "endpoint":
            names = _VARIABLE.findall(str(system.request))
            for name in environment.lacking(dict.fromkeys(names)):
                yield f"{system.target}: set {name} [system {system.name}]"
