"""From a plan to live parts: systems that can be asked, checks, judges, the models they call."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from measurand.core.model import Attempt
from measurand.core.output import Output
from measurand.core.plan import Plan
from measurand.core.protocols import LiveSystem
from measurand.core.system import System
from measurand.errors import PlanError, UsageError
from measurand.jobs.engine.parts import Parts
from measurand.jobs.keys import redactor, run_key
from measurand.jobs.needs import refuse_missing, refuse_unbounded
from measurand.jobs.opening_systems import Opener
from measurand.jobs.project import ledger_path
from measurand.jobs.workbench import checks_of, placed, recorded_of
from measurand.models.budget import Budget
from measurand.models.environment import Environment
from measurand.models.open import Models
from measurand.models.prices import PriceTable
from measurand.raters.judge.independence import check_independence
from measurand.raters.judge.judge import JudgeRater
from measurand.raters.judge.spec import options_of, settings_of
from measurand.store.ledger import open_ledger

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
    with open_ledger(ledger_path(file)) as ledger:
        key, spent = run_key(ledger, environment), ledger.work.spent()
    redact = redactor(plan, key)
    async with (
        AsyncExitStack() as closing,
        Models(
            plan.run,
            providers=plan.providers,
            prices=PriceTable(plan.prices),
            environment=environment,
            redact=redact,
            observe=observe,
            budget=Budget(plan.run.budget, spent),
            seed=plan.seed,
        ) as models,
    ):
        refuse_missing(plan, models)
        refuse_unbounded(plan, models)
        recorded = recorded_of(plan, file)
        opener = Opener(
            plan=plan,
            file=file,
            models=models,
            recorded=recorded,
            closing=closing,
            redact=redact,
        )
        systems = [await _opened_system(system, opener) for system in _chosen(plan)]
        yield _ready(opener, systems, redact=redact, key=key)


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


def _ready(
    opener: Opener, systems: list[LiveSystem], *, redact: Callable[[str], str], key: bytes
) -> Opened:
    plan, file = opener.plan, opener.file
    chosen, recorded = _chosen(plan), opener.recorded
    judges, notes = _judges(plan, file, opener.models, key=key)
    settings = settings_of(plan.rubric) if judges else {}
    pairwise = any(one.form == "pairwise" for one in settings.values())
    parts = Parts(
        systems=tuple(systems),
        repeats={s.name: _trials(s, recorded.get(s.name, {})) for s in chosen},
        checks=checks_of(plan, file),
        judges=judges,
        pair_judges=judges if pairwise else (),
        pairs=tuple(_pairs(chosen)) if pairwise else (),
        rubric=plan.rubric,
        redact=redact,
        rounds={judge.name: plan.judge.repeats for judge in judges} if plan.judge else {},
        recorded=recorded,
    )
    return Opened(parts=parts, models=opener.models, notes=notes)


def _trials(system: System, recorded: Mapping[tuple[str, int], Output]) -> int:
    """How often each example is asked; of recorded outputs, the trials that there are."""
    if not recorded:
        return system.repeats
    return 1 + max(trial for _, trial in recorded)


def _judges(
    plan: Plan, file: Path, models: Models, *, key: bytes
) -> tuple[tuple[JudgeRater, ...], tuple[str, ...]]:
    """The panel, and what is known of its independence."""
    wanted = any(rater.name == "judge" for dimension in plan.rubric for rater in dimension.raters)
    if plan.judge is None or not wanted:
        return (), ()
    panel = plan.judge
    compared = [system for system in plan.systems if system.kind != "ratings"]
    try:
        known = check_independence(panel.models, compared, own_family=panel.own_family)
        options = [options_of(panel, m, plan.rubric, run_key=key) for m in panel.models]
    except PlanError as problem:
        raise PlanError(replace(fault, file=str(file)) for fault in problem.faults) from None
    judges = tuple(
        JudgeRater(models.open(model.model), plan.rubric, option)
        for model, option in zip(panel.models, options, strict=True)
    )
    return judges, known.notes


def _pairs(systems: list[System]) -> Iterator[tuple[str, str]]:
    """All against the current one; without one, every pair."""
    current = next((system.name for system in systems if system.role == "current"), None)
    names = [system.name for system in systems]
    if current is not None:
        yield from ((name, current) for name in names if name != current)
        return
    for at, first in enumerate(names):
        yield from ((first, second) for second in names[at + 1 :])
