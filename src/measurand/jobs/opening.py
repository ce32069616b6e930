"""From a plan to live parts: systems that can be asked, checks, judges, the models they call."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from measurand.core.model import Attempt
from measurand.core.plan import Plan
from measurand.core.protocols import LiveSystem
from measurand.core.system import System
from measurand.errors import PlanError, UsageError
from measurand.jobs.engine.parts import Parts
from measurand.jobs.opening_judges import access_to, assembled, panel_of
from measurand.jobs.opening_systems import Opener
from measurand.jobs.places import ledger_path
from measurand.jobs.workbench import checks_of, placed, recorded_of
from measurand.models.environment import Environment
from measurand.models.open import Models

__all__ = ["Opened", "opened"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A plan that is ready to run.

    Args:
        parts: Who answers and who rates.
        models: The models that are called.
        notes: What readers of the numbers should know, in sentences.
    """

    parts: Parts
    models: Models
    notes: tuple[str, ...] = ()


@asynccontextmanager
async def opened(
    plan: Plan,
    file: Path,
    *,
    environment: Environment,
    observe: Callable[[str, Attempt], None] | None = None,
) -> AsyncIterator[Opened]:
    """Make a plan's parts ready; nothing is sent.

    Args:
        plan: The plan.
        file: Where it stands; its paths start from that folder.
        environment: Where keys and addresses come from.
        observe: Told of every attempt at a model.

    Raises:
        PlanError: The plan names what does not exist, or a judge is of a compared system's family.
        UsageError: A key is missing, a budget could not be kept, or there is nobody to ask.
    """
    async with (
        AsyncExitStack() as closing,
        access_to(plan, ledger_path(file), environment=environment, observe=observe) as access,
    ):
        recorded = recorded_of(plan, file)
        opener = Opener(
            plan=plan,
            file=file,
            models=access.models,
            recorded=recorded,
            closing=closing,
            redact=access.redact,
        )
        live = [await _opened_system(system, opener) for system in _chosen(plan)]
        judges, notes = panel_of(plan, access, file=file)
        parts = assembled(
            plan,
            live,
            recorded=recorded,
            checks=checks_of(plan, file),
            judges=judges,
            redact=access.redact,
        )
        yield Opened(parts=parts, models=access.models, notes=notes)


def _chosen(plan: Plan) -> list[System]:
    chosen = [system for system in plan.systems if system.kind != "ratings"]
    if not chosen:
        raise UsageError(
            "no system of the plan can be asked or has recorded outputs; give one a target, as "
            'openai/gpt-4o-mini, python:module:function or "file:outputs/NAME.jsonl"'
        )
    return chosen


async def _opened_system(system: System, opener: Opener) -> LiveSystem:
    try:
        return await opener.open(system)
    except PlanError as problem:
        location = ("systems", opener.plan.systems.index(system))
        faults = (placed(fault, opener.file, location) for fault in problem.faults)
        raise PlanError(faults) from None
